package iampolicy

import (
	"regexp"
	"strings"

	"whystopped/internal/iampolicy/sar"
)

// hidden is what people, and this service, put in place of a name that is nobody's
// business: "***", "<table>", "[redacted]".
var hidden = regexp.MustCompile(`\*{2,}|<[^<>]*>|\[redacted[^\]]*\]|…|^[xX]{3,}$`)

// withWords puts the words that stand for unknown names in place of the masked
// ones in an ARN's last part, by the template of the action that has that form. A
// part that no template has stays.
func withWords(act Action, resource string) string {
	if !hidden.MatchString(resource) && !hidden.MatchString(resource[strings.LastIndexAny(resource, "/:")+1:]) {
		return resource
	}
	types := []sar.ResourceType{{Template: "arn:${Partition}:logs:${Region}:${Account}:log-group:${LogGroupName}"}} // without its stream
	if act.Service != "logs" {
		types = nil
	}
	for _, use := range act.Types {
		types = append(types, *use.ResourceType)
	}
	best, words := -1, resource
	for _, t := range types {
		filled, weight, ok := unmasked(t, resource)
		if ok && weight > best {
			best, words = weight, filled
		}
	}
	return words
}

// unmasked reads a resource by one template; weight is how much of the template
// is not variable.
func unmasked(t sar.ResourceType, resource string) (words string, weight int, ok bool) {
	_, last := tailOf(t)
	form := sar.ResourceType{Template: last}
	literals := strings.Split(form.Expand(func(string) string { return "\x00" }), "\x00")
	pattern := "^"
	for i, text := range literals {
		weight += len(text)
		if i > 0 {
			pattern += "(.+?)"
		}
		pattern += regexp.QuoteMeta(text)
	}
	values := regexp.MustCompile("(?s)" + pattern + "$").FindStringSubmatch(resource)
	if values == nil {
		return "", 0, false
	}
	i := 0
	return form.Expand(func(variable string) string {
		i++
		if hidden.MatchString(values[i]) {
			return capitals(variable)
		}
		return values[i]
	}), weight, true
}
