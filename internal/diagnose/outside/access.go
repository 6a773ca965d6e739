package outside

import (
	"regexp"
	"strings"
	"sync"
)

// lazy compiles a pattern on first use: most processes never see such a line.
func lazy(expr string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(expr) })
}

// methods are those of RFC 9110, PATCH, and WebDAV's that scanners send.
const methods = `(?:GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS|CONNECT|TRACE|PROPFIND|QUERY)`

var (
	// A request line with its version: "GET /a HTTP/1.1", perhaps in quotes,
	// which a logger in JSON escapes.
	// nginx, Apache, ALB, Envoy, HAProxy, gunicorn, uvicorn, morgan, Traefik, actix …
	requestLine = lazy(`(?:^|[^\w/.-])[A-Z]{3,20} (?:/|\*|https?:|[\w.-]+:\d+).*? HTTP/\d|["'` + "`" + `][A-Z]{3,20} \S.*? HTTP/\d`)
	// A request without its version: GET /a, GET "/a", GET | /a, "GET /a.
	// gin, echo, fiber, morgan's tiny, tornado, Rails, Phoenix, Next.js …
	bareRequest = lazy(`(?:^|[^\w/.-])` + methods + `(?:\s+|\s*\|\s*|:\s*)["'` + "`" + `]?(/|https?://)`)
	// What an access logger writes behind the target …
	statusBehind = lazy(`^["'` + "`" + `]?\s*(?:[-=|→>]+\s*)*(?:status[:=]\s*)?([1-5]\d\d)(?:\D|$)`)
	// … or at the line's end, where the target has blanks,
	statusLast   = lazy(`[^:=\s]\s+\(?[1-5]\d\d(?:\s+(?:in\s+)?\(?[\d.,]+\s*(?:ms|µs|us|ns|s|B|bytes)?\)?|[\s\d.,-])*$|\([\d.]+ ?(?:ms|s)\) [1-5]\d\d\s*$`)
	clientBehind = lazy(`^["'` + "`" + `]?\s+(?:for|from)\s+["']?[0-9a-fA-F.:]{3,}`)
	// … and before the method.
	statusBefore = lazy(`(?:^|[\s|(\[])[1-5]\d\d(?:$|[\s|)\]])`)
	// Common log format: who asked, and when, in brackets before the request,
	// which may be any bytes that a stranger sent.
	commonFormat = lazy(`^\S+ \S+ .{0,400}?\[\d{1,2}/\w{3}/\d{4}:\d\d:\d\d:\d\d [+-]\d{4}\] "`)
	// W3C extended format of IIS and CloudFront: columns behind a date and a time.
	extendedFormat = lazy(`^\d{4}-\d\d-\d\d[ \t]\d\d:\d\d:\d\d[ \t]\S+[ \t](?:\S+[ \t]){0,4}` + methods + `[ \t]\S*[ \t]`)
	// ASP.NET Core's two lines of each request.
	aspNetRequest = lazy(`Request (?:starting|finished) HTTP/`)
	// HAProxy's timers and status: 0/0/1/2/3 404
	haproxyTimers = lazy(` -?\d+/-?\d+/-?\d+/-?\d+/\+?\d+ \d{3} `)
)

// accessLine finds what a line of an access log holds: the whole line, or the
// request where the line is the program's own and only names it.
func accessLine(line string) []Span {
	whole := []Span{{0, len(line)}}
	if strings.Contains(line, `] "`) && commonFormat().MatchString(line) {
		return whole
	}
	if i := strings.Index(line, ", client: "); i > 0 {
		return nginxError(line, i)
	}
	if strings.Contains(line, " HTTP/") {
		if at := requestLine().FindStringIndex(line); at != nil {
			return versioned(line, at[0])
		}
		if aspNetRequest().MatchString(line) && !troubled(beforeQuote(line)) {
			return whole
		}
	}
	if !strings.Contains(line, "/") {
		return nil
	}
	if line[0] == '2' && extendedFormat().MatchString(line) && levelOfText(line) == levelUnknown {
		return whole
	}
	if at := bareRequestIn(line); at != nil {
		return unversioned(line, at)
	}
	return nil
}

// methodWords are the methods of bareRequest.
var methodWords = []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "CONNECT", "TRACE", "PROPFIND", "QUERY"}

