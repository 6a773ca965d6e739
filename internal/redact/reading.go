package redact

import (
	"regexp"
	"strconv"
	"strings"
)

// valuesAt reads the values that begin at i, behind the sign of the name at from,
// and completes v with them: mostly one, but those of a list or of an object that
// stands there. Of a value without quotes it reads no more than is needed to
// judge it.
func (c *cursor) valuesAt(i int, v value, from int) []value {
	switch v.sign {
	case '(':
		return c.arguments(i, v)
	case '>':
		return c.element(i, v)
	}
	at := c.span(i, isBlank)
	if isPlaceholder(c.ahead(at, len(placeholderHead))) {
		return nil
	}
	if v.sign == ':' {
		at = c.tagged(c.typed(at))
	}
	if v.sign == '=' || v.sign == ':' || v.sign == 'i' {
		if below := c.below(at, v, from); below != nil {
			return below
		}
	}
	if start, end, ok := c.literal(at); ok {
		return c.quotedValue(v, start, end)
	}
	if v.manner == paired && v.sign != ' ' {
		return nil
	}
	if in := c.wrapped(i, at, v); in > at {
		if start, end, ok := c.literal(in); ok {
			return c.quotedValue(v, start, end)
		}
		if v.manner = firm; v.sign == ':' { // perhaps a type: Optional[Login]
			v.manner = paired
		}
		return c.bareValue(in, v)
	}
	if values, ok := c.structured(at, v); ok {
		return values
	}
	if at > i && call.MatchString(c.ahead(at, maxName)) {
		return c.byDefault(at, v)
	}
	if v.ends == atDelimiter && !c.beginsBare(at, v) {
		return nil
	}
	return c.bareValue(at, v)
}

// byDefault returns the value that stands behind an expression in the same line,
// for when that has none: environ.get("PASSWORD") or "x".
func (c *cursor) byDefault(i int, v value) []value {
	near := c.ahead(i, 2*maxGap)
	m := otherwise.FindStringIndex(near)
	if m == nil || strings.IndexByte(near[:m[0]], '\n') >= 0 {
		return nil
	}
	start, end, ok := c.literal(i + m[1])
	if !ok {
		return nil
	}
	return c.quotedValue(v, start, end)
}

var otherwise = regexp.MustCompile(`[)\]] *(?:or|\|\||\?\?) *`)

// tagged returns where the value begins behind a tag of YAML: !!binary x. Those of
// CloudFormation, which refer to something, have one mark.
func (c *cursor) tagged(i int) int {
	if c.ahead(i, 2) != "!!" {
		return i
	}
	return c.span(c.span(i+2, isAlnum), isBlank)
}

// beginsBare reports whether a value without quotes can begin at i, which may be
// a password that begins with a bracket.
func (c *cursor) beginsBare(i int, v value) bool {
	switch c.at(i) {
	case '<':
		return false
	case '[', '{':
		return v.sign == '=' && isMingled(c.text[i:c.wordEnd(i, i+maxName, v.ends)])
	}
	return v.sign != '{'
}

// quotedValue is the value between two quotes. The same may have been another
// before, as a plan of Terraform tells: "old" -> "new".
func (c *cursor) quotedValue(v value, start, end int) []value {
	v.start, v.end, v.quoted = start, end, true
	if v.manner == prose || v.manner == apart && v.sign == 'i' {
		v.manner = firm
	}
	if m := becomes.FindString(c.ahead(end, maxGap)); m != "" {
		if start, end, ok := c.literal(end + len(m)); ok {
			next := v
			next.start, next.end = start, end
			return []value{v, next}
		}
	}
	return []value{v}
}

var becomes = regexp.MustCompile("\\A[\"'`] (?:->|=>) ")

// element returns the text of an XML element that begins at i.
func (c *cursor) element(i int, v value) []value {
	near := c.ahead(i, 4*maxWord)
	end := strings.IndexByte(near, '<')
	if end < 0 || !strings.HasPrefix(near[end:], "</") {
		return nil
	}
	text := strings.TrimSpace(near[:end])
	v.start = i + strings.Index(near, text)
	v.end, v.quoted = v.start+len(text), true
	return []value{v}
}

func (c *cursor) bareValue(i int, v value) []value {
	v.start, v.end = i, c.wordEnd(i, i+maxWord+1, v.ends)
	if v.end == v.start {
		return nil
	}
	return []value{v}
}

