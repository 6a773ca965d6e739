package apidoc

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
)

// Operation is one call of the API.
type Operation struct {
	ID          string
	Method      string
	Path        string
	Summary     string
	Description []string
	Parameters  []Field
	Body        []Field
	Curl        string
	Responses   []Response
}

// Field is a parameter, or a field of a body.
type Field struct {
	Name        string
	In          string
	Type        string
	Required    bool
	Description string
	OneOf       []string
}

// Response is one answer that a call may give.
type Response struct {
	Status      string
	Description string
	Example     string
}

// View returns the operations as a page shows them; base is the address of the
// service in the calls to try.
func (d *Document) View(base string) ([]Operation, error) {
	var all []Operation
	for _, op := range d.operations {
		v, err := d.view(op, base)
		if err != nil {
			return nil, fmt.Errorf("describe %s %s: %w", op.Method, op.Path, err)
		}
		all = append(all, v)
	}
	return all, nil
}

// Intro returns the paragraphs of the document's own description.
func (d *Document) Intro() []string { return paragraphs(d.Info.Description) }

func (d *Document) view(op operation, base string) (Operation, error) {
	v := Operation{
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
func (d *Document) fields(s *schema) []Field {
	s = d.resolve(s)
	if s == nil {
		return nil
	}
	var fields []Field
	for _, name := range slices.Sorted(maps.Keys(s.Properties)) {
		if name != "$schema" {
			fields = append(fields, d.field(name, s.Properties[name], slices.Contains(s.Required, name)))
		}
	}
	return fields
}

func (d *Document) field(name string, s *schema, required bool) Field {
	f := Field{Name: name, Type: d.typeName(s), Required: required}
	if s = d.resolve(s); s != nil {
		f.Description = s.Description
		for _, value := range s.Enum {
			f.OneOf = append(f.OneOf, fmt.Sprint(value))
		}
	}
	return f
}

// curl is the call as people try it in a terminal.
func (d *Document) curl(op operation, base string, body media, hasBody bool) (string, error) {
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
	if op.Method != "GET" && (op.Method != "POST" || !hasBody) {
		line += " -X " + op.Method
	}
	if !hasBody {
		return line, nil
	}
	text, err := pretty(d.mediaExample(body))
	if err != nil {
		return "", err
	}
	return line + " \\\n  -H 'content-type: application/json' \\\n  -d " + shellQuote(text), nil
}

func shellQuote(s string) string {
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}

func (d *Document) responses(op operation) ([]Response, error) {
	var views []Response
	for _, status := range slices.Sorted(maps.Keys(op.Responses)) {
		r := op.Responses[status]
		v := Response{Status: status, Description: r.Description}
		if status == "default" {
			v.Status = "errors"
		}
		if media, ok := r.Content["application/json"]; ok {
			text, err := pretty(d.mediaExample(media))
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

// pretty writes an example as people paste it.
func pretty(v any) (string, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	err := enc.Encode(v)
	return strings.TrimRight(b.String(), "\n"), err
}
