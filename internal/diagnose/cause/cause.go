package cause

import (
	"whystopped/internal/diagnose/denial"
	"whystopped/internal/diagnose/scan"
	"whystopped/internal/diagnose/verdict"
)

// Level says how much a cause explains. A more specific one that speaks of the
// same words silences a more general one.
type Level int

// From the vaguest to the sharpest.
const (
	Frame    Level = iota - 2 // what ECS writes around every stop of its kind
	Fallback                  // an exit code, a last complaint: that something happened
	Specific                  // what happened; the zero value, since most causes are
	Stop                      // who or what stopped the task from outside; as specific, and leads what containers say of it
)

// Weight orders causes that are seen in the same kind of place. A denial that
// names its action outweighs every other.
type Weight int

// Weights over and under that of most causes, which is zero.
const (
	OfTheCrash    Weight = -20 // that the program crashed, and with which words
	OfTheProgram  Weight = -10 // what a program says of its own configuration and surroundings
	OfCredentials Weight = 4   // that the program has no role to act with: why more than one call fails
)

// Cause is one reason for which a task stops. Texts may hold {name} or
// {name|words where the evidence does not tell}.
type Cause struct {
	// Code is stable and never reused for another meaning.
	Code     string
	Area     Area
	Level    Level
	Weight   Weight
	Phase    verdict.Phase
	Category verdict.Category
	// PhaseInLog is the phase where a program's log tells of it: what breaks a
	// task's start also breaks the tool that creates the service.
	PhaseInLog verdict.Phase
	// PhaseInTask is the phase where ECS wrote it as the reason of a task, which
	// had been placed then.
	PhaseInTask verdict.Phase
	// Identity is who is at fault; verdict.UnknownIdentity where Who or the
	// refusal decides.
	Identity verdict.IdentityKind
	Who      func(c *Case, m Match) Answer
	// Orderly is set where nothing failed: the task did what it was for, or was
	// stopped on purpose or in the ordinary course. Nobody is to be woken.
	Orderly bool
	// Ongoing is set where the task has not stopped, which holds beside any other cause.
	Ongoing bool
	// StopCode is the task's stop code with which this cause leads whatever the
	// texts say: they are the words of whoever stopped the task.
	StopCode string
	// NoSuchRole is set where the role that the words name cannot exist; IAM's
	// answer that it doesn't confirms the cause.
	NoSuchRole bool
	// Confidence is the most that this cause's words can carry.
	Confidence verdict.Confidence

	Title   string // a phrase without a full stop
	Meaning string // one or two sentences
	// Lacks goes on from Meaning where the identity's own permission is what is
	// missing, and is left out where another policy denied.
	Lacks  string
	Reason string // why that identity and not the one people suspect
	Fix    []string
	Docs   []string
	// Grants are the actions that the identity lacks where the words are a
	// refusal without a sentence, so that no text names them.
	Grants []string
	// Trusts is the service that the role has to trust, where that is what a
	// role cannot be assumed for.
	Trusts string

	When Matcher
}

// Area is the part of a task's life that a cause belongs to; each has a file.
type Area string

// The areas of the catalogue.
const (
	AreaImage     Area = "image"
	AreaSecrets   Area = "secrets"
	AreaLogging   Area = "logging"
	AreaVolumes   Area = "volumes"
	AreaNetwork   Area = "network"
	AreaRoles     Area = "roles"
	AreaContainer Area = "container"
	AreaRuntime   Area = "runtime"
	AreaPlacement Area = "placement"
	AreaShutdown  Area = "shutdown"
)

// Book is a catalogue made ready for cases: all its words in one automaton.
type Book struct {
	causes        []*Cause
	scan          *scan.Set
	denialAnchors []int
	startActions  []string
	byCode        map[string]*Cause
}

// NewBook reads a catalogue, and numbers the phrases of its causes.
func NewBook(causes []*Cause) *Book {
	b := &Book{causes: causes, byCode: map[string]*Cause{}}
	ids := map[string]int{}
	var list []string
	id := func(lit string) int {
		if n, ok := ids[lit]; ok {
			return n
		}
		ids[lit] = len(list)
		list = append(list, lit)
		return len(list) - 1
	}
	for _, k := range causes {
		b.byCode[k.Code] = k
		each(k.When, func(m Matcher) {
			switch m := m.(type) {
			case Says:
				for _, p := range m.Any {
					p.id = id(p.literal)
				}
			case Startup:
				b.startActions = append(b.startActions, m...)
			}
		})
	}
	for _, a := range denial.Anchors() {
		b.denialAnchors = append(b.denialAnchors, id(a))
	}
	b.scan = scan.New(list)
	return b
}

// Causes are the causes of the catalogue, in its order.
func (b *Book) Causes() []*Cause { return b.causes }

// Cause returns the cause with a code, or nil.
func (b *Book) Cause(code string) *Cause { return b.byCode[code] }

// Refused matches refusals that pass a test.
type Refused func(c *Case, r *Refusal) bool

func (t Refused) parts() []Matcher { return nil }

// Find implements [Matcher].
func (t Refused) Find(c *Case) []Match {
	var found []Match
	for i := range c.Refusals {
		r := &c.Refusals[i]
		if t(c, r) {
			found = append(found, c.refusalMatch(r))
		}
	}
	return found
}

func (c *Case) refusalMatch(r *Refusal) Match {
	return Match{
		Text: r.Text, Start: r.Start, End: r.End, Refusal: r, Who: &r.Who,
		Confidence: refusalConfidence(r), Captures: refusalCaptures(r),
	}
}

// refusalConfidence: a whole sentence says outright what was refused; what had
// to be derived from the operation does not.
func refusalConfidence(r *Refusal) verdict.Confidence {
	switch {
	case r.Action == "":
		return verdict.Possible
	case r.Bare && r.Principal.Kind == denial.PrincipalUnknown:
		return verdict.Likely
	}
	return verdict.Confirmed
}

// Shapes are the words and patterns by which the cause is recognised.
func (k *Cause) Shapes() []string {
	var shapes []string
	for _, p := range Phrases(k.When) {
		if p.expr != "" {
			shapes = append(shapes, p.expr)
			continue
		}
		shapes = append(shapes, p.literal)
	}
	return shapes
}
