package web

import (
	"cmp"
	"slices"
	"strings"
	"unicode/utf8"

	"whystopped/internal/diagnose"
	"whystopped/internal/words"
)

// quoteView is a piece of evidence, word for word.
type quoteView struct {
	Source string
	At     *moment
	Ref    string
	// Console opens the place in its console; empty where none shows it.
	Console string
	Text    []span
}

// span is a stretch of quoted text; the deciding words are marked.
type span struct {
	Text   string
	Marked bool
}

func quotesOf(t diagnose.TaskView, quotes []diagnose.Quote, clock clock) []quoteView {
	views := make([]quoteView, 0, len(quotes))
	for _, q := range quotes {
		views = append(views, quoteView{
			Source:  quoteSource(q),
			At:      clock.timeOfDay(q.At),
			Ref:     q.Ref,
			Console: quoteConsole(t, q),
			Text:    spans(q.Text, q.Marks),
		})
	}
	return views
}

// quoteSource says where a quote stood, and of which other task it is.
func quoteSource(q diagnose.Quote) string {
	place := words.English().Place(q.Source)
	if q.Task == "" {
		return place
	}
	return said("quote.sibling", words.Args{"place": place, "task": shortID(q.Task)})
}

// spans cuts text at the marks, which are byte ranges in any order. Ranges that
// lie outside are cut to fit, those that overlap are joined, one that ends inside
// a character takes in the whole character, and blanks at the ends are left out.
func spans(text string, marks [][2]int) []span {
	var out []span
	done := 0
	for _, m := range tidyMarks(text, marks) {
		if m[0] > done {
			out = append(out, span{Text: text[done:m[0]]})
		}
		out = append(out, span{Text: text[m[0]:m[1]], Marked: true})
		done = m[1]
	}
	if done < len(text) {
		out = append(out, span{Text: text[done:]})
	}
	return out
}

func tidyMarks(text string, marks [][2]int) [][2]int {
	var tidy [][2]int
	for _, m := range marks {
		from, to := max(m[0], 0), min(m[1], len(text))
		if from >= to {
			continue
		}
		for from > 0 && !utf8.RuneStart(text[from]) {
			from--
		}
		for to < len(text) && !utf8.RuneStart(text[to]) {
			to++
		}
		for from < to && text[to-1] == ' ' {
			to--
		}
		for from < to && text[from] == ' ' {
			from++
		}
		if from < to {
			tidy = append(tidy, [2]int{from, to})
		}
	}
	slices.SortFunc(tidy, func(a, b [2]int) int { return cmp.Compare(a[0], b[0]) })
	return joined(tidy)
}

// joined merges sorted ranges that touch or overlap.
func joined(ranges [][2]int) [][2]int {
	var out [][2]int
	for _, r := range ranges {
		if last := len(out) - 1; last >= 0 && r[0] <= out[last][1] {
			out[last][1] = max(out[last][1], r[1])
			continue
		}
		out = append(out, r)
	}
	return out
}

// breakable cuts an ARN or another long name behind its colons and slashes, so
// that the page can break the line there and copying still gives it whole.
func breakable(name string) []string {
	var parts []string
	for name != "" {
		i := strings.IndexAny(name, ":/")
		if i < 0 {
			return append(parts, name)
		}
		parts = append(parts, name[:i+1])
		name = name[i+1:]
	}
	return parts
}
