package redact

import (
	"regexp"
	"slices"
	"strings"
)

// Limits of what is read around a trigger. A longer name is none, and a longer
// value without quotes is no word about a secret but one.
const (
	maxName = 64
	maxGap  = 64
	maxWord = 1024
)

// value is what stands for a name: text[start:end].
type value struct {
	start, end int
	of         secretName
	quoted     bool
	manner     manner
	sign       byte   // between name and value: = : > , or a blank
	ends       ending // of a value without quotes
}

// manner is how a name and its value stand together. It decides how much the
// value must look like a secret.
type manner int

const (
	firm   manner = iota + 1 // NAME=value, "name": "value", <Name>value</Name>, name: "value"
	prose                    // name: value, --name value
	paired                   // ("name", "value"), where names alone are listed as well
	apart                    // the value on a line of its own, or far from its name in a table
)

// ending says which bytes end a value without quotes.
type ending int

const (
	atDelimiter ending = iota // those that separate values in JSON, URLs and lists too
	atSpace                   // white space alone: a line of a shell's environment
	atEscape                  // a byte of a URL in another: %26
	atLine                    // the line's end, also a written one
)

// keyed finds the values of a name that says they are secrets: mostly one.
func keyed(c *cursor, start int) []replacement {
	from, to := c.name(start)
	at, v := c.bond(from, to)
	if v.manner == 0 || c.isRead(at) {
		return nil
	}
	n, ok := classify(c.text[from:to])
	if !ok {
		n, ok = c.byPlace(from, to, at, v)
	}
	if !ok {
		return nil
	}
	v.of = n
	return c.hide(c.valuesAt(at, v, from))
}

// byPlace returns the secrets' name that a name is where it stands: the key in a
// URL, and an identifier of a secret that is one itself, as in Vault and Consul.
// Those of Secrets Manager are names and ARNs.
func (c *cursor) byPlace(from, to, at int, v value) (secretName, bool) {
	name := c.text[from:to]
	word := c.text[c.span(at, isSpaceOrQuote):]
	word = word[:lengthOf(word[:min(len(word), maxWord)], isTokenByte)]
	switch {
	case v.sign == '=' && strings.EqualFold(name, "key") && (c.before(from) == '?' || c.before(from) == '&'):
		opens := len(word) >= 20 && isMingled(word) && !strings.Contains(word, "/")
		return secretName{kind: key, label: "key", last: true}, opens
	case len(name) >= len("secretid") && (v.manner == firm || v.sign == ':') && isSecretID(name):
		return secretName{kind: token, label: "token", last: true}, uuid.MatchString(word)
	}
	return secretName{}, false
}

func isSecretID(name string) bool {
	var buffer [16]string
	words := wordsOf(buffer[:0], name)
	return len(words) >= 2 && words[len(words)-2] == "secret" && words[len(words)-1] == "id"
}

func isSpaceOrQuote(b byte) bool { return isBlank(b) || isOpening(b) || isBackslash(b) }

var uuid = regexp.MustCompile(`(?i)\A[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\z`)

// hide replaces those of the values that are secrets.
func (c *cursor) hide(values []value) []replacement {
	var found []replacement
	for _, v := range values {
		if v.of.kind == header || v.of.kind == cookie {
			v = c.headerValue(v)
		}
		if !c.isSecret(v) {
			continue
		}
		if id := c.ahead(v.start, min(keyIDLength, v.end-v.start)); isAccessKeyID(id) {
			found = append(found, replacement{v.start, v.end, keyIDLabel(id)})
			continue
		}
		if !v.quoted {
			v.end = c.wordEnd(v.end, len(c.text), v.ends)
		}
		found = append(found, replace(v.start, v.end, v.of.label)...)
	}
	return found
}

// isSecret judges a value that was found for a name.
func (c *cursor) isSecret(v value) bool {
	text := c.text[v.start:v.end]
	switch {
	case text == "", v.sign == ' ' && text[0] == '-': // the next flag
		return false
	case len(text) > maxWord && !v.quoted:
		return true
	case v.of.kind == signature && v.sign != '=', v.of.kind == anyKey && v.manner != firm && !isLongRandom(text):
		return false
	case v.manner == firm:
		return isSecret(v.of, text)
	case v.manner == paired:
		return isSecret(v.of, text) && !isName(text)
	case v.manner == apart:
		return isSecret(v.of, text) && isApart(v.of, v.sign, text, c.lineFrom(v.end))
	default:
		return isSecretInProse(v.of, text, c.lineFrom(v.end))
	}
}

// name returns the identifier around i, without the letters of an escape in front
// of it, and with the word before it where that makes it one: API key.
func (c *cursor) name(i int) (start, end int) {
	start, end = i, i
	for first := max(c.done, i-maxName); start > first && nameBytes[c.text[start-1]]; {
		start--
	}
	for limit := min(len(c.text), i+maxName); end < limit && nameBytes[c.text[end]] && !c.isWideColon(end); {
		end++
	}
	if start > c.done && (c.text[start-1] == '\\' || c.text[start-1] == '%') {
		if n := escapeLength(c.ahead(start-1, maxEscape)); n > 1 && start-1+n <= i {
			start += n - 1
		}
	}
	for end > start && c.text[end-1] < 0x80 && !isAlnum(c.text[end-1]) {
		end--
	}
	return c.wholeName(start, end), end
}

// nameBytes are the bytes of names; those of other scripts have any that is no
// ASCII.
var nameBytes = func() (is [256]bool) {
	for b := range is {
		is[b] = isDotted(byte(b)) || b >= 0x80
	}
	return is
}()

// wideColon stands behind a name in Chinese and Japanese.
const wideColon = "："

func (c *cursor) isWideColon(i int) bool {
	return c.text[i] == wideColon[0] && strings.HasPrefix(c.text[i:], wideColon)
}

// wholeName returns where a name of several words begins whose last is [from:to]:
// API key, mot de passe. The other words are those that make it a secret's.
func (c *cursor) wholeName(from, to int) int {
	if from == c.done || c.text[from-1] != ' ' {
		return from
	}
	switch last := c.text[from:to]; {
	case len(last) == len("key") && strings.EqualFold(last, "key"):
		word := c.back(from-1, maxName, isAlnum)
		if keyQualifiers[lowerASCII(c.text[word:from-1])] {
			return word
		}
	case len(last) == len("passe") && strings.EqualFold(last, "passe"):
		if before := c.behind(from, len("mot de ")); strings.EqualFold(before, "mot de ") {
			return from - len(before)
		}
	}
	return from
}

var keyIDPrefixes = []string{"AKIA", "ASIA", "ABIA", "ACCA"}

func isAccessKeyID(s string) bool {
	return len(s) == keyIDLength && (slices.Contains(keyIDPrefixes, s[:4]) || s[:3] == "A3T") && isAll(s, isKeyID)
}
