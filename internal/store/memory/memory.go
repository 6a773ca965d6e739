// Package memory keeps diagnoses in the memory of the process: the newest ones,
// until it ends.
package memory

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"sync"

	"whystopped/internal/casebook"
	"whystopped/internal/diagnose"
	"whystopped/internal/taskref"
)

// Store is a casebook.Store of a bounded size. It is safe for concurrent use.
type Store struct {
	size int

	mu   sync.RWMutex
	kept []casebook.Kept // oldest first, sorted by id
}

var _ casebook.Store = (*Store)(nil)

// New makes a Store of at most size diagnoses; the oldest make room for new ones.
func New(size int) *Store { return &Store{size: size} }

// Save implements casebook.Store.
func (s *Store) Save(_ context.Context, k casebook.Kept) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	i, twice := s.find(k.Diagnosis.ID)
	if twice {
		return fmt.Errorf("a diagnosis %s is kept already", k.Diagnosis.ID)
	}
	s.kept = slices.Insert(s.kept, i, k)
	if surplus := len(s.kept) - s.size; surplus > 0 {
		s.kept = slices.Delete(s.kept, 0, surplus)
	}
	return nil
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
	return slices.BinarySearchFunc(s.kept, id, func(k casebook.Kept, id string) int {
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
