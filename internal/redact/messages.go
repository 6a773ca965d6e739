package redact

import (
	"regexp"
	"slices"
	"strings"
)

// Programs that cannot use a value tell it. These are the sentences in which
// parsers and validators of common languages and libraries do so.

// maxMessage bounds how far from a value the name is looked for that it has.
const maxMessage = 512

// portMessages quote what stands where a URL has its port. That is the rest of a
// password if it has a / or # in it.
var portMessages = []string{
	"invalid port ", "invalid port number: ", // Go, after the URL; libpq
	"could not be cast to integer value as ",             // Python's urllib
	"should be >= 0 and < 65536. received type string (", // Node
}

// numberMessages quote any text that is no number.
var numberMessages = []string{
	"for int() with base 10: ", // Python, and so SQLAlchemy
	"for input string: ",       // Java
	": parsing ",               // Go's strconv, and so pgx
}

// wordMessages quote a part of a connection string that was cut where a blank or
// a percent sign of its password stands.
var wordMessages = []string{
	`missing "=" after `, "percent-encoded token: ", // libpq
	"invalid url escape ", // Go
}

// ofMessages returns the triggers of all messages.
func ofMessages() []literal {
	out := slices.Concat(
		calls(badWord, wordMessages...),
		calls(badArgument, "invalid value ", "invalid argument "),
		calls(badInput, "input_value="),
		calls(badReceived, "received"),
		calls(secureString, "securestring"),
	)
	for _, m := range portMessages {
		out = append(out, calls(badNumber(m, false), m)...)
	}
	for _, m := range numberMessages {
		out = append(out, calls(badNumber(m, true), m)...)
	}
	for _, m := range hostMessages {
		out = append(out, calls(badHost(m), m)...)
	}
	return out
}

// badWord finds what such a message quotes.
func badWord(c *cursor, start int) []replacement {
	at := start + strings.LastIndexAny(c.ahead(start, len("percent-encoded token: ")), " ") + 1
	from, end, ok := c.literal(at)
	if !ok || harmless(c.text[from:end]) {
		return nil
	}
	return replace(from, end, "password")
}

// badNumber finds what is no number behind one of the messages: of one about any
// text, also no word.
func badNumber(message string, anyText bool) rule {
	return func(c *cursor, start int) []replacement {
		from, end, ok := c.literal(start + len(message))
		if !ok {
			return nil
		}
		return c.badNumber(start, from, end, anyText)
	}
}

func (c *cursor) badNumber(start, from, end int, anyText bool) []replacement {
	if c.at(from) == ':' {
		from++
	}
	text := c.text[min(from, end):end]
	if harmless(text) || numeric.MatchString(text) || ports[lowerASCII(text)] || anyText && isNumbersName(text) {
		return nil
	}
	found := replace(from, end, "password")
	if at := strings.LastIndex(c.behind(start, maxMessage), ":"+text); at >= 0 { // in the URL that the message quotes
		at += start - len(c.behind(start, maxMessage)) + 1
		found = append(replace(at, at+len(text), "password"), found...)
	}
	return found
}

// isNumbersName reports whether text is no number but what would have one, such
// as the name of a variable.
func isNumbersName(text string) bool {
	return !strings.Contains(text, "@") && (isName(text) || slug.MatchString(text))
}

var (
	// 10s, 3.5, 8080/tcp
	numeric = regexp.MustCompile(`\A[-+]?\d[\d.,_:]*(?:[a-zA-Z%]{0,3}|/[a-z]{3})\z`)
	// worker-1
	slug = regexp.MustCompile(`\A[a-z]+(?:[-_.][a-z0-9]+)*\z`)
	// What else stands for a port.
	ports = set("port", "tcp", "udp", "none", "null", "undefined", "nan")
)

// hostMessages name a host that is not found. One with an @ in it begins with the
// rest of a password.
var hostMessages = []string{
	"host name ", "server host ", "lookup ", "enotfound ", "eai_again ", "unknownhostexception: ", "not known: ",
	"resolve host ", "resolve host: ", "resolve: ", "to resolve ", "to host ", "getaddrinfo for ", "host is known. (",
}

