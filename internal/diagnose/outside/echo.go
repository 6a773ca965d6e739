package outside

import "strings"

// qualifiers say that something is not what was expected.
const qualifiers = `unknown invalid unexpected unrecognized unrecognised unsupported illegal malformed undefined duplicate incorrect unparsable unparseable disallowed nonexistent suspicious`

var qualifierWords = wordSet(qualifiers)

// qualified reports whether the last words of a text say so: unknown variant `x`.
// Without them a backtick may be any quote, as in the sentences of SES.
func qualified(text string) bool {
	words := strings.Fields(lastBytes(text, 50))
	for _, word := range words[max(0, len(words)-3):] {
		if qualifierWords[strings.ToLower(word)] {
			return true
		}
	}
	return false
}

// missing say, behind a quotation, the same.
var missing = []string{
	" does not exist", " doesn't exist", " not found", " is not a", " is not valid", " is not recogni", " is not in ", " was not ", " is invalid", " is unknown", " could not be ",
	": not found", ": invalid", " not supported", " is unsupported",
}

// echoWords say, before a quotation, that a program quotes what it was given.
var echoWords = wordSet(qualifiers + `
	parse parsing parsed unmarshal deserialize convert converting coerce cast decode literal near got received given typed entered submitted requested said wrote says
	command argument arguments option header cookie path url uri route querystring query searched searching search keyword input agent useragent referer referrer
	username login entry character syntax variable keyerror valueerror literals lookup host hostname value`)

// ownWords say that what follows is an error of the program's own.
var ownWords = wordSet(`error errors err exception message msg cause caused reason failure denied response returned returns result answer answered replied stderr output status aws sts s3 kms sqs sns iam
	threw thrown raised failed occurred errormessage errormsg`)

func wordSet(list string) map[string]bool {
	set := map[string]bool{}
	for _, word := range strings.Fields(list) {
		set[word] = true
	}
	return set
}

const (
	echoReach = 90 // bytes before a quotation that are read
	echoDepth = 7  // words of them
)

// echoes reports whether the words before a quotation say that it is what the
// program was given; the nearest word that says either decides.
func (f field) echoes(line string) bool {
	from := max(0, f.start-echoReach)
	words := strings.FieldsFunc(line[from:max(from, f.start-1)], func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9')
	})
	if hasAnyPrefix(line[min(len(line), f.end+1):], missing) {
		return true
	}
	for i := len(words) - 1; i >= max(0, len(words)-echoDepth); i-- {
		switch word := strings.ToLower(words[i]); {
		case echoWords[word], word == "user" && i > 0 && strings.EqualFold(words[i-1], "for"): // login failed for user "x"
			return true
		case ownWords[word], strings.HasSuffix(word, "error"), strings.HasSuffix(word, "exception"):
			return false
		}
	}
	return f.level() == levelLow && f.about(func(about uint8) bool { return about != 0 })
}

func hasAnyPrefix(s string, prefixes []string) bool {
	for _, p := range prefixes {
		if strings.HasPrefix(s, p) {
			return true
		}
	}
	return false
}
