package cause

import (
	"regexp"
	"strings"

	"whystopped/internal/diagnose/verdict"
)

// Without a known shape the last complaint of a log still tells that the
// program, and no permission, ended the task.
var (
	complaint  = regexp.MustCompile(`(?i)\b(?:error|fatal|critical|exception|failed|failure|cannot|can't|could not|unable to|invalid|unknown|unsupported|missing|not found|no such|refused|abort(?:ed|ing)?|exiting|denied|panic)\b`)
	misconfig  = regexp.MustCompile(`(?i)\b(?:invalid|missing|required|must|not found|no such|not exist|already exists|exists but|unknown|unsupported|config\w*|option|argument|parameter|variable|permission|cannot open|could not open|not (?:set|defined|empty|supported|allowed)|usage:|expected|license|version|schema|migration|connect\w*|resolve|host)\b`)
	notTrouble = regexp.MustCompile(`(?i)\b(?:0 errors|no errors?|error(?:s)?[=: ]+(?:0|nil|null|none|false)\b|without errors?)`)
)

// tailLines is how many of a log's last lines are searched for a complaint.
const tailLines = 40

// lastComplaint finds the last line of trouble of each log.
func lastComplaint(misconfigured bool) Where {
	return func(c *Case) []Match {
		var found []Match
		for _, t := range c.Texts {
			if t.Place == Log && !c.refusedIn(t) {
				if m, ok := complaintIn(t, misconfigured); ok {
					found = append(found, m)
				}
			}
		}
		return found
	}
}

func complaintIn(t *Text, misconfigured bool) (Match, bool) {
	for i := len(t.lineStarts) - 1; i >= max(0, len(t.lineStarts)-tailLines); i-- {
		end := len(t.Raw)
		if i+1 < len(t.lineStarts) {
			end = t.lineStarts[i+1] - 1
		}
		line := t.Raw[t.lineStarts[i]:end]
		if len(line) > smallText {
			line = line[:runeStart(line, smallText)]
		}
		if !complaint.MatchString(line) || notTrouble.MatchString(line) {
			continue
		}
		if misconfig.MatchString(line) != misconfigured {
			return Match{}, false
		}
		return Match{Text: t, Start: t.lineStarts[i], End: t.lineStarts[i] + len(strings.TrimRight(line, "\r\n"))}, true
	}
	return Match{}, false
}

func applicationLogCauses() []*Cause {
	return []*Cause{
		{
			Code: "app.complaint-configuration", Area: AreaRuntime, Level: Fallback, Phase: verdict.PhaseRuntime, Category: verdict.AppMisconfig,
			Identity: verdict.NoIdentity, Confidence: verdict.Possible,
			Title:   "The application complained about its settings or surroundings",
			Meaning: "The last complaint in the log is quoted. It speaks of no permission, and no known cause fits it.",
			Fix:     []string{"Read the quoted line: it names what the program missed."},
			Docs:    []string{docStoppedErrors},
			When:    lastComplaint(true),
		},
		{
			Code: "app.complaint", Area: AreaRuntime, Level: Fallback, Phase: verdict.PhaseRuntime, Category: verdict.AppCrash,
			Identity: verdict.NoIdentity, Confidence: verdict.Possible,
			Title:   "The application ended after an error of its own",
			Meaning: "The last complaint in the log is quoted. It speaks of no permission, and no known cause fits it.",
			Fix:     []string{"Read the quoted line: the cause is in the program or its data."},
			Docs:    []string{docStoppedErrors},
			When:    lastComplaint(false),
		},
	}
}
