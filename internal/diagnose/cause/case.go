// Package cause has what a cause is and how it is recognised: the case that is
// read from evidence (case.go), who made a denied call (who.go, actor.go), and the
// matchers that causes are written with (match.go). The causes themselves are
// literals in package catalogue. It is pure.
package cause

import (
	"context"
	"fmt"
	"strings"

	"whystopped/internal/diagnose/denial"
	"whystopped/internal/diagnose/evidence"
)

// Case is evidence made ready for the catalogue: facts, texts, and refusals.
type Case struct {
	Evidence evidence.Evidence
	Facts    Facts
	Texts    []*Text
	Refusals []Refusal

	book  *Book
	known known
}

// NewCase reads the evidence once for all causes. The error is that of a context
// that has ended.
func (b *Book) NewCase(ctx context.Context, ev evidence.Evidence) (*Case, error) {
	c := &Case{Evidence: ev, Facts: factsOf(ev), book: b}
	c.Texts = textsOf(ev, &c.Facts)
	c.known = newKnown(c.Texts)
	for _, t := range c.Texts {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		t.index(b.scan)
		for _, d := range denialsOf(t, b) {
			c.addRefusal(d, t)
		}
	}
	err := c.readTrail(ctx)
	c.compareTrail()
	return c, err
}

// addRefusal adds what a text tells, each call once.
func (c *Case) addRefusal(d denial.Denial, t *Text) {
	d = plausible(d)
	if d.At.IsZero() {
		d.At = t.AtOffset(d.Start)
	}
	if i, ok := c.known.calls.find(d, t.Place); ok {
		r := &c.Refusals[i]
		switch {
		case t.Place == Log && c.ownSession(d.Principal) && !c.ownSession(r.Principal): // and no stranger's words about it
			*r = c.judged(d, t)
			c.known.refused[t] = true
		case t.Place == Log && r.Text == t: // the later one is nearer to the end
			r.Start, r.End, r.At = d.Start, d.End, d.At
		}
		return
	}
	c.known.calls.add(d, t.Place, len(c.Refusals))
	c.append(c.judged(d, t))
}

// plausible leaves out what is too long for a name of AWS.
func plausible(d denial.Denial) denial.Denial {
	for _, name := range []*string{&d.Resource, &d.PolicyARN, &d.Service, &d.Operation} {
		if len(*name) > evidence.MaxName {
			*name = ""
		}
	}
	return d
}

func (c *Case) append(r Refusal) {
	c.Refusals = append(c.Refusals, r)
	c.known.refused[r.Text] = true
}

// readTrail adds what CloudTrail recorded. A record of a call that a text shows
// too completes it; the task's own session makes it the task's.
func (c *Case) readTrail(ctx context.Context) error {
	for _, r := range c.Evidence.CloudTrail {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		d, ok := denial.FromRecord(r)
		if !ok {
			c.readFailure(r)
			continue
		}
		d = plausible(d)
		text := RecordText(r)
		c.Texts = append(c.Texts, text)
		if d.End == 0 || d.End > len(text.Raw) || d.Start >= d.End {
			d.Start, d.End = 0, len(text.Raw)
		}
		c.append(c.judged(d, text))
	}
	return nil
}

// readFailure takes the words of a call that failed without being refused, so
// that the catalogue sees them. Calls of the application are left out: programs
// ask for things that are not there, and go on.
func (c *Case) readFailure(r evidence.Record) {
	issuer := r.UserIdentity.SessionContext.SessionIssuer.ARN
	if r.ErrorCode == "" || r.ErrorMessage == "" || issuer != "" && issuer == c.Facts.TaskRole && issuer != c.Facts.ExecutionRole {
		return
	}
	text := RecordText(r)
	text.index(c.book.scan)
	c.Texts = append(c.Texts, text)
}