// bareRequestIn is where a method and the beginning of a path stand.
func bareRequestIn(line string) []int {
	if !containsAny(line, methodWords) {
		return nil
	}
	return bareRequest().FindStringSubmatchIndex(line)
}

func beforeQuote(line string) string {
	before, _, _ := strings.Cut(line, `"`)
	return before[:min(len(before), levelPrefix)]
}

// versioned judges a line with a whole request line that begins at an offset.
func versioned(line string, at int) []Span {
	before := line[:at]
	own := levelOfText(before) == levelHigh || troubled(before)
	if strings.Contains(before, "haproxy[") || haproxyTimers().MatchString(before) {
		own = false // captured headers may read like trouble
	}
	if jsonLine(line) {
		return nil // the keys tell more
	}
	if !own {
		return []Span{{0, len(line)}}
	}
	return append(quotedFrom(line, at), requestAt(line, at))
}

// jsonLine reports whether a line is an object, perhaps behind a short prefix.
func jsonLine(line string) bool {
	i := strings.IndexByte(line, '{')
	return i >= 0 && i < levelPrefix && strings.HasSuffix(strings.TrimRight(line, " \t\r"), "}") && strings.Contains(line[i:], `":`)
}

// requestAt is the request itself, from its method to the end of its version.
func requestAt(line string, at int) Span {
	end := len(line)
	if i := strings.Index(line[at:], " HTTP/"); i >= 0 {
		end = min(len(line), at+i+len(" HTTP/1.1"))
	}
	return Span{at, end}
}

// quotedFrom are the quoted strings behind an offset.
func quotedFrom(line string, at int) []Span {
	var found []Span
	for at < len(line) {
		open := strings.IndexByte(line[at:], '"')
		if open < 0 {
			break
		}
		start := at + open + 1
		end := start + closing(line[start:], '"', backslashes(line[:start-1]))
		found = append(found, Span{start, end})
		at = end + 1
	}
	return found
}

// unversioned judges a line with a method and a path at the offsets.
func unversioned(line string, at []int) []Span {
	before := line[:at[0]]
	target := at[2] // the path's first byte, or the address's
	end := targetEnd(line, target)
	if strings.Contains(line[target:end], ".amazonaws.com") {
		return nil // a call that the program makes
	}
	behind := line[end:]
	own := levelOfText(before) == levelHigh || troubled(before)
	status := statusBehind().FindStringSubmatch(behind)
	switch {
	case own, jsonLine(line):
		return []Span{{target, end}}
	case status != nil && status[1][0] == '5' && !strings.Contains(behind, `"`):
		return []Span{{target, end}} // an error handler's line: the error may follow
	case status != nil, statusLast().MatchString(lastBytes(behind, 80)), clientBehind().MatchString(behind), strings.HasSuffix(strings.TrimRight(before, " "), "Started"), strings.HasSuffix(before, "Request:"),
		statusBefore().MatchString(lastBytes(before, 80)):
		return []Span{{0, len(line)}}
	case levelOfText(before) == levelLow && strings.ContainsAny(lastBytes(strings.TrimRight(before, " "), 1), "]:"): // [info] GET /path
		return []Span{{target, len(line)}}
	}
	return []Span{{target, end}}
}

// targetEnd is where a path ends: at the quote that was opened before it, else
// at a blank.
func targetEnd(line string, target int) int {
	if q := line[target-1]; q == '"' || q == '\'' || q == '`' {
		return target + closing(line[target:], q, 0)
	}
	if i := strings.IndexAny(line[target:], " \t|\"'`,;)]}"); i >= 0 {
		return target + i
	}
	return len(line)
}

func lastBytes(s string, n int) string { return s[max(0, len(s)-n):] }

// nginxError judges a line of nginx's error log, whose message stands before
// ", client: ". What an upstream wrote to stderr is a program's own.
func nginxError(line string, client int) []Span {
	found := []Span{{client, len(line)}}
	if strings.Contains(line[:client], "sent in stderr") {
		return found
	}
	open, last := strings.IndexByte(line[:client], '"'), strings.LastIndexByte(line[:client], '"')
	if open >= 0 && open < last {
		found = append(found, Span{open, last})
	}
	return found
}
