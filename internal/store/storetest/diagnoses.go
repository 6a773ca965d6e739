package storetest

import (
	"cmp"
	"encoding/hex"
	"errors"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"whystopped/internal/casebook"
	"whystopped/internal/diagnose"
	"whystopped/internal/diagnose/evidence"
	"whystopped/internal/diagnose/verdict"
	"whystopped/internal/taskref"
	"whystopped/internal/words"
)

func testGet(t *testing.T, w *world) {
	after := noon.Add(15 * time.Minute)
	full := diagnose.Diagnosis{
		ID: id(0), CreatedAt: noon, Engine: "1",
		Task:          diagnose.TaskView{ID: "t1", Containers: []diagnose.ContainerView{{Name: "app", Essential: true}}},
		Verdict:       diagnose.Verdict{Cause: "runtime.s3.denied", Title: words.Plain("“quotes” & <marks>")},
		Findings:      []diagnose.Finding{},
		CompleteAfter: &after, Kept: true,
	}
	saved := save(t, w, casebook.Kept{Diagnosis: full})
	if diff := gocmp.Diff(full, saved[0]); diff != "" {
		t.Errorf("saved diagnosis (-want +got):\n%s", diff)
	}
	got, err := w.Get(t.Context(), id(0))
	if err != nil {
		t.Fatalf("Get: %v", err)
	}
	if diff := gocmp.Diff(full, got); diff != "" {
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
		got, more, err := w.List(t.Context(), test.filter, "", 10)
		if err != nil {
			t.Errorf("%s: %v", test.name, err)
		}
		checkSummaries(t, w, test.name, test.filter, "", 10, got, more)
		if diff := gocmp.Diff(test.want, ids(got)); diff != "" {
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
		got, more, err := w.List(t.Context(), test.filter, "", 10)
		if err != nil {
			t.Errorf("%s: %v", test.name, err)
		}
		checkSummaries(t, w, test.name, test.filter, "", 10, got, more)
		if diff := gocmp.Diff(test.want, ids(got)); diff != "" {
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

func testAsker(t *testing.T, w *world) {
	of := func(n int, asker, content string) casebook.Kept {
		return casebook.Kept{Diagnosis: diagnose.Diagnosis{ID: id(n), CreatedAt: minute(n)}, Brought: true, Asker: asker, Content: content}
	}
	save(t, w,
		of(1, "ana", "a"), of(2, "ana", "b"), of(3, "ana", "a"), of(4, "ben", "c"),
		casebook.Kept{Diagnosis: diagnose.Diagnosis{ID: id(5)}}, casebook.Kept{Diagnosis: diagnose.Diagnosis{ID: id(6)}, Brought: true},
	)
	for _, test := range []struct {
		content string
		since   time.Time
		want    string
	}{
		{"a", time.Time{}, id(3)},
		{"a", minute(3), id(3)},
		{"a", minute(4), ""},
		{"b", minute(1), id(2)},
		{"d", time.Time{}, ""},
	} {
		got, err := w.Brought(t.Context(), test.content, test.since)
		if got.ID != test.want || errors.Is(err, casebook.ErrNotKept) != (test.want == "") || test.want != "" && (err != nil || !got.Brought || !got.Kept) {
			t.Errorf("what came to %q since %s: %q, %v, want %q", test.content, test.since, got.ID, err, test.want)
		}
	}
	for _, test := range []struct {
		asker string
		since time.Time
		most  int
		want  int
	}{{"ana", time.Time{}, 10, 3}, {"ana", minute(2), 10, 2}, {"ana", minute(1), 2, 2}, {"ben", minute(1), 10, 1}, {"cem", minute(1), 10, 0}} {
		if got, err := w.CountBrought(t.Context(), test.asker, test.since, test.most); err != nil || got != test.want {
			t.Errorf("%s brought %d since %s, %v, want %d", test.asker, got, test.since, err, test.want)
		}
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
		more   bool
	}{
		{"the first page", casebook.Filter{}, "", 2, []string{"0z", "0y"}, true},
		{"the second", casebook.Filter{}, "0y", 2, []string{"0t", "0s"}, true},
		{"the last", casebook.Filter{}, "0s", 2, []string{"0a"}, false},
		{"beyond the last", casebook.Filter{}, "0a", 2, nil, false},
		{"as many as there are", casebook.Filter{}, "", 5, []string{"0z", "0y", "0t", "0s", "0a"}, false},
		{"before an id that is not there", casebook.Filter{}, "0sx", 1, []string{"0s"}, true},
		{"the limit counts what passes the filter", casebook.Filter{Cause: "a"}, "", 2, []string{"0z", "0t"}, true},
	}
	for _, test := range tests {
		got, more, err := w.List(t.Context(), test.filter, test.before, test.limit)
		if err != nil || more != test.more {
			t.Errorf("%s: more %v, want %v, %v", test.name, more, test.more, err)
		}
		checkSummaries(t, w, test.name, test.filter, test.before, test.limit, got, more)
		if diff := gocmp.Diff(test.want, ids(got)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.name, diff)
		}
	}
}

// checkSummaries holds that summaries are of the same diagnoses as a list.
func checkSummaries(t *testing.T, w *world, name string, f casebook.Filter, before string, limit int, list []diagnose.Diagnosis, more bool) {
	t.Helper()
	var want []casebook.Summary
	for _, d := range list {
		s := casebook.SummaryOf(d)
		s.Title = cmp.Or(s.Title, s.Cause)
		want = append(want, s)
	}
	got, others, err := w.Summaries(t.Context(), f, before, limit)
	if diff := gocmp.Diff(want, got); err != nil || others != more || diff != "" {
		t.Errorf("%s: summaries, more %v, want %v, %v (-want +got):\n%s", name, others, more, err, diff)
	}
}

func testSummaries(t *testing.T, w *world) {
	role := func(kind verdict.IdentityKind, arn string) verdict.Identity {
		return verdict.Identity{Kind: kind, ARN: arn}
	}
	task := diagnose.TaskView{
		ARN: "arn:aws:ecs:eu-west-1:111122223333:task/web/t1", ID: "t1", Account: "111122223333", Region: "eu-west-1", Cluster: "web", Group: "family:api",
		ExecutionRoleARN: "arn:aws:iam::111122223333:role/exec", TaskRoleARN: "arn:aws:iam::111122223333:role/task", StoppedReason: "not for a list",
	}
	save(t, w,
		casebook.Kept{Diagnosis: diagnose.Diagnosis{ID: id(1), CreatedAt: minute(1), Task: task, Verdict: diagnose.Verdict{Cause: "runtime.s3.denied", Title: words.Plain("“quotes” & <marks>"), Identity: role(verdict.TaskRole, "")}}},
		casebook.Kept{Diagnosis: diagnose.Diagnosis{ID: id(2), CreatedAt: minute(2), Task: task, Verdict: diagnose.Verdict{Cause: "runtime.caller", Title: words.Plain("Of somebody else"), Identity: role(verdict.Caller, "arn:aws:iam::111122223333:user/me")}}},
		casebook.Kept{Diagnosis: diagnose.Diagnosis{ID: id(3), CreatedAt: minute(3), Verdict: diagnose.Verdict{Cause: "unknown"}}},
	)
	of := func(n int, cause, title string, who verdict.Identity) casebook.Summary {
		return casebook.Summary{
			ID: id(n), CreatedAt: minute(n), Ref: taskref.Ref{TaskID: "t1", Account: "111122223333", Region: "eu-west-1", Cluster: "web", Group: "family:api"},
			Cause: cause, Title: title, Identity: who,
		}
	}
	want := []casebook.Summary{
		{ID: id(3), CreatedAt: minute(3), Cause: "unknown", Title: "unknown"},
		of(2, "runtime.caller", "Of somebody else", role(verdict.Caller, "arn:aws:iam::111122223333:user/me")),
		of(1, "runtime.s3.denied", "“quotes” & <marks>", role(verdict.TaskRole, "arn:aws:iam::111122223333:role/task")),
	}
	got, _, err := w.Summaries(t.Context(), casebook.Filter{}, "", 10)
	if diff := gocmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("summaries: %v (-want +got):\n%s", err, diff)
	}
}

// noise is a text that does not pack.
func noise(bytes int) string {
	b := make([]byte, bytes/2)
	rand.NewChaCha8([32]byte{}).Read(b)
	return hex.EncodeToString(b)
}

// testSizes: what nobody can list is not kept, and a list ends before it is too
// large an answer.
func testSizes(t *testing.T, w *world) {
	of := func(n int, text string) casebook.Kept {
		return casebook.Kept{
			Diagnosis: diagnose.Diagnosis{ID: id(n), CreatedAt: minute(n), Task: diagnose.TaskView{ARN: id(n), StoppedReason: text}},
			Facts:     &evidence.Task{}, Stop: &casebook.KeptStop{Key: id(n), At: minute(n), Incident: "i"},
		}
	}
	before := tables(t, w)
	for name, text := range map[string]string{"much that packs": strings.Repeat("x", 3<<20), "less that does not": noise(1 << 20)} {
		if _, err := w.Save(t.Context(), of(0, text)); !errors.Is(err, casebook.ErrTooLarge) {
			t.Errorf("%s: %v, want ErrTooLarge", name, err)
		}
	}
	if diff := gocmp.Diff(before, tables(t, w)); diff != "" {
		t.Errorf("rows, by table, after what is too large (-before +after):\n%s", diff)
	}
	const each = 1 << 20
	for n := range 10 {
		save(t, w, of(n, strings.Repeat("x", each)))
	}
	var seen []string
	for cursor := ""; ; {
		found, more, err := w.List(t.Context(), casebook.Filter{}, cursor, 100)
		if err != nil || len(found) == 0 || len(found) > 4 {
			t.Fatalf("a page of %d diagnoses of %d bytes, %v", len(found), each, err)
		}
		seen = append(seen, ids(found)...)
		if !more {
			break
		}
		cursor = seen[len(seen)-1]
	}
	if len(seen) != 10 || !slices.IsSortedFunc(seen, func(a, b string) int { return strings.Compare(b, a) }) {
		t.Errorf("the pages together have %v, want all 10, newest first", seen)
	}
	if found, more, err := w.Summaries(t.Context(), casebook.Filter{}, "", 100); err != nil || len(found) != 10 || more {
		t.Errorf("%d summaries, more %v, %v, want all 10", len(found), more, err)
	}
}

// testOddWords: columns take any name, also one that no name in AWS looks like.
func testOddWords(t *testing.T, w *world) {
	for n, odd := range []string{"a\x00b", "\xff", strings.Repeat("é", 5_000), "", noise(20_000)} {
		d := diagnose.Diagnosis{
			ID: id(n), CreatedAt: minute(n),
			Task:    diagnose.TaskView{ID: odd, Account: odd, Region: odd, Cluster: odd, Group: "service:" + odd, TaskRoleARN: odd},
			Verdict: diagnose.Verdict{Cause: "unknown", Title: words.Plain(odd), Identity: verdict.Identity{Kind: verdict.TaskRole}},
		}
		save(t, w, casebook.Kept{Diagnosis: d, Brought: true})
		if got, err := w.Get(t.Context(), id(n)); err != nil || got.Task.Cluster != strings.ToValidUTF8(odd, "\ufffd") {
			t.Errorf("%.20q: kept as %.20q, %v", odd, got.Task.Cluster, err)
		}
	}
	if found, _, err := w.Summaries(t.Context(), casebook.Filter{Brought: true}, "", 10); err != nil || len(found) != 5 {
		t.Errorf("%d summaries, %v, want 5", len(found), err)
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
	if diff := gocmp.Diff(*task(6, "STOPPED"), got); err != nil || diff != "" {
		t.Errorf("facts: %v (-want +got):\n%s", err, diff)
	}
	for name, ref := range map[string]taskref.Ref{"another cluster": {TaskID: "t1", Cluster: "batch"}, "a task that was not read": {TaskID: "t2"}, "no task": {}} {
		if _, err := w.Facts(t.Context(), ref); !errors.Is(err, casebook.ErrNotKept) {
			t.Errorf("facts of %s: %v, want ErrNotKept", name, err)
		}
	}
	def, err := w.Definition(t.Context(), definition("").TaskDefinitionARN)
	if diff := gocmp.Diff(definition("api"), def); err != nil || diff != "" {
		t.Errorf("definition: %v (-want +got):\n%s", err, diff)
	}
	if _, err := w.Definition(t.Context(), "arn:aws:ecs:eu-west-1:111122223333:task-definition/api:8"); !errors.Is(err, casebook.ErrNotKept) {
		t.Errorf("definition that was not read: %v, want ErrNotKept", err)
	}
}
