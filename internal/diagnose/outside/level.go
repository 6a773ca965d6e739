package outside

import "strings"

// level is how grave a program calls a line.
type level int8

const (
	levelUnknown level = iota
	levelLow           // info and below: how access logs are written
	levelMiddle        // a warning: a program's judgement, if not of its own trouble
	levelHigh          // error and above: how a program reports its own trouble
)

// levelWords are the names of levels in the loggers of all languages, in lower
// case.
var levelWords = map[string]level{
	"info": levelLow, "inf": levelLow, "information": levelLow, "informational": levelLow, "debug": levelLow, "dbg": levelLow, "trace": levelLow, "trc": levelLow,
	"notice": levelLow, "fine": levelLow, "finer": levelLow, "finest": levelLow, "verbose": levelLow, "default": levelLow, "log": levelLow,
	"error": levelHigh, "err": levelHigh, "eror": levelHigh, "fatal": levelHigh, "ftl": levelHigh, "critical": levelHigh, "crit": levelHigh, "severe": levelHigh,
	"warn": levelMiddle, "warning": levelMiddle, "wrn": levelMiddle,
	"panic": levelHigh, "dpanic": levelHigh, "emerg": levelHigh, "emergency": levelHigh, "alert": levelHigh,
}

// levelOfValue reads the value of a level field: a name, or one of the numbers of
// bunyan and pino (10 to 60).
func levelOfValue(value string) level {
	if len(value) <= 2 && value != "" { // MongoDB: I, W, E, F, D1
		switch value[0] {
		case 'I', 'D':
			return levelLow
		case 'W':
			return levelMiddle
		case 'E', 'F':
			return levelHigh
		}
	}
	if len(value) == 2 && value[1] == '0' {
		switch c := value[0]; {
		case c >= '1' && c <= '3':
			return levelLow
		case c == '5' || c == '6':
			return levelHigh
		}
	}
	return levelWords[strings.ToLower(strings.Trim(value, "[]<>: "))]
}

const levelPrefix = 160 // bytes of a line in which the level of a text logger stands

// levelOfText reads the level that a text logger wrote before its message: in
// capitals, in brackets, or as the line's first word before a colon.
func levelOfText(line string) level {
	head := line[:min(len(line), levelPrefix)]
	if i := strings.IndexAny(head, "\"{'"); i >= 0 {
		head = head[:i]
	}
	for at := 0; at < len(head); {
		if !letter(head[at]) {
			at++
			continue
		}
		end := at + 1
		for end < len(head) && letter(head[end]) {
			end++
		}
		word := head[at:end]
		if l, ok := levelWords[strings.ToLower(word)]; ok && marksLevel(head, at, end) {
			return l
		}
		at = end
	}
	return levelUnknown
}

// marksLevel tells a level from the same word in a sentence.
func marksLevel(head string, at, end int) bool {
	word := head[at:end]
	switch {
	case at > 0 && (wordByte(head[at-1]) || head[at-1] == '.' || head[at-1] == '/' || head[at-1] == '-'), end < len(head) && (wordByte(head[end]) || head[end] == '.' || head[end] == '/'):
		return false
	case word == strings.ToUpper(word):
		return true
	case at > 0 && strings.IndexByte("[<|(=", head[at-1]) >= 0:
		return true
	case strings.TrimSpace(head[:at]) == "" || digitsOnly(head[:at]):
		return end < len(head) && (head[end] == ':' || head[end] == '\t' || head[end] == ' ' && at > 0)
	}
	return false
}

// digitsOnly reports whether a prefix is a time and nothing else.
func digitsOnly(s string) bool {
	return strings.Trim(s, "0123456789-:.,TZ+[]/ \t") == ""
}

// troubled reports whether the words before something tell of trouble of the
// program's own.
func troubled(before string) bool {
	lower := strings.ToLower(before)
	for _, word := range []string{"error", "exception", "fail", "fatal", "panic", "critical", "severe", "couldn't", "could not", "cannot", "unable to", "traceback", "unhandled", "uncaught"} {
		if strings.Contains(lower, word) {
			return true
		}
	}
	return false
}

func letter(c byte) bool   { return c|0x20 >= 'a' && c|0x20 <= 'z' }
func digit(c byte) bool    { return c >= '0' && c <= '9' }
func wordByte(c byte) bool { return letter(c) || digit(c) || c == '_' }
