package awsfake

import (
	"regexp"
	"strings"
)

// pattern is a filter pattern for unstructured events: every plain term must
// stand in the message, one of the ?terms if there are only such, and none of
// the -terms. A term is a word, a "quoted phrase" or a %regular expression%;
// case counts.
// Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntaxForLogEvents.html
type pattern struct {
	all, any, none []term
}

// term reports whether a message has what it stands for.
type term func(message string) bool

func (p pattern) matches(message string) bool {
	for _, t := range p.none {
		if t(message) {
			return false
		}
	}
	for _, t := range p.all {
		if !t(message) {
			return false
		}
	}
	if len(p.any) == 0 || len(p.all)+len(p.none) > 0 {
		return true // beside other terms, ?terms are ignored
	}
	for _, t := range p.any {
		if t(message) {
			return true
		}
	}
	return false
}

var errPattern = invalidParameter("Invalid filter pattern")

// patternTerm matches one term with its sign at the beginning of what is left.
var patternTerm = regexp.MustCompile(`^\s*([?-]?)(?:"((?:[^"\\]|\\.)*)"|%([^%]*)%|([A-Za-z0-9_.*]+))`)

// parsePattern reads a filter pattern; the empty one matches everything.
// Patterns for space-delimited events are refused.
func parsePattern(s string) (term, error) {
	s = strings.TrimSpace(s)
	switch {
	case s == "":
		return anything, nil
	case strings.HasPrefix(s, "{"):
		return parseJSONPattern(s)
	}
	return parseTerms(s)
}

// parseTerms reads a pattern for unstructured events.
func parseTerms(s string) (term, error) {
	var p pattern
	for rest := s; rest != ""; rest = strings.TrimSpace(rest) {
		m := patternTerm.FindStringSubmatch(rest)
		if m == nil {
			return nil, errPattern
		}
		rest = rest[len(m[0]):]
		t, err := newTerm(m[2], m[3], m[4])
		if err != nil {
			return nil, err
		}
		switch m[1] {
		case "?":
			p.any = append(p.any, t)
		case "-":
			p.none = append(p.none, t)
		default:
			p.all = append(p.all, t)
		}
	}
	return p.matches, nil
}

// anything is the pattern that matches every event.
func anything(string) bool { return true }

func newTerm(phrase, expression, word string) (term, error) {
	if expression != "" {
		re, err := regexp.Compile(expression)
		if err != nil {
			return nil, errPattern
		}
		return re.MatchString, nil
	}
	text := word + strings.NewReplacer(`\"`, `"`, `\\`, `\`).Replace(phrase)
	return func(message string) bool { return strings.Contains(message, text) }, nil
}
