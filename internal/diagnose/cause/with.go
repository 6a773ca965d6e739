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

// likely and possible weaken words that allow another reading.
func likely(m Matcher) Matcher   { return With{Match: m, Confidence: verdict.Likely} }
func possible(m Matcher) Matcher { return With{Match: m, Confidence: verdict.Possible} }

// startSays matches words by which a failed start is told and which programs
// use too: wherever ECS writes, and in logs and pasted text beside startWords.
func startSays(words ...*Phrase) Matcher {
	return Any{
		says(Stopped|Reason|Event|Attachment, words...),
		With{Match: Both{First: says(Log|Pasted, words...), Second: startWords}, Phase: verdict.PhaseStartup},
	}
}

// agentSays matches words that only ECS, its agent and the container daemon have.
func agentSays(words ...*Phrase) Matcher {
	return says(ByECS|Attachment|Log, words...)
}

// concerns tells whether the matched words may be about a container: those of a
// container's reason are about that one alone.
func (m Match) concerns(container string) bool {
	return m.Text == nil || m.Text.Place != Reason || m.Text.Container == container
}

// imageOf names the image of the container whose reason matched.
func imageOf(c *Case, m Match) map[string]string {
	if m.Text == nil || m.Text.Place != Reason {
		return nil
	}
	for _, r := range c.Facts.Containers {
		if m.concerns(r.Name) && r.Image != "" {
			return map[string]string{"image": r.Image}
		}
	}
	return nil
}

// Only keeps what Match matches where a test over the case and the match holds.
type Only struct {
	If    func(c *Case, m Match) bool
	Match Matcher
}

func (o Only) parts() []Matcher { return []Matcher{o.Match} }

func (o Only) Find(c *Case) []Match {
	var found []Match
	for _, m := range o.Match.Find(c) {
		if o.If(c, m) {
			found = append(found, m)
		}
	}
	return found
}
