//go:build moto

package moto_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func wantVerdict(t *testing.T, d diagnosis, want verdict) {
	t.Helper()
	if diff := cmp.Diff(want, d.Verdict); diff != "" {
		t.Errorf("verdict (-want +got):\n%s", diff)
	}
}

// wantTask completes what is wanted by what all tasks of a family share.
func wantTask(t *testing.T, d diagnosis, want task, family string) {
	t.Helper()
	want.ID, want.Cluster, want.Account, want.Region, want.Partition = taskID(want.ARN), cluster, account, region, "aws"
	want.LaunchType = "FARGATE"
	want.TaskDefinitionARN = "arn:aws:ecs:" + region + ":" + account + ":task-definition/" + family + ":1"
	want.ExecutionRoleARN, want.TaskRoleARN = executionRole(family), taskRole(family)
	// Moto tells of the first container only, and that it is pending, with an
	// exit code that is therefore none.
	want.Containers = []container{{Name: "app", Essential: true, Image: image(family)}}
	if diff := cmp.Diff(want, d.Task); diff != "" {
		t.Errorf("task (-want +got):\n%s", diff)
	}
}

// wantFinding wants the primary finding to be of the cause, to quote first of
// all what decided, and to name the one call that was denied.
func wantFinding(t *testing.T, d diagnosis, cause string, decided quote, denied denial) {
	t.Helper()
	f := d.finding(t, cause)
	if !f.Primary {
		t.Errorf("the finding %s is not the primary one", cause)
	}
	if len(f.Evidence) == 0 || f.Evidence[0] != decided {
		t.Errorf("the evidence is %+v, want first %+v", f.Evidence, decided)
	}
	if diff := cmp.Diff([]denial{denied}, f.Denied); diff != "" {
		t.Errorf("denied calls (-want +got):\n%s", diff)
	}
}

// wantPolicy wants a policy for the role that allows the action on the
// resource and nothing else.
func wantPolicy(t *testing.T, d diagnosis, role identity, action, resource string) {
	t.Helper()
	i := slices.IndexFunc(d.Fix.Policies, func(p policy) bool { return p.Purpose == "denied" })
	if i < 0 {
		t.Fatalf("no policy for what was denied: %+v", d.Fix.Policies)
	}
	want := policy{Purpose: "denied", Kind: "identity-policy", AttachTo: role}
	want.Document.Statement = []statement{{Effect: "Allow", Action: []string{action}, Resource: []string{resource}}}
	if diff := cmp.Diff(want, d.Fix.Policies[i]); diff != "" {
		t.Errorf("policy (-want +got):\n%s", diff)
	}
}

func wantNoPolicy(t *testing.T, d diagnosis) {
	t.Helper()
	if len(d.Fix.Policies) > 0 {
		t.Errorf("policies where no permission was missing: %+v", d.Fix.Policies)
	}
}

// wantSources wants the named sources to have the given status.
func wantSources(t *testing.T, d diagnosis, want map[string]string) {
	t.Helper()
	for name, status := range want {
		if s := d.source(t, name); s.Status != status {
			t.Errorf("the source %s is %q, want %q: %s", name, s.Status, status, s.Detail)
		}
	}
}

func wantCaveat(t *testing.T, d diagnosis, words string) {
	t.Helper()
	if !slices.ContainsFunc(d.Caveats, func(c string) bool { return strings.Contains(c, words) }) {
		t.Errorf("no caveat says %q: %q", words, d.Caveats)
	}
}

// wantCloudTrailMissed wants the diagnosis to say that CloudTrail is not part
// of it and what the matter was: moto answers LookupEvents with status 500 and
// a page of HTML.
func wantCloudTrailMissed(t *testing.T, d diagnosis) {
	t.Helper()
	s := d.source(t, "cloudtrail:LookupEvents")
	if s.Status != "failed" || s.Calls == 0 || s.MissingPermission != nil {
		t.Errorf("the source of CloudTrail is %+v, want a failed one that was called and lacks no permission", s)
	}
	for _, words := range []string{"500", "an AWS answer", "might not offer this call"} {
		if !strings.Contains(s.Detail, words) {
			t.Errorf("%q is not in the detail of CloudTrail's source: %s", words, s.Detail)
		}
	}
	if strings.ContainsAny(s.Detail, "<>") {
		t.Errorf("the detail quotes the page: %s", s.Detail)
	}
	wantCaveat(t, d, "CloudTrail")
}
