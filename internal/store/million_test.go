//go:build million

package store

import (
	"cmp"
	"context"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"whystopped/internal/casebook"
	"whystopped/internal/store/pgtest"
	"whystopped/internal/taskref"
)

// TestMillion fills a database with a million stopped tasks of 90 days and
// measures what pages ask of it. Lists have to answer within limit; what counts
// or passes over a tenth of all rows may take longer.
func TestMillion(t *testing.T) {
	for name, url := range map[string]func(testing.TB) string{
		"file":     func(t testing.TB) string { return "file:" + filepath.Join(t.TempDir(), "history.db") },
		"postgres": pgtest.URL,
	} {
		t.Run(name, func(t *testing.T) {
			m := &million{Store: openStore(t, url(t)), rng: rand.New(rand.NewPCG(1, 2))}
			m.makePlaces(t)
			began := time.Now()
			m.fill(t)
			t.Logf("filled in %s; %.0f bytes a task", time.Since(began).Round(time.Second), float64(m.size(t))/tasks)
			for _, q := range m.queries() {
				m.measure(t, q)
			}
			m.measure(t, question{name: "Save", ask: m.saveOne(t)})
			m.measure(t, question{name: "Purge of 200 rows", ask: func(ctx context.Context) (int, error) {
				return m.Purge(ctx, noon.Add(-days/2*24*time.Hour), noon.Add(-days/2*24*time.Hour), 200)
			}})
		})
	}
}

const (
	tasks = 1_000_000
	days  = 90
	burst = 25 // stops of one service and cause, one after the other
	limit = 50 * time.Millisecond
	// countLimit is for what looks at 50,000 to 100,000 rows.
	countLimit = 500 * time.Millisecond
)

type million struct {
	*Store
	rng    *rand.Rand
	places []taskref.Ref // the first one is in trouble most of the time
	// variants are what is kept of a task of a place, one for each cause.
	variants map[taskref.Ref][]variant
	ids      []string // of some diagnoses
	taskIDs  []string // of their tasks
}

// variant is a sample with its bodies packed.
type variant struct {
	sample
	body, verdict, facts []byte
}

func (m *million) makePlaces(t *testing.T) {
	m.variants = map[taskref.Ref][]variant{}
	for n := range 400 {
		p := taskref.Ref{
			Partition: "aws", Account: fmt.Sprintf("%012d", 111122223333+n%4), Region: []string{"eu-west-1", "us-east-1", "eu-central-1"}[n%3],
			Cluster: fmt.Sprint("cluster-", n%20), Group: fmt.Sprint("service:app-", n),
		}
		m.places = append(m.places, p)
		for cause := range sampleEvidence {
			v := variant{sample: newSample(t, p, n, cause)}
			for into, from := range map[*[]byte]any{&v.body: v.kept.Diagnosis, &v.verdict: v.kept.Diagnosis.Verdict, &v.facts: *v.kept.Facts} {
				body, err := pack(from)
				if err != nil {
					t.Fatal(err)
				}
				*into = body
			}
			m.variants[p] = append(m.variants[p], v)
		}
	}
}

// place is one of the places: a tenth of all stops is of the first.
func (m *million) place() taskref.Ref { return m.places[max(0, m.rng.IntN(444)-44)] }

// rows are of one table, written many at once.
type rows struct {
	into   string
	values [][]any
}

