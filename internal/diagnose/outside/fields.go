package outside

import "strings"

// object is a group of keys: an object of JSON, a list, a call's arguments, or
// the line itself with the pairs of logfmt.
type object struct {
	parent *object
	keys   [2]string // under which it stands, and what it is called: body, SdkBody
	closer byte
	about  uint8
	level  level
	status int
	// alias is the value of its member "key" or "name", which names its "value".
	alias string
}

// field is a value with the key before it; key is "" in a list.
type field struct {
	in         *object
	key        string
	start, end int
	loose      bool // in a sentence, behind a colon or words
}

// prose reports whether what stands in an object is part of a sentence, perhaps
// in brackets.
func (o *object) prose() bool {
	for ; o.parent != nil; o = o.parent {
		if o.closer == '}' {
			return false
		}
	}
	return true
}

// reader reads the keys and values of a line, whatever wrote them: JSON, logfmt,
// Python, Ruby and JavaScript objects, Rust's and Go's debug forms. It never
// fails: what it does not understand it passes over.
type reader struct {
	line   string
	at     int
	root   *object
	in     *object
	depth  int
	key    string // read, and its value awaited
	colon  bool   // the key ended in a colon
	fields []field
	// trouble is whether the line's beginning tells of trouble, once that was asked.
	trouble, asked bool
}

const maxDepth = 64

func fieldSpans(line string, nesting int) []Span {
	root := &object{level: levelOfText(line)}
	r := reader{line: line, root: root, in: root}
	for r.at < len(line) {
		r.step()
	}
	var found []Span
	for _, f := range r.fields {
		found = append(found, f.spans(line, nesting)...)
	}
	return found
}

func (r *reader) step() {
	switch c := r.line[r.at]; {
	case c == '"', c == '\'' && (r.at == 0 || !wordByte(r.line[r.at-1])), c == '`' && (r.key != "" || qualified(r.line[:r.at])):
		r.quoted(c)
	case c == '{', c == '[', c == '(':
		r.open(c, "")
	case c == '}', c == ']', c == ')':
		r.close(c)
		r.at++
	case c == ',' || c == ';' || c == '\n':
		r.key = ""
		r.at++
	case letter(c), c == '_', c == '@' && r.at+1 < len(r.line) && letter(r.line[r.at+1]):
		r.word()
	case digit(c) && r.key != "":
		r.scalar(r.key)
	default:
		r.at++
	}
}

func (r *reader) open(c byte, name string) {
	r.at++
	if r.depth == maxDepth {
		return
	}
	r.depth++
	r.in = &object{parent: r.in, keys: [2]string{r.key, name}, closer: closerOf[c]}
	r.key = ""
}

var closerOf = map[byte]byte{'{': '}', '[': ']', '(': ')'}

// close ends the innermost object that the byte closes; what a request was
// called is known to the object around it.
func (r *reader) close(c byte) {
	r.key = ""
	for o := r.in; o.parent != nil; o = o.parent {
		if o.closer != c {
			continue
		}
		for r.in != o.parent {
			if k := r.in.keys[0]; (k == "req" || k == "request" || k == "httprequest" || k == "http") && r.in.parent != nil {
				r.in.parent.about |= r.in.about
			}
			r.in = r.in.parent
			r.depth--
		}
		return
	}
}

// quoted reads a string, which is a key if a colon, an equals sign or an arrow follows.
func (r *reader) quoted(q byte) {
	escapes := backslashes(r.line[:r.at])
	start := r.at + 1
	if q == '`' && strings.IndexByte(r.line[start:], q) < 0 {
		q = '\'' // Ruby: undefined method `foo' for nil
	}
	end := start + closing(r.line[start:], q, escapes)
	behind := min(len(r.line), end+escapes+1)
	if end-start <= 64 && end < len(r.line) {
		if after, colon, ok := separator(r.line, behind); ok {
			r.note(normal(r.line[start:end]), colon)
			r.at = after
			return
		}
	}
	r.value(start, end)
	r.at = behind
}

