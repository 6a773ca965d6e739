package problem_test

import (
	"errors"
	"fmt"
	"testing"

	"whystopped/internal/problem"
	"whystopped/internal/words"
)

func TestAnErrorSaysWhatLayBehindIt(t *testing.T) {
	behind := errors.New("dial tcp: refused")
	err := fmt.Errorf("collect: %w", problem.New(problem.Unreachable, behind, words.Plain("Nothing answered."), words.Plain("Try again.")))
	if !errors.Is(err, behind) || problem.KindOf(err) != problem.Unreachable {
		t.Errorf("kind %q, and errors.Is finds what lay behind: %v", problem.KindOf(err), errors.Is(err, behind))
	}
	if got, want := err.Error(), "collect: Nothing answered. Try again.: dial tcp: refused"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if kind := problem.KindOf(behind); kind != "" {
		t.Errorf("kind %q of a failure of our own", kind)
	}
}
