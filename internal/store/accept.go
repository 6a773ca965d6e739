package store

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"whystopped/internal/casebook"
	"whystopped/internal/diagnose/evidence"
	"whystopped/internal/taskref"
)

// Accept implements casebook.Store. An end is there as a stop at once, with a
// verdict once it is diagnosed; a healthy task marks its revision as good.
func (s *Store) Accept(ctx context.Context, events []casebook.Event) error {
	sorted := slices.SortedFunc(slices.Values(events), func(a, b casebook.Event) int {
		return cmp.Or(strings.Compare(subject(a), subject(b)), strings.Compare(a.ID, b.ID))
	})
	err := s.write(ctx, "accept", func(t *tx) error {
		var seen []casebook.Revision
		for _, e := range sorted {
			isNew, err := t.noteEvent(ctx, e, s.opts.Now())
			if err != nil {
				return err
			}
			if !isNew {
				continue
			}
			if e.Action != nil {
				err = t.acceptAction(ctx, e)
			} else {
				seen, err = t.acceptTask(ctx, e, seen)
			}
			if err != nil {
				return err
			}
		}
		return t.sightRevisions(ctx, seen)
	})
	if err != nil {
		return fmt.Errorf("accept %d events: %w", len(events), err)
	}
	return nil
}

// subject is what an event is of.
func subject(e casebook.Event) string {
	if e.Task != nil {
		return e.Task.TaskARN
	}
	return strings.Join([]string{e.Ref.Partition, e.Ref.Region, e.Ref.Account, e.Ref.Cluster, e.Ref.Service()}, "/")
}

// action is an event of a service's action as it is kept.
type action struct {
	At        time.Time             `json:"at"`
	Partition string                `json:"partition"`
	Region    string                `json:"region"`
	Account   string                `json:"account"`
	Cluster   string                `json:"cluster"`
	Service   string                `json:"service"`
	Said      evidence.ServiceEvent `json:"said"`
}

// noteEvent takes note of an event; isNew tells that it did not come before.
func (t *tx) noteEvent(ctx context.Context, e casebook.Event, now time.Time) (isNew bool, err error) {
	kind := "task"
	var body []byte
	if e.Action != nil {
		kind = "action"
		r := e.Ref
		if body, err = pack(action{e.At, r.Partition, r.Region, r.Account, r.Cluster, r.Service(), *e.Action}); err != nil {
			return false, err
		}
	}
	n, err := t.exec(ctx, "INSERT INTO events (id, received_at, kind, task, body) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING", e.ID, micros(now), kind, subject(e), body)
	if err != nil {
		return false, fmt.Errorf("write event %s: %w", e.ID, err)
	}
	return n > 0, nil
}

// acceptAction keeps a try of a service that never became a task.
func (t *tx) acceptAction(ctx context.Context, e casebook.Event) error {
	t.owed = append(t.owed, casebook.Work{Kind: casebook.WorkDiagnose, Event: e.ID})
	return t.noteStop(ctx, casebook.Stop{Key: "event:" + e.ID, Ref: e.Ref, At: e.At})
}

// acceptTask keeps what an event tells of a task, and adds the revision to those
// that were seen.
func (t *tx) acceptTask(ctx context.Context, e casebook.Event, seen []casebook.Revision) ([]casebook.Revision, error) {
	isNew, err := t.keepFacts(ctx, e.Ref, *e.Task, e.At)
	if err != nil {
		return nil, err
	}
	at := e.At
	if e.Stopped() && !e.Task.StoppedAt.IsZero() {
		at = e.Task.StoppedAt.Time
	}
	revision := casebook.Revision{
		ARN: e.Task.TaskDefinitionARN, Place: e.Ref.Place(), FirstSeen: at, LastSeen: at,
		ExecutionRole: e.Task.Overrides.ExecutionRoleARN, TaskRole: e.Task.Overrides.TaskRoleARN,
	}
	// One that is to stop proves nothing: a rollback ends healthy tasks, too.
	healthy := e.Task.LastStatus == "RUNNING" && e.Task.DesiredStatus != "STOPPED" && e.Task.HealthStatus == "HEALTHY"
	if healthy {
		revision.Good = at
	}
	if revision.ARN != "" && (healthy || e.Stopped()) {
		seen = append(seen, revision)
	}
	if !e.Stopped() {
		return seen, nil
	}
	if isNew {
		t.owed = append(t.owed, casebook.Work{Kind: casebook.WorkDiagnose, Task: e.Ref.Task()})
	}
	return seen, t.noteStop(ctx, casebook.Stop{Key: e.Task.TaskARN, Ref: e.Ref, Revision: e.Task.TaskDefinitionARN, At: at})
}

// Event implements casebook.Store.
func (s *Store) Event(ctx context.Context, id string) (casebook.Event, error) {
	a, err := one(ctx, s.read("event"), scanPacked[action], "SELECT body FROM events WHERE id = ? AND body IS NOT NULL", id)
	if err != nil {
		return casebook.Event{}, fmt.Errorf("read event %s: %w", id, err)
	}
	return casebook.Event{
		ID: id, At: a.At, Action: &a.Said,
		Ref: taskref.Ref{Partition: a.Partition, Region: a.Region, Account: a.Account, Cluster: a.Cluster, Group: taskref.ServiceGroup(a.Service)},
	}, nil
}
