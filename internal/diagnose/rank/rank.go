// Package rank finds the causes of a case and orders them: what ended the task
// first.
package rank

import (
	"context"
	"slices"
	"sort"
	"time"

	"whystopped/internal/diagnose/catalogue"
	"whystopped/internal/diagnose/cause"
	"whystopped/internal/diagnose/verdict"
)

// How strongly a place speaks of the end of the task. What ECS says it did to
// the task leads; then why it could not start it; then what the program said at
// its end; last what merely was the case.
const (
	scoreByCaller   = 1000 // StopTask: the text beside it is the caller's
	scoreStopped    = 900  // stopped from outside: health, scaling, Spot, host
	scoreReason     = 800  // stoppedReason, a container's reason, an attachment
	scorePasted     = 620  // pasted by a person: meant to be looked at
	scoreEventAlone = 600  // a service event where no task is known
	scoreLog        = 500  // the log of the container that ended the task
	scoreTrail      = 480
	scoreNoted      = 320 // what a server noted of its requests
	scoreExit       = 300 // an exit code alone
	scoreFrame      = 290 // what ECS writes around every such stop
	scoreSibling    = 280 // the log of another container
	scoreEvent      = 260 // a service event beside a task that tells for itself
	scoreBackground = 120 // survived, stale, harmless
	fallbackCost    = 400 // a vague cause loses to any sharp one of its place
	sentenceBonus   = 30  // AWS's own sentence over words that may mean anything
)

// Causes finds every cause of the case and orders them: what ended the task first.
func Causes(ctx context.Context, c *cause.Case) ([]Candidate, error) {
	var all []Candidate
	for _, k := range catalogue.All() {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		for _, m := range k.When.Find(c) {
			all = append(all, newCandidate(c, k, m))
		}
	}
	all = dropImitations(c, all)
	heedTrail(c, all)
	all = dropRepeats(all)
	sort.SliceStable(all, func(i, j int) bool { return before(all[i], all[j]) })
	all = dropVague(all)
	weigh(c, all)
	return all, nil
}

func newCandidate(c *cause.Case, k *cause.Cause, m cause.Match) Candidate {
	a := cause.Answer{Identity: verdict.Identity{Kind: k.Identity}, Why: k.Because(), Confidence: k.Confidence}
	switch {
	case m.Who != nil:
		a = *m.Who
	case k.Who != nil:
		a = k.Who(c, m)
	case k.Identity == verdict.ExecutionRole:
		a.Identity.ARN = c.Facts.ExecutionRole
	case k.Identity == verdict.TaskRole:
		a.Identity.ARN = c.Facts.TaskRole
	}
	cand := Candidate{Cause: k, Match: m, Answer: a}
	cand.Confidence = k.Confidence.AtMost(a.Confidence)
	if m.Confidence != "" {
		cand.Confidence = cand.Confidence.AtMost(m.Confidence)
	}
	cand.Survived = survived(c, cand)
	cand.score = score(c, cand)
	return cand
}

func score(c *cause.Case, k Candidate) int {
	s := placeScore(c, k)
	if k.Cause.Level == cause.Frame {
		return scoreFrame
	}
	if k.Cause.Level == cause.Fallback && s > scoreExit {
		s = max(s-fallbackCost, scoreFrame+1) // also where a place speaks softly, as an event does
		if t := k.Match.Text; t != nil && t.Place == cause.Log {
			s = scoreExit + 15 // a log's last complaint says a little more than an exit code
		}
	}
	if r := k.Match.Refusal; r != nil && r.Action != "" && s > scoreBackground {
		s += sentenceBonus
	}
	return s + weight(k)
}

func placeScore(c *cause.Case, k Candidate) int {
	t := k.Match.Text
	switch {
	case k.Cause.StopCode != "" && k.Cause.StopCode == c.Facts.StopCode:
		return scoreByCaller
	case k.Cause.Level == cause.Stop && (t == nil || t.Place == cause.Stopped):
		return scoreStopped
	case t == nil:
		return scoreExit
	case t.Stale || k.Survived:
		return scoreBackground
	case t.Noted(k.Match.Start):
		return min(scoreNoted, logScore(c, k))
	}
	switch t.Place {
	case cause.Stopped, cause.Attachment:
		return scoreReason
	case cause.Reason:
		return reasonScore(c, k)
	case cause.Pasted:
		return scorePasted
	case cause.Event:
		if c.Facts.HasTask && (c.Facts.StopCode != "" || len(c.Facts.Containers) > 0) {
			return scoreEvent
		}
		return scoreEventAlone
	case cause.Log:
		return logScore(c, k)
	case cause.Trail:
		return scoreTrail
	}
	return scoreBackground
}

// reasonScore: of several containers the one that ended the task speaks first.
func reasonScore(c *cause.Case, k Candidate) int {
	f := c.Facts.First
	switch {
	case f != nil && f.Exited() && *f.ExitCode != 0 && f.Name != k.Match.Text.Container && k.Match.Text.WaitedForAnother():
		return scoreSibling
	case f != nil && f.Name != k.Match.Text.Container:
		return scoreReason - 60
	}
	return scoreReason + 10
}

