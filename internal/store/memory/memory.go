// Package memory keeps diagnoses in the memory of the process: the newest ones,
// until it ends.
package memory

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"sync"

	"whystopped/internal/casebook"
	"whystopped/internal/diagnose"
	"whystopped/internal/taskref"
)

// Store is a casebook.Store of a bounded size. It is safe for concurrent use.
type Store struct {
	limits Limits

	mu    sync.RWMutex
	kept  []entry // oldest first, sorted by id
	bytes int
}

// Limits bound a Store. When either is passed the oldest diagnoses make room,
// though the newest always stays.
type Limits struct {
	Diagnoses int
	// Bytes is the size of all diagnoses as JSON, which is about what they
	// take in memory.
	Bytes int
}

type entry struct {
	casebook.Kept
	bytes int
}

var _ casebook.Store = (*Store)(nil)

// New makes an empty Store.
func New(limits Limits) *Store { return &Store{limits: limits} }

// Save implements casebook.Store.
func (s *Store) Save(_ context.Context, k casebook.Kept) error {
	text, err := json.Marshal(k.Diagnosis)
	if err != nil {
		return fmt.Errorf("measure the diagnosis: %w", err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	i, twice := s.find(k.Diagnosis.ID)
	if twice {
		return fmt.Errorf("a diagnosis %s is kept already", k.Diagnosis.ID)
	}
	s.kept = slices.Insert(s.kept, i, entry{k, len(text)})
	s.bytes += len(text)
	s.makeRoom()
	return nil
}

// makeRoom drops the oldest until the limits hold.
func (s *Store) makeRoom() {
	drop := 0
	for ; len(s.kept)-drop > 1 && (len(s.kept)-drop > s.limits.Diagnoses || s.bytes > s.limits.Bytes); drop++ {
		s.bytes -= s.kept[drop].bytes
	}
	s.kept = slices.Delete(s.kept, 0, drop)
}

// Get implements casebook.Store.
func (s *Store) Get(_ context.Context, id string) (diagnose.Diagnosis, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	i, ok := s.find(id)
	if !ok {
		return diagnose.Diagnosis{}, casebook.ErrNotKept
	}
	return s.kept[i].Diagnosis, nil
}

// Latest implements casebook.Store.
func (s *Store) Latest(_ context.Context, task taskref.Ref) (diagnose.Diagnosis, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	for _, k := range slices.Backward(s.kept) {
		if !k.Brought && isOf(k.Diagnosis.Task, task) {
			return k.Diagnosis, nil
		}
	}
	return diagnose.Diagnosis{}, casebook.ErrNotKept
}

// List implements casebook.Store.
func (s *Store) List(_ context.Context, f casebook.Filter, before string, limit int) ([]diagnose.Diagnosis, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	end := len(s.kept)
	if before != "" {
		end, _ = s.find(before)
	}
	var out []diagnose.Diagnosis
	for _, k := range slices.Backward(s.kept[:end]) {
		if len(out) == limit {
			break
		}
		if f.Matches(k.Diagnosis) {
			out = append(out, k.Diagnosis)
		}
	}
	return out, nil
}

// Ping implements casebook.Store.
func (s *Store) Ping(context.Context) error { return nil }

// find gives the place of an id, or the one where it belongs.
func (s *Store) find(id string) (int, bool) {
	return slices.BinarySearchFunc(s.kept, id, func(k entry, id string) int {
		return cmp.Compare(k.Diagnosis.ID, id)
	})
}

// isOf tells whether a diagnosis is of the task: its id, and the rest where
// both sides know it.
func isOf(task diagnose.TaskView, ref taskref.Ref) bool {
	return ref.TaskID != "" && task.ID == ref.TaskID &&
		agree(task.Region, ref.Region) && agree(task.Account, ref.Account) && agree(task.Cluster, ref.Cluster)
}

func agree(a, b string) bool { return a == "" || b == "" || a == b }
