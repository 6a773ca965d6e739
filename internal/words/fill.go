package words

import (
	"slices"
	"strings"
	"sync"
	"unicode/utf8"
)

// A template is a sentence with places for arguments:
//
//	{name}                    the value as it is, on one line, cut after 160 bytes
//	{name|the secret}         the value, or these words if it isn't known
//	{identity:identity}       a code in the words of a vocabulary (here "identity.execution-role")
//	{identity:identity.label} the same in another form
//	{stopped:time}            a time, as Language.Time writes it
//	{at:clock}                the same without its day
//	{took:duration}           seconds as "42 min 51 s"
//	{size:bytes}              a number of bytes as "64 MiB"
//	{names:list}              "a, b, and c"
//	{name:role}               "the role NAME"
//	{where:place}             the place of a quote, by its code
//	{n:plural|# task|# tasks} the form for the number, with the number for #
//	[[ of {name}]]            words that are left out if one of their values isn't known
//
// "{{" stands for a brace. Templates come from this program, never from
// evidence: a value that holds braces stays as it is.

// part is a piece of a template: words, or a place for an argument.
type part struct {
	words string
	// name is the argument's; "" for words.
	name, format string
	// choices are what follows the bars: the words for an unknown value, or
	// the forms of a plural.
	choices []string
	// optional are the parts between double brackets; nil for any other part.
	optional []part
}

// parsed has every template that was filled, and what it is made of. Templates come
// from this program alone, so that it is as large as they are.
var parsed sync.Map // string to *made

type made struct {
	parts []part
	names []string // of the arguments, each once
}

func parse(template string) *made {
	if known, ok := parsed.Load(template); ok {
		return known.(*made)
	}
	m := &made{parts: split(template)}
	m.names = namesIn(m.parts)
	parsed.Store(template, m)
	return m
}

func split(template string) []part {
	var parts []part
	for {
		before, rest, found := strings.Cut(template, "[[")
		inside, after, closed := strings.Cut(rest, "]]")
		if !found || !closed {
			return append(parts, parsePlaces(template)...)
		}
		parts = append(parts, parsePlaces(before)...)
		parts = append(parts, part{optional: parsePlaces(inside)})
		template = after
	}
}

func parsePlaces(template string) []part {
	var parts []part
	var words strings.Builder
	for {
		i := strings.IndexByte(template, '{')
		if i < 0 {
			break
		}
		words.WriteString(template[:i])
		template = template[i+1:]
		if rest, ok := strings.CutPrefix(template, "{"); ok {
			words.WriteByte('{')
			template = rest
			continue
		}
		inner, rest, ok := strings.Cut(template, "}")
		if !ok {
			words.WriteByte('{')
			break
		}
		if words.Len() > 0 {
			parts = append(parts, part{words: words.String()})
			words.Reset()
		}
		parts = append(parts, placeOf(inner))
		template = rest
	}
	words.WriteString(template)
	if words.Len() > 0 {
		parts = append(parts, part{words: words.String()})
	}
	return parts
}

func placeOf(inner string) part {
	head, rest, chosen := strings.Cut(inner, "|")
	var p part
	p.name, p.format, _ = strings.Cut(head, ":")
	if chosen {
		p.choices = strings.Split(rest, "|")
	}
	return p
}

// Places returns the arguments that a template names, each once, in their
// order: what two languages must have in common.
func Places(template string) []string { return slices.Clone(parse(template).names) }

func namesIn(parts []part) []string {
	var names []string
	seen := map[string]bool{}
	var collect func([]part)
	collect = func(parts []part) {
		for _, p := range parts {
			collect(p.optional)
			if p.name != "" && !seen[p.name] {
				seen[p.name] = true
				names = append(names, p.name)
			}
		}
	}
	collect(parts)
	return names
}

// fill puts arguments into a template.
func (l *Language) fill(template string, args Args) string {
	if !strings.ContainsAny(template, "{[") {
		return template
	}
	said, _ := l.join(parse(template).parts, args)
	return said
}

// join says parts one after the other; known is false if a value among them
// isn't known.
func (l *Language) join(parts []part, args Args) (said string, known bool) {
	var b strings.Builder
	known = true
	for _, p := range parts {
		switch {
		case p.optional != nil:
			if words, all := l.join(p.optional, args); all {
				b.WriteString(words)
			}
		case p.name == "":
			b.WriteString(p.words)
		default:
			value := l.value(p, args[p.name])
			known = known && value != ""
			b.WriteString(value)
		}
	}
	return b.String(), known
}

func (l *Language) value(p part, v any) string {
	if p.format == "plural" {
		if v == nil {
			return ""
		}
		n, _ := asNumber(v)
		return l.plural(n, p.choices)
	}
	said := ""
	if v != nil {
		said = l.format(p.format, v)
	}
	if said == "" && len(p.choices) > 0 {
		return p.choices[0]
	}
	return said
}

func (l *Language) format(format string, v any) string {
	switch format {
	case "":
		return oneLine(asText(v))
	case "time":
		if t, ok := asTime(v); ok {
			return l.Time(t)
		}
	case "clock":
		if t, ok := asTime(v); ok {
			return l.TimeOfDay(t)
		}
	case "duration":
		if n, ok := asNumber(v); ok {
			return l.seconds(n)
		}
	case "bytes":
		if n, ok := asNumber(v); ok {
			return l.bytes(n)
		}
	case "list":
		return l.List(asList(v))
	case "role":
		return l.Say("role.named", Args{"name": v})
	case "place":
		return l.Place(asText(v))
	default:
		vocabulary, form, _ := strings.Cut(format, ".")
		if codes := asList(v); codes != nil {
			said := make([]string, len(codes))
			for i, code := range codes {
				said[i] = l.Word(vocabulary, code, form)
			}
			return l.List(said)
		}
		return l.Word(vocabulary, asText(v), form)
	}
	return oneLine(asText(v))
}

const (
	maxValue = 160     // bytes of a value in running text
	maxArg   = 2 << 10 // bytes of a value that a message keeps: no ARN is longer
)

// oneLine returns a value on one line, cut where it is too long to be read in a
// sentence.
func oneLine(s string) string {
	return cut(strings.Join(strings.Fields(s), " "), maxValue)
}

func cut(s string, most int) string {
	if len(s) <= most {
		return s
	}
	end := most
	for end > 0 && !utf8.RuneStart(s[end]) {
		end--
	}
	return s[:end] + "…"
}
