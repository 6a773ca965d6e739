package taskref

import (
	"strconv"
	"unicode/utf8"
)

// Error says why a text is no reference to a task.
type Error struct {
	Pasted string // what was read, as it was pasted, at most its first 80 bytes
	What   string // what it is: "a task definition"
	Advice string // what to paste: "paste the task's ARN, which has task/ in it"
}

// Error returns one sentence for the person who pasted.
func (e *Error) Error() string { return "this is " + e.What + "; " + e.Advice }

// What to paste, by what was pasted.
const (
	pasteAny   = "paste a task's ARN, the address of its page in the AWS console, or CLUSTER/TASK-ID"
	pasteTask  = "paste the task's ARN, which has task/ in it"
	pasteLink  = "paste the address of the task's own page, which has /tasks/ and the task's id in it, or its ARN"
	pasteWhole = "paste the whole ARN of the task, as in arn:aws:ecs:REGION:ACCOUNT:task/CLUSTER/ID"
)

// maxExcerpt bounds what an Error repeats of a text, in bytes.
const maxExcerpt = 80

func refuse(pasted, what, advice string) *Error {
	return &Error{Pasted: cut(pasted), What: what, Advice: advice}
}

// excerpt quotes a text for a message.
func excerpt(s string) string { return strconv.Quote(cut(s)) }

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
