package redact

import (
	"regexp"
	"strings"
)

// maxLogin bounds how far a rule reads for a user name and password, so that no
// text can make it read the same bytes again and again.
const maxLogin = 512

// urlPassword finds the password of scheme://USER:PASSWORD@HOST. A password
// that should have been escaped, with / or @ in it, is found too: it is the kind
// that makes a program stop and print the URL.
func urlPassword(c cursor, start int) (replacement, bool) {
	user := start + len("://")
	password := c.span(user, isUserByte) + 1
	if c.at(password-1) != ':' {
		return none()
	}
	end := c.span(password, isAuthorityByte)
	at := strings.LastIndexByte(c.text[min(password, end):end], '@')
	if at < 0 && !isPort(c.text[min(password, end):end]) && c.at(end) == '/' {
		short := cursor{text: c.text[:min(len(c.text), password+maxLogin)]}
		end = short.span(end, isURLByte)
		at = strings.IndexByte(c.text[password:end], '@')
	}
	if at <= 0 || strings.HasPrefix(c.text[password+at:], "@sha256:") || harmless(c.text[password:password+at]) {
		return none()
	}
	return replace(password, password+at, "password")
}

func isPort(s string) bool {
	return strings.Trim(s, "0123456789") == ""
}

// isURLByte bounds a URL in running text.
func isURLByte(b byte) bool {
	return b > ' ' && b != 0x7f && !isQuote(b) && b != '<' && b != '>' && b != '`' && b != '\\'
}

func isAuthorityByte(b byte) bool {
	return isURLByte(b) && b != '/' && b != '?' && b != '#'
}

func isUserByte(b byte) bool {
	return isAuthorityByte(b) && b != ':' && b != '@' && b != '['
}

// goPassword finds the password of USER:PASSWORD@tcp(HOST), the form of Go's
// MySQL driver.
func goPassword(c cursor, start int) (replacement, bool) {
	from := start
	for from > c.done && start-from < maxLogin && isURLByte(c.text[from-1]) && c.text[from-1] != '=' {
		from--
	}
	colon := strings.IndexByte(c.text[from:start], ':')
	password := from + colon + 1
	if colon < 0 || password == start || harmless(c.text[password:start]) {
		return none()
	}
	return replace(password, start, "password")
}

// oraclePassword finds the password of jdbc:oracle:thin:USER/PASSWORD@HOST.
func oraclePassword(c cursor, start int) (replacement, bool) {
	m := oracleLogin.FindStringSubmatchIndex(c.text[start:min(len(c.text), start+maxLogin)])
	if m == nil || harmless(c.text[start+m[2]:start+m[3]]) {
		return none()
	}
	return replace(start+m[2], start+m[3], "password")
}

var oracleLogin = regexp.MustCompile(`(?i)\Ajdbc:oracle:\w+:[^\s/@"']+/([^\s@"']+)@`)
