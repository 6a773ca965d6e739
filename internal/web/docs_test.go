package web

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestDocs(t *testing.T) {
	o := options(always(secretDenied()))
	o.PublicURL = "https://why.example.com"
	doc := parsePage(t, get(t, newHandler(t, o), "/docs"))
	want := map[string][]string{
		"h2":             {"Diagnose by address", "Diagnose now"},
		".endpoint":      {"GET /api/v1/diagnoses", "POST /api/v1/diagnoses"},
		".lead":          {"Evidence in, diagnosis out.", "Errors are problem+json."},
		".prose":         {"Looks, and says why."},
		".facts div":     {"task string, in the query, needed Which task", "refresh boolean", "task string, needed The task’s reference"},
		".answer code b": {"200", "200", "errors"},
	}
	for path, texted := range want {
		if diff := cmp.Diff(texted, texts(doc, path)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", path, diff)
		}
	}
	curls := []string{
		"curl -s 'https://why.example.com/api/v1/diagnoses?task=prod/0f1e2d3c4b5a69788796a5b4c3d2e1f0'",
		"curl -s 'https://why.example.com/api/v1/diagnoses' \\\n  -H 'content-type: application/json' \\\n  -d '{\n  \"refresh\": false,\n  \"task\": \"it'\\''s/0f1e2d3c\"\n}'",
	}
	for i, id := range []string{"diagnose-get-curl", "diagnose-curl"} {
		if diff := cmp.Diff(curls[i], rawText(byID(t, doc, id))); diff != "" {
			t.Errorf("curl (-want +got):\n%s", diff)
		}
	}
}

func TestExamples(t *testing.T) {
	doc, err := parseAPIDocument([]byte(apiSample))
	if err != nil {
		t.Fatal(err)
	}
	// A schema that holds itself ends, and is an example all the same.
	example, ok := doc.example(&apiSchema{Ref: "#/components/schemas/Diagnosis"}, 0).(map[string]any)
	if !ok {
		t.Fatal("the example of an object is no object")
	}
	if example["createdAt"] != "2026-11-22T08:00:00Z" || example["phase"] != "startup" {
		t.Errorf("example = %v", example)
	}
	if _, err := json.Marshal(example); err != nil {
		t.Error(err)
	}
	if got := doc.example(&apiSchema{Ref: "#/components/schemas/Missing"}, 0); got != nil {
		t.Errorf("the example of a schema that is not there = %v", got)
	}
}

func TestTypeName(t *testing.T) {
	doc := &apiDocument{}
	tests := []struct {
		schema *apiSchema
		want   string
	}{
		{nil, "anything"},
		{&apiSchema{}, "anything"},
		{&apiSchema{Type: apiType{"string"}}, "string"},
		{&apiSchema{Type: apiType{"string", "null"}, Format: "date-time"}, "time"},
		{&apiSchema{Type: apiType{"null", "array"}, Items: &apiSchema{Ref: "#/components/schemas/Finding"}}, "list of Finding"},
	}
	for _, tt := range tests {
		if got := doc.typeName(tt.schema); got != tt.want {
			t.Errorf("typeName(%+v) = %q, want %q", tt.schema, got, tt.want)
		}
	}
}
