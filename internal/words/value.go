package words

import (
	"reflect"
	"strconv"
	"strings"
	"time"
)

// asCode returns the string of a value whose kind is string, such as a
// verdict.IdentityKind.
func asCode(v any) (string, bool) {
	r := reflect.ValueOf(v)
	if r.Kind() != reflect.String {
		return "", false
	}
	return r.String(), true
}

// asNumber returns a number of any numeric kind.
func asNumber(v any) (float64, bool) {
	switch r := reflect.ValueOf(v); {
	case r.CanInt():
		return float64(r.Int()), true
	case r.CanUint():
		return float64(r.Uint()), true
	case r.CanFloat():
		return r.Float(), true
	}
	return 0, false
}

// asTime reads a time as plain wrote it.
func asTime(v any) (time.Time, bool) {
	s, ok := v.(string)
	if !ok {
		return time.Time{}, false
	}
	t, err := time.Parse(time.RFC3339Nano, s)
	return t, err == nil
}

// asList returns a list of strings, also as JSON decodes it.
func asList(v any) []string {
	switch list := v.(type) {
	case []string:
		return list
	case []any:
		out := make([]string, 0, len(list))
		for _, item := range list {
			if s, ok := item.(string); ok {
				out = append(out, s)
			}
		}
		return out
	}
	return nil
}

// asText returns a value as it stands in running text.
func asText(v any) string {
	switch value := v.(type) {
	case nil:
		return ""
	case string:
		return value
	}
	if n, ok := asNumber(v); ok {
		return strconv.FormatFloat(n, 'f', -1, 64)
	}
	return strings.Join(asList(v), ", ")
}
