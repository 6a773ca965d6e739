package web

import (
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"whystopped/internal/permissions"
	"whystopped/internal/words"
)

// fakePermissions answers with a report, and remembers how fresh it had to be.
type fakePermissions struct {
	report permissions.Report
	fresh  time.Duration
}

func (f *fakePermissions) Try(_ context.Context, fresh time.Duration) (permissions.Report, error) {
	f.fresh = fresh
	return f.report, nil
}

func permissionOf(action string) permissions.Permission {
	return map[string]permissions.Permission{
		"ecs:ListTasks":     {Action: "ecs:ListTasks", File: "deploy/iam/required.json", Required: true, Trial: true},
		"logs:GetLogEvents": {Action: "logs:GetLogEvents", File: "deploy/iam/logs.json", Trial: true},
		"iam:GetRole":       {Action: "iam:GetRole", File: "deploy/iam/proof.json", Trial: true},
	}[action]
}

func TestPermissions(t *testing.T) {
	f := &fakePermissions{report: permissions.Report{At: noon, LeftOut: 2, Places: []permissions.PlaceReport{{
		Place: permissions.Place{Account: "111122223333", Region: "eu-west-1"},
		Findings: []permissions.Finding{
			{Permission: permissionOf("ecs:ListTasks"), State: permissions.Works},
			{Permission: permissionOf("logs:GetLogEvents"), State: permissions.Lacks, Resource: "arn:aws:logs:eu-west-1:111122223333:log-group:/ecs/x", Refused: noon.Add(-time.Hour)},
			{Permission: permissionOf("iam:GetRole"), State: permissions.Unknown, Detail: words.Say("failure.timeout", nil)},
		},
	}}}}
	o := options(always(secretDenied()))
	o.Permissions = f
	h := newHandler(t, o)
	doc := parsePage(t, get(t, h, "/permissions"))
	for path, want := range map[string][]string{
		"h2":    {"111122223333 in eu-west-1"},
		"h3":    {"Missing", "Unknown", "Allowed"},
		".lead": {"1 permission is missing, which some reports need."},
		".rows li": {
			"logs:GetLogEvents Nothing the application logged: crashes, configuration, denials at runtime. optional · deploy/iam/logs.json · tested on arn:aws:logs:eu-west-1:111122223333:log-group:/ecs/x · a real call was denied 2026-11-22 11:00:00 UTC",
			"iam:GetRole Not known: whether a role exists, which service it trusts, and which boundary it has. optional · deploy/iam/proof.json There was no answer in time.",
			"ecs:ListTasks required · deploy/iam/required.json",
		},
		".prose": {"2 more accounts and Regions of stored diagnoses weren't tested."},
	} {
		if diff := cmp.Diff(want, texts(doc, path)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", path, diff)
		}
	}
	if f.fresh != permissions.Fresh {
		t.Errorf("the page asks for a report of at most %s", f.fresh)
	}
	if get(t, h, "/permissions?again=1"); f.fresh != permissions.Again {
		t.Errorf("the button asks for a report of at most %s", f.fresh)
	}
}

func TestPermissionsInASentence(t *testing.T) {
	place := func(actions ...string) permissions.Report {
		r := permissions.Report{At: noon, Places: []permissions.PlaceReport{{Place: permissions.Place{Region: "eu-west-1"}}}}
		for _, a := range actions {
			r.Places[0].Findings = append(r.Places[0].Findings, permissions.Finding{Permission: permissionOf(a), State: permissions.Lacks})
		}
		return r
	}
	for want, r := range map[string]permissions.Report{
		"All permissions OK": place(),
		"2 permissions are missing. Most reports need 1 of them.":                                                      place("ecs:ListTasks", "iam:GetRole"),
		"2 permissions are missing, which some reports need.":                                                          place("logs:GetLogEvents", "iam:GetRole"),
		"Nothing was tested: no Region is set, and no stored diagnosis names one. Set AWS_REGION, or diagnose a task.": {At: noon},
	} {
		o := options(always(secretDenied()))
		o.Permissions = &fakePermissions{report: r}
		if got := texts(parsePage(t, get(t, newHandler(t, o), "/permissions")), ".lead"); !cmp.Equal(got, []string{want}) {
			t.Errorf("lead %q, want %q", got, want)
		}
	}
}

func TestNoPermissionsWithoutATester(t *testing.T) {
	if w := get(t, newHandler(t, options(always(secretDenied()))), "/permissions"); w.Code != http.StatusNotFound {
		t.Errorf("status %d", w.Code)
	}
}