func (m *million) fill(t *testing.T) {
	const batch = 500
	began := noon.Add(-days * 24 * time.Hour)
	incidents := map[string]*record{}
	var p taskref.Ref
	var v variant
	for from := 0; from < tasks; from += batch {
		diagnoses := &rows{into: "diagnoses (id, task_id, account, region, cluster, service, cause, category, identity, engine, created_at, brought, supersedes, incident, body, title, identity_arn, task_group)"}
		stops := &rows{into: "stops (stop_key, place, " + placeColumns + ", task_id, revision, stopped_at, cause, verdict, diagnosis, incident)"}
		facts := &rows{into: "facts (task_id, account, region, cluster, version, seen_at, body)"}
		events := &rows{into: "events (id, received_at, kind, task, body)"}
		for n := from; n < from+batch; n++ {
			at := began.Add(time.Duration(n) * (days * 24 * time.Hour / tasks))
			if n%burst == 0 {
				p = m.place()
				v = m.variants[p][m.rng.IntN(len(sampleEvidence))]
			}
			d := v.kept.Diagnosis
			d.ID, d.Task.ID = casebook.NewID(at.Add(time.Minute)), fmt.Sprintf("%016x%016x", m.rng.Uint64(), m.rng.Uint64())
			key := strings.Replace(d.Task.ARN, v.kept.Diagnosis.Task.ID, d.Task.ID, 1)
			in := m.incident(incidents, v.kept.Stop.Incident, p, d.Task.TaskDefinitionARN, at)
			in.Verdict, in.Diagnosis = d.Verdict, d.ID
			diagnoses.add(d.ID, d.Task.ID, p.Account, p.Region, p.Cluster, p.Service(), d.Verdict.Cause, string(d.Verdict.Category), string(d.Verdict.Identity.Kind), "1", micros(at.Add(time.Minute)), false, "", in.ID, v.body, d.Verdict.Title.English, d.Identity().ARN, p.Group)
			stops.add(key, digest(p), p.Partition, p.Account, p.Region, p.Cluster, p.Group, d.Task.ID, d.Task.TaskDefinitionARN, micros(at), d.Verdict.Cause, v.verdict, d.ID, in.ID)
			facts.add(d.Task.ID, p.Account, p.Region, p.Cluster, 6, micros(at), v.facts)
			events.add(fmt.Sprintf("%016x-%016x", m.rng.Uint64(), m.rng.Uint64()), micros(at), "task", key, nil)
			if n%5000 == 0 {
				m.ids, m.taskIDs = append(m.ids, d.ID), append(m.taskIDs, d.Task.ID)
			}
		}
		m.inOne(t, func(tx *tx) error {
			for _, r := range []*rows{diagnoses, stops, facts, events} {
				if err := r.insert(t.Context(), tx); err != nil {
					return err
				}
			}
			return nil
		})
	}
	m.inOne(t, func(tx *tx) error {
		for _, in := range incidents {
			if err := tx.writeIncident(t.Context(), in); err != nil {
				return err
			}
		}
		return nil
	})
	if m.dialect == PostgreSQL { // as autovacuum does before long
		if _, err := m.writes.ExecContext(t.Context(), "ANALYZE"); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("%d incidents in %d days", len(incidents), days)
}

// incident finds the open incident of a key, or opens one; those that are over
// are kept under another key.
func (m *million) incident(all map[string]*record, key string, p taskref.Ref, revision string, at time.Time) *record {
	in := all[key]
	if in != nil && !in.Over(at) {
		in.Count++
		in.Last = at
		return in
	}
	if in != nil {
		all[in.ID] = in
	}
	in = &record{Incident: casebook.Incident{ID: casebook.NewID(at), Place: p, Revision: revision, Count: 1, First: at, Last: at, Opened: at}, isNew: true}
	all[key] = in
	return in
}

func (r *rows) add(values ...any) { r.values = append(r.values, values) }

func (r *rows) insert(ctx context.Context, t *tx) error {
	one := "(?" + strings.Repeat(", ?", len(r.values[0])-1) + ")"
	_, err := t.exec(ctx, "INSERT INTO "+r.into+" VALUES "+one+strings.Repeat(", "+one, len(r.values)-1), slices.Concat(r.values...)...)
	return err
}

func (m *million) inOne(t *testing.T, do func(*tx) error) {
	t.Helper()
	if err := m.write(t.Context(), "fill", do); err != nil {
		t.Fatal(err)
	}
}

// saveOne keeps the diagnosis of another task each time.
func (m *million) saveOne(t *testing.T) func(context.Context) (int, error) {
	n := 1_000_000
	return func(ctx context.Context) (int, error) {
		n++
		_, err := m.Save(ctx, newSample(t, m.place(), n, n%len(sampleEvidence)).kept)
		return 1, err
	}
}

// size is that of the database in bytes.
func (m *million) size(t *testing.T) (bytes int64) {
	query := "SELECT pg_database_size(current_database())"
	if m.dialect == SQLite {
		query = "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size"
	}
	if err := m.writes.QueryRowContext(t.Context(), query).Scan(&bytes); err != nil {
		t.Fatal(err)
	}
	return bytes
}

// question is something that pages ask.
type question struct {
	name string
	most time.Duration // limit, unless it is set
	ask  func(ctx context.Context) (found int, err error)
}

func (m *million) measure(t *testing.T, q question) {
	t.Helper()
	var took []time.Duration
	found := 0
	for range 100 {
		began := time.Now()
		n, err := q.ask(t.Context())
		took = append(took, time.Since(began))
		if err != nil {
			t.Fatalf("%s: %v", q.name, err)
		}
		found = max(found, n)
	}
	slices.Sort(took)
	t.Logf("%-48s p50 %8s  p99 %8s  up to %d rows", q.name, took[50].Round(10*time.Microsecond), took[98].Round(10*time.Microsecond), found)
	if most := cmp.Or(q.most, limit); took[50] > most {
		t.Errorf("%s takes %s, want at most %s", q.name, took[50], most)
	}
}
