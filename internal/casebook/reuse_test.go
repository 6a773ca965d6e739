package casebook

import (
	"errors"
	"testing"
	"time"

	"whystopped/internal/diagnose"
	"whystopped/internal/diagnose/evidence"
)

func TestReusable(t *testing.T) {
	now := time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC)
	before, after := now.Add(-time.Minute), now.Add(time.Minute)
	tests := []struct {
		name string
		d    diagnose.Diagnosis
		want bool
	}{
		{"a stopped task", diagnose.Diagnosis{Task: diagnose.TaskView{LastStatus: "STOPPED"}}, true},
		{"a task with the time of its stop", diagnose.Diagnosis{Task: diagnose.TaskView{StoppedAt: before}}, true},
		{"a running task", diagnose.Diagnosis{Task: diagnose.TaskView{LastStatus: "RUNNING"}}, false},
		{"a task of which little is known", diagnose.Diagnosis{}, false},
		{"CloudTrail had not settled and has not yet", diagnose.Diagnosis{Task: diagnose.TaskView{LastStatus: "STOPPED"}, CompleteAfter: &after}, true},
		{"CloudTrail had not settled and has now", diagnose.Diagnosis{Task: diagnose.TaskView{LastStatus: "STOPPED"}, CompleteAfter: &before}, false},
		{"CloudTrail settles right now", diagnose.Diagnosis{Task: diagnose.TaskView{LastStatus: "STOPPED"}, CompleteAfter: &now}, false},
		{"a source was throttled", withSource(evidence.SourceThrottled), false},
		{"a source timed out", withSource(evidence.SourceTimeout), false},
		{"a source failed", withSource(evidence.SourceFailed), false},
		{"a source was denied, which will not pass by itself", withSource(evidence.SourceDenied), true},
		{"all sources were read", withSource(evidence.SourceOK), true},
	}
	for _, test := range tests {
		if got := reusable(test.d, now); got != test.want {
			t.Errorf("%s: reusable = %v, want %v", test.name, got, test.want)
		}
	}
}

func withSource(s evidence.SourceStatus) diagnose.Diagnosis {
	return diagnose.Diagnosis{Task: diagnose.TaskView{LastStatus: "STOPPED"}, Sources: []evidence.Source{{Status: s}}}
}

func TestFallback(t *testing.T) {
	ended := diagnose.Diagnosis{Task: diagnose.TaskView{LastStatus: "STOPPED"}}
	running := diagnose.Diagnosis{Task: diagnose.TaskView{LastStatus: "RUNNING"}}
	unknown, unreachable := &Error{Kind: UnknownTask}, &Error{Kind: Unreachable}
	tests := []struct {
		name    string
		kept    diagnose.Diagnosis
		err     error
		refresh bool
		want    bool
	}{
		{"AWS has forgotten the task", running, unknown, true, true},
		{"AWS is gone", ended, unreachable, false, true},
		{"AWS is gone, and a new look was asked for", ended, unreachable, true, false},
		{"AWS is gone, and the task was running", running, unreachable, false, false},
		{"our own failure", ended, errors.New("broken"), false, true},
	}
	for _, test := range tests {
		if got := fallback(test.kept, test.err, test.refresh); got != test.want {
			t.Errorf("%s: fallback = %v, want %v", test.name, got, test.want)
		}
	}
}
