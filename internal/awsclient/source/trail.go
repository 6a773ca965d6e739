package source

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail/types"

	"whystopped/internal/awsclient/failure"
	"whystopped/internal/awsclient/limit"
	"whystopped/internal/awsclient/session"
	"whystopped/internal/diagnose/evidence"
	"whystopped/internal/words"
)

// Trail is CloudTrail's event history of the task's sessions.
var Trail = Source{
	Name: evidence.TrailSource,
	Call: Call{
		Action: "cloudtrail:LookupEvents", Policy: "required.json", Required: true, Quota: limit.TrailLookup,
		Try: func(ctx context.Context, at *session.Clients, _ Place) (string, error) {
			user := types.LookupAttribute{
				AttributeKey: types.LookupAttributeKeyUsername, AttributeValue: aws.String(madeUp),
			}
			in := &cloudtrail.LookupEventsInput{
				MaxResults: aws.Int32(1), LookupAttributes: []types.LookupAttribute{user},
			}
			_, err := at.Trail.LookupEvents(ctx, in)
			return "", err
		},
	},
}

// TrailAnswer is what CloudTrail recorded of the task's sessions, oldest first.
type TrailAnswer struct {
	Asked
	Records []evidence.Record
}

const (
	// trailDelay is how long CloudTrail may take to show a call.
	// Source: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/how-cloudtrail-works.html
	// says about 5 minutes on average, without a promise; users report 15.
	trailDelay = 15 * time.Minute
	// trailKept is how long CloudTrail's event history goes back.
	trailKept = 90 * 24 * time.Hour
	// maxTrailPages bounds the pages of one look-up: at 50 events each and the
	// 2 requests a second that an account has, more would take too long.
	maxTrailPages = 5
	// maxSuccesses bounds the calls that are kept although they succeeded.
	maxSuccesses = 100
)

// LookUpCalls looks for the calls that were made as the task. ECS names the
// sessions of both its roles after the task's id, and CloudTrail has an
// assumed role's session as the user name.
//
// It begins before ECS has told of the task, with the life of one of whose end
// is known already, or else with the span in which a task that ECS still knows
// has stopped, and looks further back when the task turns out to be older.
func (r *Reader) LookUpCalls(ctx context.Context, answered <-chan TaskAnswer) TrailAnswer {
	if r.Ref.TaskID == "" {
		return TrailAnswer{}
	}
	var found trailRecords
	a := r.ask(ctx, Trail, allTime, func(ctx context.Context, w *watch) (outcome, error) {
		first := r.firstLook()
		err := r.lookUp(ctx, r.Ref.TaskID, first, &found)
		var task TaskAnswer
		w.pause(func() { task = <-answered })
		if earlier, ok := r.before(first, task.Task); ok && err == nil {
			err = r.lookUp(ctx, r.Ref.TaskID, earlier, &found)
		}
		return found.outcome(r.settled(task), err), err
	})
	return TrailAnswer{Asked: a, Records: found.chosen()}
}

// firstLook is the span that is looked through before ECS has told of the task.
func (r *Reader) firstLook() Span {
	if !HasEnded(r.Stored) {
		return r.Recent()
	}
	whole := r.LifeOf(r.Stored)
	if oldest := r.Now.Add(-trailKept); whole.from.Before(oldest) {
		whole.from = oldest
	}
	if !whole.from.Before(whole.to) { // longer ago than records go back
		return r.Recent()
	}
	return whole
}

// before is the part of the task's life before the span that was looked
// through first. The life of a task that nobody remembers is not known: it may
// lie as far back as CloudTrail's records go.
func (r *Reader) before(first Span, t *evidence.Task) (Span, bool) {
	earlier := Span{from: r.Now.Add(-trailKept), to: first.from}
	if t != nil {
		of := r.LifeOf(t)
		if earlier.from.Before(of.from) {
			earlier.from = of.from
		}
		if of.to.Before(earlier.to) {
			earlier.to = of.to
		}
	}
	return earlier, earlier.from.Before(earlier.to)
}

// settled reports whether CloudTrail should have caught up with the task's end,
// or, while it has not ended, with its beginning.
func (r *Reader) settled(t TaskAnswer) bool {
	if t.Task == nil {
		return t.State == TaskMissing // ECS forgets tasks much later than CloudTrail catches up
	}
	last := StoppedAt(t.Task)
	if last.IsZero() {
		last = t.Task.CreatedAt.Time
	}
	return r.Now.Sub(last) >= trailDelay
}

