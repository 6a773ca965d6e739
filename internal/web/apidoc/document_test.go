package apidoc

import (
	"encoding/json"
	"testing"
)

const sample = `{"components": {"schemas": {"Diagnosis": {"type": "object", "properties": {
	"$schema": {"type": "string"},
	"createdAt": {"type": "string", "format": "date-time"},
	"phase": {"type": "string", "enum": ["startup", "runtime"]},
	"older": {"type": "array", "items": {"$ref": "#/components/schemas/Diagnosis"}}
}}}}}`

func TestExamples(t *testing.T) {
	doc, err := Parse([]byte(sample))
	if err != nil {
		t.Fatal(err)
	}
	// A schema that holds itself ends, and is an example all the same.
	example, ok := doc.example(&schema{Ref: "#/components/schemas/Diagnosis"}, 0).(map[string]any)
	if !ok {
		t.Fatal("the example of an object is no object")
	}
	if example["createdAt"] != "2026-11-22T08:00:00Z" || example["phase"] != "startup" {
		t.Errorf("example = %v", example)
	}
	if _, err := json.Marshal(example); err != nil {
		t.Error(err)
	}
	if got := doc.example(&schema{Ref: "#/components/schemas/Missing"}, 0); got != nil {
		t.Errorf("the example of a schema that is not there = %v", got)
	}
}

func TestTypeName(t *testing.T) {
	doc := &Document{}
	tests := []struct {
		schema *schema
		want   string
	}{
		{nil, "anything"},
		{&schema{}, "anything"},
		{&schema{Type: jsonType{"string"}}, "string"},
		{&schema{Type: jsonType{"string", "null"}, Format: "date-time"}, "time"},
		{&schema{Type: jsonType{"null", "array"}, Items: &schema{Ref: "#/components/schemas/Finding"}}, "list of Finding"},
	}
	for _, tt := range tests {
		if got := doc.typeName(tt.schema); got != tt.want {
			t.Errorf("typeName(%+v) = %q, want %q", tt.schema, got, tt.want)
		}
	}
}
