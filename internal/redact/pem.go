package redact

import (
	"regexp"
	"slices"
	"strings"
)

const privateKeyLabel = "private key"

// maxKey is more than a private key has: RSA keys of 16,384 bits have 13,000
// bytes.
const maxKey = 1 << 15

// privateKey finds a PEM block by the end of one of its marks, so also a block
// that is cut off before or behind, and one whose line ends are written as \n.
func privateKey(mark string) rule {
	return func(c *cursor, start int) []replacement {
		from, isEnd, isBegin := c.markBefore(start)
		behind := start + len(mark)
		if isEnd {
			if first := c.keyLinesBefore(from); first < from {
				return replace(first, behind, privateKeyLabel)
			}
			return nil
		}
		near := c.ahead(behind, maxKey)
		if i := strings.Index(near, "-----"); i >= 0 && strings.HasPrefix(near[i:], "-----END") {
			if end := pemEnd.FindString(near[i:min(len(near), i+2*maxGap)]); end != "" {
				return replace(from, behind+i+len(end), privateKeyLabel)
			}
		}
		end := c.keyLines(behind)
		if !isBegin && end == behind {
			return nil
		}
		return replace(from, end, privateKeyLabel)
	}
}

// pemMarks are how the marks of a block end. Blanks are written in other ways in
// URLs.
var pemMarks = []string{"private key-----", "private key block-----", "private+key-----", "private%20key-----"}

var pemEnd = regexp.MustCompile(`\A-----END(?: |\+|%20)(?:[A-Z0-9]+(?: |\+|%20)){0,3}` +
	`PRIVATE(?: |\+|%20)KEY(?:(?: |\+|%20)BLOCK)?-----`)

// markBefore returns where the mark begins that has PRIVATE KEY at i, and which of
// the two it is.
func (c *cursor) markBefore(i int) (from int, isEnd, isBegin bool) {
	near := c.behind(i, maxGap/2)
	at := strings.LastIndex(near, "BEGIN")
	isBegin = at >= 0
	if end := strings.LastIndex(near, "END"); end > at {
		at, isEnd, isBegin = end, true, false
	}
	if at < 0 || !isAll(near[at:], func(b byte) bool { return isKeyID(b) || b == ' ' || b == '+' || b == '%' }) {
		return i, false, false
	}
	return i - len(near) + len(strings.TrimSuffix(near[:at], "-----")), isEnd, isBegin
}

// keyLines returns the end of the lines of a key that begin at i, with the mark
// behind them, or i.
func (c *cursor) keyLines(i int) int {
	for i < len(c.text) {
		start := c.lineEnds(i)
		end := c.span(start, isBase64)
		if !isKeyLine(c.text[start:end]) || isKeyByte(c.at(end)) {
			m := keyHeader.FindString(c.ahead(start, 2*maxGap))
			if m == "" {
				break
			}
			end = start + len(m)
		}
		i = end
	}
	mark := c.lineEnds(i)
	if strings.HasPrefix(c.ahead(mark, maxGap), "-----END") {
		if end := pemEnd.FindString(c.ahead(mark, 2*maxGap)); end != "" {
			return mark + len(end)
		}
	}
	return i
}

// lineEnds returns where the line begins behind the blanks and line ends at i, which
// may be written as \n.
func (c *cursor) lineEnds(i int) int {
	for limit := min(len(c.text), i+maxGap); i < limit; {
		switch {
		case isSpace(c.text[i]):
			i++
		case isBackslash(c.text[i]) && strings.IndexByte("nr", c.at(i+1)) >= 0:
			i += 2
		default:
			return i
		}
	}
	return i
}

var keyHeader = regexp.MustCompile(`\A(?:Proc-Type|DEK-Info|Version|Comment): [^\n\\]*`)

// isKeyLine reports whether a line is one of a key, the last of which may be short.
func isKeyLine(s string) bool { return len(s) >= 16 || len(s) > 2 && strings.HasSuffix(s, "=") }

// isKeyBody is base64 but for what fills up its end, which is a sign too.
func isKeyBody(b byte) bool { return isBase64(b) && b != '=' }

// isKeyByte reports whether the byte goes on with what no key has in its lines.
func isKeyByte(b byte) bool { return b == '-' || b == '_' || b == '.' || b == ':' }

// keyLinesBefore returns where the lines of a key begin that end at i, or i.
func (c *cursor) keyLinesBefore(i int) int {
	first := i
	for first > c.done && i-first < maxKey {
		end := first
		for end > c.done && (isSpace(c.text[end-1]) || c.escapeEnds(end) && isBackslash(c.at(end-2))) {
			if end--; !isSpace(c.text[end]) {
				end--
			}
		}
		start := c.back(c.back(end, 2, func(b byte) bool { return b == '=' }), maxKey, isKeyBody)
		if start > c.done && c.escapeEnds(start+1) && isBackslash(c.text[start-1]) {
			start++ // the n of \n
		}
		if end == first || !isKeyLine(c.text[min(start, end):end]) {
			break
		}
		first = start
	}
	return first
}

// encodedKey finds a PEM block in base64, by the words PRIVATE KEY in its marks.
func encodedKey(c *cursor, start int) []replacement {
	near := c.ahead(start, maxGap)
	if !slices.ContainsFunc(encodedMarks, func(m string) bool { return strings.HasPrefix(near, m) }) {
		return nil
	}
	from := c.back(start, maxKey, isKeyBody)
	return replace(from, max(c.keyLines(from), c.span(start, isBase64)), privateKeyLabel)
}

// encodedMarks are the words PRIVATE KEY in base64, by where in three bytes they
// begin.
var encodedMarks = []string{"UFJJVkFURSBLRV", "BSSVZBVEUgS0VZ", "QUklWQVRFIEtFW"}

// keyHeads are how keys begin in base64 without their marks, by their algorithm:
// the version, what is the same in all, and nothing of the key. A public key or a
// certificate has no version 0 there.
var keyHeads = []string{
	"IBADANBgkqhkiG9w0BAQEFAAS", "IBAAKC", "IBAAKB", "IBAAJB", // RSA
	"AgEAMBMGByqGSM49", "AgEAMBAGByqGSM49", "MHcCAQEEI", "MIGkAgEBBD", "MIHcAgEBBE", // ECDSA
	"CAQAwBQYDK2V", "BgkqhkiG9w0BBQ0w", "b3BlbnNzaC1rZXktdjE", // Ed25519, encrypted, OpenSSH
}

// bareKey finds a key without its marks.
func bareKey(head string) rule {
	return func(c *cursor, start int) []replacement {
		if c.ahead(start, len(head)) != head {
			return nil
		}
		from := c.back(start, 12, isKeyBody)
		end := c.keyLines(from)
		if end-from < 40 || !c.begins(from) || strings.IndexByte("Mb", c.text[from]) < 0 {
			return nil
		}
		return replace(from, end, privateKeyLabel)
	}
}

// ofKeys returns the triggers of keys with their marks and without.
func ofKeys() []literal {
	var out []literal
	for _, mark := range pemMarks {
		out = append(out, calls(privateKey(mark), mark)...)
	}
	for _, head := range keyHeads {
		out = append(out, calls(bareKey(head), head)...)
	}
	return out
}
