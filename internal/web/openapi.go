package web

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// apiDocument is the part of an OpenAPI 3.1 document that the API's page shows.
type apiDocument struct {
	Info struct {
		Title       string `json:"title"`
		Version     string `json:"version"`
		Description string `json:"description"`
	} `json:"info"`
	Paths      map[string]map[string]json.RawMessage `json:"paths"`
	Components struct {
		Schemas map[string]*apiSchema `json:"schemas"`
	} `json:"components"`

	operations []apiOperation
}

// apiOperation is one call.
type apiOperation struct {
	Method, Path string

	ID          string                 `json:"operationId"`
	Summary     string                 `json:"summary"`
	Description string                 `json:"description"`
	Parameters  []apiParameter         `json:"parameters"`
	RequestBody apiBody                `json:"requestBody"`
	Responses   map[string]apiResponse `json:"responses"`
}

type apiParameter struct {
	Name        string     `json:"name"`
	In          string     `json:"in"`
	Description string     `json:"description"`
	Required    bool       `json:"required"`
	Schema      *apiSchema `json:"schema"`
	Example     any        `json:"example"`
}

type apiBody struct {
	Description string              `json:"description"`
	Content     map[string]apiMedia `json:"content"`
}

type apiResponse struct {
	Description string              `json:"description"`
	Content     map[string]apiMedia `json:"content"`
}

type apiMedia struct {
	Schema   *apiSchema `json:"schema"`
	Example  any        `json:"example"`
	Examples map[string]struct {
		Value any `json:"value"`
	} `json:"examples"`
}

// apiSchema is the part of a JSON Schema that the page and its examples need.
type apiSchema struct {
	Ref         string                `json:"$ref"`
	Type        apiType               `json:"type"`
	Format      string                `json:"format"`
	Description string                `json:"description"`
	Properties  map[string]*apiSchema `json:"properties"`
	Required    []string              `json:"required"`
	Items       *apiSchema            `json:"items"`
	OneOf       []*apiSchema          `json:"oneOf"`
	AnyOf       []*apiSchema          `json:"anyOf"`
	Enum        []any                 `json:"enum"`
	Default     any                   `json:"default"`
	Examples    []any                 `json:"examples"`
}

// apiType is a JSON type, or several: OpenAPI 3.1 writes a string or a list.
type apiType []string

// UnmarshalJSON reads either form.
func (t *apiType) UnmarshalJSON(b []byte) error {
	var one string
	if err := json.Unmarshal(b, &one); err == nil {
		*t = apiType{one}
		return nil
	}
	return json.Unmarshal(b, (*[]string)(t))
}

// main is the type that is not null.
func (t apiType) main() string {
	for _, name := range t {
		if name != "null" {
			return name
		}
	}
	return ""
}

// httpMethods are the keys of a path that hold an operation, in the order shown.
var httpMethods = []string{"get", "post", "put", "patch", "delete"}

// parseAPIDocument reads the document; nil where there is none.
func parseAPIDocument(document []byte) (*apiDocument, error) {
	if len(document) == 0 {
		return nil, nil
	}
	var doc apiDocument
	if err := json.Unmarshal(document, &doc); err != nil {
		return nil, err
	}
	for _, path := range slices.Sorted(maps.Keys(doc.Paths)) {
		for _, method := range httpMethods {
			raw, ok := doc.Paths[path][method]
			if !ok {
				continue
			}
			op := apiOperation{Method: strings.ToUpper(method), Path: path}
			if err := json.Unmarshal(raw, &op); err != nil {
				return nil, fmt.Errorf("%s %s: %w", method, path, err)
			}
			doc.operations = append(doc.operations, op)
		}
	}
	return &doc, nil
}

// resolve follows a schema's reference into the components.
func (d *apiDocument) resolve(s *apiSchema) *apiSchema {
	for hops := 0; s != nil && s.Ref != "" && hops < 8; hops++ {
		s = d.Components.Schemas[strings.TrimPrefix(s.Ref, "#/components/schemas/")]
	}
	return s
}

// mediaExample is the example that the document gives, or one made from the schema.
func (d *apiDocument) mediaExample(m apiMedia) any {
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
func (d *apiDocument) example(s *apiSchema, depth int) any {
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

func (d *apiDocument) placeholder(s *apiSchema, depth int) any {
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
func (d *apiDocument) typeName(s *apiSchema) string {
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
