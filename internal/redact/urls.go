package redact

import (
	"regexp"
	"strings"
)

// maxLogin bounds how far a rule reads for a user name and password, so that no
// text can make it read the same bytes again and again.
const maxLogin = 512

// urlPassword finds the password of scheme://USER:PASSWORD@HOST, and the token
// of https://TOKEN@HOST. A password that should have been escaped, with / or @
// in it, is found too: it is the kind that makes a program stop and print the
// URL.
func urlPassword(c cursor, start int) (replacement, bool) {
	user := start + len("://")
	if strings.IndexByte(c.text[user:min(len(c.text), user+maxLogin)], '@') < 0 { // by far the most
		return none()
	}
	password := c.span(user, isUserByte) + 1
	switch c.at(password - 1) {
	case ':':
	case '@':
		if isUserToken(c.text[user : password-1]) {
			return replace(user, password-1, "token")
		}
		return none()
	default:
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

// isUserToken tells a token from a person's name, both of which stand before a
// host: https://TOKEN@HOST, https://jane.doe@HOST.
func isUserToken(s string) bool {
	return len(s) >= 16 && !strings.Contains(s, ".") && strings.ContainsAny(s, "0123456789") && strings.Trim(s, "0123456789") != ""
}

// escapedURL finds the password of a URL that stands escaped in another:
// postgres%3A%2F%2FUSER%3APASSWORD%40HOST.
func escapedURL(c cursor, start int) (replacement, bool) {
	user := start + len("%3a%2f%2f")
	rest := c.text[user:min(len(c.text), user+maxLogin)]
	if !strings.Contains(rest, "%40") { // far cheaper than the pattern
		return none()
	}
	if end := strings.IndexFunc(rest, func(r rune) bool { return r <= ' ' || strings.ContainsRune("&\"'`<>\\", r) }); end >= 0 {
		rest = rest[:end]
	}
	m := escapedLogin.FindStringSubmatchIndex(rest)
	if m == nil || harmless(rest[m[2]:m[3]]) {
		return none()
	}
	return replace(user+m[2], user+m[3], "password")
}

var escapedLogin = regexp.MustCompile(`(?i)\A(?:[\w.~+-]|%2[0-9a-e])*%3a(.+?)%40`)

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

// netrcPassword finds the password of a line of .netrc, or of several:
// machine HOST login USER password PASSWORD.
func netrcPassword(c cursor, start int) (replacement, bool) {
	m := netrcLogin.FindStringSubmatchIndex(c.text[start:min(len(c.text), start+maxLogin)])
	if m == nil || !c.begins(start) || harmless(c.text[start+m[2]:start+m[3]]) {
		return none()
	}
	return replace(start+m[2], start+m[3], "password")
}

var netrcLogin = regexp.MustCompile(`(?i)\Amachine\s+(?:(?:[\w-]+\.)+[\w-]+|localhost)\s+login\s+\S+\s+password\s+(\S+)`)

// curlLogin finds the password of curl -u USER:PASSWORD. The same letters are a
// user's and a group's number for Docker, so that curl must stand before it.
func curlLogin(c cursor, start int) (replacement, bool) {
	if !isBlank(c.before(start)) && !isQuote(c.before(start)) || !strings.Contains(c.text[max(c.done, start-maxCommand):start], "curl") {
		return none()
	}
	m := userOption.FindStringSubmatchIndex(c.text[start:min(len(c.text), start+maxLogin)])
	if m == nil {
		return none()
	}
	from, to := start+max(m[2], m[4]), start+max(m[3], m[5])
	if harmless(c.text[from:to]) {
		return none()
	}
	return replace(from, to, "password")
}

// maxCommand bounds how far before a password its command is looked for.
const maxCommand = 256

// userOption has the password in its first group where it is quoted, or else in
// its second.
var userOption = regexp.MustCompile(`\A(?:-u|--user)(?:=| *)(?:["'][^:"']*:([^"']+)|[^\s:"']*:([^\s"']+))`)
