package catalogue

import (
	"regexp"
	"strings"

	"whystopped/internal/diagnose/verdict"
)

// Without a known shape the last complaint of a log still tells that the
// program, and no permission, ended the task.
var (
	complaint  = regexp.MustCompile(`(?i)(?:\b(?:error|fatal|critical|exception|failed|failure|cannot|can't|could not|couldn't|unable to|invalid|unknown|unsupported|missing|not found|no such|refused|abort(?:ed|ing)?|denied|panic|emerg|not allowed|not permitted|rejected|err!)\b|\w(?:error|exception)\b|\blevel=(?:error|fatal|panic)\b)`)
	misconfig  = regexp.MustCompile(`(?i)\b(?:invalid|missing|required?|must|mandatory|not found|no such|not exist|already exists|exists but|unknown|unsupported|unrecogni[sz]ed|\w*config\w*|settings?|option|argument|parameter|variable|property|permission|password|credentials?|login|token|certificate|cannot open|could not open|not (?:set|defined|empty|supported|allowed|specified|provided|permitted|recogni[sz]ed)|usage:|expected|license|version|schema|migrations?|connect\w*|resolve|reach|unreachable|refused|denied|rejected|host\w*|url|endpoint|port|database|driver|denied)\b`)
	notTrouble = regexp.MustCompile(`(?i)\b(?:0 errors|no errors?|error(?:s)?[=: ]+(?:0|nil|null|none|false)\b|without errors?|failed[=: ]+0\b)`)
	// What a program notes at a low level is a complaint only if it says so outright.
	lowLevel = regexp.MustCompile(`^.{0,80}\b(?:INFO|DEBUG|TRACE)\b|"level"\s*:\s*"(?:info|debug|trace)"|\blevel=(?:info|debug|trace)\b`)
	outright = regexp.MustCompile(`(?i)\b(?:error|fatal|exception|panic|failed|failure|cannot|could not|unable to|denied|refused)\b|\w(?:error|exception)\b`)
	// A wrapper tells that something ended, not why: what stands before it
	// says more. So do stack frames.
	wrapper = regexp.MustCompile(`(?i)(?:^\s+at\s|^\s+File "|^\s*\.\.\. \d+ |exit(?:ed)? (?:with )?(?:status|code)|command failed|complete log of this run|\belifecycle\b|worker failed to boot|shutting down|failed at the \S+ script|process exited|^\s*exiting|errno \d+$|\berr! errno\b)`)
)

// tailLines is how many of a log's last lines are searched for a complaint.
const tailLines = 40

// lastComplaint finds the last line of trouble of each log. A container that
// was ended by a signal was not ended by what it complained of.
func lastComplaint(misconfigured bool) Where {
	return func(c *Case) []Match {
		var found []Match
		for _, t := range c.Texts {
			if t.Place == Log && !c.DeniedIn(t) && !c.Facts.Signalled(t.Container) {
				if m, ok := complaintIn(t, misconfigured); ok {
					found = append(found, m)
				}
			}
		}
		return found
	}
}

func complaintIn(t *Text, misconfigured bool) (Match, bool) {
	for at, line := range t.LastLines(tailLines) {
		if !complains(line) {
			continue
		}
		if misconfig.MatchString(line) != misconfigured {
			return Match{}, false
		}
		return Match{Text: t, Start: at[0], End: at[0] + len(strings.TrimRight(t.Raw[at[0]:at[1]], "\r\n"))}, true
	}
	return Match{}, false
}

// complains reports whether a line speaks of trouble that may have ended the program.
func complains(line string) bool {
	if !complaint.MatchString(line) || notTrouble.MatchString(line) || wrapper.MatchString(line) {
		return false
	}
	return !lowLevel.MatchString(line) || outright.MatchString(line)
}

func applicationLogCauses() []*Cause {
	return []*Cause{
		{
			Code: "app.complaint-configuration", Area: AreaRuntime, Level: Fallback, Weight: OfTheProgram, Phase: verdict.PhaseRuntime, Category: verdict.AppMisconfig,
			Identity: verdict.NoIdentity, Confidence: verdict.Possible,
			Title:   "The application exited after a configuration error",
			Meaning: "The quoted line is the last error in the log. It matches no known cause, and nothing in it points to an AWS permission.",
			Fix: []string{
				"Check the quoted line: it names what the program missed or rejected.",
			},
			Docs: []string{docStoppedErrors},
			When: lastComplaint(true),
		},
		{
			Code: "app.complaint", Area: AreaRuntime, Level: Fallback, Weight: OfTheProgram, Phase: verdict.PhaseRuntime, Category: verdict.AppCrash,
			Identity: verdict.NoIdentity, Confidence: verdict.Possible,
			Title:   "The application exited after logging an error",
			Meaning: "The quoted line is the last error in the log. It matches no known cause, and nothing in it points to an AWS permission.",
			Fix: []string{
				"Check the quoted line and those before it: the cause is in the program or its data.",
			},
			Docs: []string{docStoppedErrors},
			When: lastComplaint(false),
		},
	}
}
