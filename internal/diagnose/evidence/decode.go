package evidence

import (
	"bytes"
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"whystopped/internal/words"
)

// Fields are the names of the parts that Decode reads, in the order of the
// public documentation.
var Fields = []string{"task", "event", "taskDefinition", "logs", "cloudtrail", "serviceEvents", "text"}

// DecodeError says what is wrong with evidence that somebody sent.
type DecodeError struct {
	// Malformed is set where the input is no JSON at all.
	Malformed bool
	// Path leads to the part at fault ("logs[0].lines[3]"); "" for the whole.
	Path string
	// Said is what to tell whoever sent it. It quotes what was sent.
	Said words.Text
}

// Error returns what is wrong, in English.
func (e *DecodeError) Error() string { return e.Said.English }

// problem returns an error with the message of the id; path is one of its
// arguments.
func problem(path, id string, args words.Args) *DecodeError {
	all := words.Args{"path": path}
	maps.Copy(all, args)
	return &DecodeError{Path: path, Said: words.Say("evidence."+id, all)}
}

// Decode reads evidence as POST /api/v1/evaluate takes it. Our own fields are
// strict: a name that is unknown or comes twice is an error. What AWS wrote is
// taken as it comes: unknown properties are passed over, and the envelopes of
// the AWS CLI, of CloudTrail's files and of EventBridge are opened. At least
// one part must hold something. A list that is longer than any of AWS's is an
// error, a text is cut. Every error is a *DecodeError.
func Decode(data []byte) (Evidence, error) {
	var ev Evidence
	parts, err := members("", bytes.TrimPrefix(data, []byte("\ufeff")), Fields...)
	if err != nil {
		return ev, err
	}
	maps.DeleteFunc(parts, func(_ string, raw json.RawMessage) bool { return isNull(raw) })
	if parts["task"] != nil && parts["event"] != nil {
		return ev, problem("event", "both", nil)
	}
	for _, name := range Fields {
		if raw, ok := parts[name]; ok {
			if err := ev.read(name, raw); err != nil {
				return Evidence{}, err
			}
		}
	}
	if reflect.DeepEqual(ev, Evidence{}) {
		return ev, problem("", "none", words.Args{"fields": Fields})
	}
	if err := ev.bounded(); err != nil {
		return Evidence{}, err
	}
	return ev, nil
}

// read takes one part of the evidence from its JSON.
func (ev *Evidence) read(name string, raw json.RawMessage) error {
	var err error
	switch name {
	case "task":
		ev.Task, err = decodeTask(name, raw)
	case "event":
		err = ev.readEvent(name, raw)
	case "taskDefinition":
		ev.TaskDefinition, err = decodeTaskDefinition(name, raw)
	case "logs":
		ev.Logs, err = decodeLogs(name, raw)
	case "cloudtrail":
		var records []Record
		records, err = decodeRecords(name, raw)
		ev.CloudTrail = append(ev.CloudTrail, records...)
	case "serviceEvents":
		var events []ServiceEvent
		events, err = list(name, raw, "Evidence.ServiceEvents", decodeServiceEvent)
		ev.ServiceEvents = append(ev.ServiceEvents, events...)
	case "text":
		err = into(name, raw, &ev.Text)
		if strings.TrimSpace(ev.Text) == "" {
			ev.Text = ""
		}
	}
	return err
}

// into decodes what AWS may have written: unknown properties pass.
func into(path string, raw json.RawMessage, v any) error {
	err := json.Unmarshal(raw, v)
	if err == nil {
		return nil
	}
	if e, ok := err.(*json.UnmarshalTypeError); ok {
		if e.Field != "" {
			path += "." + e.Field
		}
		return problem(path, "type", words.Args{"type": e.Value})
	}
	return problem(path, "unreadable", words.Args{"message": strings.TrimPrefix(err.Error(), "json: ")})
}

// members splits an object of our own into its parts, which must have one of
// the given names and come once. encoding/json alone would take "TASK" for
// "task", and the last of two.
func members(path string, raw []byte, names ...string) (map[string]json.RawMessage, error) {
	if err := wellFormed(path, raw); err != nil {
		return nil, err
	}
	dec := json.NewDecoder(bytes.NewReader(raw))
	if open, err := dec.Token(); err != nil || open != json.Delim('{') {
		return nil, problem(path, "object", nil)
	}
	parts := map[string]json.RawMessage{}
	for dec.More() {
		key, err := dec.Token()
		if err != nil {
			return nil, problem(path, "unreadable", words.Args{"message": err.Error()})
		}
		name := key.(string) // an object's keys are strings
		var value json.RawMessage
		if err := dec.Decode(&value); err != nil {
			return nil, problem(join(path, name), "unreadable", words.Args{"message": err.Error()})
		}
		if !slices.Contains(names, name) {
			return nil, problem(join(path, name), "field", words.Args{"fields": names})
		}
		if _, twice := parts[name]; twice {
			return nil, problem(join(path, name), "twice", nil)
		}
		parts[name] = value
	}
	return parts, nil
}

func wellFormed(path string, raw []byte) error {
	var whole json.RawMessage
	err := json.Unmarshal(raw, &whole)
	if err == nil {
		return nil
	}
	args := words.Args{"message": err.Error()}
	if e, ok := err.(*json.SyntaxError); ok {
		args["offset"] = e.Offset
	}
	malformed := problem(path, "malformed", args)
	malformed.Malformed = true
	return malformed
}

// list decodes an array whose items have a decoder of their own. The name is
// that of its bound.
func list[T any](path string, raw json.RawMessage, name string, item func(string, json.RawMessage) (T, error)) ([]T, error) {
	if l, n := listBounds[name], countItems(raw); n > l.most {
		return nil, l.overfull(path, n)
	}
	var items []json.RawMessage
	if err := json.Unmarshal(raw, &items); err != nil {
		return nil, problem(path, "list", nil)
	}
	var out []T
	for i, raw := range items {
		v, err := item(path+"["+strconv.Itoa(i)+"]", raw)
		if err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, nil
}

// countItems counts the items of a JSON array without keeping any; 0 for
// anything else.
func countItems(raw json.RawMessage) int {
	raw = bytes.TrimSpace(raw)
	if !isList(raw) || bytes.HasPrefix(bytes.TrimSpace(raw[1:]), []byte("]")) {
		return 0
	}
	n, depth, quoted := 1, 0, false
	for i := 0; i < len(raw); i++ {
		switch c := raw[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '[' || c == '{':
			depth++
		case c == ']' || c == '}':
			depth--
		case c == ',' && depth == 1:
			n++
		}
	}
	return n
}

// properties returns the properties of what may be an object by their names in
// lower case; nil for anything else.
func properties(raw json.RawMessage) map[string]json.RawMessage {
	var exact map[string]json.RawMessage
	if json.Unmarshal(raw, &exact) != nil {
		return nil
	}
	out := make(map[string]json.RawMessage, len(exact))
	for name, value := range exact {
		out[strings.ToLower(name)] = value
	}
	return out
}

func has(props map[string]json.RawMessage, name string) bool {
	_, ok := props[name]
	return ok
}

func isNull(raw json.RawMessage) bool { return string(bytes.TrimSpace(raw)) == "null" }

func isList(raw json.RawMessage) bool { return bytes.HasPrefix(bytes.TrimSpace(raw), []byte("[")) }

func isString(raw json.RawMessage) bool { return bytes.HasPrefix(bytes.TrimSpace(raw), []byte(`"`)) }

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}
