package cause

import (
	"regexp"
	"slices"
	"strings"
	"sync"

	"whystopped/internal/diagnose/verdict"
)

// Matcher looks at a case and says where it sees its cause.
type Matcher interface {
	// Find gives every place that shows the cause.
	Find(c *Case) []Match
	// parts are the matchers that this one is made of.
	parts() []Matcher
}

// each calls f with a matcher and with all that it is made of.
func each(m Matcher, f func(Matcher)) {
	f(m)
	for _, part := range m.parts() {
		each(part, f)
	}
}

// Phrases are the phrases of a matcher and of all that it is made of.
func Phrases(m Matcher) []*Phrase {
	var all []*Phrase
	each(m, func(part Matcher) {
		if s, ok := part.(Says); ok {
			all = append(all, s.Any...)
		}
	})
	return all
}

// Match is one place that shows a cause.
type Match struct {
	Text       *Text // nil where a fact of the task decides, not a text
	Start, End int
	// Captures fill the {names} in title, meaning and fix.
	Captures map[string]string
	Refusal  *Refusal
	// Confidence, Phase, Category and Who override the cause's own where set.
	Confidence verdict.Confidence
	Phase      verdict.Phase
	Category   verdict.Category
	Who        *Answer
}

// Phrase is a literal, and perhaps a pattern around it. The literal is sought
// first, in all texts at once; the pattern runs only where it was found.
type Phrase struct {
	literal string
	// expr is the pattern's source, "" where the literal decides alone.
	expr string
	// pattern compiles on first use: most patterns of the catalogue never see
	// a text, and compiling them all would delay the first answer.
	pattern func() *regexp.Regexp
	id      int
	// requests is set where the words may stand in what was noted of a request.
	requests bool
}

// NewPhrase is a literal that decides by itself. Case and the kind of white space
// do not matter.
func NewPhrase(literal string) *Phrase { return &Phrase{literal: strings.ToLower(literal)} }

// blanks are what stands for white space in a pattern, with its repetition.
var blanks = regexp.MustCompile(` +[?*+]?`)

// NewPattern is a regular expression that holds the literal in all its matches. A
// blank in it stands for any white space; case does not matter.
func NewPattern(literal, expr string) *Phrase {
	expr = blanks.ReplaceAllStringFunc(expr, func(b string) string {
		if strings.HasSuffix(b, "?") || strings.HasSuffix(b, "*") {
			return `(?:\s|\\n)*`
		}
		return `(?:\s|\\n)+`
	})
	expr = `(?i)` + expr
	return &Phrase{literal: strings.ToLower(literal), expr: expr, pattern: sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(expr) })}
}

// Literal is the phrase's literal, in lower case.
func (p *Phrase) Literal() string { return p.literal }

// Expr is the source of the phrase's pattern; "" where the literal decides alone.
func (p *Phrase) Expr() string { return p.expr }

// Compiles reports whether the phrase's pattern, if it has one, is one.
func (p *Phrase) Compiles() bool { return p.pattern == nil || p.pattern() != nil }

const (
	smallText    = 8 << 10 // up to here a text is read whole for denials
	wholeText    = 2 << 10 // up to here a pattern sees the whole text
	windowBefore = 1 << 10
	windowAfter  = 3 << 10
	maxMatches   = 12 // of one phrase in one text
)

// in finds the phrase in a text. Callers keep the matches as they are: several
// causes look for the same phrase.
func (p *Phrase) in(t *Text) []Match {
	ends := t.ends(p.id, p.requests)
	switch {
	case len(ends) == 0:
		return nil
	case p.pattern == nil:
		return p.literalMatches(t, ends)
	}
	found, known := t.matches[p]
	if !known {
		found = p.patternIn(t, ends)
		if t.matches == nil {
			t.matches = map[*Phrase][]Match{}
		}
		t.matches[p] = found
	}
	return found
}

// patternIn runs the pattern around where the literal was found.
func (p *Phrase) patternIn(t *Text, ends []int) []Match {
	if len(t.Raw) <= wholeText {
		return p.patternMatches(t, 0, len(t.Raw))
	}
	var found []Match
	lastStart := -1
	for _, end := range ends[max(0, len(ends)-maxMatches):] {
		from, to := window(t.Raw, end)
		for _, m := range p.patternMatches(t, from, to) {
			if m.Start > lastStart {
				found = append(found, m)
				lastStart = m.Start
			}
		}
	}
	return found
}

func (p *Phrase) literalMatches(t *Text, ends []int) []Match {
	ends = ends[max(0, len(ends)-maxMatches):]
	found := make([]Match, 0, len(ends))
	for _, end := range ends {
		start := end - literalLength(t.Raw[:end], p.literal)
		found = append(found, Match{Text: t, Start: start, End: end})
	}
	return found
}

// literalLength is how many bytes of text, counted back from its end, the
// literal took; runs of white space count as one blank.
func literalLength(text, literal string) int {
	i := len(text)
	for j := len(literal) - 1; j >= 0 && i > 0; j-- {
		i--
		if literal[j] == ' ' {
			for i > 0 && isBlank(text[i-1]) {
				i--
			}
		}
	}
	return len(text) - i
}

