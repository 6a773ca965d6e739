package problem_test

import (
	"errors"
	"fmt"
	"strings"
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

func TestBecauseIsASentence(t *testing.T) {
	for said, want := range map[string]string{"this is a role": "This is a role.", "Done.": "Done.", "écoute": "Écoute."} {
		if got := problem.Because(problem.NotAReference, nil, said).Message; got != want {
			t.Errorf("Because(%q) says %q, want %q", said, got, want)
		}
	}
}

// TestEveryKindHasItsWords holds each kind to a status, a title, and something to
// do for those that a page shows.
func TestEveryKindHasItsWords(t *testing.T) {
	for id := range words.English().Templates {
		code, ok := strings.CutPrefix(id, "problem.")
		code, isTitle := strings.CutSuffix(code, ".label")
		if !ok || !isTitle {
			continue
		}
		if kind := problem.Kind(code); kind.Status() == 0 || kind.Title().IsZero() {
			t.Errorf("%s: status %d, title %q", kind, kind.Status(), kind.Title())
		}
	}
	for _, kind := range []problem.Kind{
		problem.NotAReference, problem.InvalidEvidence, problem.InvalidFilter, problem.UnknownTask, problem.UnknownDiagnosis,
		problem.UnknownIncident, problem.UnknownCause, problem.NotAllowed, problem.NoCredentials, problem.BadCredentials,
		problem.Refused, problem.Unreachable, problem.Busy, problem.TooMany, problem.TooLarge, problem.Malformed, problem.NotFound,
		problem.Internal, problem.NotAllowedIn, problem.LoginFailed, problem.LoginUnavailable, problem.CrossOrigin, problem.WrongHost,
	} {
		if len(kind.Steps()) == 0 {
			t.Errorf("%s says nothing to do", kind)
		}
	}
}
