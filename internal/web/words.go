package web

import (
	"strings"

	"whystopped/internal/diagnose/evidence"
	"whystopped/internal/diagnose/verdict"
	"whystopped/internal/words"
)

// The pages say the values of the public API in words. A value that a table
// does not know is shown as it is: better a code than nothing.

var phaseWords = map[verdict.Phase]string{
	verdict.PhaseStartup:   "At start-up",
	verdict.PhaseRuntime:   "While running",
	verdict.PhasePlacement: "Before placement",
	verdict.PhaseShutdown:  "Stopped from outside",
	verdict.PhaseUnknown:   "Phase unknown",
}

var categoryWords = map[verdict.Category]string{
	verdict.IAMPermission:     "IAM permission",
	verdict.IAMTrust:          "Trust policy",
	verdict.IAMRoleMissing:    "Role missing",
	verdict.Network:           "Network",
	verdict.ImageNotFound:     "Image not found",
	verdict.RegistryAuth:      "Registry login",
	verdict.RegistryRateLimit: "Registry rate limit",
	verdict.ImagePlatform:     "Image platform",
	verdict.SecretMissing:     "Secret missing",
	verdict.SecretFormat:      "Secret format",
	verdict.KMS:               "KMS key permission",
	verdict.LogGroupMissing:   "Log group missing",
	verdict.LogConfig:         "Log configuration",
	verdict.VolumeMount:       "Volume mount",
	verdict.ResourceLimit:     "Resource limit",
	verdict.ContainerConfig:   "Container configuration",
	verdict.OOM:               "Out of memory",
	verdict.AppCrash:          "Application crash",
	verdict.AppMisconfig:      "Application configuration",
	verdict.HealthCheck:       "Health check",
	verdict.Capacity:          "Capacity",
	verdict.Spot:              "Spot interruption",
	verdict.UserStop:          "Stopped by someone",
	verdict.Deployment:        "Deployment",
	verdict.Credentials:       "Credentials",
	verdict.Agent:             "ECS agent",
	verdict.Internal:          "AWS internal",
	verdict.Other:             "Other",
}

// confidenceWord is a degree of confidence, with the bars that draw it.
type confidenceWord struct {
	Word string
	Bars [3]bool
}

func confidenceOf(c verdict.Confidence) confidenceWord {
	words := map[verdict.Confidence]string{
		verdict.Confirmed:         "Confirmed",
		verdict.Likely:            "Likely",
		verdict.Possible:          "Possible",
		verdict.ConfidenceUnknown: "Undecided",
	}
	w := confidenceWord{Word: wordFor(words, c)}
	for i := range w.Bars {
		w.Bars[i] = i < c.Rank()
	}
	return w
}

// policyWords end the sentence "refused because …".
var policyWords = map[verdict.PolicyType]struct{ missing, explicit string }{
	verdict.PolicyIdentity:    {"no policy of this identity allows it", "a policy of this identity denies it"},
	verdict.PolicyResource:    {"the resource’s own policy does not allow it", "the resource’s own policy denies it"},
	verdict.PolicySCP:         {"no service control policy allows it", "a service control policy denies it"},
	verdict.PolicyRCP:         {"no resource control policy allows it", "a resource control policy denies it"},
	verdict.PolicyBoundary:    {"the permissions boundary does not allow it", "the permissions boundary denies it"},
	verdict.PolicySession:     {"the session policy does not allow it", "the session policy denies it"},
	verdict.PolicyVPCEndpoint: {"the VPC endpoint’s policy does not allow it", "the VPC endpoint’s policy denies it"},
	verdict.PolicyTrust:       {"the role’s trust policy does not allow it", "the role’s trust policy denies it"},
	verdict.PolicyKey:         {"the key’s policy does not allow it", "the key’s policy denies it"},
}

func becauseOf(p verdict.PolicyType, explicit bool) string {
	w := policyWords[p]
	if explicit {
		if w.explicit == "" {
			return "a policy denies it outright"
		}
		return w.explicit
	}
	return w.missing
}

// quoteSource says where a quote stood: "log.app" is the log of container app.
func quoteSource(source string) string {
	switch source {
	case "task.stoppedReason":
		return "stoppedReason of the task"
	case "event.service":
		return "Event of the service"
	case "cloudtrail":
		return "CloudTrail"
	case "pasted":
		return "The text you pasted"
	}
	if name, ok := strings.CutPrefix(source, "log."); ok {
		return "Log of container " + name
	}
	if rest, ok := strings.CutPrefix(source, "container."); ok {
		if name, ok := strings.CutSuffix(rest, ".reason"); ok {
			return "Reason of container " + name
		}
	}
	return source
}

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
	return words.English().Say("source."+code, words.Args{"container": container})
}

// sourceStatus is what came of asking one place: a word, and a class that
// chooses colour and glyph.
type sourceStatus struct {
	Word  string `json:"word"`
	Class string `json:"class"`
}

var statusWords = map[evidence.SourceStatus]sourceStatus{
	evidence.SourceOK:        {"read", "ok"},
	evidence.SourceEmpty:     {"nothing there", "empty"},
	evidence.SourceDenied:    {"not allowed to look", "bad"},
	evidence.SourceThrottled: {"throttled", "bad"},
	evidence.SourceTimeout:   {"took too long", "bad"},
	evidence.SourceFailed:    {"failed", "bad"},
	evidence.SourceSkipped:   {"not needed", "skip"},
	evidence.SourceTooEarly:  {"too early to tell", "part"},
	evidence.SourceTruncated: {"read in part", "part"},
}

func statusOf(s evidence.SourceStatus) sourceStatus {
	if w, ok := statusWords[s]; ok {
		return w
	}
	return sourceStatus{Word: string(s), Class: "part"}
}

// wordFor looks a value up, and falls back to the value.
func wordFor[K ~string](words map[K]string, key K) string {
	if w, ok := words[key]; ok {
		return w
	}
	return string(key)
}
