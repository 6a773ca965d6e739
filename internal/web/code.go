package web

import (
	"regexp"
	"strings"
)

// codeLine is one line of a JSON text. The page indents it by its depth, so
// that a line that is too long for a phone goes on below its own beginning;
// Indent keeps the spaces for whoever copies.
type codeLine struct {
	Depth  int
	Indent string
	Spans  []codeSpan
}

// codeSpan is a stretch of a JSON text; Class is "key", "text" or empty.
type codeSpan struct{ Class, Text string }

// jsonString is a string of JSON, and the colon after it where it is a key.
var jsonString = regexp.MustCompile(`("(?:[^"\\]|\\.)*")(\s*:)?`)

// jsonLines cuts JSON that is indented by two spaces into lines, and these into
// keys, strings and what stands between. Put together again it is the same text.
func jsonLines(text string) []codeLine {
	var lines []codeLine
	for line := range strings.Lines(text) {
		rest := strings.TrimLeft(line, " ")
		indent := line[:len(line)-len(rest)]
		lines = append(lines, codeLine{Depth: len(indent) / 2, Indent: indent, Spans: jsonSpans(rest)})
	}
	return lines
}

func jsonSpans(text string) []codeSpan {
	var spans []codeSpan
	done := 0
	for _, m := range jsonString.FindAllStringSubmatchIndex(text, -1) {
		class := "text"
		if m[4] >= 0 {
			class = "key"
		}
		if m[2] > done {
			spans = append(spans, codeSpan{Text: text[done:m[2]]})
		}
		spans = append(spans, codeSpan{Class: class, Text: text[m[2]:m[3]]})
		done = m[3]
	}
	if done < len(text) {
		spans = append(spans, codeSpan{Text: text[done:]})
	}
	return spans
}
