package storetest

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"whystopped/internal/casebook"
	"whystopped/internal/diagnose"
	"whystopped/internal/diagnose/evidence"
	"whystopped/internal/diagnose/verdict"
	"whystopped/internal/taskref"
)

func testGet(t *testing.T, w *world) {
	after := noon.Add(15 * time.Minute)
	full := diagnose.Diagnosis{
		ID: id(0), CreatedAt: noon, Engine: "1",
		Task:          diagnose.TaskView{ID: "t1", Containers: []diagnose.ContainerView{{Name: "app", Essential: true}}},
		Verdict:       diagnose.Verdict{Cause: "runtime.s3.denied", Title: "“quotes” & <marks>"},
		Findings:      []diagnose.Finding{},
		CompleteAfter: &after, Kept: true,
	}
	saved := save(t, w, casebook.Kept{Diagnosis: full})
	if diff := cmp.Diff(full, saved[0]); diff != "" {
		t.Errorf("saved diagnosis (-want +got):\n%s", diff)
	}
	got, err := w.Get(t.Context(), id(0))
	if err != nil {
		t.Fatalf("Get: %v", err)
	}
	if diff := cmp.Diff(full, got); diff != "" {
		t.Errorf("kept diagnosis (-want +got):\n%s", diff)
	}
	if _, err := w.Get(t.Context(), id(1)); !errors.Is(err, casebook.ErrNotKept) {
		t.Errorf("Get of an unknown id: %v, want ErrNotKept", err)
	}
	if _, err := w.Save(t.Context(), casebook.Kept{Diagnosis: full}); err == nil {
		t.Error("an id was saved twice")
	}
}

func testLatest(t *testing.T, w *world) {
	task := func(n int, task, region string) diagnose.Diagnosis {
		return diagnose.Diagnosis{ID: id(n), Task: diagnose.TaskView{ID: task, Region: region, Account: "111122223333", Cluster: "web"}}
	}
	save(t, w,
		casebook.Kept{Diagnosis: task(1, "t1", "eu-west-1")},
		casebook.Kept{Diagnosis: task(3, "t1", "eu-west-1")},
		casebook.Kept{Diagnosis: task(2, "t1", "eu-west-1")},
		casebook.Kept{Diagnosis: task(4, "t1", "eu-west-1"), Brought: true},
		casebook.Kept{Diagnosis: task(5, "t2", "eu-west-1")},
		casebook.Kept{Diagnosis: task(6, "t3", "")},
		casebook.Kept{Diagnosis: diagnose.Diagnosis{ID: id(7)}},
	)
	tests := []struct {
		name string
		ref  taskref.Ref
		want string
	}{
		{"the newest that was not brought", taskref.Ref{TaskID: "t1", Region: "eu-west-1", Account: "111122223333", Cluster: "web"}, id(3)},
		{"by its id alone", taskref.Ref{TaskID: "t1"}, id(3)},
		{"another task", taskref.Ref{TaskID: "t2"}, id(5)},
		{"one whose region was not known", taskref.Ref{TaskID: "t3", Region: "us-east-1"}, id(6)},
		{"another region", taskref.Ref{TaskID: "t1", Region: "us-east-1"}, ""},
		{"another account", taskref.Ref{TaskID: "t1", Account: "444455556666"}, ""},
		{"another cluster", taskref.Ref{TaskID: "t1", Cluster: "batch"}, ""},
		{"no task", taskref.Ref{Region: "eu-west-1"}, ""},
	}
	for _, test := range tests {
		got, err := w.Latest(t.Context(), test.ref)
		if test.want == "" {
			if !errors.Is(err, casebook.ErrNotKept) {
				t.Errorf("%s: got %s, %v, want ErrNotKept", test.name, got.ID, err)
			}
			continue
		}
		if err != nil || got.ID != test.want {
			t.Errorf("%s: got %q, %v, want %q", test.name, got.ID, err, test.want)
		}
	}
}

