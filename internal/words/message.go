package words

import (
	"fmt"
	"reflect"
	"strconv"
	"time"
)

// Message is a sentence before it is said: which one, and what it is about. A
// message can be said again in any language, however old it is.
type Message struct {
	// ID names the template: "caveat.cut", "startup.secretsmanager.denied.title".
	ID string `json:"id"`
	// Args are values and codes, never phrases.
	Args Args `json:"args"`
}

// Args are the arguments of a message: strings, numbers, lists of strings, and
// what the constructors below make of times and durations. After a round trip
// through JSON they say the same.
type Args map[string]any

// With adds an argument, and returns all of them.
func (a Args) With(name string, value any) Args {
	a[name] = value
	return a
}

// Text is a message with its English words. In JSON it is the words alone: the
// diagnosis keeps the messages beside them, by JSON Pointer. A text of an old
// report has words and no message.
type Text struct {
	Message
	English string
}

// Say returns the English text of a message of this package's tables. It panics
// for an id that English does not have, which a test finds before anybody else.
func Say(id string, args Args) Text {
	template, ok := english.Templates[id]
	if !ok {
		panic(fmt.Sprintf("words: no message %q", id))
	}
	return Made(id, template, args)
}

// Steps returns the English texts of id.1, id.2, and so on.
func Steps(id string) []Text {
	var steps []Text
	for n := 1; ; n++ {
		step := id + "." + strconv.Itoa(n)
		if _, ok := english.Templates[step]; !ok {
			return steps
		}
		steps = append(steps, Say(step, nil))
	}
}

// Made returns the text of a message whose English template stands elsewhere,
// as those of the catalogue of causes do.
//
// The message keeps the arguments that the template names.
func Made(id, template string, args Args) Text {
	args = args.named(template).plain()
	return Text{Message: Message{ID: id, Args: args}, English: english.fill(template, args)}
}

// Plain returns words that no message stands behind: quoted evidence, and the
// sentences of old reports.
func Plain(s string) Text { return Text{English: s} }

// IsZero reports whether there are no words.
func (t Text) IsZero() bool { return t.English == "" }

// Again returns the text said again from its arguments, if its template is one of
// this package's. It is for arguments that secrets were taken out of: words that
// were cut may show the first half of one.
func (t Text) Again() Text {
	if _, ok := english.Templates[t.ID]; ok {
		return Say(t.ID, t.Args)
	}
	return t
}

// Or returns the text, or another if it has no words.
func (t Text) Or(other Text) Text {
	if t.IsZero() {
		return other
	}
	return t
}

// String returns the English words.
func (t Text) String() string { return t.English }

// MarshalText writes the English words, in JSON as a string.
func (t Text) MarshalText() ([]byte, error) { return []byte(t.English), nil }

// UnmarshalText reads words without a message.
func (t *Text) UnmarshalText(b []byte) error {
	*t = Plain(string(b))
	return nil
}

// Equal reports whether two texts are of one message about the same things. If
// one of them has no message, their words decide.
func (t Text) Equal(o Text) bool {
	if t.ID == "" || o.ID == "" {
		return t.English == o.English
	}
	return t.ID == o.ID && reflect.DeepEqual(t.Args, o.Args)
}

// Of returns the text of a message that was kept with its English words.
func Of(m Message, english string) Text { return Text{Message: m, English: english} }

// named returns the arguments that a template names.
func (a Args) named(template string) Args {
	out := Args{}
	for _, name := range parse(template).names {
		if value, ok := a[name]; ok {
			out[name] = value
		}
	}
	return out
}

// plain returns the arguments in the forms that JSON has, so that a message
// says the same before and after it was stored.
func (a Args) plain() Args {
	out := make(Args, len(a))
	for name, value := range a {
		switch v := value.(type) {
		case nil:
		case string:
			if v != "" {
				out[name] = cut(v, maxArg)
			}
		case time.Time:
			if !v.IsZero() {
				out[name] = v.UTC().Format(time.RFC3339Nano)
			}
		case time.Duration:
			out[name] = v.Seconds()
		case []string:
			if len(v) > 0 {
				out[name] = v
			}
		case []any: // as JSON decodes a list
			if list := asList(v); len(list) > 0 {
				out[name] = list
			}
		case bool:
			panic("words: a bool is no argument: use two messages")
		default:
			out[name] = plainValue(v)
		}
	}
	return out
}

// plainValue returns numbers as they are, and a typed code as its string.
func plainValue(v any) any {
	if code, ok := asCode(v); ok {
		return code
	}
	if n, ok := asNumber(v); ok {
		return n
	}
	panic(fmt.Sprintf("words: %T is no argument of a message", v))
}

// Lines returns the English words of texts.
func Lines(texts []Text) []string {
	lines := make([]string, len(texts))
	for i, t := range texts {
		lines[i] = t.English
	}
	return lines
}

// PlainLines returns texts that no message stands behind.
func PlainLines(lines ...string) []Text {
	texts := make([]Text, len(lines))
	for i, line := range lines {
		texts[i] = Plain(line)
	}
	return texts
}