func isBlank(b byte) bool { return b == ' ' || b == '\n' || b == '\t' || b == '\r' }

func (p *Phrase) patternMatches(t *Text, from, to int) []Match {
	var found []Match
	re := p.pattern()
	names, words := re.SubexpNames(), t.Raw[from:to]
	if !p.requests {
		words = t.own(from, to)
	}
	for _, m := range re.FindAllStringSubmatchIndex(words, maxMatches) {
		match := Match{Text: t, Start: from + m[0], End: from + m[1]}
		for i, name := range names {
			if name != "" && m[2*i] >= 0 {
				if match.Captures == nil {
					match.Captures = map[string]string{}
				}
				match.Captures[name] = words[m[2*i]:m[2*i+1]]
			}
		}
		found = append(found, match)
	}
	return found
}

// window is the stretch of a long text around an offset, on line borders where
// the lines are not too long.
func window(s string, at int) (from, to int) {
	from, to = max(0, at-windowBefore), min(len(s), at+windowAfter)
	return runeStart(s, from), runeStart(s, to)
}

// Says matches where any of the phrases stands in a text of one of the places.
type Says struct {
	In  Place
	Any []*Phrase
}

// SaysIn matches where any of the phrases stands in a text of one of the places.
func SaysIn(in Place, any ...*Phrase) Says { return Says{In: in, Any: any} }

// NotedIn is SaysIn for what a server writes of the requests that it gets.
func NotedIn(in Place, any ...*Phrase) Says {
	for _, p := range any {
		p.requests = true
	}
	return SaysIn(in, any...)
}

func (s Says) parts() []Matcher { return nil }

// Find returns the matches text by text, those that captured most last: of
// several sightings that weigh the same the last one fills the cause's texts.
func (s Says) Find(c *Case) []Match {
	var found []Match
	for _, t := range c.Texts {
		if t.Place&s.In == 0 {
			continue
		}
		from := len(found)
		for _, p := range s.Any {
			found = append(found, p.in(t)...)
		}
		slices.SortStableFunc(found[from:], func(a, b Match) int { return len(a.Captures) - len(b.Captures) })
	}
	return found
}

// Any matches what any of its parts matches.
type Any []Matcher

// Find implements [Matcher].
func (a Any) Find(c *Case) []Match {
	var found []Match
	for _, m := range a {
		found = append(found, m.Find(c)...)
	}
	return found
}

func (a Any) parts() []Matcher { return a }

// Both matches what First matches in texts that Second matches too; captures
// of both are kept.
type Both struct{ First, Second Matcher }

func (b Both) parts() []Matcher { return []Matcher{b.First, b.Second} }

// Find implements [Matcher].
func (b Both) Find(c *Case) []Match {
	first := b.First.Find(c)
	if len(first) == 0 {
		return nil
	}
	second := byText(b.Second.Find(c))
	var found []Match
	for _, m := range first {
		for _, n := range second[m.Text] {
			if m.Text.Place != Log || near(m, n) {
				found = append(found, m.with(n.Captures))
				break
			}
		}
	}
	return found
}

// byText sorts matches by the texts that they stand in: there may be thousands
// of texts, and in each a few matches.
func byText(matches []Match) map[*Text][]Match {
	sorted := map[*Text][]Match{}
	for _, m := range matches {
		if m.Text != nil {
			sorted[m.Text] = append(sorted[m.Text], m)
		}
	}
	return sorted
}

const nearBytes = 2000 // within a log, words further apart do not belong together

func near(m, n Match) bool { return m.Start-n.End < nearBytes && n.Start-m.End < nearBytes }

func (m Match) with(captures map[string]string) Match {
	if len(captures) == 0 {
		return m
	}
	all := make(map[string]string, len(m.Captures)+len(captures))
	for k, v := range captures {
		all[k] = v
	}
	for k, v := range m.Captures {
		all[k] = v
	}
	m.Captures = all
	return m
}

// Unless matches what Match matches in texts where nothing near it matches But.
type Unless struct{ Match, But Matcher }

func (u Unless) parts() []Matcher { return []Matcher{u.Match, u.But} }

// Find implements [Matcher].
func (u Unless) Find(c *Case) []Match {
	matches := u.Match.Find(c)
	if len(matches) == 0 {
		return nil
	}
	excluded := byText(u.But.Find(c))
	var found []Match
next:
	for _, m := range matches {
		for _, x := range excluded[m.Text] {
			if m.Text.Place != Log || near(m, x) {
				continue next
			}
		}
		found = append(found, m)
	}
	return found
}

// Where is a function over the whole case, for what no phrase tells.
type Where func(c *Case) []Match

// Find implements [Matcher].
func (w Where) Find(c *Case) []Match { return w(c) }
func (w Where) parts() []Matcher     { return nil }

// When keeps what Match matches only if a condition over the facts holds.
type When struct {
	If    func(f *Facts) bool
	Match Matcher
}

func (w When) parts() []Matcher { return []Matcher{w.Match} }

// Find implements [Matcher].
func (w When) Find(c *Case) []Match {
	if !w.If(&c.Facts) {
		return nil
	}
	return w.Match.Find(c)
}
