package awsclient

import (
	"testing"
	"time"

	"whystopped/internal/diagnose/evidence"
)

func TestWhenIAMIsLeftAlone(t *testing.T) {
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	tests := []struct {
		name string
		kind failureKind
		took time.Duration
		want bool
	}{
		{"denied", failedDenied, time.Second, false},
		{"throttled", failedThrottled, 2 * time.Second, false},
		{"refused a connection", failedNoConnection, time.Millisecond, true},
		{"has no host name here", failedNoHost, time.Millisecond, true},
		{"silent for all of its time", failedTimeout, iamTime, true},
		{"silent for what was left of the diagnosis", failedTimeout, iamTime / 2, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var r rest
			r.note(asked{source: evidence.Source{TookMS: tt.took.Milliseconds()}, failure: &failure{kind: tt.kind}}, now)
			if got := r.resting(now.Add(time.Minute)); got != tt.want {
				t.Errorf("left alone: %v, want %v", got, tt.want)
			}
			if r.resting(now.Add(iamRest)) {
				t.Error("left alone for ever")
			}
		})
	}
	var r rest
	if r.note(asked{}, now); r.resting(now) {
		t.Error("left alone after it answered")
	}
}
