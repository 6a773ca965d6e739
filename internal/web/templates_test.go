package web

import (
	"testing"

	"github.com/jba/templatecheck"

	"whystopped/internal/words"
	assets "whystopped/web"
)

// TestTemplates checks every page's template against the struct that it is
// given, so that a misspelt field fails here and not in front of a reader.
func TestTemplates(t *testing.T) {
	pages := map[string]any{
		"cause":       CausePage{},
		"causes":      CausesPage{},
		"diagnoses":   DiagnosesPage{},
		"docs":        DocsPage{},
		"error":       ErrorPage{},
		"incident":    IncidentPage{},
		"incidents":   IncidentsPage{},
		"permissions": PermissionsPage{},
		"preview":     PreviewPage{},
		"progress":    ProgressPage{},
		"report":      ReportPage{},
		"service":     ServicePage{},
		"start":       StartPage{},
	}
	templates, err := parseTemplates(assets.Templates, words.English())
	if err != nil {
		t.Fatal(err)
	}
	for name, tmpl := range templates {
		page, ok := pages[name]
		if !ok {
			t.Errorf("template %s.html has no page struct in this test", name)
			continue
		}
		if err := templatecheck.CheckHTMLStrict(tmpl, page); err != nil {
			t.Errorf("%s.html: %v", name, err)
		}
	}
	for name := range pages {
		if templates[name] == nil {
			t.Errorf("there is no template %s.html", name)
		}
	}
}
