package web

import (
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
		".facts div":     {"task string, in the query, required Which task", "refresh boolean", "task string, required The task’s reference"},
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
