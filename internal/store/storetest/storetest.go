// Package storetest is the suite that every casebook.Store has to pass.
package storetest

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"whystopped/internal/casebook"
	"whystopped/internal/diagnose"
	"whystopped/internal/diagnose/verdict"
	"whystopped/internal/taskref"
)

// Run tests a store; open gives an empty one.
func Run(t *testing.T, open func(*testing.T) casebook.Store) {
	t.Run("get", func(t *testing.T) { testGet(t, open(t)) })
	t.Run("latest", func(t *testing.T) { testLatest(t, open(t)) })
	t.Run("filter", func(t *testing.T) { testFilter(t, open(t)) })
	t.Run("pages", func(t *testing.T) { testPages(t, open(t)) })
	t.Run("ping", func(t *testing.T) {
		if err := open(t).Ping(t.Context()); err != nil {
			t.Errorf("Ping: %v", err)
		}
	})
}

func save(t *testing.T, s casebook.Store, kept ...casebook.Kept) {
	t.Helper()
	for _, k := range kept {
		if err := s.Save(t.Context(), k); err != nil {
			t.Fatalf("Save(%s): %v", k.Diagnosis.ID, err)
		}
	}
}

func testGet(t *testing.T, s casebook.Store) {
	after := time.Date(2026, 11, 22, 9, 15, 0, 0, time.UTC)
	full := diagnose.Diagnosis{
		ID: "01", CreatedAt: after.Add(-time.Hour), Engine: "1",
		Task:          diagnose.TaskView{ID: "t1", Containers: []diagnose.ContainerView{{Name: "app", Essential: true}}},
		Verdict:       diagnose.Verdict{Cause: "runtime.s3.denied", Title: "“quotes” & <marks>"},
		CompleteAfter: &after,
	}
	save(t, s, casebook.Kept{Diagnosis: full})
	got, err := s.Get(t.Context(), "01")
	if err != nil {
		t.Fatalf("Get: %v", err)
	}
	if diff := cmp.Diff(full, got); diff != "" {
		t.Errorf("kept diagnosis (-want +got):\n%s", diff)
	}
	if _, err := s.Get(t.Context(), "02"); !errors.Is(err, casebook.ErrNotKept) {
		t.Errorf("Get of an unknown id: %v, want ErrNotKept", err)
	}
	if err := s.Save(t.Context(), casebook.Kept{Diagnosis: full}); err == nil {
		t.Error("an id was saved twice")
	}
}

