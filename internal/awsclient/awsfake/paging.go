package awsfake

import (
	"encoding/base64"
	"strconv"
)

// page cuts one page out of a list. The token is the one that the page before
// came with; next is empty at the end. ok is false for a token of nobody's.
func page[T any](all []T, token string, size int) (part []T, next string, ok bool) {
	from := 0
	if token != "" {
		from, ok = readToken(token)
		if !ok || from > len(all) {
			return nil, "", false
		}
	}
	to := min(from+size, len(all))
	if to < len(all) {
		next = makeToken(to)
	}
	return all[from:to], next, true
}

// size is how much a page holds: what was asked for, within what the service
// gives at most and what the double was told to give.
func (s *Server) size(asked, most int) int {
	n := most
	if asked > 0 {
		n = min(n, asked)
	}
	if s.pageSize > 0 {
		n = min(n, s.pageSize)
	}
	return n
}

// Tokens are opaque to clients.
func makeToken(offset int) string {
	return base64.URLEncoding.EncodeToString([]byte("offset=" + strconv.Itoa(offset)))
}

func readToken(token string) (offset int, ok bool) {
	text, err := base64.URLEncoding.DecodeString(token)
	if err != nil || len(text) < len("offset=") {
		return 0, false
	}
	offset, err = strconv.Atoi(string(text[len("offset="):]))
	return offset, err == nil && offset >= 0
}
