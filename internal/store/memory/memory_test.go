package memory_test

import (
	"errors"
	"testing"

	"whystopped/internal/casebook"
	"whystopped/internal/diagnose"
	"whystopped/internal/store/memory"
	"whystopped/internal/store/storetest"
)

func TestStore(t *testing.T) {
	storetest.Run(t, func(t *testing.T) casebook.Store { return memory.New(1000) })
}

func TestOldestMakeRoom(t *testing.T) {
	s := memory.New(2)
	for _, id := range []string{"b", "c", "a", "d"} {
		if err := s.Save(t.Context(), casebook.Kept{Diagnosis: diagnose.Diagnosis{ID: id}}); err != nil {
			t.Fatalf("Save(%s): %v", id, err)
		}
	}
	for id, kept := range map[string]bool{"a": false, "b": false, "c": true, "d": true} {
		_, err := s.Get(t.Context(), id)
		if kept && err != nil || !kept && !errors.Is(err, casebook.ErrNotKept) {
			t.Errorf("Get(%s): %v, want it kept: %v", id, err, kept)
		}
	}
}