func testFilter(t *testing.T, w *world) {
	save(t, w,
		casebook.Kept{Diagnosis: diagnose.Diagnosis{
			ID: id(1), CreatedAt: minute(1),
			Task:    diagnose.TaskView{Account: "111122223333", Region: "eu-west-1", Cluster: "web", Group: "service:api"},
			Verdict: diagnose.Verdict{Cause: "runtime.s3.denied", Category: verdict.IAMPermission, Identity: verdict.Identity{Kind: verdict.TaskRole}},
		}},
		casebook.Kept{Diagnosis: diagnose.Diagnosis{
			ID: id(2), CreatedAt: minute(2),
			Task:    diagnose.TaskView{Account: "444455556666", Region: "us-east-1", Cluster: "batch", Group: "family:api"},
			Verdict: diagnose.Verdict{Cause: "runtime.oom", Category: verdict.OOM, Identity: verdict.Identity{Kind: verdict.NoIdentity}},
		}},
	)
	tests := []struct {
		name   string
		filter casebook.Filter
		want   []string
	}{
		{"none", casebook.Filter{}, []string{id(2), id(1)}},
		{"account", casebook.Filter{Account: "111122223333"}, []string{id(1)}},
		{"region", casebook.Filter{Region: "us-east-1"}, []string{id(2)}},
		{"cluster", casebook.Filter{Cluster: "web"}, []string{id(1)}},
		{"service", casebook.Filter{Service: "api"}, []string{id(1)}},
		{"cause", casebook.Filter{Cause: "runtime.oom"}, []string{id(2)}},
		{"category", casebook.Filter{Category: verdict.IAMPermission}, []string{id(1)}},
		{"identity", casebook.Filter{Identity: verdict.NoIdentity}, []string{id(2)}},
		{"since, the moment itself too", casebook.Filter{Since: minute(2)}, []string{id(2)}},
		{"since, within the same millisecond", casebook.Filter{Since: minute(2).Add(time.Microsecond)}, nil},
		{"until, without the moment itself", casebook.Filter{Until: minute(2)}, []string{id(1)}},
		{"until, within the same millisecond", casebook.Filter{Until: minute(2).Add(time.Microsecond)}, []string{id(2), id(1)}},
		{"two that agree", casebook.Filter{Region: "eu-west-1", Cause: "runtime.s3.denied"}, []string{id(1)}},
		{"two that contradict", casebook.Filter{Region: "eu-west-1", Cause: "runtime.oom"}, nil},
	}
	for _, test := range tests {
		got, err := w.List(t.Context(), test.filter, "", 10)
		if err != nil {
			t.Errorf("%s: %v", test.name, err)
		}
		if diff := cmp.Diff(test.want, ids(got)); diff != "" {
			t.Errorf("filter %s (-want +got):\n%s", test.name, diff)
		}
	}
}

// testBrought: what somebody brought is in no list that does not ask for it, and
// whoever reads it is told.
func testBrought(t *testing.T, w *world) {
	task := diagnose.TaskView{ID: "t1", Account: "111122223333", Region: "eu-west-1", Cluster: "web", Group: "service:api"}
	of := func(n int, by string) diagnose.Diagnosis {
		return diagnose.Diagnosis{ID: id(n), CreatedAt: minute(n), Task: task, Verdict: diagnose.Verdict{Cause: "runtime.oom"}, BroughtBy: by}
	}
	save(t, w,
		casebook.Kept{Diagnosis: of(1, "")},
		casebook.Kept{Diagnosis: of(2, "ana@example.com"), Brought: true},
		casebook.Kept{Diagnosis: of(3, ""), Brought: true},
	)
	tests := []struct {
		name   string
		filter casebook.Filter
		want   []string
	}{
		{"no filter", casebook.Filter{}, []string{id(1)}},
		{"a filter that all pass", casebook.Filter{Account: "111122223333", Cluster: "web", Service: "api", Cause: "runtime.oom"}, []string{id(1)}},
		{"what was brought", casebook.Filter{Brought: true}, []string{id(3), id(2)}},
		{"what was brought, by a filter", casebook.Filter{Brought: true, Service: "api", Since: minute(3)}, []string{id(3)}},
	}
	for _, test := range tests {
		got, err := w.List(t.Context(), test.filter, "", 10)
		if err != nil {
			t.Errorf("%s: %v", test.name, err)
		}
		if diff := cmp.Diff(test.want, ids(got)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.name, diff)
		}
		for _, d := range got {
			if d.Brought != test.filter.Brought || !d.Kept {
				t.Errorf("%s: %s says brought: %v, kept: %v", test.name, d.ID, d.Brought, d.Kept)
			}
		}
	}
	got, err := w.Get(t.Context(), id(2))
	if err != nil || !got.Brought || got.BroughtBy != "ana@example.com" {
		t.Errorf("Get: brought %v by %q, %v", got.Brought, got.BroughtBy, err)
	}
}

