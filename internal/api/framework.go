package api

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"unicode"

	"github.com/danielgtaylor/huma/v2"

	"whystopped/internal/problem"
	"whystopped/internal/redact"
	"whystopped/internal/render"
	"whystopped/internal/words"
)

// config sets the framework up: JSON alone, read strictly, without the routes
// and links that it would add by itself, and with errors of our own types. Its
// built-in documentation page would load scripts from elsewhere.
func (a *API) config() huma.Config {
	c := huma.DefaultConfig("whystopped", a.opts.Version)
	c.OpenAPIPath, c.DocsPath, c.SchemasPath, c.CreateHooks = "", "", "", nil
	format := huma.Format{Marshal: marshal, Unmarshal: unmarshal}
	c.Formats = map[string]huma.Format{"application/json": format, "json": format} // "json" is that of problem+json
	c.RejectUnknownQueryParameters = true
	c.Transformers = []huma.Transformer{ownProblem}
	c.Info.Description = description
	if a.opts.PublicURL != "" {
		c.Servers = []*huma.Server{{URL: a.opts.PublicURL}}
	}
	return c
}

// marshal writes an answer, in which nothing acts on the terminal that shows it.
func marshal(w io.Writer, v any) error {
	var b bytes.Buffer
	if err := huma.DefaultJSONFormat.Marshal(&b, v); err != nil {
		return err
	}
	_, err := w.Write(render.JSON(b.Bytes()))
	return err
}

// unmarshal is json.Unmarshal for objects whose names come once, also when
// upper and lower case are not told apart. encoding/json takes "Task" for
// "task", and the last of two; the framework checks names exactly, so that an
// unchecked value could take the place of a checked one.
func unmarshal(data []byte, v any) error {
	if err := json.Unmarshal(data, v); err != nil {
		return err
	}
	return uniqueNames(json.NewDecoder(bytes.NewReader(data)))
}

// uniqueNames reads one JSON value, which is known to be well-formed.
func uniqueNames(dec *json.Decoder) error {
	open, err := dec.Token()
	if _, nested := open.(json.Delim); err != nil || !nested {
		return err
	}
	seen := map[string]bool{}
	for dec.More() {
		if open == json.Delim('{') {
			name, err := dec.Token()
			if err != nil {
				return err
			}
			folded := strings.Map(fold, fmt.Sprint(name))
			if seen[folded] {
				return fmt.Errorf("the name %q comes twice in an object", name)
			}
			seen[folded] = true
		}
		if err := uniqueNames(dec); err != nil {
			return err
		}
	}
	_, err = dec.Token()
	return err
}

// fold returns the same letter for all that encoding/json takes for one another.
func fold(r rune) rune {
	least := r
	for other := unicode.SimpleFold(r); other != r; other = unicode.SimpleFold(other) {
		least = min(least, other)
	}
	return least
}

// ownProblem gives the framework's errors a type of ours, and takes out the
// values that it echoes: they may be evidence.
func ownProblem(_ huma.Context, _ string, v any) (any, error) {
	p, ok := v.(*huma.ErrorModel)
	if !ok || p.Type != "" {
		return v, nil
	}
	switch kind := kindOfStatus(p.Status); kind {
	case problem.Internal:
		return details(kind, words.Say("problem.internal-error", nil).English, nil), nil
	case problem.TooLarge:
		return details(kind, words.Say("problem.too-large.body", words.Args{"limit": maxBody}).English, nil), nil
	default:
		said, found := withoutValues(p)
		return details(kind, problem.Because(kind, nil, said).Message, found), nil
	}
}

// withoutValues returns what the framework found, in one line and in a list,
// without the values that it found it in.
func withoutValues(p *huma.ErrorModel) (string, []*huma.ErrorDetail) {
	if len(p.Errors) == 0 {
		return p.Detail, nil
	}
	var said []string
	var details []*huma.ErrorDetail
	for _, e := range p.Errors {
		e.Location = redact.Text(e.Location) // of a name that we do not know, as it was sent
		said = append(said, strings.TrimSuffix(fmt.Sprintf("%s (%s)", e.Message, e.Location), " ()"))
		details = append(details, &huma.ErrorDetail{Location: e.Location, Message: e.Message})
	}
	return strings.Join(said, "; "), details
}
