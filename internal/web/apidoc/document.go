// Package apidoc reads an OpenAPI 3.1 document and says each of its operations as
// a page shows it, with a call to try and an example of each answer. Start with
// Parse and Document.View.
package apidoc

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Document is the part of an OpenAPI 3.1 document that the API's page shows.
type Document struct {
	Info struct {
		Title       string `json:"title"`
		Version     string `json:"version"`
		Description string `json:"description"`
	} `json:"info"`
	Paths      map[string]map[string]json.RawMessage `json:"paths"`
	Components struct {
		Schemas map[string]*schema `json:"schemas"`
	} `json:"components"`

	operations []operation
}

// operation is one call.
type operation struct {
	Method, Path string

	ID          string              `json:"operationId"`
	Summary     string              `json:"summary"`
	Description string              `json:"description"`
	Parameters  []parameter         `json:"parameters"`
	RequestBody body                `json:"requestBody"`
	Responses   map[string]response `json:"responses"`
}

type parameter struct {
	Name        string  `json:"name"`
	In          string  `json:"in"`
	Description string  `json:"description"`
	Required    bool    `json:"required"`
	Schema      *schema `json:"schema"`
	Example     any     `json:"example"`
}

type body struct {
	Description string           `json:"description"`
	Content     map[string]media `json:"content"`
}

type response struct {
	Description string           `json:"description"`
	Content     map[string]media `json:"content"`
}

type media struct {
	Schema   *schema `json:"schema"`
	Example  any     `json:"example"`
	Examples map[string]struct {
		Value any `json:"value"`
	} `json:"examples"`
}

// schema is the part of a JSON Schema that the page and its examples need.
type schema struct {
	Ref         string             `json:"$ref"`
	Type        jsonType           `json:"type"`
	Format      string             `json:"format"`
	Description string             `json:"description"`
	Properties  map[string]*schema `json:"properties"`
	Required    []string           `json:"required"`
	Items       *schema            `json:"items"`
	OneOf       []*schema          `json:"oneOf"`
	AnyOf       []*schema          `json:"anyOf"`
	Enum        []any              `json:"enum"`
	Default     any                `json:"default"`
	Examples    []any              `json:"examples"`
}

// jsonType is a JSON type, or several: OpenAPI 3.1 writes a string or a list.
type jsonType []string

// UnmarshalJSON reads either form.
func (t *jsonType) UnmarshalJSON(b []byte) error {
	var one string
	if err := json.Unmarshal(b, &one); err == nil {
		*t = jsonType{one}
		return nil
	}
	return json.Unmarshal(b, (*[]string)(t))
}

// main is the type that is not null.
func (t jsonType) main() string {
	for _, name := range t {
		if name != "null" {
			return name
		}
	}
	return ""
}

// httpMethods are the keys of a path that hold an operation, in the order shown.
var httpMethods = []string{"get", "post", "put", "patch", "delete"}

// Parse reads the document; nil where there is none.
func Parse(document []byte) (*Document, error) {
	if len(document) == 0 {
		return nil, nil
	}
	var doc Document
	if err := json.Unmarshal(document, &doc); err != nil {
		return nil, err
	}
	for _, path := range slices.Sorted(maps.Keys(doc.Paths)) {
		for _, method := range httpMethods {
			raw, ok := doc.Paths[path][method]
			if !ok {
				continue
			}
			op := operation{Method: strings.ToUpper(method), Path: path}
			if err := json.Unmarshal(raw, &op); err != nil {
				return nil, fmt.Errorf("%s %s: %w", method, path, err)
			}
			doc.operations = append(doc.operations, op)
		}
	}
	return &doc, nil
}

// resolve follows a schema's reference into the components.
func (d *Document) resolve(s *schema) *schema {
	for hops := 0; s != nil && s.Ref != "" && hops < 8; hops++ {
		s = d.Components.Schemas[strings.TrimPrefix(s.Ref, "#/components/schemas/")]
	}
	return s
}

// mediaExample is the example that the document gives, or one made from the schema.
func (d *Document) mediaExample(m media) any {
	if m.Example != nil {
		return m.Example
	}
	for _, name := range slices.Sorted(maps.Keys(m.Examples)) {
		return m.Examples[name].Value
	}
	return d.example(m.Schema, 0)
}

// deepest is how far an example is made: trees of the API end well before.
const deepest = 8

// example makes a value of the schema: its own example, its default, its first
// allowed value, or a placeholder of its type.
func (d *Document) example(s *schema, depth int) any {
	if s = d.resolve(s); s == nil || depth > deepest {
		return nil
	}
	switch {
	case len(s.Examples) > 0:
		return s.Examples[0]
	case s.Default != nil:
		return s.Default
	case len(s.Enum) > 0:
		return s.Enum[0]
	case len(s.OneOf) > 0:
		return d.example(s.OneOf[0], depth+1)
	case len(s.AnyOf) > 0:
		return d.example(s.AnyOf[0], depth+1)
	}
	return d.placeholder(s, depth)
}

func (d *Document) placeholder(s *schema, depth int) any {
	switch s.Type.main() {
	case "object":
		object := make(map[string]any, len(s.Properties))
		for name, property := range s.Properties {
			if name != "$schema" {
				object[name] = d.example(property, depth+1)
			}
		}
		return object
	case "array":
		if item := d.example(s.Items, depth+1); item != nil {
			return []any{item}
		}
		return []any{}
	case "integer", "number":
		return 0
	case "boolean":
		return false
	case "string":
		if s.Format == "date-time" {
			return "2026-11-22T08:00:00Z"
		}
		return "…"
	}
	return nil
}

// typeName says a schema's type in a few words: "string", "list of Finding".
func (d *Document) typeName(s *schema) string {
	if s == nil {
		return "anything"
	}
	if s.Ref != "" {
		return strings.TrimPrefix(s.Ref, "#/components/schemas/")
	}
	switch name := s.Type.main(); name {
	case "array":
		return "list of " + d.typeName(s.Items)
	case "string":
		return cmp.Or(map[string]string{"date-time": "time"}[s.Format], name)
	case "":
		return "anything"
	default:
		return name
	}
}