// testPages has ids in which letters stand that some languages order otherwise.
func testPages(t *testing.T, w *world) {
	for i, name := range []string{"0a", "0s", "0t", "0y", "0z"} {
		save(t, w, casebook.Kept{Diagnosis: diagnose.Diagnosis{ID: name, Verdict: diagnose.Verdict{Cause: []string{"a", "b"}[i%2]}}})
	}
	tests := []struct {
		name   string
		filter casebook.Filter
		before string
		limit  int
		want   []string
	}{
		{"the first page", casebook.Filter{}, "", 2, []string{"0z", "0y"}},
		{"the second", casebook.Filter{}, "0y", 2, []string{"0t", "0s"}},
		{"the last", casebook.Filter{}, "0s", 2, []string{"0a"}},
		{"beyond the last", casebook.Filter{}, "0a", 2, nil},
		{"before an id that is not there", casebook.Filter{}, "0sx", 1, []string{"0s"}},
		{"the limit counts what passes the filter", casebook.Filter{Cause: "a"}, "", 2, []string{"0z", "0t"}},
	}
	for _, test := range tests {
		got, err := w.List(t.Context(), test.filter, test.before, test.limit)
		if err != nil {
			t.Errorf("%s: %v", test.name, err)
		}
		if diff := cmp.Diff(test.want, ids(got)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.name, diff)
		}
	}
}

func ids(ds []diagnose.Diagnosis) []string {
	var out []string
	for _, d := range ds {
		out = append(out, d.ID)
	}
	return out
}

func testFacts(t *testing.T, w *world) {
	view := diagnose.TaskView{ID: "t1", Account: "111122223333", Region: "eu-west-1", Cluster: "web"}
	task := func(version int64, status string) *evidence.Task {
		return &evidence.Task{TaskARN: "arn:aws:ecs:eu-west-1:111122223333:task/web/t1", Version: version, LastStatus: status, StoppedAt: evidence.At(noon)}
	}
	definition := func(family string) evidence.TaskDefinition {
		return evidence.TaskDefinition{TaskDefinitionARN: "arn:aws:ecs:eu-west-1:111122223333:task-definition/api:7", Family: family}
	}
	save(t, w,
		casebook.Kept{Diagnosis: diagnose.Diagnosis{ID: id(1), Task: view}, Facts: task(6, "STOPPED"), Definitions: []evidence.TaskDefinition{definition("api")}},
		casebook.Kept{Diagnosis: diagnose.Diagnosis{ID: id(2), Task: view}, Facts: task(5, "DEPROVISIONING"), Definitions: []evidence.TaskDefinition{definition("other")}},
		casebook.Kept{Diagnosis: diagnose.Diagnosis{ID: id(3), Task: view}, Facts: task(6, "of the same version, and not the first")},
		casebook.Kept{Diagnosis: diagnose.Diagnosis{ID: id(4), Task: diagnose.TaskView{ID: "t2"}}},
	)
	got, err := w.Facts(t.Context(), taskref.Ref{TaskID: "t1", Cluster: "web"})
	if diff := cmp.Diff(*task(6, "STOPPED"), got); err != nil || diff != "" {
		t.Errorf("facts: %v (-want +got):\n%s", err, diff)
	}
	for name, ref := range map[string]taskref.Ref{"another cluster": {TaskID: "t1", Cluster: "batch"}, "a task that was not read": {TaskID: "t2"}, "no task": {}} {
		if _, err := w.Facts(t.Context(), ref); !errors.Is(err, casebook.ErrNotKept) {
			t.Errorf("facts of %s: %v, want ErrNotKept", name, err)
		}
	}
	def, err := w.Definition(t.Context(), definition("").TaskDefinitionARN)
	if diff := cmp.Diff(definition("api"), def); err != nil || diff != "" {
		t.Errorf("definition: %v (-want +got):\n%s", err, diff)
	}
	if _, err := w.Definition(t.Context(), "arn:aws:ecs:eu-west-1:111122223333:task-definition/api:8"); !errors.Is(err, casebook.ErrNotKept) {
		t.Errorf("definition that was not read: %v, want ErrNotKept", err)
	}
}
