package sar

import (
	"regexp"
	"strings"
	"testing"
)

func TestOverlap(t *testing.T) {
	tests := []struct {
		a, b string
		want bool
	}{
		{"", "", true},
		{"*", "", true},
		{"?*", "", false},
		{"role/?*", "role/api", true},
		{"role/?*", "role/", false},
		{"role/?*", "role/*", true},
		{"a*c", "ab*", true},
		{"a*c", "*b", false},
		{"?*/index/?*", "orders", false},
		{"?*/index/?*", "orders*", true},
		{"**", "*?", true},
	}
	for _, tt := range tests {
		if got := overlap(tt.a, tt.b); got != tt.want {
			t.Errorf("overlap(%q, %q) = %v, want %v", tt.a, tt.b, got, tt.want)
		}
		if got := overlap(tt.b, tt.a); got != tt.want {
			t.Errorf("overlap(%q, %q) = %v, want %v", tt.b, tt.a, got, tt.want)
		}
	}
}

// FuzzOverlap holds overlap against a regular expression where one side has no
// wildcards.
func FuzzOverlap(f *testing.F) {
	f.Add("log-group:?*:log-stream:?*", "log-group:/ecs/api:log-stream:a/b")
	f.Add("*a?b*", "xxaabb")
	f.Fuzz(func(t *testing.T, pattern, text string) {
		if strings.ContainsAny(text, "*?") || len(pattern) > 60 || len(text) > 200 {
			t.Skip()
		}
		var re strings.Builder
		for i := range len(pattern) {
			switch c := pattern[i]; {
			case c == '*':
				re.WriteString("([0-9a-f]{2})*")
			case c == '?':
				re.WriteString("[0-9a-f]{2}")
			default:
				re.WriteString(hex(pattern[i : i+1]))
			}
		}
		want := regexp.MustCompile(`^(?s:` + re.String() + `)$`).MatchString(hex(text))
		if got := overlap(pattern, text); got != want {
			t.Errorf("overlap(%q, %q) = %v, want %v", pattern, text, got, want)
		}
	})
}

func hex(s string) string {
	const digits = "0123456789abcdef"
	var b strings.Builder
	for i := range len(s) {
		b.WriteByte(digits[s[i]>>4])
		b.WriteByte(digits[s[i]&15])
	}
	return b.String()
}
