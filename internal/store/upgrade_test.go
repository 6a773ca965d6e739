package store

import (
	"cmp"
	"io/fs"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/pressly/goose/v3"

	"whystopped/internal/casebook"
	"whystopped/internal/diagnose"
	"whystopped/internal/diagnose/verdict"
	"whystopped/internal/store/pgtest"
	"whystopped/internal/taskref"
	"whystopped/internal/words"
)

// openVersion opens a database as an earlier version of the program left it.
func openVersion(t *testing.T, url string, version int64) *Store {
	t.Helper()
	at, err := parseURL(url)
	if err != nil {
		t.Fatal(err)
	}
	s := &Store{opts: Options{Log: slog.New(slog.DiscardHandler)}, dialect: at.dialect}
	if at.path != "" {
		if err := makeFile(at.path); err != nil {
			t.Fatal(err)
		}
	}
	if s.writes, s.reads, err = at.pools(); err != nil {
		t.Fatal(err)
	}
	if err := s.orderedText(t.Context()); err != nil {
		t.Fatal(err)
	}
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		t.Fatal(err)
	}
	provider, err := goose.NewProvider(s.gooseDialect(), s.writes, files, goose.WithDisableGlobalRegistry(true))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := provider.UpTo(t.Context(), version); err != nil {
		t.Fatal(err)
	}
	return s
}

// insertVersion1 writes a diagnosis as version 1 did, when bodies told neither
// that they were kept nor who brought what.
func (s *Store) insertVersion1(t *testing.T, d diagnose.Diagnosis, brought bool) {
	t.Helper()
	body, err := pack(d)
	if err != nil {
		t.Fatal(err)
	}
	err = s.write(t.Context(), "test", func(x *tx) error {
		_, err := x.exec(t.Context(), `INSERT INTO diagnoses (id, task_id, account, region, cluster, service, cause, category, identity,
			engine, created_at, brought, supersedes, incident, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
			d.ID, d.Task.ID, d.Task.Account, d.Task.Region, d.Task.Cluster, d.Task.Ref().Service(), d.Verdict.Cause, d.Verdict.Category, d.Verdict.Identity.Kind,
			d.Engine, micros(d.CreatedAt), brought, "", "", body)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestUpgrade opens a database of version 1, in which lists had to read bodies,
// and evidence that somebody brought might have any size.
func TestUpgrade(t *testing.T) {
	for name, url := range map[string]string{"SQLite": "file:" + filepath.Join(t.TempDir(), "history.db"), "PostgreSQL": ""} {
		t.Run(name, func(t *testing.T) { testUpgrade(t, cmp.Or(url, pgtest.URL(t))) })
	}
}

func testUpgrade(t *testing.T, url string) {
	of := func(n int, title string) diagnose.Diagnosis {
		made := noon.Add(time.Duration(n) * time.Minute)
		return diagnose.Diagnosis{
			ID: casebook.FirstID(made), CreatedAt: made, Engine: "1",
			Task:    diagnose.TaskView{ID: "t1", Account: "111122223333", Region: "eu-west-1", Cluster: "web", Group: "service:api", TaskRoleARN: "arn:aws:iam::111122223333:role/task"},
			Verdict: diagnose.Verdict{Cause: "runtime.s3.denied", Title: words.Plain(title), Identity: verdict.Identity{Kind: verdict.TaskRole}},
		}
	}
	read, brought, huge := of(1, "read from AWS"), of(2, "brought"), of(3, "brought, and huge")
	huge.Task.StoppedReason = strings.Repeat("0123456789abcdef", 1<<19)
	old := openVersion(t, url, 1)
	old.insertVersion1(t, read, false)
	old.insertVersion1(t, brought, true)
	old.insertVersion1(t, huge, true)
	if err := old.Close(); err != nil {
		t.Fatal(err)
	}
	s := openStore(t, url)
	if got, err := s.Latest(t.Context(), taskref.Ref{TaskID: "t1"}); err != nil || got.ID != read.ID || got.Brought || !got.Kept {
		t.Errorf("Latest: %s, brought %v, kept %v, %v", got.ID, got.Brought, got.Kept, err)
	}
	if got, err := s.Get(t.Context(), huge.ID); err != nil || !got.Brought || got.BroughtBy != "" || got.Task.StoppedReason != huge.Task.StoppedReason {
		t.Errorf("Get: brought %v by %q, a reason of %d bytes, %v", got.Brought, got.BroughtBy, len(got.Task.StoppedReason), err)
	}
	bare := func(d diagnose.Diagnosis) casebook.Summary {
		s := casebook.SummaryOf(d)
		s.Title, s.Ref.Group, s.Identity.ARN, s.Brought = s.Cause, "", "", true
		return s
	}
	for _, test := range []struct {
		brought bool
		want    []casebook.Summary
	}{{false, []casebook.Summary{casebook.SummaryOf(read)}}, {true, []casebook.Summary{bare(huge), bare(brought)}}} {
		got, _, err := s.Summaries(t.Context(), casebook.Filter{Brought: test.brought}, "", 10)
		if diff := gocmp.Diff(test.want, got); err != nil || diff != "" {
			t.Errorf("summaries of what was brought (%v): %v (-want +got):\n%s", test.brought, err, diff)
		}
	}
	next := of(4, "of this version")
	if _, err := s.Save(t.Context(), casebook.Kept{Diagnosis: next}); err != nil {
		t.Errorf("Save: %v", err)
	}
	if got, _, err := s.List(t.Context(), casebook.Filter{Service: "api"}, "", 10); err != nil || len(got) != 2 || got[0].ID != next.ID {
		t.Errorf("List: %d diagnoses, %v", len(got), err)
	}
}
