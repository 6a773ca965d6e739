package api

import (
	"mime"
	"strconv"
	"strings"
)

// The forms in which answers are given.
const (
	typeJSON     = "application/json"
	typeProblem  = "application/problem+json"
	typeText     = "text/plain"
	typeMarkdown = "text/markdown"
)

// accepts is what an Accept header admits, by RFC 9110, section 12.5.1.
type accepts []mediaRange

// mediaRange is a type, or a range of types, with how much it is wanted.
type mediaRange struct {
	name    string // "text/plain", "text/*", "*/*"
	quality float64
}

// parseAccept reads an Accept header. What cannot be read in it is passed over;
// where nothing is left, everything is accepted.
func parseAccept(header string) accepts {
	var ranges accepts
	for part := range strings.SplitSeq(header, ",") {
		name, parameters, err := mime.ParseMediaType(part)
		if err != nil || !strings.Contains(name, "/") {
			continue
		}
		quality := 1.0
		if q, given := parameters["q"]; given {
			if quality, err = strconv.ParseFloat(q, 64); err != nil || !(quality >= 0 && quality <= 1) {
				continue
			}
		}
		ranges = append(ranges, mediaRange{name, quality})
	}
	if len(ranges) == 0 {
		return accepts{{"*/*", 1}}
	}
	return ranges
}

// quality is how much a type is wanted, 0 for not at all, and how exactly it
// was named: the most exact range decides.
func (a accepts) quality(offer string) (quality float64, exactness int) {
	kind, _, _ := strings.Cut(offer, "/")
	exactness = -1
	for _, r := range a {
		var exact int
		switch r.name {
		case offer:
			exact = 2
		case kind + "/*":
			exact = 1
		case "*/*":
			exact = 0
		default:
			continue
		}
		if exact > exactness {
			quality, exactness = r.quality, exact
		}
	}
	return quality, exactness
}

// best chooses among offers the one that is wanted most; of those wanted alike
// the one that was named more exactly, and then the first. It is "" where none
// is accepted.
func (a accepts) best(offers ...string) string {
	var best string
	var bestQuality float64
	bestExactness := -1
	for _, offer := range offers {
		quality, exactness := a.quality(offer)
		if quality > bestQuality || quality > 0 && quality == bestQuality && exactness > bestExactness {
			best, bestQuality, bestExactness = offer, quality, exactness
		}
	}
	return best
}

// textOnly tells a client that reads text and no JSON.
func (a accepts) textOnly() bool {
	return a.best(typeJSON, typeProblem) == "" && a.best(typeText, typeMarkdown) != ""
}
