package redact

import (
	"slices"
	"strings"
)

// Words returns the words of a command without their secrets: also the one that
// follows a flag such as --password.
func Words(words []string) []string {
	out := slices.Clone(words)
	for i, w := range words {
		out[i] = Text(w)
		if i > 0 && strings.HasPrefix(words[i-1], "-") && !strings.HasPrefix(w, "-") {
			out[i] = Value(strings.TrimLeft(words[i-1], "-"), w)
		}
	}
	return out
}

// keyLines is how many lines the end of a private key is looked for: RSA keys
// of 16,384 bits have 200.
const keyLines = 250

// Lines returns the lines of a log without their secrets: also private keys that
// stand one line an event, which no look at a single line can tell from other
// text.
func Lines(lines []string) []string {
	out := slices.Clone(lines)
	for i := 0; i < len(lines); i++ {
		begin, open := keyBegins(lines[i])
		if !open {
			out[i] = Text(lines[i])
			continue
		}
		out[i] = Text(lines[i][:begin]) + placeholder(privateKeyLabel)
		for end := keyEnds(lines, i+1); i+1 < end; i++ {
			out[i+1] = placeholder(privateKeyLabel)
		}
	}
	return out
}

// keyBegins tells where a key begins that does not end in the same line.
func keyBegins(line string) (at int, open bool) {
	at = strings.LastIndex(line, "-----BEGIN ")
	if at < 0 {
		return 0, false
	}
	return at, pemHead.MatchString(line[at:]) && !strings.Contains(line[at:], "-----END ")
}

// keyEnds is the index behind a key's last line: behind its end mark, or, where
// that was cut off, behind the last line that looks like a part of it.
func keyEnds(lines []string, from int) int {
	for i := from; i < min(from+keyLines, len(lines)); i++ {
		if strings.Contains(lines[i], "-----END ") && strings.Contains(lines[i], "PRIVATE KEY") {
			return i + 1
		}
	}
	end := from
	for end < len(lines) && isKeyLine(lines[end]) {
		end++
	}
	return end
}

// isKeyLine tells whether a line is base64 and nothing else, as a key's are.
func isKeyLine(line string) bool {
	line = strings.TrimSpace(line)
	return cursor{text: line}.span(0, isBase64) == len(line)
}
