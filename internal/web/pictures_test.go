package web

import (
	"slices"
	"strings"
	"testing"
	"time"

	"whystopped/internal/diagnose"
	"whystopped/internal/diagnose/verdict"
	"whystopped/internal/web/roles"
	"whystopped/internal/words"
)

// TestNoPictureWithoutTimes holds that the list stands open where nothing can be drawn.
func TestNoPictureWithoutTimes(t *testing.T) {
	for name, change := range map[string]func(*diagnose.TaskView){
		"never created": func(t *diagnose.TaskView) { t.CreatedAt = time.Time{} },
		"never stopped": func(t *diagnose.TaskView) { t.StoppedAt = time.Time{} },
		"stopped first": func(t *diagnose.TaskView) { t.StoppedAt = t.CreatedAt.Add(-time.Second) },
	} {
		d := secretDenied()
		change(&d.Task)
		doc := reportDoc(t, d)
		if n := len(find(doc, ".drawing")); n != 0 {
			t.Errorf("%s: %d drawings", name, n)
		}
		if n, hidden := len(find(doc, ".timeline li")), len(find(doc, "details.entries")); n != len(d.Timeline) || hidden != 0 {
			t.Errorf("%s: the list has %d of %d entries, in %d folds", name, n, len(d.Timeline), hidden)
		}
	}
}

func TestNoRolesNoPicture(t *testing.T) {
	if v := roles.Of(outOfMemory(), words.English()); v != nil {
		t.Errorf("drawn from nothing: %v", v.Players)
	}
	if n := len(find(reportDoc(t, outOfMemory()), ".players")); n != 0 {
		t.Errorf("%d pictures in a report that knows no role", n)
	}
}

// TestBlameGoesToTheOwnerOfThePolicy holds that a role which somebody else's
// policy refuses is not shown as what has to be changed.
func TestBlameGoesToTheOwnerOfThePolicy(t *testing.T) {
	for _, tt := range []struct {
		policy verdict.PolicyType
		blame  string
	}{
		{verdict.PolicySCP, "Denied by the service control policy (SCP)"},
		{verdict.PolicyResource, "Denied by the resource-based policy"},
		{verdict.PolicyIdentity, "Denied"},
		{verdict.PolicyBoundary, "Denied"},
		{verdict.PolicyUnknown, "Denied"},
	} {
		d := secretDenied()
		d.Findings[0].Denied[0].PolicyType = tt.policy
		doc := reportDoc(t, d)
		if got := texts(doc, ".fault .blame"); !slices.Equal(got, []string{tt.blame}) {
			t.Errorf("%s: %q, want %q", tt.policy, got, tt.blame)
		}
		foreign := strings.Contains(text(one(t, doc, "figure.roles figcaption")), "another policy")
		if foreign != (tt.blame != "Denied") {
			t.Errorf("%s: the caption names another owner: %t", tt.policy, foreign)
		}
	}
}

// TestTheOneAtFaultIsSaidSo holds that words, and not colour alone, mark it.
func TestTheOneAtFaultIsSaidSo(t *testing.T) {
	doc := reportDoc(t, secretDenied())
	if got := texts(doc, ".fault .blame"); !slices.Equal(got, []string{"Denied"}) {
		t.Errorf("at fault: %q", got)
	}
	if got := texts(doc, ".fault b")[0]; got != "Task execution role" {
		t.Errorf("the one at fault is %q", got)
	}
}
