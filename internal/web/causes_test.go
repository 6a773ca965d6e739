package web

import (
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"

	"whystopped/internal/diagnose"
	"whystopped/internal/words"
)

func TestCausesAreGroupedAndFound(t *testing.T) {
	h := newHandler(t, options(always(secretDenied())))
	tests := []struct {
		query         string
		areas, titles []string
	}{
		{"", []string{"Secrets and parameters", "Runtime"}, []string{"The execution role may not read a secret", "A call of your code was refused", "A container ran out of memory"}},
		{"OOM", []string{"Runtime"}, []string{"A container ran out of memory"}},
		{"registry+auth", []string{"Secrets and parameters"}, []string{"The execution role may not read a secret"}},
		{"execution-role+secret", []string{"Secrets and parameters"}, []string{"The execution role may not read a secret"}},
		{"gremlins", nil, nil},
	}
	for _, tt := range tests {
		doc := parsePage(t, get(t, h, "/causes?q="+tt.query))
		if diff := cmp.Diff([][]string{tt.areas, tt.titles}, [][]string{texts(doc, "h2"), texts(doc, ".rows b")}); diff != "" {
			t.Errorf("q=%s: areas and titles (-want +got):\n%s", tt.query, diff)
		}
	}
}

func TestByAreaKeepsWhatItDoesNotKnow(t *testing.T) {
	areas := byArea([]diagnose.CauseInfo{{Code: "a", Area: "weather"}, {Code: "b", Area: "shutdown"}, {Code: "c", Area: "image"}, {Code: "d", Area: "weather"}})
	var got []string
	for _, a := range areas {
		got = append(got, a.Name)
		for _, c := range a.Causes {
			got = append(got, c.Code)
		}
	}
	if diff := cmp.Diff([]string{"Pulling the image", "c", "Stopped by ECS, AWS or a user", "b", "weather", "a", "d"}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestCause(t *testing.T) {
	h := newHandler(t, options(always(secretDenied())))
	w := get(t, h, "/causes/startup.secretsmanager.denied")
	if w.Code != http.StatusOK {
		t.Fatalf("status = %d", w.Code)
	}
	doc := parsePage(t, w)
	want := catalogue()[2]
	got := map[string][]string{
		"h1":          texts(doc, "h1"),
		".lead":       texts(doc, ".lead"),
		".why":        texts(doc, ".why"),
		"ol.steps li": texts(doc, "ol.steps li"),
		"blockquote":  texts(doc, "blockquote"),
		".links a":    texts(doc, ".links a"),
		".badge b":    texts(doc, ".badge b"),
		".chips code": texts(doc, ".chips code"),
	}
	if diff := cmp.Diff(map[string][]string{
		"h1":          {want.Title.English},
		".lead":       {want.Meaning.English},
		".why":        {want.Why.English},
		"ol.steps li": words.Lines(want.Fix),
		"blockquote":  want.Examples,
		".links a":    {"docs.aws.amazon.com · task execution IAM role"},
		".badge b":    {"Task execution role"},
		".chips code": {want.Code},
	}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
