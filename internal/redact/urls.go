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
func urlPassword(c *cursor, start int) []replacement {
	user := start + len("://")
	if strings.IndexByte(c.ahead(user, maxLogin), '@') < 0 { // by far the most
		return nil
	}
	password := c.span(user, isUserByte) + 1
	switch c.at(password - 1) {
	case ':':
	case '@':
		if isUserToken(c.text[user : password-1]) {
			return replace(user, password-1, "token")
		}
		return nil
	default:
		return nil
	}
	end := password + loginEnd(c.ahead(password, maxLogin), c.before(c.back(start, maxName, isDotted)))
	if end <= password || strings.HasPrefix(c.text[end:], "@sha256:") || harmless(c.text[password:end]) {
		return nil
	}
	return replace(password, end, "password")
}

// loginEnd returns the length of the password at the beginning of s, which an @
// ends, or less than 1. open is the byte before the URL, perhaps its quote.
func loginEnd(s string, open byte) int {
	if i := strings.IndexByte(s, '\n'); i >= 0 {
		s = s[:i]
	}
	if i := strings.Index(s, "://"); i >= 0 { // another URL
		s = s[:i]
	}
	authority := lengthOf(s, isAuthorityByte)
	if isPort(s[:authority], s[authority:]) {
		return 0
	}
	if at := strings.LastIndexByte(s[:authority], '@'); at >= 0 {
		return beyondFragment(s, at)
	}
	if at := strings.IndexByte(s[:lengthOf(s, isURLByte)], '@'); at >= 0 {
		return lastAt(s, at)
	}
	return looseAt(s, open)
}

// isPort reports whether a host's port stands where a password would: digits up
// to where the path or other parameters begin.
func isPort(authority, rest string) bool {
	digits := lengthOf(authority, isDigit)
	if digits < len(authority) {
		return authority[digits] == ';' || authority[digits] == ',' && !strings.Contains(authority, "@")
	}
	return digits > 0 || !strings.HasPrefix(rest, "/") || !strings.Contains(rest, "@")
}

// lastAt returns the last @ of the host that begins behind the one at i: a password
// may have some.
func lastAt(s string, i int) int {
	host := lengthOf(s[i+1:], isAuthorityByte)
	return i + 1 + strings.LastIndexByte("@"+s[i+1:i+1+host], '@') - 1
}

// beyondFragment returns the @ at i, or a later one if what is taken for a fragment
// of the URL has a host with a port behind it.
func beyondFragment(s string, i int) int {
	host := i + 1 + lengthOf(s[i+1:], isAuthorityByte)
	if host == len(s) || s[host] != '#' {
		return i
	}
	if at := strings.IndexByte(s[host:], '@'); at >= 0 && hostWithPort.MatchString(s[host+at:]) {
		return host + at
	}
	return i
}

// maxLoose bounds a password with blanks, quotes, brackets or backslashes in it.
const maxLoose = 128

// looseAt returns the first @ that a host with a port or a path follows, whatever
// stands before it. Without either the host has to end with the quote in which
// the URL began.
func looseAt(s string, open byte) int {
	if isAll(s[:lengthOf(s, isURLByte)], isDigit) {
		return 0
	}
	for i := 0; i < min(len(s), maxLoose); i++ {
		switch {
		case s[i] != '@':
		case hostWithPort.MatchString(s[i:]):
			return lastAt(s, i)
		case isQuote(open) && strings.IndexByte(s[:i], open) < 0:
			if host := lengthOf(s[i+1:], isDotted); host > 0 && strings.HasPrefix(s[i+1+host:], string(open)) {
				return i
			}
		}
	}
	return 0
}

var hostWithPort = regexp.MustCompile(`\A@(?:[A-Za-z0-9_.-]+|\[[0-9A-Fa-f:.]+\])(?::\d{2,5}(?:\D|\z)|/\w)`)

func lengthOf(s string, class func(byte) bool) int {
	c := cursor{text: s}
	return c.span(0, class)
}

// isUserToken tells a token from a person's name, both of which stand before a
// host: https://TOKEN@HOST, https://jane.doe@HOST.
func isUserToken(s string) bool {
	return len(s) >= 16 && !strings.Contains(s, ".") && hasDigit(s) && strings.Trim(s, "0123456789") != ""
}

// escapedURL finds the password of a URL that stands escaped in another:
// postgres%3A%2F%2FUSER%3APASSWORD%40HOST.
func escapedURL(c *cursor, start int) []replacement {
	user := start + len("%3a%2f%2f")
	rest := c.ahead(user, maxLogin)
	if !strings.Contains(rest, "%40") { // far cheaper than the pattern
		return nil
	}
	m := escapedLogin.FindStringSubmatchIndex(rest[:lengthOf(rest, isParameterByte)])
	if m == nil || harmless(rest[m[2]:m[3]]) {
		return nil
	}
	return replace(user+m[2], user+m[3], "password")
}

var escapedLogin = regexp.MustCompile(`(?i)\A(?:[\w.~+-]|%2[0-9a-e])*%3a(.+?)%40`)

