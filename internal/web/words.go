package web

import (
	"cmp"
	"strings"

	"whystopped/internal/diagnose/evidence"
	"whystopped/internal/diagnose/verdict"
	"whystopped/internal/web/roles"
	"whystopped/internal/words"
)

// actor is an identity as the pages show it.
type actor = roles.Actor

func actorOf(id verdict.Identity) actor { return roles.ActorOf(id, words.English()) }

// confidenceWord is a degree of confidence, with the bars that draw it.
type confidenceWord struct {
	Word string
	Bars [3]bool
}

func confidenceOf(c verdict.Confidence) confidenceWord {
	w := confidenceWord{Word: labelOf("confidence", c)}
	for i := range w.Bars {
		w.Bars[i] = i < c.Rank()
	}
	return w
}

func phaseOf(p verdict.Phase) string { return labelOf("phase", cmp.Or(p, verdict.PhaseUnknown)) }

// sourceTitles are the templates of the names of sources, by evidence.SourceCode.
func sourceTitles() map[string]string {
	titles := map[string]string{}
	for id, template := range words.English().Templates {
		if code, ok := strings.CutPrefix(id, "source."); ok {
			titles[code] = template
		}
	}
	return titles
}

// sourceTitle names a source: "logs:GetLogEvents app" is the log of app.
func sourceTitle(name string) string {
	code, container := evidence.SourceCode(name)
	if words.Known("source", code, "") == "" {
		return name
	}
	return said("source."+code, words.Args{"container": container})
}

// sourceStatus is what came of asking one place: a word, and a class that
// chooses colour and glyph.
type sourceStatus struct {
	Word  string `json:"word"`
	Class string `json:"class"`
}

var statusClasses = map[evidence.SourceStatus]string{
	evidence.SourceOK: "ok", evidence.SourceEmpty: "empty", evidence.SourceDenied: "bad", evidence.SourceThrottled: "bad",
	evidence.SourceTimeout: "bad", evidence.SourceFailed: "bad", evidence.SourceSkipped: "skip", sourceStarted: "busy",
}

func statusOf(s evidence.SourceStatus) sourceStatus {
	return sourceStatus{Word: labelOf("source-status", s), Class: cmp.Or(statusClasses[s], "part")}
}

// statuses are what the page's script says for the values in the stream.
func statuses() map[evidence.SourceStatus]sourceStatus {
	all := map[evidence.SourceStatus]sourceStatus{}
	for _, s := range []evidence.SourceStatus{
		evidence.SourceOK, evidence.SourceEmpty, evidence.SourceDenied, evidence.SourceThrottled, evidence.SourceTimeout,
		evidence.SourceFailed, evidence.SourceSkipped, evidence.SourceTooEarly, evidence.SourceTruncated, sourceStarted,
	} {
		all[s] = statusOf(s)
	}
	return all
}
