package cause

import "whystopped/internal/diagnose/verdict"

// With gives what Match matches a confidence or phase of its own, and names
// that the task tells where the words do not.
type With struct {
	Match      Matcher
	Confidence verdict.Confidence // the most that these words carry; empty: the cause's own
	Phase      verdict.Phase      // empty: the cause's own
	PhaseOf    func(m Match) verdict.Phase
	Names      func(c *Case, m Match) map[string]string
}

func (w With) parts() []Matcher { return []Matcher{w.Match} }

// Find implements [Matcher].
func (w With) Find(c *Case) []Match {
	found := w.Match.Find(c)
	for i, m := range found {
		if w.Confidence != "" {
			m.Confidence = w.Confidence
		}
		if w.Phase != "" {
			m.Phase = w.Phase
		}
		if w.PhaseOf != nil {
			m.Phase = w.PhaseOf(m)
		}
		if w.Names != nil {
			m = m.with(w.Names(c, m))
		}
		found[i] = m
	}
	return found
}

// Likely weakens words that allow another reading.
func Likely(m Matcher) Matcher { return With{Match: m, Confidence: verdict.Likely} }

// Possible weakens words that allow several.
func Possible(m Matcher) Matcher { return With{Match: m, Confidence: verdict.Possible} }

// StartSays matches words by which a failed start is told and which programs
// use too: wherever ECS writes, and in logs and pasted text beside StartWords.
func StartSays(words ...*Phrase) Matcher {
	return Any{
		SaysIn(Stopped|Reason|Event|Attachment, words...),
		With{Match: Both{First: SaysIn(Log|Pasted, words...), Second: StartWords}, Phase: verdict.PhaseStartup},
	}
}

// AgentSays matches words that only ECS, its agent and the container daemon have.
func AgentSays(words ...*Phrase) Matcher {
	return SaysIn(ByECS|Attachment|Log, words...)
}

// Concerns reports whether the matched words may be about a container: those of a
// container's reason are about that one alone.
func (m Match) Concerns(container string) bool {
	return m.Text == nil || m.Text.Place != Reason || m.Text.Container == container
}

// Only keeps what Match matches where a test over the case and the match holds.
type Only struct {
	If    func(c *Case, m Match) bool
	Match Matcher
}

func (o Only) parts() []Matcher { return []Matcher{o.Match} }

// Find implements [Matcher].
func (o Only) Find(c *Case) []Match {
	var found []Match
	for _, m := range o.Match.Find(c) {
		if o.If(c, m) {
			found = append(found, m)
		}
	}
	return found
}
