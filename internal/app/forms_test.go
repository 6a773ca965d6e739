package app_test

import (
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

// TestEverySampleAsText reads each sample as a terminal and as a ticket shows it.
func TestEverySampleAsText(t *testing.T) {
	s := startDemo(t)
	for _, sample := range demoSamples() {
		t.Run(sample.Name, func(t *testing.T) {
			title := s.diagnose(sample.ARN).at("verdict", "title")
			text := s.accept(t, "text/plain", sample.ARN)
			if !strings.HasPrefix(strings.Join(strings.Fields(text), " "), title+" Identity ") {
				t.Errorf("the text does not begin with the verdict %q:\n%s", title, text)
			}
			// Commands and ARNs are for copying: they are as long as they are.
			before, _, _ := strings.Cut(text, "if [ \"$(aws sts")
			before, _, _ = strings.Cut(before, "\naws ")
			for line := range strings.Lines(before) {
				line = strings.TrimRight(line, "\n")
				longWord := slices.ContainsFunc(strings.Fields(line), func(word string) bool { return len(word) > 60 })
				if utf8.RuneCountInString(line) > 80 && !longWord && !strings.HasPrefix(line, "#") {
					t.Errorf("a line is wider than a terminal: %s", line)
				}
			}
			if ticket := s.accept(t, "text/markdown", sample.ARN); !strings.HasPrefix(ticket, "# ") || !strings.Contains(ticket, "\n## Fix\n") || strings.Count(ticket, "\n```")%2 != 0 {
				t.Errorf("the ticket is no Markdown as it should be:\n%s", ticket)
			}
		})
	}
}

// accept asks for a diagnosis in one form.
func (s *service) accept(t *testing.T, form, task string) string {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.url+"/api/v1/diagnoses?task="+url.QueryEscape(task), nil)
	if err != nil {
		t.Fatalf("make the request: %v", err)
	}
	req.Header.Set("Accept", form)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatalf("ask for %s: %v", form, err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if got := resp.Header.Get("Content-Type"); err != nil || resp.StatusCode != http.StatusOK || got != form+"; charset=utf-8" {
		t.Fatalf("%s: status %d, %s, %v", form, resp.StatusCode, got, err)
	}
	return string(body)
}