// isURLByte bounds a URL in running text.
func isURLByte(b byte) bool {
	return b > ' ' && b != 0x7f && !isQuote(b) && b != '<' && b != '>' && b != '`' && b != '\\'
}

func isParameterByte(b byte) bool { return isURLByte(b) && b != '&' }

func isAuthorityByte(b byte) bool {
	return isURLByte(b) && b != '/' && b != '?' && b != '#'
}

func isUserByte(b byte) bool {
	return isAuthorityByte(b) && b != ':' && b != '@' && b != '['
}

// barePassword finds the password of USER:PASSWORD@HOST:PORT, a URL that lost its
// scheme.
func barePassword(c *cursor, start int) []replacement {
	host := start + 1 + lengthOf(c.ahead(start+1, maxLogin), isDotted)
	from := c.back(start, maxLoose, isLoginByte)
	path := c.at(host) == '/' && isLetter(c.at(host+1)) && (isQuote(c.before(from)) || c.before(from) == '=')
	if host == start+1 || !path && !portAhead.MatchString(c.ahead(host, maxGap)) {
		return nil
	}
	user, password, ok := strings.Cut(c.text[from:start], ":")
	if !ok || !userName.MatchString(user) || notUsers[lowerASCII(user)] || strings.HasPrefix(password, "//") ||
		strings.HasPrefix(c.text[start:], "@sha") || harmless(password) || isAll(password, isNumeral) {
		return nil
	}
	return replace(start-len(password), start, "password")
}

var (
	portAhead = regexp.MustCompile(`\A:\d{2,5}(?:[^\w.-]|\z)`)
	userName  = regexp.MustCompile(`\A[A-Za-z_][\w.+-]*\z`)
	// What stands before a colon and an address and is no user.
	notUsers = set(
		"acct", "arn", "by", "cc", "email", "from", "git", "http", "https", "mail", "mailto", "npm", "sip", "sips", "ssh",
		"to", "xmpp",
	)
)

// isLoginByte bounds a login in running text.
func isLoginByte(b byte) bool { return isURLByte(b) && strings.IndexByte("=,;([{|", b) < 0 }

// isNumeral is what versions and times have.
func isNumeral(b byte) bool { return isDigit(b) || strings.IndexByte(".:-_", b) >= 0 }

// goPassword finds the password of USER:PASSWORD@tcp(HOST), the form of Go's
// MySQL driver.
func goPassword(c *cursor, start int) []replacement {
	from := c.back(start, maxLogin, func(b byte) bool { return isURLByte(b) && b != '=' })
	colon := strings.IndexByte(c.text[from:start], ':')
	password := from + colon + 1
	if colon < 0 || password == start || harmless(c.text[password:start]) {
		return nil
	}
	return replace(password, start, "password")
}

// oraclePassword finds the password of jdbc:oracle:thin:USER/PASSWORD@HOST.
func oraclePassword(c *cursor, start int) []replacement {
	return c.group(oracleLogin, start)
}

var oracleLogin = regexp.MustCompile(`(?i)\Ajdbc:oracle:\w+:[^\s/@"']+/([^\s@"']+)@`)

// sqlplusPassword finds the password of sqlplus USER/PASSWORD@DATABASE.
func sqlplusPassword(c *cursor, start int) []replacement { return c.group(sqlplusLogin, start) }

var sqlplusLogin = regexp.MustCompile(`(?i)\Asqlplus (?:-\S+ +)*["']?[\w.]+/([^\s@"']+)@`)

// smtpLogin finds what a mail client sends to log in, in base64, or what it says
// that it will send: AUTH PLAIN x, AUTH LOGIN challenge: 'x'.
func smtpLogin(c *cursor, start int) []replacement {
	from := start + len("auth plain ")
	if said := strings.Index(c.ahead(from, maxName/2), ": '"); said >= 0 {
		if first, end, ok := c.literal(from + said + len(": ")); ok && !harmless(c.text[first:end]) {
			return replace(first, end, "login")
		}
		return nil
	}
	end := c.span(from, isBase64)
	if end-from < 8 || !isMingled(c.text[from:end]) {
		return nil
	}
	return replace(from, end, "login")
}

// netrcPassword finds the password of a line of .netrc, or of several:
// machine HOST login USER password PASSWORD.
func netrcPassword(c *cursor, start int) []replacement {
	if !c.begins(start) {
		return nil
	}
	return c.group(netrcLogin, start)
}

var netrcLogin = regexp.MustCompile(`(?i)\A(?:machine\s+(?:(?:[\w-]+\.)+[\w-]+|localhost)|default)` +
	`\s+login\s+\S+\s+password\s+(\S+)`)

// group finds the password that is the group of a pattern which begins at start.
func (c *cursor) group(pattern *regexp.Regexp, start int) []replacement {
	m := pattern.FindStringSubmatchIndex(c.ahead(start, maxLogin))
	if m == nil || harmless(c.text[start+m[2]:start+m[3]]) {
		return nil
	}
	return replace(start+m[2], start+m[3], "password")
}
