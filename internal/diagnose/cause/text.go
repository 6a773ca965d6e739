package cause

import (
	"iter"
	"slices"
	"sort"
	"strings"
	"time"

	"whystopped/internal/diagnose/evidence"
	"whystopped/internal/diagnose/scan"
)

// Place says where a text stood; places form sets.
type Place uint16

// The places in which texts are found.
const (
	Stopped      Place = 1 << iota // the task's stoppedReason
	Reason                         // a container's reason
	ManagedAgent                   // the reason of ECS Exec's agent in a container
	Attachment                     // the status reason of a volume or network interface
	Event                          // a service event
	Log                            // a container's log
	Pasted                         // text that was brought without saying whence
	Trail                          // a CloudTrail record
)

const (
	// ByECS are the places that ECS itself writes about starting a task.
	// Pasted text is read as such too.
	ByECS = Stopped | Reason | Event | Pasted
	// ByApp are the places where an application's words stand.
	ByApp = Log | Pasted
	// Anywhere is every place.
	Anywhere = Stopped | Reason | ManagedAgent | Attachment | Event | Log | Pasted | Trail
)

// Text is one piece of evidence, word for word.
type Text struct {
	Place     Place
	Source    string // for people and tooling: "task.stoppedReason", "log.app"
	Container string
	Raw       string
	At        time.Time
	Ref       string
	// Cut is set where the text was probably cut by whoever stored it.
	Cut bool
	// Stale is set for a pull error of a container that ran all the same.
	Stale bool

	lineStarts []int       // logs only: offset of each line
	lineTimes  []time.Time // logs only
	lastTime   time.Time   // of the last line that has one
	hides      hides
	found      map[int]*places
	matches    map[*Phrase][]Match // of the patterns that were sought
}

// places are the ends of one literal's occurrences: the first few and the last.
type places struct {
	first []int
	last  []int // ring
	next  int
}

const (
	keepFirst = 8
	keepLast  = 56
)

func (p *places) add(end int) {
	switch {
	case len(p.first) < keepFirst:
		p.first = append(p.first, end)
	case len(p.last) < keepLast:
		p.last = append(p.last, end)
	default:
		p.last[p.next] = end
		p.next = (p.next + 1) % keepLast
	}
}

func (p *places) all() []int {
	out := make([]int, 0, len(p.first)+len(p.last))
	out = append(out, p.first...)
	out = append(out, p.last[p.next:]...)
	return append(out, p.last[:p.next]...)
}

// index searches the text once for every literal of the catalogue.
func (t *Text) index(set *scan.Set) {
	set.Scan(t.Raw, func(h scan.Hit) {
		if t.found == nil {
			t.found = make(map[int]*places, 4)
		}
		p := t.found[h.Literal]
		if p == nil {
			p = &places{}
			t.found[h.Literal] = p
		}
		p.add(h.End)
	})
}

// ends are where a literal ends in the text, in what its writer says or anywhere.
func (t *Text) ends(literal int, anywhere bool) []int {
	p := t.found[literal]
	if p == nil {
		return nil
	}
	all := p.all()
	if anywhere {
		return all
	}
	return slices.DeleteFunc(all, func(end int) bool { return t.Noted(end - 1) })
}

// logText joins the lines of a log, so that a sentence may run over several.
func logText(l evidence.Log) *Text {
	t := &Text{Place: Log, Source: "log." + l.Container, Container: l.Container}
	if l.Group != "" {
		t.Ref = l.Group + "/" + l.Stream
	}
	size := 0
	for _, line := range l.Lines {
		size += len(line.Text) + 1
	}
	var b strings.Builder
	b.Grow(size)
	t.lineStarts = make([]int, len(l.Lines))
	t.lineTimes = make([]time.Time, len(l.Lines))
	for i, line := range l.Lines {
		if i > 0 {
			b.WriteByte('\n')
		}
		t.lineStarts[i], t.lineTimes[i] = b.Len(), line.At
		if !line.At.IsZero() {
			t.lastTime = line.At
		}
		b.WriteString(line.Text)
	}
	t.Raw = b.String()
	return t
}

// AtOffset is when the words at a byte offset were written, where that is known.
func (t *Text) AtOffset(offset int) time.Time {
	if i := t.lineAt(offset); i >= 0 && !t.lineTimes[i].IsZero() {
		return t.lineTimes[i]
	}
	return t.At
}

// lineAt is the index of the log line at an offset, or -1 outside logs.
func (t *Text) lineAt(offset int) int {
	return sort.Search(len(t.lineStarts), func(i int) bool { return t.lineStarts[i] > offset }) - 1
}

// LastLines yields the last lines of a log, the last one first: where each stands,
// and what its writer says in its beginning.
func (t *Text) LastLines(n int) iter.Seq2[[2]int, string] {
	return func(yield func([2]int, string) bool) {
		for i := len(t.lineStarts) - 1; i >= max(0, len(t.lineStarts)-n); i-- {
			from, to := t.lineStarts[i], len(t.Raw)
			if i+1 < len(t.lineStarts) {
				to = t.lineStarts[i+1] - 1
			}
			line := t.Raw[from:to]
			if len(line) > smallText {
				line = line[:runeStart(line, smallText)]
			}
			if !yield([2]int{from, to}, ownLine(line)) {
				return
			}
		}
	}
}

// WaitedForAnother tells the reason of a container that never started because
// one that it depends on failed.
func (t *Text) WaitedForAnother() bool {
	return t.Place == Reason && strings.Contains(strings.ToLower(t.Raw), dependencyFailure)
}

// LinesAfter is how many log lines follow the one at offset.
func (t *Text) LinesAfter(offset int) int {
	if len(t.lineStarts) == 0 {
		return 0
	}
	return len(t.lineStarts) - 1 - t.lineAt(offset)
}

// LastTime returns the time of the last log line that has one.
func (t *Text) LastTime() time.Time { return t.lastTime }

const (
	maxQuote = 1200    // bytes of a quote; more would bury the deciding words
	maxMark  = 8 << 10 // bytes of the deciding words themselves
)

// Quote is the line or lines around a byte range, cut to a readable length,
// and where the range lies in them.
func (t *Text) Quote(start, end int) (quote string, mark [2]int) {
	end = runeStart(t.Raw, min(end, start+maxMark))
	from := strings.LastIndexByte(t.Raw[:start], '\n') + 1
	to := len(t.Raw)
	if i := strings.IndexByte(t.Raw[end:], '\n'); i >= 0 {
		to = end + i
	}
	if t.Place&(Log|Pasted) == 0 {
		from, to = 0, len(t.Raw)
	}
	if to-from > maxQuote {
		room := max(0, maxQuote-(end-start))
		from = max(from, start-room/2)
		to = min(to, max(end, from+maxQuote))
		from, to = runeStart(t.Raw, from), runeStart(t.Raw, to)
	}
	return t.Raw[from:to], [2]int{start - from, min(end, to) - from}
}

// runeStart moves an offset back to the start of a rune.
func runeStart(s string, i int) int {
	for i > 0 && i < len(s) && s[i]&0xC0 == 0x80 {
		i--
	}
	return i
}
