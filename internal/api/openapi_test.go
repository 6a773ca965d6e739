package api_test

import (
	"encoding/json"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"whystopped/internal/diagnose/evidence"
)

func document(t *testing.T) map[string]any {
	t.Helper()
	got := ask(t, serve(t, &book{}), "GET", "/openapi.json", "")
	if got.Code != 200 || got.Header().Get("Content-Type") != "application/json" {
		t.Fatalf("status %d, headers %v", got.Code, got.Header())
	}
	return got.body
}

// at walks into a document.
func at(t *testing.T, v any, path ...string) any {
	t.Helper()
	for _, name := range path {
		m, ok := v.(map[string]any)
		if !ok || m[name] == nil {
			t.Fatalf("the document has no %s (in %v)", name, path)
		}
		v = m[name]
	}
	return v
}

func TestDocument(t *testing.T) {
	doc := document(t)
	if version := at(t, doc, "openapi"); version != "3.1.0" {
		t.Errorf("openapi = %v", version)
	}
	for _, call := range [][2]string{
		{"/api/v1/diagnoses", "post"},
		{"/api/v1/diagnoses", "get"},
		{"/api/v1/diagnoses/{id}", "get"},
		{"/api/v1/evaluate", "post"},
		{"/api/v1/incidents", "get"},
		{"/api/v1/incidents/{id}", "get"},
		{"/api/v1/stops", "get"},
		{"/api/v1/causes", "get"},
		{"/api/v1/causes/{code}", "get"},
	} {
		at(t, doc, "paths", call[0], call[1], "responses", "200", "content", "application/json", "schema")
		at(t, doc, "paths", call[0], call[1], "responses", "500", "content", "application/problem+json", "schema")
	}
	if strings.Contains(mustJSON(t, doc), "$schema") {
		t.Error("the document links to schemas that are not served")
	}
}

// TestDocumentIsComplete follows every reference of the document.
func TestDocumentIsComplete(t *testing.T) {
	doc := document(t)
	found := 0
	var walk func(v any)
	walk = func(v any) {
		switch v := v.(type) {
		case map[string]any:
			if ref, ok := v["$ref"].(string); ok {
				found++
				at(t, doc, strings.Split(strings.TrimPrefix(ref, "#/"), "/")...)
			}
			for _, inner := range v {
				walk(inner)
			}
		case []any:
			for _, inner := range v {
				walk(inner)
			}
		}
	}
	walk(doc)
	if found == 0 {
		t.Error("the document has no references")
	}
}

func TestDocumentHasTheContractsValues(t *testing.T) {
	schemas := at(t, document(t), "components", "schemas")
	want := []any{"startup", "runtime", "placement", "shutdown", "unknown"}
	if diff := cmp.Diff(want, at(t, schemas, "Verdict", "properties", "phase", "enum")); diff != "" {
		t.Errorf("phases (-want +got):\n%s", diff)
	}
	if n := len(at(t, schemas, "Verdict", "properties", "category", "enum").([]any)); n != 28 {
		t.Errorf("%d categories, want 28", n)
	}
	removable := []any{"identity", "boundary", "scp", "rcp"}
	if diff := cmp.Diff(removable, at(t, schemas, "WithoutPolicy", "properties", "policyType", "enum")); diff != "" {
		t.Errorf("policies that a simulation leaves out (-want +got):\n%s", diff)
	}
	if list := at(t, schemas, "Diagnosis", "properties", "findings", "type"); list != "array" {
		t.Errorf("findings are %v, want an array that is never null", list)
	}
	for _, list := range []string{"changes", "roleUsers", "stops"} {
		if kind := at(t, schemas, "IncidentReport", "properties", list, "type"); kind != "array" {
			t.Errorf("%s of an incident are %v, want an array that is never null", list, kind)
		}
	}
	if open := at(t, schemas, "Diagnosis", "additionalProperties"); open != true {
		t.Errorf("a diagnosis may get more fields: %v, want true", open)
	}
	if open := at(t, schemas, "DiagnoseRequest"); open.(map[string]any)["additionalProperties"] != false {
		t.Error("a request may have more fields")
	}
}

// TestDocumentedEvidence holds the description of the evidence to what is read.
func TestDocumentedEvidence(t *testing.T) {
	properties := at(t, document(t), "components", "schemas", "Evidence", "properties").(map[string]any)
	var names []string
	for name := range properties {
		names = append(names, name)
	}
	slices.Sort(names)
	if diff := cmp.Diff(slices.Sorted(slices.Values(evidence.Fields)), names); diff != "" {
		t.Errorf("parts of the evidence (-read +documented):\n%s", diff)
	}
	example := at(t, document(t), "paths", "/api/v1/evaluate", "post", "requestBody", "content", "application/json", "example")
	if _, err := evidence.Decode([]byte(mustJSON(t, example))); err != nil {
		t.Errorf("the documented example cannot be read: %v", err)
	}
}

func TestDocumentAsYAML(t *testing.T) {
	w := httptest.NewRecorder()
	serve(t, &book{}).ServeHTTP(w, httptest.NewRequest("GET", "/openapi.yaml", nil))
	if w.Code != 200 || w.Header().Get("Content-Type") != "application/yaml" || !strings.Contains(w.Body.String(), "openapi: 3.1.0") {
		t.Errorf("status %d, headers %v, body %.200s", w.Code, w.Header(), w.Body)
	}
}

func mustJSON(t *testing.T, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatalf("write JSON: %v", err)
	}
	return string(b)
}
