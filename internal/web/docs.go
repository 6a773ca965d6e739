package web

import (
	"cmp"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// DocsPage describes the JSON API, from its OpenAPI document.
type DocsPage struct {
	Page
	Heading    string
	APIVersion string
	Intro      []string
	Operations []operationView
}

// operationView is one call of the API.
type operationView struct {
	ID          string
	Method      string
	Path        string
	Summary     string
	Description []string
	Parameters  []fieldView
	Body        []fieldView
	Curl        string
	Responses   []responseView
}

// fieldView is a parameter, or a field of a body.
type fieldView struct {
	Name        string
	In          string
	Type        string
	Required    bool
	Description string
	OneOf       []string
}

// responseView is one answer that a call may give.
type responseView struct {
	Status      string
	Description string
	Example     string
}

func (s *Site) docs(w http.ResponseWriter, r *http.Request) error {
	if s.api == nil {
		return errNoSuchPage
	}
	page := DocsPage{
		Page:       s.newPage(r.Context(), "API", "The JSON API of whystopped: a stopped task’s reference in, a diagnosis out.", "/docs"),
		Heading:    "The API",
		APIVersion: s.api.Info.Version,
		Intro:      paragraphs(s.api.Info.Description),
	}
	page.Section = "docs"
	base := cmp.Or(s.opts.PublicURL, requestBase(r))
	for _, op := range s.api.operations {
		view, err := s.api.view(op, base)
		if err != nil {
			return fmt.Errorf("describe %s %s: %w", op.Method, op.Path, err)
		}
		page.Operations = append(page.Operations, view)
	}
	return s.render(w, http.StatusOK, "docs", page)
}

// requestBase is the address by which the reader reached us.
func requestBase(r *http.Request) string {
	scheme := "http"
	if r.TLS != nil {
		scheme = "https"
	}
	return scheme + "://" + r.Host
}

func (d *apiDocument) view(op apiOperation, base string) (operationView, error) {
	v := operationView{
		ID:          cmp.Or(op.ID, strings.ToLower(op.Method)+strings.NewReplacer("/", "-", "{", "", "}", "").Replace(op.Path)),
		Method:      op.Method,
		Path:        op.Path,
		Summary:     cmp.Or(op.Summary, op.Path),
		Description: paragraphs(op.Description),
	}
	for _, p := range op.Parameters {
		f := d.field(p.Name, p.Schema, p.Required)
		f.In, f.Description = p.In, cmp.Or(p.Description, f.Description)
		v.Parameters = append(v.Parameters, f)
	}
	body, hasBody := op.RequestBody.Content["application/json"]
	if hasBody {
		v.Body = d.fields(body.Schema)
	}
	var err error
	if v.Curl, err = d.curl(op, base, body, hasBody); err != nil {
		return v, err
	}
	v.Responses, err = d.responses(op)
	return v, err
}

// fields lists the first level of an object; its parts are in the example.
func (d *apiDocument) fields(s *apiSchema) []fieldView {
	s = d.resolve(s)
	if s == nil {
		return nil
	}
	var fields []fieldView
	for _, name := range slices.Sorted(maps.Keys(s.Properties)) {
		if name != "$schema" {
			fields = append(fields, d.field(name, s.Properties[name], slices.Contains(s.Required, name)))
		}
	}
	return fields
}

func (d *apiDocument) field(name string, s *apiSchema, required bool) fieldView {
	f := fieldView{Name: name, Type: d.typeName(s), Required: required}
	if s = d.resolve(s); s != nil {
		f.Description = s.Description
		for _, value := range s.Enum {
			f.OneOf = append(f.OneOf, fmt.Sprint(value))
		}
	}
	return f
}

// curl is the call as people try it in a terminal.
func (d *apiDocument) curl(op apiOperation, base string, body apiMedia, hasBody bool) (string, error) {
	address := base + op.Path
	query := url.Values{}
	for _, p := range op.Parameters {
		switch {
		case p.In == "query" && p.Required:
			query.Set(p.Name, fmt.Sprint(cmp.Or(p.Example, d.example(p.Schema, 0))))
		case p.In == "path" && p.Example != nil:
			address = strings.ReplaceAll(address, "{"+p.Name+"}", fmt.Sprint(p.Example))
		}
	}
	if len(query) > 0 {
		address += "?" + strings.NewReplacer("%3A", ":", "%2F", "/", "%E2%80%A6", "…").Replace(query.Encode())
	}
	line := "curl -s " + shellQuote(address)
	if _, streams := op.Responses["200"].Content[eventStream]; streams {
		line = "curl -sN " + shellQuote(address)
	}
	if op.Method != http.MethodGet && (op.Method != http.MethodPost || !hasBody) {
		line += " -X " + op.Method
	}
	if !hasBody {
		return line, nil
	}
	text, err := prettyJSON(d.mediaExample(body))
	if err != nil {
		return "", err
	}
	return line + " \\\n  -H 'content-type: application/json' \\\n  -d " + shellQuote(text), nil
}

func shellQuote(s string) string {
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}

func (d *apiDocument) responses(op apiOperation) ([]responseView, error) {
	var views []responseView
	for _, status := range slices.Sorted(maps.Keys(op.Responses)) {
		r := op.Responses[status]
		v := responseView{Status: status, Description: r.Description}
		if status == "default" {
			v.Status = "errors"
		}
		if media, ok := r.Content["application/json"]; ok {
			text, err := prettyJSON(d.mediaExample(media))
			if err != nil {
				return nil, err
			}
			v.Example = text
		}
		if media, ok := r.Content[eventStream]; ok {
			v.Example, _ = media.Example.(string)
		}
		views = append(views, v)
	}
	return views, nil
}

// eventStream is the type of an answer that comes event by event.
const eventStream = "text/event-stream"

// paragraphs cuts a description where a line is empty.
func paragraphs(text string) []string {
	var out []string
	for part := range strings.SplitSeq(text, "\n\n") {
		if part = strings.TrimSpace(part); part != "" {
			out = append(out, part)
		}
	}
	return out
}
