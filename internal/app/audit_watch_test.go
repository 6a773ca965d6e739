package app

import (
	"testing"

	"whystopped/internal/auth"
)

func TestAPageAndItsStreamAreOneLine(t *testing.T) {
	ok, gone := auth.Entry{Action: wantDiagnosis, Diagnosis: "d", Outcome: "ok"}, auth.Entry{Action: wantDiagnosis, Outcome: outcomeAbandoned}
	failed := auth.Entry{Action: wantDiagnosis, Outcome: "aws-unreachable"}
	ann, bob := watchKey{who: "oidc:ann", task: "t"}, watchKey{who: "oidc:bob", task: "t"}
	type end struct {
		of    int // of those that were begun
		what  auth.Entry
		wants bool // that it is written
	}
	tests := []struct {
		name  string
		begun []watchKey
		ends  []end
	}{
		{"one", []watchKey{ann}, []end{{0, ok, true}}},
		{"a page and its stream", []watchKey{ann, ann}, []end{{0, ok, true}, {1, ok, false}}},
		{"the stream first", []watchKey{ann, ann}, []end{{1, ok, true}, {0, ok, false}}},
		{"a stream that is hung up", []watchKey{ann, ann}, []end{{0, ok, true}, {1, gone, false}}},
		{"a tab that is closed", []watchKey{ann, ann}, []end{{0, gone, true}, {1, gone, false}}},
		{"ways that end differently", []watchKey{ann, ann}, []end{{0, failed, true}, {1, ok, true}}},
		{"two people", []watchKey{ann, bob}, []end{{0, ok, true}, {1, ok, true}}},
		{"another task", []watchKey{ann, {who: "oidc:ann", task: "u"}}, []end{{0, ok, true}, {1, ok, true}}},
		{"a look again meanwhile", []watchKey{ann, {who: "oidc:ann", task: "t", refresh: true}}, []end{{0, ok, true}, {1, ok, true}}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := newWatches()
			// What was asked and answered before counts for nothing.
			if !s.begin(ann)(ok) {
				t.Error("the first question is not written")
			}
			var begun []func(auth.Entry) bool
			for _, q := range test.begun {
				begun = append(begun, s.begin(q))
			}
			for i, end := range test.ends {
				if got := begun[end.of](end.what); got != end.wants {
					t.Errorf("end %d is written: %t, want %t", i, got, end.wants)
				}
			}
			if len(s.of) != 0 {
				t.Errorf("%d questions are remembered when all have ended", len(s.of))
			}
		})
	}
}