func testLatest(t *testing.T, s casebook.Store) {
	task := func(id, task, region string) diagnose.Diagnosis {
		return diagnose.Diagnosis{ID: id, Task: diagnose.TaskView{ID: task, Region: region, Account: "111122223333", Cluster: "web"}}
	}
	save(t, s,
		casebook.Kept{Diagnosis: task("01", "t1", "eu-west-1")},
		casebook.Kept{Diagnosis: task("03", "t1", "eu-west-1")},
		casebook.Kept{Diagnosis: task("02", "t1", "eu-west-1")},
		casebook.Kept{Diagnosis: task("04", "t1", "eu-west-1"), Brought: true},
		casebook.Kept{Diagnosis: task("05", "t2", "eu-west-1")},
		casebook.Kept{Diagnosis: diagnose.Diagnosis{ID: "06"}},
	)
	tests := []struct {
		name string
		ref  taskref.Ref
		want string
	}{
		{"the newest that was not brought", taskref.Ref{TaskID: "t1", Region: "eu-west-1", Account: "111122223333", Cluster: "web"}, "03"},
		{"by its id alone", taskref.Ref{TaskID: "t1"}, "03"},
		{"another task", taskref.Ref{TaskID: "t2"}, "05"},
		{"another region", taskref.Ref{TaskID: "t1", Region: "us-east-1"}, ""},
		{"another account", taskref.Ref{TaskID: "t1", Account: "444455556666"}, ""},
		{"another cluster", taskref.Ref{TaskID: "t1", Cluster: "batch"}, ""},
		{"no task", taskref.Ref{Region: "eu-west-1"}, ""},
	}
	for _, test := range tests {
		got, err := s.Latest(t.Context(), test.ref)
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

func testFilter(t *testing.T, s casebook.Store) {
	noon := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	save(t, s,
		casebook.Kept{Diagnosis: diagnose.Diagnosis{
			ID: "01", CreatedAt: noon,
			Task:    diagnose.TaskView{Account: "111122223333", Region: "eu-west-1", Cluster: "web", Group: "service:api"},
			Verdict: diagnose.Verdict{Cause: "runtime.s3.denied", Category: verdict.IAMPermission, Identity: verdict.Identity{Kind: verdict.TaskRole}},
		}},
		casebook.Kept{Brought: true, Diagnosis: diagnose.Diagnosis{
			ID: "02", CreatedAt: noon.Add(time.Hour),
			Task:    diagnose.TaskView{Account: "444455556666", Region: "us-east-1", Cluster: "batch", Group: "family:api"},
			Verdict: diagnose.Verdict{Cause: "runtime.oom", Category: verdict.OOM, Identity: verdict.Identity{Kind: verdict.NoIdentity}},
		}},
	)
	tests := []struct {
		name   string
		filter casebook.Filter
		want   []string
	}{
		{"none", casebook.Filter{}, []string{"02", "01"}},
		{"account", casebook.Filter{Account: "111122223333"}, []string{"01"}},
		{"region", casebook.Filter{Region: "us-east-1"}, []string{"02"}},
		{"cluster", casebook.Filter{Cluster: "web"}, []string{"01"}},
		{"service", casebook.Filter{Service: "api"}, []string{"01"}},
		{"cause", casebook.Filter{Cause: "runtime.oom"}, []string{"02"}},
		{"category", casebook.Filter{Category: verdict.IAMPermission}, []string{"01"}},
		{"identity", casebook.Filter{Identity: verdict.NoIdentity}, []string{"02"}},
		{"since, the moment itself too", casebook.Filter{Since: noon.Add(time.Hour)}, []string{"02"}},
		{"until, without the moment itself", casebook.Filter{Until: noon.Add(time.Hour)}, []string{"01"}},
		{"two that agree", casebook.Filter{Region: "eu-west-1", Cause: "runtime.s3.denied"}, []string{"01"}},
		{"two that contradict", casebook.Filter{Region: "eu-west-1", Cause: "runtime.oom"}, nil},
	}
	for _, test := range tests {
		got, err := s.List(t.Context(), test.filter, "", 10)
		if err != nil {
			t.Errorf("%s: %v", test.name, err)
		}
		if diff := cmp.Diff(test.want, ids(got)); diff != "" {
			t.Errorf("filter %s (-want +got):\n%s", test.name, diff)
		}
	}
}

func testPages(t *testing.T, s casebook.Store) {
	for i := range 5 {
		d := diagnose.Diagnosis{ID: fmt.Sprintf("%02d", i), Verdict: diagnose.Verdict{Cause: []string{"a", "b"}[i%2]}}
		save(t, s, casebook.Kept{Diagnosis: d})
	}
	tests := []struct {
		name   string
		filter casebook.Filter
		before string
		limit  int
		want   []string
	}{
		{"the first page", casebook.Filter{}, "", 2, []string{"04", "03"}},
		{"the second", casebook.Filter{}, "03", 2, []string{"02", "01"}},
		{"the last", casebook.Filter{}, "01", 2, []string{"00"}},
		{"beyond the last", casebook.Filter{}, "00", 2, nil},
		{"before an id that is not there", casebook.Filter{}, "025", 1, []string{"02"}},
		{"the limit counts what passes the filter", casebook.Filter{Cause: "a"}, "", 2, []string{"04", "02"}},
	}
	for _, test := range tests {
		got, err := s.List(t.Context(), test.filter, test.before, test.limit)
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