// lookUp adds the records of a session and a span to found, page by page.
func (r *Reader) lookUp(ctx context.Context, session string, span Span, found *trailRecords) error {
	in := &cloudtrail.LookupEventsInput{
		LookupAttributes: []types.LookupAttribute{{
			AttributeKey:   types.LookupAttributeKeyUsername,
			AttributeValue: aws.String(session),
		}},
		StartTime: aws.Time(span.from),
		EndTime:   aws.Time(span.to),
	}
	for range maxTrailPages {
		out, err := r.region(r.Ref.Region).Trail.LookupEvents(ctx, in)
		if err != nil {
			return fmt.Errorf("look up calls of session %s: %w", session, err)
		}
		if out.Events == nil {
			return fmt.Errorf("look up calls of session %s: %w", session, failure.ErrEmptyAnswer)
		}
		found.add(out.Events)
		if aws.ToString(out.NextToken) == "" {
			return nil
		}
		in.NextToken = out.NextToken
	}
	found.truncated = true
	return nil
}

// trailRecords collects records, each once.
type trailRecords struct {
	records    []evidence.Record
	seen       map[string]bool
	unreadable int
	truncated  bool
}

func (t *trailRecords) add(events []types.Event) {
	for _, e := range events {
		rec, err := recordOf(e)
		t.addRecord(rec, err)
	}
}

// addRecord adds a record, or notes that it could not be read.
func (t *trailRecords) addRecord(rec evidence.Record, err error) {
	if t.seen == nil {
		t.seen = make(map[string]bool)
	}
	switch {
	case err != nil:
		t.unreadable++
	case t.seen[rec.EventID] && rec.EventID != "", ofIAMUser(rec):
	default:
		t.seen[rec.EventID] = true
		t.records = append(t.records, rec)
	}
}

// ofIAMUser reports whether a record is of a user whose name happens to be the task's id.
func ofIAMUser(r evidence.Record) bool { return r.UserIdentity.Type == "IAMUser" }

// JoinRecords puts lists together, oldest first and each record once.
func JoinRecords(lists ...[]evidence.Record) []evidence.Record {
	var all trailRecords
	for _, rec := range slices.Concat(lists...) {
		all.addRecord(rec, nil)
	}
	return all.chosen()
}

// chosen returns the records oldest first: every call that failed, and the
// newest of those that did not.
func (t *trailRecords) chosen() []evidence.Record {
	newestFirst := slices.SortedStableFunc(slices.Values(t.records), func(a, b evidence.Record) int {
		return cmp.Or(b.At().Compare(a.At()), cmp.Compare(b.EventID, a.EventID))
	})
	successes := 0
	chosen := slices.DeleteFunc(newestFirst, func(r evidence.Record) bool {
		if r.ErrorCode != "" {
			return false
		}
		successes++
		return successes > maxSuccesses
	})
	slices.Reverse(chosen)
	return chosen
}

// outcome says what the look-up came to; settled is whether an empty answer
// can be trusted.
func (t *trailRecords) outcome(settled bool, err error) outcome {
	args := words.Args{"n": len(t.records), "failed": t.failed(), "unreadable": t.unreadable}
	say := func(id string) words.Text { return words.Say("detail.trail"+id, args) }
	switch {
	case err != nil && len(t.records) == 0:
		return outcome{}
	case err != nil:
		return outcome{detail: say("-aborted")}
	case t.truncated:
		return outcome{evidence.SourceTruncated, say("-truncated")}
	case t.unreadable > 0 && len(t.records) > 0:
		return outcome{evidence.SourceOK, say("-unreadable")}
	case len(t.records) > 0 && !settled:
		return outcome{evidence.SourceOK, say("-unsettled")}
	case len(t.records) > 0:
		return outcome{evidence.SourceOK, say("")}
	case !settled:
		return outcome{evidence.SourceTooEarly, say("-too-early")}
	}
	return outcome{evidence.SourceEmpty, say("-empty")}
}

func (t *trailRecords) failed() int {
	n := 0
	for _, r := range t.records {
		if r.ErrorCode != "" {
			n++
		}
	}
	return n
}