// separator reads what stands between a key and its value.
func separator(line string, at int) (after int, colon, ok bool) {
	i := at
	for i < len(line) && (line[i] == ' ' || line[i] == '\t') {
		i++
	}
	switch {
	case strings.HasPrefix(line[i:], "=>"):
		return i + 2, true, true
	case i < len(line) && line[i] == ':' && !strings.HasPrefix(line[i:], "::") && !strings.HasPrefix(line[i:], "://"):
		return i + 1, true, true
	case i < len(line) && line[i] == '=' && !strings.HasPrefix(line[i:], "=="):
		return i + 1, false, true
	}
	return at, false, false
}

func (r *reader) note(key string, colon bool) {
	r.key, r.colon = key, colon
	r.in.about |= aboutKeys[key]
}

// word reads a name: a key, the name of an object, or a word of a sentence.
func (r *reader) word() {
	start := r.at
	for r.at < len(r.line) && (wordByte(r.line[r.at]) || strings.IndexByte(".-@$", r.line[r.at]) >= 0) {
		r.at++
	}
	word := r.line[start:r.at]
	switch {
	case r.at < len(r.line) && strings.IndexByte(`"'`, r.line[r.at]) >= 0 && len(word) <= 2: // Python's b'…'
		return
	case r.at < len(r.line) && (r.line[r.at] == '{' || r.line[r.at] == '(' || r.line[r.at] == '['):
		r.open(r.line[r.at], normal(word))
		return
	case r.at+1 < len(r.line) && r.line[r.at] == ' ' && r.line[r.at+1] == '{': // Rust: Response { …
		r.at++
		r.open('{', normal(word))
		return
	}
	after, colon, ok := separator(r.line, r.at)
	if !ok {
		if r.key != "" {
			r.at = start
			r.scalar(r.key)
		}
		return
	}
	r.pair(start, normal(word), after, colon)
}

// pair goes on behind a name and its separator at an offset: what follows is
// the name's value, or a colon was only part of a sentence.
func (r *reader) pair(start int, key string, after int, colon bool) {
	if two := r.twoWords(start, key); classOf(two) == classOutside || classOf(two) == classPerson {
		key = two
	}
	if key == "value" && strings.HasSuffix(r.line[:start], "`Err` ") {
		key = "err" // Rust: called `Result::unwrap()` on an `Err` value: …
	}
	next := after
	for next < len(r.line) && (r.line[next] == ' ' || r.line[next] == '\t') {
		next++
	}
	if key == "value" && next < len(r.line) && closerOf[r.line[next]] != 0 {
		key = "" // Elixir: no match of right hand side value: {:error, …}
	}
	r.at = next
	switch {
	case next == len(r.line):
	case strings.IndexByte("\"'`{[(\\", r.line[next]) >= 0, letterQuote(r.line[next:]):
		r.note(key, colon)
	case !colon && next == after, colon && r.in.parent != nil, !colon && classOf(key) == classOutside:
		r.note(key, colon)
		r.scalar(key)
	}
}

// letterQuote reports whether Python's b'…', u'…' or Rust's Some( begins.
func letterQuote(s string) bool {
	i := 0
	for i < len(s) && wordByte(s[i]) {
		i++
	}
	return i > 0 && i < len(s) && (i <= 2 && (s[i] == '"' || s[i] == '\'') || s[i] == '(' || s[i] == '{' || strings.HasPrefix(s[i:], " {"))
}

// twoWords joins a key with the word before it: user agent, request body.
func (r *reader) twoWords(start int, key string) string {
	if start == 0 || r.line[start-1] != ' ' {
		return key
	}
	begin := start - 1
	for begin > 0 && letter(r.line[begin-1]) {
		begin--
	}
	return normal(r.line[begin:start]) + key
}

