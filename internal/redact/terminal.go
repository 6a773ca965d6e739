package redact

import (
	"math"
	"slices"
	"strings"
)

// view is a text as one reads it at a terminal, without the sequences that
// colour it, move in it or name links. They may stand within a name, before a
// sign, or around a value, so the rules read a view and never see them.
type view struct {
	text, original string
	gaps           []gap          // where sequences stood, in order
	payloads       map[int]string // sequences by their gap whose own text had a secret, without it
}

// gap says that original[start:end], one sequence or several, stood before
// text[at] of a view. A text may be nothing but sequences, so gaps are small.
type gap struct{ at, start, end int32 }

const (
	escape = "\x1b"
	csi    = "\u009b" // ESC [ in one character
	bell   = '\x07'
)

// maxSequence bounds the length of a sequence that sets a colour or moves.
const maxSequence = 40

// viewOf takes the sequences out of s. A text without any, which most are, is
// its own view; so is one that is too large for gaps, which nothing sends.
func viewOf(s string) view {
	v := view{text: s, original: s}
	all := sequences{s: s}
	start, end := all.next()
	if end == 0 || len(s) > math.MaxInt32 {
		return v
	}
	var text strings.Builder
	text.Grow(len(s))
	done := 0
	for ; end > 0; start, end = all.next() {
		text.WriteString(s[done:start])
		v.add(text.Len(), start, end)
		done = end
	}
	text.WriteString(s[done:])
	v.text = text.String()
	return v
}

// add adds the sequence original[start:end], which stood before text[at].
func (v *view) add(at, start, end int) {
	last := len(v.gaps) - 1
	if clean, changed := cleaned(v.original[start:end]); changed {
		if v.payloads == nil {
			v.payloads = map[int]string{}
		}
		v.payloads[last+1] = clean
	} else if last >= 0 && int(v.gaps[last].end) == start && v.payloads[last] == "" {
		v.gaps[last].end = int32(end)
		return
	}
	v.gaps = append(v.gaps, gap{int32(at), int32(start), int32(end)})
}

// cleaned returns a sequence without the secrets of its text, and reports whether
// it had some.
func cleaned(sequence string) (string, bool) {
	from, to := payload(sequence)
	text := sequence[from:to]
	if text == "" {
		return sequence, false
	}
	clean := pass(text)
	return sequence[:from] + clean + sequence[to:], clean != text
}

// sequence is what stood in a gap, without secrets.
func (v view) sequence(i int) string {
	if clean, ok := v.payloads[i]; ok {
		return clean
	}
	return v.original[v.gaps[i].start:v.gaps[i].end]
}

// replace writes the text that v is a view of, with its secrets replaced.
// Sequences within a secret go with it.
func (v view) replace(found []replacement) string {
	var out strings.Builder
	out.Grow(len(v.original) + len(v.original)/8)
	done, next := 0, 0
	for _, r := range found {
		next = v.write(&out, done, r.start, next)
		out.WriteString(placeholderHead)
		out.WriteString(r.label)
		out.WriteString(placeholderTail)
		for next < len(v.gaps) && int(v.gaps[next].at) < r.end {
			next++
		}
		done = r.end
	}
	v.write(&out, done, len(v.text), next)
	return out.String()
}

// write writes text[from:to] with the sequences in it and at its end, of which
// next is the first, and returns the first of those that are left.
func (v view) write(out *strings.Builder, from, to, next int) int {
	for next < len(v.gaps) && int(v.gaps[next].at) <= to {
		at := int(v.gaps[next].at)
		out.WriteString(v.text[from:at])
		out.WriteString(v.sequence(next))
		from, next = at, next+1
	}
	out.WriteString(v.text[from:to])
	return next
}

// isGap reports whether a sequence stood before the byte at i.
func isGap(gaps []gap, i int) bool {
	_, found := slices.BinarySearchFunc(gaps, i, func(g gap, i int) int { return int(g.at) - i })
	return found
}

// sequences finds those of a text, one after the other. It keeps where the next
// byte of each kind is that can begin one, so that no byte is looked at twice.
type sequences struct {
	s                 string
	done              int // before it is nothing to find
	esc, csi, bracket int
	begun             bool
}