// call is a line of a program, as stack traces quote them: token = read(path),
// token = environ["TOKEN"].
var call = regexp.MustCompile(`\A\(*(?:[A-Za-z_][\w.]*(?:\(|\[["'])|(?:&|(?:map)?\[|\w+\.)[\w.\[\]*]*\{)`)

// typed returns where the value begins if a type comes first: password: str = "x".
func (c *cursor) typed(i int) int {
	near := c.ahead(i, maxGap)
	if !strings.Contains(near, "=") {
		return i
	}
	return i + len(annotation.FindString(near))
}

var annotation = regexp.MustCompile(`\A(?:(?:Optional|Option|Maybe)[<\[])?&?(?:'static )?` +
	`(?:[Ss]tr|[Ss]tring|[Tt]ext|[Bb]ytes|Any|any|Secret(?:Str|String)?)\b[>\]?]? *= *`)

// wrapped returns where the value begins in what a language writes around it:
// Some("x"), Secret(x), Optional[x]. Behind a sign with blanks, as programs are
// written, what is in the parentheses is an expression unless it has quotes.
func (c *cursor) wrapped(i, at int, v value) int {
	if !isUpper(c.at(at)) {
		return at
	}
	in := at + len(wrapper.FindString(c.ahead(at, maxGap)))
	if _, _, quoted := c.literal(in); !quoted && v.sign == '=' && at > i {
		return at
	}
	return in
}

var wrapper = regexp.MustCompile(`\A(?:(?:Some|Just|Ok|Right|Optional|Secret|SecretString|SecretStr|Password|Token|` +
	`String|Box|Redacted|Sensitive)(?: ?\(| ?\[| ))+`)

// openings are what quotes look like where they cannot be themselves: in HTML, in
// the logs of nginx and of .NET, in a URL.
var openings = []string{"&quot;", "&#34;", "&#39;", "&apos;", `\u0022`, `\u0027`, `\x22`, `\x27`, "%22", "%27"}

// writtenQuote returns the quote at i if it is a written one.
func (c *cursor) writtenQuote(i int) string {
	if b := c.at(i); b != '&' && b != '\\' && b != '%' {
		return ""
	}
	for _, q := range openings {
		if strings.EqualFold(c.ahead(i, len(q)), q) {
			return c.ahead(i, len(q))
		}
	}
	return ""
}

// isOpening reports whether a value or a name may stand between two of b.
func isOpening(b byte) bool { return isQuote(b) || b == '`' }

// isOpen reports whether a quoted text begins at i.
func (c *cursor) isOpen(i int) bool { return isOpening(c.at(i)) }

// literal returns the text in quotes that begins at i: "x", b'x', @"x", \"x\",
// &quot;x&quot;.
func (c *cursor) literal(i int) (start, end int, ok bool) {
	if q := c.writtenQuote(i); q != "" {
		start = i + len(q)
		rest := c.lineAhead(start)
		if n := strings.Index(rest, q); n >= 0 {
			return start, start + n, true
		}
		return start, start + len(rest), true
	}
	if strings.IndexByte("bBuUrRfLN@&$", c.at(i)) >= 0 && c.isOpen(i+1) {
		i++
	}
	if c.ahead(i, 2) == "<<" { // Erlang's binaries
		i += 2
	}
	quote := c.span(i, isBackslash)
	if !c.isOpen(quote) {
		return 0, 0, false
	}
	start, end = quote+1, c.closingQuote(quote, quote-i)
	if isQuote(c.at(start)) && end > start && c.at(end-1) == c.at(start) && c.at(start) != c.at(quote) { // '"x"'
		return start + 1, max(start+1, end-1), true
	}
	return start, end, true
}

// lineAhead is the rest of the line at i, as much of it as a value may have.
func (c *cursor) lineAhead(i int) string {
	rest := c.ahead(i, 4*maxWord)
	if nl := strings.IndexByte(rest, '\n'); nl >= 0 {
		return rest[:nl]
	}
	return rest
}

// maxDepth is how many backslashes may stand before a quote: JSON in a JSON
// string in a JSON string has seven.
const maxDepth = 15

// closingQuote finds the quote that closes the one at open, which depth
// backslashes precede: none in JSON, one in JSON inside a JSON string, three one
// level deeper. Text that is cut off ends with its line.
func (c *cursor) closingQuote(open, depth int) int {
	if depth > maxDepth {
		return open + 1
	}
	slashes := 0
	for i := open + 1; i < len(c.text); i++ {
		switch b := c.text[i]; {
		case isBackslash(b):
			slashes++
			continue
		case b == '\n':
			return i
		case b == c.text[open] && (slashes < depth || slashes%(2*depth+2) == depth):
			return i - min(slashes, depth)
		}
		slashes = 0
	}
	return len(c.text)
}

