package taskref

import (
	"net/url"
	"regexp"
	"strings"
	"unicode"
)

// clean takes off what surrounds a reference when it is copied from a chat, a
// mail, a document, or the output of a command.
func clean(s string) string {
	for {
		was := s
		s = strings.TrimFunc(s, isWrapping)
		if inner, ok := strings.CutPrefix(s, "<"); ok { // Slack's <link|label>
			s, _, _ = strings.Cut(inner, "|")
		}
		s = strings.TrimRight(s, "/.,;:!?>)]*")
		s = strings.TrimLeft(s, "([*")
		s = label.ReplaceAllString(s, "")
		s = unescaped(s)
		if s == was {
			return s
		}
	}
}

// isWrapping tells quotes, white space, and what editors put in unseen.
func isWrapping(r rune) bool {
	return unicode.IsSpace(r) || unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || strings.ContainsRune("\"'`´“”„‘’‚«»", r)
}

// label is what stands before an ARN where a command or a log printed it.
var label = regexp.MustCompile(`^(?i:(?:ecs )?(?:task|service)[ _-]?(?:arns?|id|url|link)?["']?\s*[:=]\s*)`)

// unescaped reads a link that was a parameter of another.
func unescaped(s string) string {
	lower := strings.ToLower(s[:min(len(s), 12)])
	if !strings.HasPrefix(lower, "https%3a%2f%") && !strings.HasPrefix(lower, "arn%3a") {
		return s
	}
	if plain, err := url.PathUnescape(s); err == nil {
		return plain
	}
	return s
}
