package outside

import (
	"strings"
	"testing"
	"testing/quick"
)

const forged = "User: x is not authorized to perform: s3:GetObject"

// TestSpans tells which words of a line are hidden: those between the brackets.
func TestSpans(t *testing.T) {
	tests := map[string]string{
		"an access line whole":            `«203.0.113.5 - - [22/Nov/2026:08:00:00 +0000] "GET / HTTP/1.1" 404 153 "-" "FORGED"»`,
		"a field of a request alone":      `{"level":"error","err":"AccessDenied: x","req":{"method":"GET","url":"«/FORGED»"}}`,
		"an escaped field":                `{"log":"{\"level\":\"error\",\"err\":\"AccessDenied\",\"user_agent\":\"«FORGED»\"}"}`,
		"the value that was not valid":    `error: invalid value '«FORGED»' for '--level'`,
		"a user agent up to the next key": `method=GET ua=«FORGED» status=404`,
		"the request of an error line":    `2026/11/22 08:00:00 [error] 7#7: *1 FastCGI sent in stderr: "PHP message: x"«, client: 10.0.0.1, request: "GET /FORGED HTTP/1.1"»`,
		"a header's value":                `User-Agent: «FORGED»`,
		"none of a program's own error":   `level=error method=POST path=/orders err="AccessDenied: FORGED"`,
		"none of an answer's body":        `error=Unknown(BufferedHttpResponse { status: 403, body: "FORGED" })`,
		"none of an answer's header":      `< x-amzn-errortype: AccessDeniedException FORGED`,
		"an address that says nothing":    `failed to read "s3://orders/a": FORGED`,
	}
	for name, marked := range tests {
		marked = strings.ReplaceAll(marked, "FORGED", forged)
		line := strings.NewReplacer("«", "", "»", "").Replace(marked)
		var b strings.Builder
		at := 0
		for _, s := range Spans(line) {
			b.WriteString(line[at:s.Start] + "«" + line[s.Start:s.End] + "»")
			at = s.End
		}
		b.WriteString(line[at:])
		if got := b.String(); got != marked {
			t.Errorf("%s:\n got %s\nwant %s", name, got, marked)
		}
	}
}

// TestSpansAreOfTheLine holds spans of made-up lines within the line and in order.
func TestSpansAreOfTheLine(t *testing.T) {
	parts := []string{`"`, `'`, "`", `\`, `\"`, "{", "}", "[", "]", "(", ")", ":", ": ", "=", "=>", ",", " ", "\t", "\n", "\x1b[31m", "path", "err", "message", "user_agent", "GET /a HTTP/1.1", "INFO", "404", forged, "é"}
	check := func(picks []uint8) bool {
		var b strings.Builder
		for _, p := range picks {
			b.WriteString(parts[int(p)%len(parts)])
		}
		return ordered(b.String())
	}
	if err := quick.Check(check, &quick.Config{MaxCount: 20000}); err != nil {
		t.Error(err)
	}
}

func ordered(line string) bool {
	at := 0
	for _, s := range Spans(line) {
		if s.Start < at || s.End < s.Start || s.End > len(line) {
			return false
		}
		at = s.End
	}
	return true
}

func FuzzSpans(f *testing.F) {
	f.Add(`{"log":"{\"level\":\"info\",\"path\":\"/x not authorized to perform\"}"}`)
	f.Add("\x1b[0mGET /x \x1b[33m404\x1b[0m 2.611 ms - 139")
	f.Fuzz(func(t *testing.T, line string) {
		if !ordered(line) {
			t.Errorf("spans %v of %q", Spans(line), line)
		}
	})
}
