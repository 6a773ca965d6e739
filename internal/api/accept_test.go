package api

import "testing"

func TestAccept(t *testing.T) {
	tests := []struct{ header, want string }{
		{"", typeJSON},
		{"*/*", typeJSON},
		{"application/json", typeJSON},
		{"application/*", typeJSON},
		{"text/plain", typeText},
		{"TEXT/Plain; charset=utf-8", typeText},
		{"text/*", typeText},
		{"text/markdown", typeMarkdown},
		{"text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", typeJSON}, // a browser
		{"application/json, text/plain, */*", typeJSON},                               // axios
		{"text/plain, */*", typeText},
		{"text/plain;q=0.5, text/markdown;q=0.9, application/json;q=0.1", typeMarkdown},
		{"text/markdown;q=0.5, text/plain;q=0.5", typeText},
		{"text/*;q=0.9, text/plain;q=0.1", typeMarkdown},
		{"*/*, application/json;q=0", typeText},
		{"*/*;q=0", ""},
		{"text/html", ""},
		{"text/html, image/*", ""},
		{"application/json;q=0", ""},
		{"application/json;q=nonsense, text/markdown;q=0.1", typeMarkdown},
		{"application/json;q=2, text/markdown;q=0.1", typeMarkdown},
		{"application/json;q=NaN, text/markdown;q=0.1", typeMarkdown},
		{"application/json;q=-0, text/markdown;q=0.001", typeMarkdown},
		{", ;;, text", typeJSON},
	}
	for _, test := range tests {
		if got := parseAccept(test.header).best(typeJSON, typeText, typeMarkdown); got != test.want {
			t.Errorf("Accept %q gives %q, want %q", test.header, got, test.want)
		}
	}
}

func TestTextOnly(t *testing.T) {
	tests := []struct {
		header string
		want   bool
	}{
		{"", false},
		{"*/*", false},
		{"text/plain", true},
		{"text/markdown", true},
		{"text/*", true},
		{"text/plain, application/json;q=0.1", false},
		{"text/plain, application/problem+json", false},
		{"text/plain, application/json;q=0", true},
		{"text/plain, */*;q=0.1", false},
		{"text/html", false},
	}
	for _, test := range tests {
		if got := parseAccept(test.header).textOnly(); got != test.want {
			t.Errorf("Accept %q: text only %v, want %v", test.header, got, test.want)
		}
	}
}