// next returns the next sequence, or an end of 0. All have an ESC, a CSI in one
// character, or a bracket.
func (q *sequences) next() (start, end int) {
	if !q.begun {
		q.begun, q.esc, q.csi, q.bracket = true, index(q.s, 0, escape), index(q.s, 0, csi), index(q.s, 0, "[")
	}
	for min(q.esc, q.csi, q.bracket) < len(q.s) {
		switch min(q.esc, q.csi, q.bracket) {
		case q.esc:
			start, end = q.esc, escEnd(q.s, q.esc)
			q.esc = index(q.s, q.esc+1, escape)
		case q.csi:
			start, end = q.csi, csiEnd(q.s, q.csi+len(csi))
			q.csi = index(q.s, q.csi+1, csi)
		default:
			start, end = bracketSequence(q.s, q.done, q.bracket)
			q.bracket = index(q.s, q.bracket+1, "[")
		}
		if end > q.done {
			q.done = end
			q.skip()
			return start, end
		}
	}
	return 0, 0
}

// skip goes past the bytes of the sequence that was found.
func (q *sequences) skip() {
	if q.esc < q.done {
		q.esc = index(q.s, q.done, escape)
	}
	if q.csi < q.done {
		q.csi = index(q.s, q.done, csi)
	}
	if q.bracket < q.done {
		q.bracket = index(q.s, q.done, "[")
	}
}

func index(s string, i int, what string) int {
	if n := strings.Index(s[i:], what); n >= 0 {
		return i + n
	}
	return len(s)
}

// escEnd returns the end of the sequence that begins with the ESC at i. An ESC
// that begins none that is known is one by itself.
// https://www.ecma-international.org/publications-and-standards/standards/ecma-48/
func escEnd(s string, i int) int {
	if i+1 == len(s) {
		return i + 1
	}
	end := 0
	switch next := s[i+1]; {
	case isPlaceholder(s[i+1:]): // that is no bracket of a sequence
	case next == '[':
		end = csiEnd(s, i+2)
	case strings.IndexByte("]PX^_", next) >= 0:
		end = stringEnd(s, i+2)
	case ' ' <= next && next <= '/': // a character set
		end = finalEnd(s, i+1)
	}
	return max(end, i+1)
}

// csiEnd returns the end of what follows ESC [, or 0.
func csiEnd(s string, i int) int {
	for limit := min(len(s), i+maxSequence); i < limit && '0' <= s[i] && s[i] <= '?'; {
		i++
	}
	return finalEnd(s, i)
}

// finalEnd reads the bytes between and the last one of a sequence.
func finalEnd(s string, i int) int {
	for limit := min(len(s), i+maxSequence); i < limit && ' ' <= s[i] && s[i] <= '/'; {
		i++
	}
	if i < len(s) && '@' <= s[i] && s[i] <= '~' && !isPlaceholder(s[i:]) {
		return i + 1
	}
	return 0
}

// stringEnd returns the end of a sequence with a text in it, such as the address
// of a link, which BEL or ESC \ ends, or 0.
func stringEnd(s string, i int) int {
	end := strings.IndexAny(s[i:], "\x07\x1b\n")
	switch {
	case end < 0:
		return 0
	case s[i+end] == bell:
		return i + end + 1
	case strings.HasPrefix(s[i+end:], "\x1b\\"):
		return i + end + 2
	}
	return 0
}

// payload returns the text in a sequence, where secrets may be as anywhere.
func payload(sequence string) (from, to int) {
	if len(sequence) < 4 || strings.IndexByte("]PX^_", sequence[1]) < 0 {
		return 0, 0
	}
	return 2, max(2, len(strings.TrimRight(sequence, "\x07\\\x1b")))
}

// written are the forms in which ESC is written where it cannot be itself: in
// JSON, by syslog, by cat -v.
var written = []string{`\u001b`, `\x1b`, `\033`, `\e`, "^[", "#033"}

// bracketSequence returns the sequence whose bracket is at i, where the ESC before
// it is a written one, or was lost: \u001b[36m, [36m. It does not begin before done.
func bracketSequence(s string, done, i int) (start, end int) {
	if i+1 == len(s) || !isDigit(s[i+1]) && (i == 0 || strings.IndexByte("bB3eE^", s[i-1]) < 0) || isPlaceholder(s[i:]) {
		return i, 0
	}
	before := s[max(done, i-len(`\u001b`)):i]
	for _, w := range written {
		if n := len(before) - len(w); n >= 0 && strings.EqualFold(before[n:], w) {
			for start = i - len(w); w[0] == '\\' && start > done && s[start-1] == '\\'; {
				start--
			}
			return start, csiEnd(s, i+1)
		}
	}
	end = i + 1
	for end < len(s) && end-i < maxSequence && (isDigit(s[end]) || s[end] == ';') {
		end++
	}
	if end == i+1 || end+1 > len(s) || s[end] != 'm' || end+1 < len(s) && s[end+1] == ']' { // [5m] is five minutes
		return i, 0
	}
	return i, end + 1
}
