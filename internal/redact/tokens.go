package redact

import (
	"encoding/base64"
	"regexp"
	"strings"
)

// jwt finds signed (three parts) and encrypted (five parts) JSON web tokens. A
// lone "eyJ…" without dots is any JSON in base64, a paging cursor for example.
func jwt(c *cursor, start int) []replacement {
	if c.ahead(start, 3) != "eyJ" || !c.begins(start) {
		return nil
	}
	end, parts := start, 0
	for parts < 5 {
		next := c.span(end, isWord)
		if next-end < 8 && parts < 2 {
			return nil
		}
		end, parts = next, parts+1
		if c.at(end) != '.' || !isWord(c.at(end+1)) && c.at(end+1) != '.' {
			break
		}
		end++
	}
	if parts < 2 {
		return nil
	}
	return replace(start, end, "JSON web token")
}

// bearer finds a token behind the word, without a header's name before it.
func bearer(c *cursor, start int) []replacement {
	value := c.span(start+len("bearer"), isBlank)
	if !c.begins(start) || value == start+len("bearer") {
		return nil
	}
	end := c.span(value, isTokenByte)
	if end-value < 16 || !strings.ContainsAny(c.text[value:end], "0123456789") {
		return nil
	}
	return replace(value, end, "bearer token")
}

// basicLogin finds what HTTP's Basic scheme carries: USER:PASSWORD in base64.
func basicLogin(c *cursor, start int) []replacement {
	value := c.span(start+len("basic"), isBlank)
	if !c.begins(start) || value == start+len("basic") {
		return nil
	}
	end := c.span(value, isBase64)
	if !isLogin(c.text[value:end]) {
		return nil
	}
	return replace(value, end, "login")
}

// isLogin reports whether s is base64 of printable text with a colon in it.
func isLogin(s string) bool {
	plain, err := base64.RawStdEncoding.DecodeString(strings.TrimRight(s, "="))
	if err != nil || !strings.Contains(string(plain), ":") {
		return false
	}
	return !strings.ContainsFunc(string(plain), func(r rune) bool { return r < ' ' || r > '~' })
}

// discordToken finds a bot's token: its id in base64, when, and a signature.
func discordToken(c *cursor, start int) []replacement {
	if strings.IndexByte("MNO", c.text[start]) < 0 || !c.begins(start) {
		return nil
	}
	m := discordParts.FindString(c.ahead(start, maxMarked))
	if m == "" || isWord(c.at(start+len(m))) || !isDigits(m[:strings.IndexByte(m, '.')]) {
		return nil
	}
	return replace(start, start+len(m), "Discord token")
}

var discordParts = regexp.MustCompile(`\A[\w-]{23,28}\.[\w-]{5,7}\.[\w-]{27,45}`)

// isDigits reports whether s is base64 of digits.
func isDigits(s string) bool {
	plain, err := base64.RawURLEncoding.DecodeString(s)
	return err == nil && isAll(string(plain), isDigit)
}

// discordHeads are how base64 of two digits and more begins, in lower case.
func discordHeads() []string {
	var heads []string
	for n := byte(10); n < 100; n++ {
		heads = append(heads, lowerASCII(base64.RawStdEncoding.EncodeToString([]byte{'0' + n/10, '0' + n%10, '0'})[:3]))
	}
	return heads
}

// passwordHash finds what crypt, Django, PostgreSQL and LDAP keep of a password.
func passwordHash(c *cursor, start int) []replacement {
	m := hash.FindString(c.ahead(start, 4*maxMarked))
	if m == "" {
		return nil
	}
	return replace(start, start+len(m), "password hash")
}

var hash = regexp.MustCompile(`(?i)\A(?:` +
	`\$[89]\$[./\w]{8,16}\$[./\w]{43}|\$(?:apr1|1)\$[./\w]{1,8}\$[./\w]{22}|\$2[abxy]\$\d\d\$[./\w]{53}|` +
	`\$[567y]\$[^\s$"'\x60]{1,64}(?:\$[./\w]+){1,3}|` +
	`\$argon2(?:id|i|d)\$v=\d+\$[\w=,]+\$[+/\w]+\$[+/\w]+|pbkdf2[_:]sha\d+[$:]\d+\$[^\s$"']+\$[^\s"']+|` +
	`scrypt:\d+:\d+:\d+\$[^\s$"']+\$[0-9a-f]{32,}|SCRAM-SHA-256\$\d+:[^\s"',;]+|\{S?SHA\d*\}[+/=\w]{20,})`)

// hashHeads are how they begin.
var hashHeads = []string{
	"$apr1$", "$1$", "$2a$", "$2b$", "$2x$", "$2y$", "$5$", "$6$", "$7$", "$8$", "$9$", "$y$", "$argon2",
	"pbkdf2", "scrypt:", "scram-sha-256$", "{sha", "{ssha",
}