// badHost finds the rest of a password in a host's name, behind one of the messages.
func badHost(message string) rule {
	return func(c *cursor, start int) []replacement {
		from := start + len(message)
		if isOpening(c.at(from)) {
			from++
		}
		word := c.text[from : from+lengthOf(c.ahead(from, maxLogin), isURLByte)]
		at := strings.LastIndexByte(word, '@')
		if at <= 0 || !isHost(word[at+1:]) || !hasAlnum(word[:at]) || harmless(word[:at]) || strings.Contains(word, "://") {
			return nil
		}
		return replace(from, from+at, "password")
	}
}

// isHost reports whether a host's name can begin with s, which the digest of an
// image behind its @ does not.
func isHost(s string) bool { return s != "" && isAlnum(s[0]) && !strings.HasPrefix(s, "sha") }

func hasAlnum(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return r < 0x80 && isAlnum(byte(r)) })
}

// badArgument finds the value of a flag that a program does not take: invalid
// value "x" for flag -password, invalid argument 'x' for '--token'.
func badArgument(c *cursor, start int) []replacement {
	at := start + strings.IndexAny(c.ahead(start, maxGap), "\"'`")
	from, end, ok := c.literal(max(at, start))
	if !ok {
		return nil
	}
	m := forFlag.FindStringSubmatch(c.ahead(end, 2*maxGap))
	if m == nil {
		return nil
	}
	return c.quotedFor(m[1], from, end)
}

var forFlag = regexp.MustCompile("\\A[\"'`] for (?:the |flag |option |argument |parameter )*" +
	"[\"'`]?(?:-[A-Za-z], ?)?-{0,2}([A-Za-z][\\w.-]*)")

// quotedFor replaces text[from:end] if the name is a secret's.
func (c *cursor) quotedFor(name string, from, end int) []replacement {
	n, ok := classify(name)
	if !ok {
		return nil
	}
	return c.hide([]value{{start: from, end: end, of: n, quoted: true, manner: firm, sign: '='}})
}

// badInput finds what pydantic quotes in the line below a field's name:
// input_value='x'.
func badInput(c *cursor, start int) []replacement {
	from, end, ok := c.literal(start + len("input_value="))
	if !ok {
		return nil
	}
	above := strings.ReplaceAll(c.behind(start, maxMessage), `\n`, "\n")
	lines := strings.FieldsFunc(above, func(r rune) bool { return r == '\n' })
	if len(lines) < 2 {
		return nil
	}
	name := strings.TrimSpace(lines[len(lines)-2])
	return c.quotedFor(name[strings.LastIndexByte(name, ' ')+1:], from, end)
}

// badReceived finds what zod tells it has received for a path of names.
func badReceived(c *cursor, start int) []replacement {
	from, end, ok := c.literal(start + len(receivedWords.FindString(c.ahead(start, maxGap))))
	if !ok {
		return nil
	}
	ahead := c.ahead(end, maxMessage)
	if i := strings.IndexByte(ahead, '}'); i >= 0 {
		ahead = ahead[:i]
	}
	name := lastOfPath(ahead)
	if name == "" {
		behind := c.behind(start, maxMessage)
		name = lastOfPath(behind[strings.LastIndexByte(behind, '{')+1:])
	}
	return c.quotedFor(name, from, end)
}

var receivedWords = regexp.MustCompile(`(?i)\Areceived\\*["']?:? *`)

// lastOfPath returns the last name of the first list "path": ["db", "password"] of
// an object.
func lastOfPath(s string) string {
	for _, rest, ok := strings.Cut(s, "path"); ok; _, rest, ok = strings.Cut(rest, "path") {
		list, isMember := strings.CutPrefix(strings.TrimLeft(rest, `\"'`), ":")
		list, isList := strings.CutPrefix(strings.TrimLeft(list, " "), "[")
		if isMember && isList {
			list, _, _ = strings.Cut(list, "]")
			list = strings.TrimRight(list, " \n\\\"'")
			return list[strings.LastIndexFunc(list, isNoName)+1:]
		}
	}
	return ""
}

func isNoName(r rune) bool { return r < 0x80 && !nameBytes[r] }

// secureString finds the value of a parameter whose type is SecureString.
func secureString(c *cursor, start int) []replacement {
	end := start + len("securestring")
	at := c.memberAfter(end)
	if at == 0 && c.at(end) == '\t' {
		at = end + 1
	}
	if at == 0 {
		return nil
	}
	n := secretName{kind: key, label: "secret", last: true}
	return slices.Clip(c.hide(c.valuesAt(at, value{manner: firm, sign: '=', of: n}, start)))
}
