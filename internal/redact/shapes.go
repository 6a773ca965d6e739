package redact

import (
	"encoding/base64"
	"regexp"
	"strings"
)

// An access key id has 20 characters: AKIA for a user, ASIA for a session, ABIA
// for a bearer token of STS, ACCA for a credential of another service, A3T and
// a letter for old ones.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-unique-ids
const keyIDLength = 20

// accessKeyID hides the middle of an access key id and all of a secret access
// key that stands next to it. The id alone opens nothing, but people ask which
// one it was.
func accessKeyID(c cursor, start int) (replacement, bool) {
	end := start + keyIDLength
	if !isAccessKeyID(c.text[start:min(end, len(c.text))]) || isAlnum(c.at(end)) || isAlnum(c.before(start)) && !c.begins(start) {
		return none()
	}
	with := keyIDPlaceholder(c.text[start:end])
	if m := besideKeyID.FindStringSubmatch(c.text[end:min(len(c.text), end+60)]); m != nil && isMixed(m[2]) {
		return replacement{start, end + len(m[1]) + len(m[2]), with + m[1] + placeholder(awsSecretKey)}, true
	}
	return replacement{start, end, with}, true
}

const awsSecretKey = "AWS secret access key"

// besideKeyID is a secret access key behind its id, as in the console's CSV file.
var besideKeyID = regexp.MustCompile(`\A([\s,:;|"'\\]{1,6})([A-Za-z0-9/+]{40})(?:[^A-Za-z0-9/+=]|\z)`)

func keyIDPlaceholder(id string) string {
	return placeholder("AWS access key id " + id[:4] + "..." + id[keyIDLength-4:])
}

// jwt finds signed (three parts) and encrypted (five parts) JSON web tokens. A
// lone "eyJ…" without dots is any JSON in base64, a paging cursor for example.
func jwt(c cursor, start int) (replacement, bool) {
	if c.text[start:start+3] != "eyJ" || !c.begins(start) {
		return none()
	}
	end, parts := start, 0
	for parts < 5 {
		next := c.span(end, isWord)
		if next-end < 8 && parts < 2 {
			return none()
		}
		end, parts = next, parts+1
		if c.at(end) != '.' || !isWord(c.at(end+1)) && c.at(end+1) != '.' {
			break
		}
		end++
	}
	if parts < 2 {
		return none()
	}
	return replace(start, end, "JSON web token")
}

const privateKeyLabel = "private key"

// privateKey finds a PEM block, also one whose line ends are written as \n and
// one that is cut off before its end.
func privateKey(c cursor, start int) (replacement, bool) {
	head := pemHead.FindString(c.text[start:min(len(c.text), start+80)])
	if head == "" {
		return none()
	}
	body := start + len(head)
	if i := strings.Index(c.text[body:], "-----"); i >= 0 {
		if end := pemEnd.FindString(c.text[body+i : min(len(c.text), body+i+80)]); end != "" {
			return replace(start, body+i+len(end), privateKeyLabel)
		}
	}
	for line := []int{0, 0}; line != nil; line = pemLine.FindStringIndex(c.text[body:]) {
		body += line[1]
	}
	return replace(start, body, privateKeyLabel)
}

var (
	pemHead = regexp.MustCompile(`\A-----BEGIN [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----`)
	pemEnd  = regexp.MustCompile(`\A-----END [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----`)
	// A line of a block whose end is cut off, with the line's end before it.
	pemLine = regexp.MustCompile(`\A(?:\s|\\r|\\n){0,4}[A-Za-z0-9+/=]{24,}`)
)

// bearer finds a token behind the word, without a header's name before it.
func bearer(c cursor, start int) (replacement, bool) {
	value := c.span(start+len("bearer"), isBlank)
	if !c.begins(start) || value == start+len("bearer") {
		return none()
	}
	end := c.span(value, isTokenByte)
	if end-value < 16 || !strings.ContainsAny(c.text[value:end], "0123456789") {
		return none()
	}
	return replace(value, end, "bearer token")
}

func isTokenByte(b byte) bool { return isDotted(b) || isBase64(b) || b == '~' }

// basicLogin finds what HTTP's Basic scheme carries: USER:PASSWORD in base64.
func basicLogin(c cursor, start int) (replacement, bool) {
	value := c.span(start+len("basic"), isBlank)
	if !c.begins(start) || value == start+len("basic") {
		return none()
	}
	end := c.span(value, isBase64)
	if !isLogin(c.text[value:end]) {
		return none()
	}
	return replace(value, end, "login")
}

// isLogin tells whether s is base64 of printable text with a colon in it.
func isLogin(s string) bool {
	plain, err := base64.RawStdEncoding.DecodeString(strings.TrimRight(s, "="))
	if err != nil || !strings.Contains(string(plain), ":") {
		return false
	}
	return !strings.ContainsFunc(string(plain), func(r rune) bool { return r < ' ' || r > '~' })
}
