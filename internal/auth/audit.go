package auth

import (
	"context"
	"log/slog"
	"regexp"
)

// Audit writes who did what, for those who have to answer for it. A line has
// names and references only: no evidence, no reason, no token. The logger adds
// the number of the request.
type Audit struct{ log *slog.Logger }

// NewAudit makes an Audit that writes to log.
func NewAudit(log *slog.Logger) Audit { return Audit{log} }

// Entry is one line. Who did it is found in the context.
type Entry struct {
	// Action is what was wanted, such as diagnose, read or sign-in.
	Action string
	// Task is the ARN or the reference of a task as it was understood, never
	// what was pasted; Diagnosis the id of one. Either may be "".
	Task, Diagnosis string
	// Outcome is ok, or the kind of what kept it from being done.
	Outcome string
}

// reference is what an ARN or an id is made of. Anything else was pasted.
var reference = regexp.MustCompile(`^[A-Za-z0-9:/_.-]{1,400}$`)

// Record writes an entry.
func (a Audit) Record(ctx context.Context, e Entry) {
	attrs := []slog.Attr{slog.String("action", e.Action), slog.String("outcome", e.Outcome)}
	if w, ok := From(ctx); ok {
		attrs = append(attrs, slog.String("by", string(w.Kind)), slog.String("subject", w.Subject))
		if w.Email != "" {
			attrs = append(attrs, slog.String("email", w.Email))
		}
	}
	for _, ref := range []slog.Attr{slog.String("task", e.Task), slog.String("diagnosis", e.Diagnosis)} {
		if text := ref.Value.String(); reference.MatchString(text) {
			attrs = append(attrs, ref)
		}
	}
	a.log.LogAttrs(ctx, slog.LevelInfo, "audit", attrs...)
}
