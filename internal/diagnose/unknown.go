package diagnose

import (
	"whystopped/internal/diagnose/cause"
	"whystopped/internal/diagnose/rank"
	"whystopped/internal/diagnose/verdict"
	"whystopped/internal/words"
)

const unknownCode = "unknown"

// undecided is the verdict where nothing decides; its summary says what would.
func undecided(c *cause.Case, ranked []rank.Candidate) Verdict {
	v := Verdict{
		Cause: unknownCode, Phase: phaseOfFacts(c), Identity: verdict.Identity{Kind: verdict.UnknownIdentity},
		Category: verdict.Other, Confidence: verdict.ConfidenceUnknown,
	}
	args := words.Args{"missing": missing(c), "service": c.Facts.Service()}
	switch {
	case len(ranked) > 0:
		k := ranked[0]
		f, args := finding(c, k), rank.ArgsOf(c, k)
		args["missing"] = missing(c)
		v.Cause, v.Phase, v.Category, v.Title = f.Cause, f.Phase, f.Category, f.Title
		v.Summary = k.Cause.Undecided(args)
	case quietService(c):
		v.Title, v.Summary = words.Say("unknown.quiet.title", args), words.Say("unknown.quiet.summary", args)
	default:
		v.Title, v.Summary = words.Say("unknown.title", nil), words.Say("unknown.summary", args)
	}
	return v
}

// quietService reports whether a service that was asked for and has nothing to look into.
func quietService(c *cause.Case) bool {
	return c.Facts.Service() != "" && c.Facts.TaskID == "" && c.Evidence.Task == nil
}

// phaseOfFacts is how far the task came, told by its fields alone.
func phaseOfFacts(c *cause.Case) verdict.Phase {
	switch f := &c.Facts; {
	case f.Started:
		return verdict.PhaseRuntime
	case f.StopCode == "TaskFailedToStart":
		return verdict.PhaseStartup
	}
	return verdict.PhaseUnknown
}

// whatWouldDecide are steps to the evidence that is missing.
func whatWouldDecide(c *cause.Case) []words.Text {
	var steps []words.Text
	for _, code := range missing(c) {
		steps = append(steps, words.Say("unknown.look", words.Args{"at": code}))
	}
	return steps
}

// missing returns the codes of the evidence that was not there.
func missing(c *cause.Case) []string {
	var out []string
	ev := c.Evidence
	if ev.Task == nil {
		out = append(out, "task")
	}
	if ev.TaskDefinition == nil {
		out = append(out, "definition")
	}
	if len(ev.Logs) == 0 {
		out = append(out, "logs")
	}
	if len(ev.CloudTrail) == 0 {
		out = append(out, "trail")
	}
	if len(ev.ServiceEvents) == 0 {
		out = append(out, "events")
	}
	if len(out) == 0 {
		out = append(out, "host")
	}
	return out
}

func unknownInfo() CauseInfo {
	return CauseInfo{
		Code: unknownCode, Area: "runtime", Phase: string(verdict.PhaseUnknown), Category: string(verdict.Other), Identity: string(verdict.UnknownIdentity),
		Title: words.Say("unknown.title", nil), Meaning: words.Say("unknown.meaning", nil),
		Fix: []words.Text{}, Docs: []string{"https://docs.aws.amazon.com/AmazonECS/latest/developerguide/stopped-task-errors.html"}, Examples: []string{},
	}
}
