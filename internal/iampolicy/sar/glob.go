package sar

// overlap tells whether two patterns, with "*" for any text and "?" for any
// byte, have a text in common.
func overlap(a, b string) bool {
	// reach[j] says whether the part of a that was read and the first j bytes
	// of b can stand for the same text.
	reach := make([]bool, len(b)+1)
	next := make([]bool, len(b)+1)
	reach[0] = true
	for j := 0; j < len(b) && b[j] == '*'; j++ {
		reach[j+1] = true
	}
	for i := range len(a) {
		next[0] = a[i] == '*' && reach[0]
		for j := 1; j < len(next); j++ {
			switch x, y := a[i], b[j-1]; {
			case x == '*' || y == '*':
				next[j] = reach[j] || next[j-1]
			default:
				next[j] = reach[j-1] && (x == y || x == '?' || y == '?')
			}
		}
		reach, next = next, reach
	}
	return reach[len(b)]
}