func logScore(c *cause.Case, k Candidate) int {
	f := c.Facts.First
	switch {
	case f == nil || !f.Exited():
		return scoreLog
	case *f.ExitCode == 0:
		return scoreBackground + 10
	case f.Name != k.Match.Text.Container && c.HasLog(f.Name):
		return scoreBackground + 20
	case f.Name != k.Match.Text.Container && f.Name != "":
		return scoreSibling
	}
	return scoreLog
}

const usualWeight = 20

// weight orders causes seen in the same kind of place: who names a permission
// explains more than who names a stack trace.
func weight(k Candidate) int {
	switch {
	case k.Match.Refusal != nil && k.Match.Refusal.Action != "":
		return 2 * usualWeight
	case k.Match.Refusal != nil:
		return 15 // that something was refused, not what
	}
	return usualWeight + int(k.Cause.Weight)
}

const (
	nearLines = 60          // a line further from the log's end did not end the program
	nearTime  = time.Minute // nor one longer before it
)

// survived tells words of a log after which the program went on.
func survived(c *cause.Case, k Candidate) bool {
	t := k.Match.Text
	if t == nil {
		return false
	}
	end := c.Facts.Ended
	switch t.Place {
	case cause.Trail:
		return c.Facts.Started && !end.IsZero() && !t.At.IsZero() && end.Sub(t.At) > 2*nearTime && k.Identity().Kind != verdict.InfrastructureRole
	case cause.Log:
		at := t.AtOffset(k.Match.Start)
		if last := t.LastTime(); end.IsZero() || !last.IsZero() && last.Before(end) {
			end = last
		}
		if !at.IsZero() && !end.IsZero() {
			return end.Sub(at) > nearTime
		}
		return t.LinesAfter(k.Match.Start) > nearLines
	}
	return false
}

// dropImitations leaves out what reads like an error in words that a caller
// wrote; that there are such words may be a cause all the same.
func dropImitations(c *cause.Case, all []Candidate) []Candidate {
	return slices.DeleteFunc(all, func(k Candidate) bool {
		return c.Imitates(k.Match.Text) && k.Cause.Level != cause.Stop
	})
}

// dropRepeats keeps of one cause and one refusal the strongest sighting, of the
// equally strong ones the last: it is nearest to the end.
func dropRepeats(all []Candidate) []Candidate {
	type key struct {
		code, action, resource, who string
	}
	best := map[key]int{}
	var kept []Candidate
	for _, k := range all {
		id := key{code: k.Cause.Code, who: string(k.Identity().Kind)}
		if r := k.Match.Refusal; r != nil {
			id.action, id.resource = r.Action, r.Resource
		}
		if i, ok := best[id]; ok {
			if k.score >= kept[i].score {
				kept[i] = k
			}
			continue
		}
		best[id] = len(kept)
		kept = append(kept, k)
	}
	return kept
}

// before orders candidates; in one text the later words decide, since wrappers
// stand before what they wrap.
func before(a, b Candidate) bool {
	if a.score != b.score {
		return a.score > b.score
	}
	if a.Match.Text == b.Match.Text && a.Match.Text != nil && a.Match.Start != b.Match.Start {
		return a.Match.Start > b.Match.Start
	}
	return a.Confidence.Rank() > b.Confidence.Rank()
}

// dropVague leaves out causes that only say that something happened, where a
// sharper one says what.
func dropVague(all []Candidate) []Candidate {
	if len(all) == 0 || all[0].Cause.Level == cause.Frame {
		return all
	}
	lead := min(all[0].Cause.Level, cause.Specific)
	kept := all[:0]
	for _, k := range all {
		if k.Cause.Level >= lead || k.Cause.Ongoing {
			kept = append(kept, k)
		}
	}
	return kept
}

// weigh lowers the confidence where the case as a whole does not carry it.
func weigh(c *cause.Case, all []Candidate) {
	for i := range all {
		k := &all[i]
		switch {
		case k.Match.Text != nil && k.Match.Text.Stale:
			k.Confidence = k.Confidence.AtMost(verdict.Possible)
		case c.Facts.HasTask && !c.Facts.Stopped && !k.Cause.Ongoing:
			k.Confidence = k.Confidence.AtMost(verdict.Likely)
		case k.Place() == cause.Trail && k.Answer.Identity.Kind != verdict.InstanceRole:
			k.Confidence = k.Confidence.AtMost(verdict.Likely)
		}
	}
	if len(all) > 1 && tied(all[0], all[1]) {
		all[0].Confidence = all[0].Confidence.AtMost(verdict.Likely)
	}
}

// tied tells two causes that the evidence does not order.
func tied(a, b Candidate) bool {
	return a.score == b.score && a.Match.Text != b.Match.Text && a.Identity().Kind != b.Identity().Kind
}