// scalar reads a value without quotes. One of a request goes on to the next key
// unless the line tells of trouble, since user agents have blanks.
func (r *reader) scalar(key string) {
	start := r.at
	stop := " \t,;"
	if r.in.parent != nil {
		stop = ",;}])"
	}
	end := len(r.line)
	if i := strings.IndexAny(r.line[start:], stop); i >= 0 {
		end = start + i
	}
	r.learn(key, r.line[start:end])
	if classOf(key) != classOutside {
		r.key = ""
		if r.in.parent == nil {
			r.at = max(end, start+1)
		}
		return
	}
	if r.in.parent == nil && hasBlanks(key) && r.root.level != levelHigh && !r.troubled(start) {
		end = nextPair(r.line, start)
	}
	r.add(field{in: r.in, key: key, start: start, end: end})
	r.key, r.at = "", max(end, start+1)
}

// troubled reports whether the line's beginning, up to an offset, tells of trouble.
func (r *reader) troubled(before int) bool {
	if before < levelPrefix {
		return troubled(r.line[:before])
	}
	if !r.asked {
		r.asked, r.trouble = true, troubled(r.line[:levelPrefix])
	}
	return r.trouble
}

// hasBlanks reports whether values of a key have blanks although they stand in
// no quotes: user agents, paths that were decoded.
func hasBlanks(key string) bool {
	for _, part := range []string{"agent", "ua", "path", "ur", "quer", "input", "body", "header", "cookie", "refer", "param", "search", "value"} {
		if strings.Contains(key, part) {
			return true
		}
	}
	return false
}

// nextPair is where the next key of logfmt begins, or the line's end.
func nextPair(line string, at int) int {
	for i := at; i < len(line); i++ {
		if line[i] != ' ' && line[i] != '\t' {
			continue
		}
		j := i + 1
		for j < len(line) && (wordByte(line[j]) || line[j] == '.' || line[j] == '-') {
			j++
		}
		if j > i+1 && j < len(line) && line[j] == '=' && !strings.HasPrefix(line[j:], "==") {
			return i
		}
	}
	return len(line)
}

func (r *reader) value(start, end int) {
	r.learn(r.key, r.line[start:end])
	r.add(field{in: r.in, key: r.key, start: start, end: end, loose: r.in.prose() && (r.key == "" || r.colon)})
	r.key = ""
}

func (r *reader) add(f field) {
	if f.end-f.start >= minSentence {
		r.fields = append(r.fields, f)
	}
}

// learn takes what a value tells of its object.
func (r *reader) learn(key, value string) {
	switch key {
	case "level", "lvl", "severity", "loglevel", "levelname", "l", "s", "severitytext", "priority":
		if l := levelOfValue(strings.TrimSpace(value)); l != levelUnknown {
			r.in.level = l
		}
	case "key", "name", "n", "header":
		if r.in.parent != nil && !strings.ContainsAny(value, " \t") {
			r.in.alias = normal(value)
		}
	}
	if aboutKeys[key] == aboutTarget && strings.Contains(value, ".amazonaws.com") {
		r.in.about |= aboutAWS
	}
	if aboutKeys[key] == aboutStatus && len(strings.TrimSpace(value)) == 3 {
		n := 0
		for _, c := range strings.TrimSpace(value) {
			if c < '0' || c > '9' {
				return
			}
			n = n*10 + int(c-'0')
		}
		r.in.status = n
	}
}

// backslashes counts the backslashes at the end of a text.
func backslashes(s string) int {
	n := 0
	for n < len(s) && s[len(s)-1-n] == '\\' {
		n++
	}
	return n
}

// closing is where a string ends that a quote behind so many backslashes opened:
// at a quote behind as many (an even number for none), or at the end of s.
func closing(s string, q byte, escapes int) int {
	run := 0
	for i := range len(s) {
		switch {
		case s[i] == '\\':
			run++
			continue
		case s[i] != q:
		case escapes == 0 && run%2 == 0:
			if q != '\'' || i+1 == len(s) || !letter(s[i+1]) { // an apostrophe
				return i
			}
		case escapes > 0 && run <= escapes && run%2 == escapes%2:
			return i - run
		}
		run = 0
	}
	return len(s)
}
