package awsfake

import (
	"encoding/json"
	"regexp"
	"strings"
)

// jsonPattern reads a filter pattern for JSON events: comparisons of strings,
// { ($.a.b = "x*") && ($.c != "y") || … }, where && binds closer than || and
// a * at the beginning or end of a string stands for anything. Numbers, IS NULL
// and NOT EXISTS are not known to the double.
// Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
type jsonPattern struct{ tokens []string }

// condition reports whether an event, as JSON reads it, fulfils it.
type condition func(event any) bool

var jsonToken = regexp.MustCompile(`^\s*(\$(?:\.[\w-]+)+|"(?:[^"\\]|\\.)*"|&&|\|\||!=|[(){}=])`)

func parseJSONPattern(s string) (term, error) {
	var p jsonPattern
	for s = strings.TrimSpace(s); s != ""; s = strings.TrimSpace(s) {
		m := jsonToken.FindStringSubmatch(s)
		if m == nil {
			return nil, errPattern
		}
		p.tokens = append(p.tokens, m[1])
		s = s[len(m[0]):]
	}
	if !p.take("{") {
		return nil, errPattern
	}
	holds, ok := p.either()
	if !ok || !p.take("}") || len(p.tokens) > 0 {
		return nil, errPattern
	}
	return func(message string) bool {
		var event any
		return json.Unmarshal([]byte(message), &event) == nil && holds(event)
	}, nil
}

// take removes the next token if it is the one that is wanted.
func (p *jsonPattern) take(want string) bool {
	if len(p.tokens) == 0 || p.tokens[0] != want {
		return false
	}
	p.tokens = p.tokens[1:]
	return true
}

// either reads conditions that are joined by ||.
func (p *jsonPattern) either() (condition, bool) {
	holds, ok := p.both()
	for ok && p.take("||") {
		var other condition
		left := holds
		other, ok = p.both()
		holds = func(e any) bool { return left(e) || other(e) }
	}
	return holds, ok
}

// both reads conditions that are joined by &&.
func (p *jsonPattern) both() (condition, bool) {
	holds, ok := p.single()
	for ok && p.take("&&") {
		var other condition
		left := holds
		other, ok = p.single()
		holds = func(e any) bool { return left(e) && other(e) }
	}
	return holds, ok
}

// single reads one comparison, or conditions in parentheses.
func (p *jsonPattern) single() (condition, bool) {
	if p.take("(") {
		holds, ok := p.either()
		return holds, ok && p.take(")")
	}
	if len(p.tokens) < 3 || p.tokens[0][0] != '$' || p.tokens[2][0] != '"' {
		return nil, false
	}
	path := strings.Split(p.tokens[0], ".")[1:]
	equal := p.tokens[1] == "="
	if !equal && p.tokens[1] != "!=" {
		return nil, false
	}
	var want string
	if json.Unmarshal([]byte(p.tokens[2]), &want) != nil {
		return nil, false
	}
	p.tokens = p.tokens[3:]
	return func(e any) bool {
		got, ok := stringAt(e, path)
		return ok && like(want, got) == equal
	}, true
}

// stringAt finds the string at a path of names.
func stringAt(v any, path []string) (string, bool) {
	for _, name := range path {
		object, ok := v.(map[string]any)
		if !ok {
			return "", false
		}
		v = object[name]
	}
	s, ok := v.(string)
	return s, ok
}

// like compares with a pattern that may begin and end with *.
func like(pattern, s string) bool {
	middle, open := strings.CutPrefix(pattern, "*")
	middle, openEnd := strings.CutSuffix(middle, "*")
	switch {
	case open && (openEnd || middle == ""):
		return strings.Contains(s, middle)
	case open:
		return strings.HasSuffix(s, middle)
	case openEnd:
		return strings.HasPrefix(s, middle)
	}
	return s == middle
}
