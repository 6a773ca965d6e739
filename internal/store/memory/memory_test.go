package memory_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"whystopped/internal/casebook"
	"whystopped/internal/diagnose"
	"whystopped/internal/store/memory"
	"whystopped/internal/store/storetest"
)

func TestStore(t *testing.T) {
	storetest.Run(t, func(t *testing.T) casebook.Store { return memory.New(memory.Limits{Diagnoses: 1000, Bytes: 1 << 20}) })
}

func TestOldestMakeRoom(t *testing.T) {
	tests := []struct {
		name   string
		limits memory.Limits
		sizes  map[string]int // by id: the bytes of its title
		want   []string
	}{
		{"for more diagnoses than the limit", memory.Limits{Diagnoses: 2, Bytes: 1 << 20}, nil, []string{"d", "c"}},
		{"for more bytes than the limit", memory.Limits{Diagnoses: 10, Bytes: 10_000}, map[string]int{"a": 5000, "c": 5000}, []string{"d", "c", "b"}},
		{"all of them, for one that is too large", memory.Limits{Diagnoses: 10, Bytes: 10_000}, map[string]int{"d": 20_000}, []string{"d"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := memory.New(test.limits)
			for _, id := range []string{"b", "c", "a", "d"} {
				d := diagnose.Diagnosis{ID: id, Verdict: diagnose.Verdict{Title: strings.Repeat("x", test.sizes[id])}}
				if err := s.Save(t.Context(), casebook.Kept{Diagnosis: d}); err != nil {
					t.Fatalf("Save(%s): %v", id, err)
				}
			}
			kept, err := s.List(t.Context(), casebook.Filter{}, "", 10)
			if err != nil {
				t.Fatalf("List: %v", err)
			}
			var got []string
			for _, d := range kept {
				got = append(got, d.ID)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("kept (-want +got):\n%s", diff)
			}
		})
	}
}
