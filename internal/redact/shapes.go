package redact

import (
	"encoding/base64"
	"regexp"
	"strings"
)

// shape is a secret that is known by how it begins.
type shape struct {
	prefix string
	class  func(byte) bool // of the bytes behind the prefix
	min    int             // bytes behind the prefix, at least
	label  string
}

// shapes are the tokens whose makers gave them a prefix so that they are found.
// The first three of AWS are base64: the head of every STS session token, and
// "AWS:ey" and {"payload" of ECR's registry login.
var shapes = []shape{
	{"IQoJb3JpZ2luX2Vj", isBase64, 16, awsSessionToken},
	{"FwoGZXIvYXdz", isBase64, 16, awsSessionToken},
	{"FQoGZXIvYXdz", isBase64, 16, awsSessionToken},
	{"QVdTOmV5", isBase64, 16, "registry login"},
	{"eyJwYXlsb2Fk", isBase64, 60, "registry login"},
	{"ghp_", isAlnum, 30, "GitHub token"},
	{"gho_", isAlnum, 30, "GitHub token"},
	{"ghu_", isAlnum, 30, "GitHub token"},
	{"ghs_", isAlnum, 30, "GitHub token"},
	{"ghr_", isAlnum, 30, "GitHub token"},
	{"github_pat_", isWord, 22, "GitHub token"},
	{"glpat-", isWord, 20, "GitLab token"},
	{"npm_", isAlnum, 30, "npm token"},
	{"dckr_pat_", isWord, 20, "Docker token"},
	{"pypi-AgEI", isWord, 40, "PyPI token"},
	{"xoxa-", isWord, 10, "Slack token"},
	{"xoxb-", isWord, 10, "Slack token"},
	{"xoxp-", isWord, 10, "Slack token"},
	{"xoxr-", isWord, 10, "Slack token"},
	{"xoxs-", isWord, 10, "Slack token"},
	{"xapp-", isWord, 20, "Slack token"},
	{"hooks.slack.com/services/", isBase64, 20, "Slack webhook"},
	{"sk_live_", isAlnum, 10, "Stripe key"},
	{"sk_test_", isAlnum, 10, "Stripe key"},
	{"rk_live_", isAlnum, 10, "Stripe key"},
	{"rk_test_", isAlnum, 10, "Stripe key"},
	{"whsec_", isBase64, 20, "Stripe key"},
	{"AIza", isWord, 35, "Google API key"},
	{"ya29.", isDotted, 20, "Google token"},
	{"hvs.", isWord, 24, "Vault token"},
	{"SG.", isDotted, 60, "SendGrid key"},
	{"AGE-SECRET-KEY-1", isAlnum, 40, "private key"},
}

const awsSessionToken = "AWS session token"

// find is the shape's rule: the prefix in its own case, nothing word-like in
// front of it, and enough of the right bytes behind it.
func (sh shape) find(c cursor, start int) (replacement, bool) {
	behind := start + len(sh.prefix)
	if c.text[start:behind] != sh.prefix || isWord(c.before(start)) {
		return none()
	}
	end := c.span(behind, sh.class)
	if end-behind < sh.min {
		return none()
	}
	return replace(start, end, sh.label)
}

// An access key id has 20 characters: AKIA for a user, ASIA for a session.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-unique-ids
const keyIDLength = 20

// accessKeyID hides the middle of an access key id and all of a secret access
// key that stands next to it. The id alone opens nothing, but people ask which
// one it was.
func accessKeyID(c cursor, start int) (replacement, bool) {
	end := start + keyIDLength
	if isAlnum(c.before(start)) || c.span(start, isKeyID) != end || isAlnum(c.at(end)) {
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
	if c.text[start:start+3] != "eyJ" || isWord(c.before(start)) {
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
			return replace(start, body+i+len(end), "private key")
		}
	}
	for line := []int{0, 0}; line != nil; line = pemLine.FindStringIndex(c.text[body:]) {
		body += line[1]
	}
	return replace(start, body, "private key")
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
	if isWord(c.before(start)) || value == start+len("bearer") {
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
	if isWord(c.before(start)) || value == start+len("basic") {
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
