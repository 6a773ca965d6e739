package sar

import "strings"

// overlap reports whether two patterns, with "*" for any text and "?" for any
// byte, have a text in common.
func overlap(a, b string) bool {
	a, b, differ := trimSame(a, b)
	if differ {
		return false
	}
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

// trimSame takes the letters off that both patterns begin and end with, and
// tells when their first or last letters already differ, as those of most
// templates and ARNs do.
func trimSame(a, b string) (restA, restB string, differ bool) {
	for a != "" && b != "" && !wild(a[0]) && !wild(b[0]) {
		if a[0] != b[0] {
			return a, b, true
		}
		a, b = a[1:], b[1:]
	}
	for a != "" && b != "" && !wild(a[len(a)-1]) && !wild(b[len(b)-1]) {
		if a[len(a)-1] != b[len(b)-1] {
			return a, b, true
		}
		a, b = a[:len(a)-1], b[:len(b)-1]
	}
	return a, b, a == "" && strings.Trim(b, "*") != "" || b == "" && strings.Trim(a, "*") != ""
}

func wild(c byte) bool { return c == '*' || c == '?' }
