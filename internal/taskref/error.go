package taskref

import (
	"strconv"
	"unicode/utf8"

	"whystopped/internal/redact"
	"whystopped/internal/words"
)

// Error says why a text is no reference to a task. It has no secrets: people paste
// what they shouldn't, and a preview of a link shows it to others.
type Error struct {
	What   words.Text // what it is: "This is a task definition."
	Advice words.Text // what to paste: "Paste the task's ARN, which has task/ in it."
}

// Error returns both sentences in English.
func (e *Error) Error() string { return e.What.English + " " + e.Advice.English }

// What to paste, by what was pasted: the end of the message's ID.
const (
	pasteAny   = "any"
	pasteTask  = "task"
	pasteLink  = "link"
	pasteWhole = "whole"
)

func advise(advice string, args words.Args) words.Text {
	return words.Say("paste."+advice, args)
}

// refuse says what a text is by its code in the vocabulary "pasted".
func refuse(what, advice string) *Error {
	return &Error{What: words.Say("reference.is", words.Args{"what": what}), Advice: advise(advice, nil)}
}

// refuseFor says what is wrong with a text that was meant as a reference.
func refuseFor(why string, args words.Args, advice string) *Error {
	return &Error{What: words.Say("reference."+why, args), Advice: advise(advice, nil)}
}

func notAReference(text string) *Error {
	return refuseFor("none", words.Args{"text": excerpt(text)}, pasteAny)
}

// maxExcerpt bounds what an Error repeats of a text, in bytes.
const maxExcerpt = 80

// excerpt quotes a text for a message, without the secrets in it.
func excerpt(s string) string { return strconv.Quote(cut(redact.Text(s[:min(len(s), maxText)]))) }

// cut shortens a text to maxExcerpt bytes, between characters.
func cut(s string) string {
	if len(s) <= maxExcerpt {
		return s
	}
	end := maxExcerpt - len("…")
	for end > 0 && !utf8.RuneStart(s[end]) {
		end--
	}
	return s[:end] + "…"
}
