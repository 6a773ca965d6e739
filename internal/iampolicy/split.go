package iampolicy

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
)

// The characters, white space not counted, that IAM takes: of all inline policies
// of a role or a user together, and of one managed policy.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
const (
	InlineOfRole = 10_240
	InlineOfUser = 2_048
	ManagedLimit = 6_144
)

// Split returns a document in parts of which none is larger than a managed policy;
// the document itself where it fits into the given limit.
func Split(doc Document, limit int) []Document {
	if characters(doc) <= limit {
		return []Document{doc}
	}
	p := packer{parts: []Document{{Version: doc.Version}}, taken: map[string]bool{}}
	for _, s := range doc.Statement {
		p.put(s)
	}
	return p.parts
}

// Fit reports whether documents stay together within a limit.
func Fit(docs []Document, limit int) bool {
	for _, doc := range docs {
		limit -= characters(doc)
	}
	return limit >= 0
}

// packer fills one part after the other.
type packer struct {
	parts []Document
	taken map[string]bool // Sids
}

// put puts a statement into the last part, as many of its resources as find room
// there, and the rest into new ones.
func (p *packer) put(s Statement) {
	const digits = 4 // that may follow the Sid
	for rest := s.Resource; ; {
		last := &p.parts[len(p.parts)-1]
		s.Resource = nil
		room := ManagedLimit - characters(Document{Version: last.Version, Statement: append(slices.Clone(last.Statement), s)}) - len(`,"Resource":[]`) - digits
		n := 0
		for n < len(rest) && room >= characters(rest[n])+1 {
			room -= characters(rest[n]) + 1
			n++
		}
		if n == 0 && len(last.Statement) > 0 {
			p.parts = append(p.parts, Document{Version: last.Version})
			continue
		}
		n = max(n, min(1, len(rest))) // what is too large for a part of its own, Validate finds
		s.Resource, rest = rest[:n], rest[n:]
		last.Statement = append(last.Statement, p.named(s))
		if len(rest) == 0 {
			return
		}
	}
}

// named gives the statement a Sid of its own.
func (p *packer) named(s Statement) Statement {
	id := s.Sid
	for n := 2; id != "" && p.taken[id]; n++ {
		id = s.Sid + strconv.Itoa(n)
	}
	p.taken[id], s.Sid = true, id
	return s
}

// characters are those that IAM counts of a document or a part of it: Encode
// writes no white space but in texts.
func characters(v any) int {
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return 0 // strings, and lists and maps of them, always encode
	}
	return len(strings.TrimSpace(b.String()))
}
