package storetest

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"whystopped/internal/casebook"
	"whystopped/internal/taskref"
)

func testOwed(t *testing.T, w *world) {
	var incident string
	tell := func() []casebook.Work { return []casebook.Work{{Kind: casebook.WorkTell, Incident: incident}} }
	expect := func(when string, want []casebook.Work) {
		t.Helper()
		if diff := cmp.Diff(want, owed(t, w)); diff != "" {
			t.Errorf("%s there is owed (-want +got):\n%s", when, diff)
		}
	}
	news := func(count int) {
		t.Helper()
		in, err := w.ClaimUpdate(t.Context(), incident)
		if err != nil || in.Count != count {
			t.Errorf("News: %d stops, %v, want %d", in.Count, err, count)
		}
	}
	incident = saveStops(t, w, stop{n: 1, task: "a", at: 0, cause: "s3"})[0].Incident.ID
	expect("after the first stop", tell())
	saveStops(t, w, stop{n: 2, task: "b", at: 1, cause: "s3"})
	expect("as long as a telling is owed already", nil)
	news(2)
	saveStops(t, w, stop{n: 3, task: "b", at: 1, cause: "s3"})
	expect("after nothing changed", nil)
	saveStops(t, w, stop{n: 4, task: "c", at: 2, cause: "s3", quiet: true})
	expect("after a stop that nobody is to hear of", nil)
	saveStops(t, w, stop{n: 5, task: "c", at: 2, cause: "s3"})
	expect("once people are to hear of it after all", tell())
	news(3)
	saveStops(t, w, stop{n: 6, task: "c", at: 2, cause: "kms", key: "s3"})
	expect("after the verdict changed", tell())
	if _, err := w.ClaimUpdate(t.Context(), id(99)); !errors.Is(err, casebook.ErrNotKept) {
		t.Errorf("News of an unknown incident: %v, want ErrNotKept", err)
	}

	again := stop{n: 7, task: "c", at: 2, cause: "kms", key: "s3"}.kept()
	again.Refresh = &casebook.Refresh{At: minute(22), Task: taskref.Ref{TaskID: "c"}, Diagnosis: id(7), Before: 1}
	save(t, w, again)
	expect("a refresh", []casebook.Work{{Kind: casebook.WorkRefresh, At: minute(22), Task: again.Refresh.Task, Refresh: again.Refresh}})
}

func testClaims(t *testing.T, w *world) {
	tests := []struct {
		name      string
		at, until int // minutes after noon
		end       string
		want      casebook.Claim
	}{
		{"the first claim", 0, 5, "", casebook.Claim{}},
		{"a second one", 1, 6, "", casebook.Claim{Busy: minute(5)}},
		{"one just before it ends", 4, 9, "", casebook.Claim{Busy: minute(5)}},
		{"one when it ended by itself", 5, 10, "", casebook.Claim{Broken: minute(0)}},
		{"one when that ended by itself too", 20, 30, "state", casebook.Claim{Broken: minute(0)}},
		{"one after it was given back", 21, 25, "", casebook.Claim{State: []byte("state")}},
		{"one after that broke", 26, 30, "next state", casebook.Claim{State: []byte("state"), Broken: minute(21)}},
		{"one after that was given back", 27, 30, "", casebook.Claim{State: []byte("next state")}},
	}
	for _, test := range tests {
		got, err := w.Claim(t.Context(), "incident", minute(test.at), minute(test.until))
		if diff := cmp.Diff(test.want, got); err != nil || diff != "" {
			t.Errorf("%s: %v (-want +got):\n%s", test.name, err, diff)
		}
		if test.end == "" {
			continue
		}
		if err := w.EndClaim(t.Context(), "incident", minute(test.at), []byte(test.end)); err != nil {
			t.Errorf("%s: EndClaim: %v", test.name, err)
		}
	}
	// The last claim ends by itself, another takes it, and then the first comes.
	if _, err := w.Claim(t.Context(), "incident", minute(31), minute(40)); err != nil {
		t.Fatal(err)
	}
	if err := w.EndClaim(t.Context(), "incident", minute(27), []byte("late")); !errors.Is(err, casebook.ErrClaimLost) {
		t.Errorf("EndClaim of a claim that was lost: %v, want ErrClaimLost", err)
	}
	if got, err := w.Claim(t.Context(), "incident", minute(32), minute(40)); err != nil || !got.Busy.Equal(minute(40)) {
		t.Errorf("after a claim that was given back too late: %+v, %v, want it busy", got, err)
	}
	if got, err := w.Claim(t.Context(), "another", minute(28), minute(30)); err != nil || !got.Busy.IsZero() {
		t.Errorf("another incident: %+v, %v, want the claim", got, err)
	}
}
