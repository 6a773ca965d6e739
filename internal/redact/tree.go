package redact

import (
	"encoding/json"
	"strings"
)

// Tree returns a copy of what a JSON text was decoded to, without its secrets:
// also those of which the member around them tells that they are some.
func Tree(v any) any { return under(secretName{}, firm, v) }

// under returns a copy of v, which the name n stands for, and which so may be a
// secret as a whole.
func under(n secretName, m manner, v any) any {
	switch v := v.(type) {
	case string:
		if n.hides(m, v) {
			return placeholder(n.label)
		}
		return Text(v)
	case float64:
		if n.kind == password && n.own {
			return placeholder(n.label)
		}
		return v
	case []any:
		out := make([]any, len(v))
		for i, item := range v {
			out[i] = under(n, n.item(), item)
		}
		return out
	case map[string]any:
		return members(n, v)
	case nil, bool, int, int64:
		return v
	default:
		return under(n, m, decoded(v))
	}
}

// decoded returns what v is once it was written as JSON and read again, so that no
// type of a member is passed over: nil if it cannot be written.
func decoded(v any) (out any) {
	text, err := json.Marshal(v)
	if err != nil || json.Unmarshal(text, &out) != nil {
		return nil
	}
	return out
}

// members returns a copy of an object. The members {"name": NAME, "value": VALUE}
// belong together.
func members(n secretName, v map[string]any) map[string]any {
	if named, ok := classify(nameIn(v)); ok && n.kind == 0 {
		n = named
	}
	out := make(map[string]any, len(v))
	for key, value := range v {
		name := Text(key)
		if strings.Contains(name, placeholderHead) { // what stands there names no secret
			key = ""
		}
		of, m := n.member(key)
		out[name] = under(of, m, value)
	}
	return out
}

// nameIn returns the name that an object says it has, if it has a value too.
func nameIn(v map[string]any) string {
	for _, key := range []string{"name", "Name", "key", "Key"} {
		if name, ok := v[key].(string); ok && (v["value"] != nil || v["Value"] != nil) {
			return name
		}
	}
	return ""
}

// hides reports whether v is a secret under the name.
func (n secretName) hides(m manner, v string) bool {
	switch {
	case n.kind == 0:
		return false
	case m == firm && n.own && n.always():
		return !harmless(v)
	default:
		return isSecret(n, v) && (m != paired || !isName(v))
	}
}
