package source

import (
	"testing"
	"time"

	"whystopped/internal/awsclient/failure"
	"whystopped/internal/diagnose/evidence"
)

func TestWhenIAMIsLeftAlone(t *testing.T) {
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	tests := []struct {
		name string
		kind failure.Kind
		took time.Duration
		want bool
	}{
		{"denied", failure.Denied, time.Second, false},
		{"throttled", failure.Throttled, 2 * time.Second, false},
		{"refused a connection", failure.NoConnection, time.Millisecond, true},
		{"has no host name here", failure.NoHost, time.Millisecond, true},
		{"silent for all of its time", failure.Timeout, iamTime, true},
		{"silent for what was left of the diagnosis", failure.Timeout, iamTime / 2, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var r rest
			r.note(Asked{Source: evidence.Source{TookMS: tt.took.Milliseconds()}, Failure: &failure.Failure{Kind: tt.kind}}, now)
			if got := r.resting(now.Add(time.Minute)); got != tt.want {
				t.Errorf("left alone: %v, want %v", got, tt.want)
			}
			if r.resting(now.Add(iamRest)) {
				t.Error("left alone for ever")
			}
		})
	}
	var r rest
	if r.note(Asked{}, now); r.resting(now) {
		t.Error("left alone after it answered")
	}
}
