package words

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Language is one language: a table of templates, and how it writes numbers,
// times and lists. A second language is a value of this type in a file of its
// own, and TestLanguages holds it to the same ids and placeholders.
type Language struct {
	// Tag is the BCP 47 tag: "en".
	Tag string
	// Templates are the messages and the vocabulary, by id.
	Templates map[string]string
	// Plural chooses the form for a number: its index in the template's list.
	Plural func(n float64) int
	// And joins the last item of a list of two, and of more than two.
	AndTwo, AndMore string
	// Day and Clock are layouts of a date, and of a time of day in UTC.
	Day, Clock string
}

// Languages are those that people can choose from.
func Languages() []*Language { return []*Language{english} }

// English is the language that every message has.
func English() *Language { return english }

var english = &Language{
	Tag:       "en",
	Templates: englishTemplates(),
	Plural: func(n float64) int {
		if n == 1 {
			return 0
		}
		return 1
	},
	AndTwo: " and ", AndMore: ", and ",
	Day: "Jan 2, 2006", Clock: "15:04:05 UTC",
}

// Text says a text in this language: from its message if there is one that the
// language has, else in the English that it holds.
func (l *Language) Text(t Text) string {
	if template, ok := l.Templates[t.ID]; ok && t.ID != "" {
		return l.fill(template, t.Args)
	}
	return t.English
}

// Say says a message of this package's tables.
func (l *Language) Say(id string, args Args) string {
	template, ok := l.Templates[id]
	if !ok {
		template, ok = english.Templates[id]
	}
	if !ok {
		panic(fmt.Sprintf("words: no message %q", id))
	}
	return l.fill(template, args.plain())
}

// Word returns the word for a code of a vocabulary, in a form: "" for running
// text, "label" for a heading or a chip, "gloss" for an explanation. A code that
// has no word is said as it is: better a code than nothing.
func (l *Language) Word(vocabulary, code, form string) string {
	id := vocabulary + "." + code
	if form != "" {
		if word, ok := l.Templates[id+"."+form]; ok {
			return word
		}
	}
	if word, ok := l.Templates[id]; ok {
		return word
	}
	return code
}

// List joins items: "a", "a and b", "a, b, and c".
func (l *Language) List(items []string) string {
	switch n := len(items); n {
	case 0:
		return ""
	case 1:
		return items[0]
	case 2:
		return items[0] + l.AndTwo + items[1]
	default:
		return strings.Join(items[:n-1], ", ") + l.AndMore + items[n-1]
	}
}

func (l *Language) plural(n float64, forms []string) string {
	if len(forms) == 0 {
		return ""
	}
	form := forms[min(l.Plural(n), len(forms)-1)]
	return strings.ReplaceAll(form, "#", number(n))
}

func number(n float64) string { return strconv.FormatFloat(n, 'f', -1, 64) }

// Time writes a time with its day, in UTC.
func (l *Language) Time(t time.Time) string {
	return t.UTC().Format(l.Day + ", " + l.Clock)
}

// TimeOfDay writes a time where the day is plain from what is around it.
func (l *Language) TimeOfDay(t time.Time) string { return t.UTC().Format(l.Clock) }

// Duration writes a duration in its two largest units: "42 min 51 s",
// "1 h 10 min", "3 d 4 h".
func (l *Language) Duration(d time.Duration) string {
	if d < 0 {
		return "-" + l.Duration(-d)
	}
	if d > 0 && d < time.Second {
		return l.Say("duration.ms", Args{"n": d.Milliseconds()})
	}
	d = d.Round(time.Second)
	units := []struct {
		id   string
		unit time.Duration
	}{{"duration.d", 24 * time.Hour}, {"duration.h", time.Hour}, {"duration.min", time.Minute}, {"duration.s", time.Second}}
	for i, u := range units {
		n := d / u.unit
		if n == 0 && i < len(units)-1 {
			continue
		}
		said := l.Say(u.id, Args{"n": int64(n)})
		if i+1 < len(units) {
			if rest := (d - n*u.unit) / units[i+1].unit; rest > 0 {
				said += " " + l.Say(units[i+1].id, Args{"n": int64(rest)})
			}
		}
		return said
	}
	return ""
}

func (l *Language) seconds(n float64) string {
	return l.Duration(time.Duration(n * float64(time.Second)))
}

// Ago writes how long before now a time was, or its day if that is longer than
// two days.
func (l *Language) Ago(t, now time.Time) string {
	switch since := now.Sub(t); {
	case since < 0 || since >= 48*time.Hour:
		return l.Say("ago.day", Args{"day": t.UTC().Format(l.Day)})
	case since < time.Minute:
		return l.Say("ago.now", nil)
	case since < time.Hour:
		return l.Say("ago.min", Args{"n": int64(since / time.Minute)})
	default:
		return l.Say("ago.h", Args{"n": int64(since / time.Hour)})
	}
}

func (l *Language) bytes(n float64) string {
	for _, u := range []struct {
		size float64
		name string
	}{{1 << 30, "GiB"}, {1 << 20, "MiB"}, {1 << 10, "KiB"}} {
		if n >= u.size {
			return strconv.FormatFloat(n/u.size, 'f', -1, 32) + " " + u.name
		}
	}
	return number(n) + " B"
}
