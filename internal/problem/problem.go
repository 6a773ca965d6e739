// Package problem is why a request can't be answered, as a kind and a message. All
// packages below the entry points create problems; the entry points turn them into a
// page, problem details, or a Slack reply. Start with New.
package problem

import (
	"errors"
	"strings"
	"unicode"
	"unicode/utf8"

	"whystopped/internal/words"
)

// Error is a failure with sentences for the person who asked.
type Error struct {
	Kind Kind
	// Message is what they say in English.
	Message string
	// Said are the messages of the sentences; nil where they have none.
	Said []words.Message
	// Err is what lay behind it, for the log only; it may be nil.
	Err error
}

// New returns an Error of a kind that says sentences; err may be nil.
func New(kind Kind, err error, sentences ...words.Text) *Error {
	e := &Error{Kind: kind, Err: err}
	english := make([]string, len(sentences))
	for i, s := range sentences {
		english[i] = s.English
		e.Said = append(e.Said, s.Message)
	}
	e.Message = strings.Join(english, " ")
	return e
}

// Because returns an Error of a kind whose sentence is what another package says
// of the cause, with a capital and a full stop.
func Because(kind Kind, err error, said string) *Error {
	first, size := utf8.DecodeRuneInString(said)
	if size > 0 {
		said = string(unicode.ToUpper(first)) + said[size:]
	}
	if !strings.HasSuffix(said, ".") {
		said += "."
	}
	return New(kind, err, words.Plain(said))
}

// Error returns the sentences and, for the log, what lay behind them.
func (e *Error) Error() string {
	if e.Err == nil {
		return e.Message
	}
	return e.Message + ": " + e.Err.Error()
}

// Unwrap returns what lay behind it.
func (e *Error) Unwrap() error { return e.Err }

// KindOf is the kind of the first Error in err's chain, or "" for a failure
// that is our own.
func KindOf(err error) Kind {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Kind
	}
	return ""
}

// Title names a kind: "Task not found".
func (k Kind) Title() words.Text { return words.Say("problem."+string(k)+".label", nil) }

// Steps returns what the person who asked can do about a kind.
func (k Kind) Steps() []words.Text { return words.Steps("problem." + string(k)) }
