package redact

import "regexp"

// mark is a secret that is known by letters in the midst or at the end of it,
// which stand at a fixed place.
type mark struct {
	label string
	back  int            // bytes before the letters
	whole *regexp.Regexp // the secret from its beginning
}

// The makers' documentation gives none of these lengths; they are those of the
// rules of gitleaks v8.30.1 (MIT).
var (
	azureSecret     = markOf("Azure client secret", 4, `[\w~.]{3}\dQ~[\w~.-]{31,34}`)
	terraformToken  = markOf("Terraform token", 14, `[A-Za-z0-9]{14}\.atlasv1\.[\w=-]{60,70}`)
	newRelicLicense = markOf("New Relic key", 36, `[a-z0-9]{36}NRAL`)
	maxMindLicense  = markOf("MaxMind key", 36, `[A-Za-z0-9]{6}_[A-Za-z0-9]{29}_mmk`)
	onePasswordKey  = markOf("1Password key", 0, `A3-[A-Z0-9]{6}-[A-Z0-9]{6}-?[A-Z0-9]{5}(?:-[A-Z0-9]{5}){3}`)
)

func markOf(label string, back int, whole string) mark {
	return mark{label, back, regexp.MustCompile(`\A` + whole)}
}

// maxMarked is more than any of them has.
const maxMarked = 128

// marked is the rule of a mark.
func marked(m mark) rule {
	return func(c *cursor, start int) []replacement {
		from := start - m.back
		if from < c.done || !c.begins(from) {
			return nil
		}
		length := len(m.whole.FindString(c.ahead(from, maxMarked)))
		if length == 0 || isWord(c.at(from+length)) {
			return nil
		}
		return replace(from, from+length, m.label)
	}
}

// telegramToken finds a bot's number and its token: 123456789:AA….
func telegramToken(c *cursor, start int) []replacement {
	from := c.back(start, 16, isDigit)
	end := c.span(start+1, isWord)
	if start-from < 5 || end-start != 36 || c.text[start+1] != 'A' || !c.begins(from) {
		return nil
	}
	return replace(from, end, "Telegram token")
}