// wordEnd returns the end of a value without quotes that begins at i, or limit.
func (c *cursor) wordEnd(i, limit int, e ending) int {
	for limit = min(limit, len(c.text)); i < limit && c.text[i] > ' ' && !c.ends(i, e); {
		i++
	}
	return i
}

// ends reports whether the byte at i ends a value, and is none of it.
func (c *cursor) ends(i int, e ending) bool {
	switch e {
	case atSpace:
		return false
	case atLine:
		return isBackslash(c.text[i]) && (c.at(i+1) == 'r' || c.at(i+1) == 'n')
	case atEscape:
		return c.delimits(i) || c.text[i] == '%' && isEscapedDelimiter(c.ahead(i, maxEscape))
	default:
		return c.delimits(i) && !c.goesOn(i)
	}
}

// isEscapedDelimiter reports whether s begins with an escaped byte that separates
// the values of a URL, which itself stands escaped in another.
func isEscapedDelimiter(s string) bool {
	s = strings.TrimPrefix(s[1:], "25")
	if len(s) < 2 || !isHex(s[0]) || !isHex(s[1]) {
		return false
	}
	b, err := strconv.ParseUint(s[:2], 16, 8)
	return err == nil && (b <= ' ' || strings.IndexByte("\"#&';<>`{}", byte(b)) >= 0)
}

// delimits reports whether the byte at i separates values, or begins an escaped
// line end or quote.
func (c *cursor) delimits(i int) bool {
	if isBackslash(c.text[i]) {
		return strings.IndexByte("nrt\"'\\", c.at(i+1)) >= 0 || c.writtenQuote(i) != ""
	}
	return strings.IndexByte("\"'`<>,;&)}]|", c.text[i]) >= 0
}

// goesOn reports whether the delimiter at i is one of the value's own bytes: no
// blank, other delimiter or name of another value stands behind it, as in
// User(name=app, password=ab,cd!12, port=80).
func (c *cursor) goesOn(i int) bool {
	switch b := c.text[i]; {
	case strings.IndexByte(",;&|", b) >= 0:
		next := c.at(i + 1)
		return next > ' ' && strings.IndexByte("\"'`<>,;&|)}]{[(\\$-", next) < 0 && !isPairAhead(c.ahead(i+1, maxName))
	case strings.IndexByte(")}]", b) >= 0:
		return isAlnum(c.at(i + 1))
	}
	return false
}

// isPairAhead reports whether s begins with the name of another value and its
// sign: ;User ID=x, &x=, ,port: 80, ,amqp://.
func isPairAhead(s string) bool {
	words := 0
	for i := range len(s) {
		switch b := s[i]; {
		case isDotted(b) || b == '+':
		case b == '=' || b == ':' || strings.HasPrefix(s[i:], "%3"):
			return i > 0
		case b == ' ' && words < 2:
			words++
		default:
			return false
		}
	}
	return false
}

// headerValue narrows a header's value to the secret in it: what follows the
// scheme, or all cookies. A signed AWS request names its parts, which have rules
// of their own.
func (c *cursor) headerValue(v value) value {
	text := c.ahead(v.start, maxGap)
	m := scheme.FindString(text)
	switch {
	case v.of.kind == cookie && v.sign != '{' && !cookiePair.MatchString(text), strings.HasPrefix(text, "AWS4-"):
		v.end = v.start
	case v.of.kind == cookie && !v.quoted && v.ends != atEscape:
		v.manner, v.end = firm, c.span(v.start, isHeaderByte)
	case m != "" && !v.quoted:
		v.manner, v.start = firm, v.start+len(m)
		v.end = c.wordEnd(v.start, v.start+maxWord+1, v.ends)
	case m != "" && v.start+len(m) <= v.end:
		v.start += len(m)
	}
	return v
}

func isHeaderByte(b byte) bool { return b >= ' ' && !isQuote(b) && !isBackslash(b) }

var (
	scheme = regexp.MustCompile(`(?i)\A(?:bearer|basic|token|api-?key|api-token|digest|negotiate|ssws|splunk|` +
		`genie-?key|oauth)[ \t]+`)
	cookiePair = regexp.MustCompile(`\A[^\s=;]+=`)
)
