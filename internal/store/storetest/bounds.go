package storetest

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"whystopped/internal/casebook"
	"whystopped/internal/diagnose"
	"whystopped/internal/taskref"
)

// testBounds: no list has what is of an account or a Region that may not be read.
func testBounds(t *testing.T, w *world) {
	at := func(n int, account, region string) casebook.Kept {
		k := stop{n: n, task: string(rune('a' + n)), at: n, cause: "s3", key: "s3 " + account + region}.kept()
		k.Diagnosis.Task.Account, k.Diagnosis.Task.Region = account, region
		return k
	}
	for _, k := range []casebook.Kept{at(1, "111122223333", "eu-west-1"), at(2, "111122223333", "us-east-1"), at(3, "999988887777", "eu-west-1"), at(4, "444455556666", "eu-west-1")} {
		w.at(k.Diagnosis.CreatedAt)
		save(t, w, k)
	}
	save(t, w, casebook.Kept{Diagnosis: diagnose.Diagnosis{ID: id(5), CreatedAt: minute(5), Task: diagnose.TaskView{Account: "999988887777"}}, Brought: true})
	tests := []struct {
		name   string
		bounds taskref.Bounds
		want   []string // diagnoses
	}{
		{"none", taskref.Bounds{}, []string{id(4), id(3), id(2), id(1)}},
		{"accounts", taskref.Bounds{Accounts: []string{"111122223333", "444455556666"}}, []string{id(4), id(2), id(1)}},
		{"Regions", taskref.Bounds{Regions: []string{"us-east-1"}}, []string{id(2)}},
		{"both", taskref.Bounds{Accounts: []string{"111122223333"}, Regions: []string{"eu-west-1"}}, []string{id(1)}},
		{"none of these", taskref.Bounds{Accounts: []string{"222233334444"}}, nil},
	}
	for _, test := range tests {
		f := casebook.Filter{Bounds: test.bounds}
		list, _, err := w.List(t.Context(), f, "", 10)
		got := map[string][]string{"List": ids(list)}
		inList, failed := w.Incidents(t.Context(), casebook.IncidentFilter{Filter: f}, "", 10)
		for _, in := range inList {
			got["Incidents"] = append(got["Incidents"], in.Diagnosis)
		}
		stops, _, broke := w.Stops(t.Context(), casebook.StopFilter{Bounds: test.bounds}, "", 10)
		for _, s := range stops {
			got["Stops"] = append(got["Stops"], s.Diagnosis)
		}
		counts, away := w.StopCounts(t.Context(), casebook.StopFilter{Bounds: test.bounds}, time.Hour)
		if err != nil || failed != nil || broke != nil || away != nil {
			t.Errorf("%s: %v, %v, %v, %v", test.name, err, failed, broke, away)
		}
		for name, ids := range got {
			if diff := cmp.Diff(test.want, ids); diff != "" {
				t.Errorf("%s: %s (-want +got):\n%s", test.name, name, diff)
			}
		}
		counted := 0
		for _, c := range counts {
			counted += c.Count
		}
		if counted != len(test.want) {
			t.Errorf("%s: %d stops are counted, want %d", test.name, counted, len(test.want))
		}
	}
}
