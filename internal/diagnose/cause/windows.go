package cause

import (
	"slices"
	"strings"
)

// windows joins the stretches around the given offsets where they overlap, on
// line borders, and keeps the last ones.
func windows(s string, ends []int) [][2]int {
	slices.Sort(ends)
	var ws [][2]int
	for _, end := range ends {
		from, to := window(s, end)
		if i := strings.IndexByte(s[from:end], '\n'); i >= 0 && from > 0 {
			from += i + 1
		}
		if n := len(ws); n > 0 && from <= ws[n-1][1] && to-ws[n-1][0] < 8*smallText {
			ws[n-1][1] = max(to, ws[n-1][1])
			continue
		}
		ws = append(ws, [2]int{from, to})
	}
	return lastOf(ws, maxDenialBytes)
}

// lastOf keeps the last windows, as many as have not more than so many bytes.
func lastOf(ws [][2]int, bytes int) [][2]int {
	i := len(ws)
	for i > 0 && bytes > 0 {
		i--
		bytes -= ws[i][1] - ws[i][0]
	}
	return ws[i:]
}