// RecordText is what a record says went wrong.
func RecordText(r evidence.Record) *Text {
	raw := r.ErrorMessage
	if raw == "" {
		raw = fmt.Sprintf("%s %s: errorCode %s", r.EventSource, r.EventName, r.ErrorCode)
	}
	return &Text{Place: Trail, Source: "cloudtrail", Raw: raw, At: r.At(), Ref: r.EventID}
}

func textsOf(ev evidence.Evidence, f *Facts) []*Text {
	var ts []*Text
	add := func(t *Text) {
		if strings.TrimSpace(t.Raw) != "" {
			t.Cut = wasCut(t)
			ts = append(ts, t)
		}
	}
	if t := ev.Task; t != nil {
		add(&Text{Place: Stopped, Source: "task.stoppedReason", Raw: t.StoppedReason, At: f.Ended})
		for i, c := range t.Containers {
			ran := f.Containers[i]
			add(&Text{Place: Reason, Source: "container." + c.Name + ".reason", Container: c.Name, Raw: c.Reason, At: f.Ended, Stale: isPullError(c.Reason) && (ran.Exited() || !f.StartedAt.IsZero())})
			for _, a := range c.ManagedAgents {
				add(&Text{Place: ManagedAgent, Source: "container." + c.Name + ".managedAgent", Container: c.Name, Raw: a.Reason})
			}
		}
		for _, a := range t.Attachments {
			add(&Text{Place: Attachment, Source: "task.attachment." + a.Type, Raw: a.Detail("statusReason"), At: f.Ended})
		}
	}
	for _, e := range ev.ServiceEvents {
		add(&Text{Place: Event, Source: "event.service", Raw: e.Text, At: e.At, Ref: e.ID})
	}
	for _, l := range ev.Logs {
		if t := logText(l); t.Raw != "" {
			ts = append(ts, t)
		}
	}
	add(&Text{Place: placeOfPasted(ev.Text), Source: "pasted", Raw: ev.Text})
	return ts
}

// isPullError tells reasons of fetching an image. With the agent's default pull
// behaviour such an error is only noted, and a cached image runs all the same:
// aws/amazon-ecs-agent agent/engine/task_manager.go (handleContainerEvent).
func isPullError(reason string) bool { return strings.HasPrefix(reason, "CannotPull") }

// wasCut tells texts that end where AWS cuts: reasons at 255 or 1,024 bytes
// (aws/amazon-ecs-agent ecs-agent/api/ecs/client/ecs_client.go), or in dots.
// Service events have no such length.
func wasCut(t *Text) bool {
	n := len(t.Raw)
	full := t.Place&(Stopped|Reason|Pasted) != 0 && (n >= 250 && n <= 255 || n >= 1015 && n <= 1024)
	return full || strings.HasSuffix(t.Raw, "...") || strings.HasSuffix(t.Raw, "…")
}

// maxDenialBytes bounds how much of one text is read for denials: its last
// part, since what ended the task stands at the end. Half a megabyte is read in
// a fraction of a second, whatever it holds.
const maxDenialBytes = 512 << 10

// denialsOf finds the refusals of a text; a long log only around the words that
// every refusal has.
func denialsOf(t *Text, b *Book) []denial.Denial {
	var ends []int
	for _, id := range b.denialAnchors {
		ends = append(ends, t.ends(id, false)...)
	}
	if len(ends) == 0 {
		if (byECS(t) || t.Place == Pasted) && len(t.Raw) <= smallText {
			return denial.Find(t.own(0, len(t.Raw))) // a sentence may be cut before the anchor
		}
		return nil
	}
	if len(t.Raw) <= smallText && t.Place != Log {
		return denial.Find(t.own(0, len(t.Raw)))
	}
	var found []denial.Denial
	for _, w := range windows(t.Raw, ends) {
		for _, d := range denial.Find(t.own(w[0], w[1])) {
			d.Start, d.End = d.Start+w[0], d.End+w[0]
			found = append(found, d)
		}
	}
	return found
}
