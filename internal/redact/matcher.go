package redact

// matcher finds many short literals in one pass, without regard to the case of
// ASCII letters (the algorithm of Aho and Corasick, as a full table).
type matcher struct {
	class [256]uint8 // byte to column; 0 is every byte that no literal has
	next  []state    // rows of columns: the states that follow a state
	hits  [][]hit    // by row
}

// columns bounds how many different bytes the literals may have.
const columns = 64

// state is where a row of the table begins, and in its lowest bit whether a
// literal ends there.
type state uint32

const root state = 0

func (s state) hit() bool  { return s&1 != 0 }
func (s state) start() int { return int(s &^ (columns - 1)) }
func (s state) row() int   { return s.start() / columns }

// hit is a literal that ends at a state, and the rule that it calls.
type hit struct {
	length int
	find   rule
}

// scan reads text from i on, in state s, up to the end of the next literal. It
// returns the index behind it, or len(text) and a state without a hit.
func (m *matcher) scan(text string, i int, s state) (int, state) {
	next := m.next
	for ; i < len(text); i++ {
		s = next[s.start()+int(m.class[text[i]])]
		if s.hit() {
			return i + 1, s
		}
	}
	return i, s &^ 1
}

// hitsOf returns the literals that end at s, longest first.
func (m *matcher) hitsOf(s state) []hit { return m.hits[s.row()] }

// literal is a lower-case word and the rule that it calls.
type literal struct {
	text string
	find rule
}

func newMatcher(literals []literal) *matcher {
	m := &matcher{next: make([]state, columns), hits: make([][]hit, 1)}
	m.classify(literals)
	for _, l := range literals {
		m.add(l)
	}
	m.link()
	return m
}

// wide is how many columns the bytes beyond ASCII share. A literal with some of
// them is found also where others stand that share their columns, which the rule
// then sees.
const wide = 8

// classify gives every byte of the literals a column: one of its own if it is
// ASCII.
func (m *matcher) classify(literals []literal) {
	for b := 0x80; b <= 0xff; b++ {
		m.class[b] = uint8(1 + b%wide)
	}
	column := uint8(wide)
	for _, l := range literals {
		for _, b := range []byte(l.text) {
			if m.class[b] != 0 {
				continue
			}
			column++
			if column == columns {
				panic("redact: the triggers have too many different bytes")
			}
			m.class[b] = column
			if isLower(b) {
				m.class[b-'a'+'A'] = column
			}
		}
	}
}

// add puts a literal into the tree of states.
func (m *matcher) add(l literal) {
	at := root
	for _, b := range []byte(l.text) {
		i := at.start() + int(m.class[b])
		if m.next[i] == root {
			m.next[i] = state(len(m.next))
			m.next = append(m.next, make([]state, columns)...)
			m.hits = append(m.hits, nil)
		}
		at = m.next[i]
	}
	m.hits[at.row()] = append(m.hits[at.row()], hit{len(l.text), l.find})
}

// link fills the steps that the tree lacks with those of the longest suffix
// that is in the tree, and marks the states where a literal ends.
func (m *matcher) link() {
	suffix := make([]state, len(m.hits)) // by row
	for queue := []state{root}; len(queue) > 0; queue = queue[1:] {
		at := queue[0]
		for column := range columns {
			back := root
			if at != root {
				back = m.next[suffix[at.row()].start()+column]
			}
			to := &m.next[at.start()+column]
			if *to == root {
				*to = back
				continue
			}
			queue = append(queue, *to)
			row := to.row()
			suffix[row] = back
			m.hits[row] = append(m.hits[row], m.hits[back.row()]...)
			if len(m.hits[row]) > 0 {
				*to |= 1
			}
		}
	}
}
