// Package scan finds many literals in one pass over a text, so that a log of
// megabytes which holds none of them costs one table look-up a byte.
//
// Matching ignores ASCII case, and any run of white space in the text counts as
// one blank: AWS's sentences arrive wrapped, indented and in every case.
package scan

// Hit is one place where a literal was found.
type Hit struct {
	Literal int // index into the literals given to New
	End     int // byte offset just behind the match in the text
}

// Set is a compiled set of literals: an Aho-Corasick automaton with its fail
// links folded into the table. It is immutable and safe for concurrent use.
type Set struct {
	class   [256]uint8 // byte -> column of the table
	columns int
	next    []uint16 // state*columns + class -> state
	out     [][]int  // literals that end in a state
	hasOut  []bool   // out[state] is not empty
}

const blank = ' '

func fold(b byte) byte {
	switch {
	case b >= 'A' && b <= 'Z':
		return b + 'a' - 'A'
	case b == '\n' || b == '\t' || b == '\r':
		return blank
	}
	return b
}

// New compiles the literals. An empty literal is never found. More than 65,535
// states (the summed length of the literals) are a programming error.
func New(literals []string) *Set {
	s := &Set{columns: 1}
	for _, lit := range literals {
		for i := range len(lit) {
			s.addClass(fold(lit[i]))
		}
	}
	for b := range 256 {
		s.class[b] = s.class[fold(byte(b))]
	}
	trie := s.grow(literals)
	s.link(trie)
	return s
}

func (s *Set) addClass(b byte) {
	if s.class[b] == 0 {
		s.class[b] = uint8(s.columns)
		s.columns++
	}
}

// grow builds the trie: one row of successors a state, 0 meaning none.
func (s *Set) grow(literals []string) [][]uint16 {
	trie := [][]uint16{make([]uint16, s.columns)}
	s.out = [][]int{nil}
	for id, lit := range literals {
		if lit == "" {
			continue
		}
		state := uint16(0)
		for i := range len(lit) {
			c := s.class[fold(lit[i])]
			if trie[state][c] == 0 {
				if len(trie) > 65535 {
					panic("scan: too many literals")
				}
				trie[state][c] = uint16(len(trie))
				trie = append(trie, make([]uint16, s.columns))
				s.out = append(s.out, nil)
			}
			state = trie[state][c]
		}
		s.out[state] = append(s.out[state], id)
	}
	return trie
}

// link turns the trie into an automaton: each missing successor becomes that of
// the longest proper suffix.
func (s *Set) link(trie [][]uint16) {
	fail := make([]uint16, len(trie))
	queue := make([]uint16, 0, len(trie))
	for _, child := range trie[0] {
		if child != 0 {
			queue = append(queue, child)
		}
	}
	for len(queue) > 0 {
		state := queue[0]
		queue = queue[1:]
		s.out[state] = append(s.out[state], s.out[fail[state]]...)
		for c, child := range trie[state] {
			if child == 0 {
				trie[state][c] = trie[fail[state]][c]
				continue
			}
			fail[child] = trie[fail[state]][c]
			queue = append(queue, child)
		}
	}
	s.next = make([]uint16, 0, len(trie)*s.columns)
	s.hasOut = make([]bool, len(trie))
	for state, row := range trie {
		s.next = append(s.next, row...)
		s.hasOut[state] = len(s.out[state]) > 0
	}
}

// Scan calls found for each occurrence of each literal, in order of its end.
func (s *Set) Scan(text string, found func(Hit)) {
	state, columns := 0, s.columns
	blankClass, inBlank := s.class[blank], false
	for i := 0; i < len(text); i++ {
		c := s.class[text[i]]
		if c == blankClass && isBlank(text[i]) {
			if inBlank {
				continue
			}
			inBlank = true
		} else {
			inBlank = false
		}
		state = int(s.next[state*columns+int(c)])
		if s.hasOut[state] {
			for _, id := range s.out[state] {
				found(Hit{Literal: id, End: i + 1})
			}
		}
	}
}

func isBlank(b byte) bool { return fold(b) == blank }
