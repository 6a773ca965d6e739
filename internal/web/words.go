package web

import (
	"strings"

	"whystopped/internal/diagnose/evidence"
	"whystopped/internal/diagnose/verdict"
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

var operationWords = map[string]string{
	"ecs:DescribeTasks":              "The task, from ECS",
	"ecs:DescribeTaskDefinition":     "The task definition",
	"ecs:DescribeServices":           "Events of the service",
	"ecs:ListTasks":                  "The stopped tasks of the service",
	"ecs:ListClusters":               "The clusters of the region",
	"logs:GetLogEvents":              "Log",
	"logs:FilterLogEvents":           "Denials in the log",
	"logs:DescribeLogStreams":        "Log streams",
	"cloudtrail:LookupEvents":        "Calls of this task, from CloudTrail",
	"iam:SimulatePrincipalPolicy":    "The policy, tried on the role",
	"iam:GetRole":                    "The role",
	"sts:GetCallerIdentity":          "Our own identity",
	"ecs:DescribeContainerInstances": "The container instance",
	evidence.GoodDefinitionSource:    "The definition of a revision that works",
	evidence.TaskEventsSource:        "The last event of the task, from event capture",
	evidence.TrailLogSource:          "Calls of this task, from a trail's log group",
	evidence.HostTrailSource:         "Calls of the host, from CloudTrail",
}

// sourceTitle says what was asked: "logs:GetLogEvents app" is the log of app.
func sourceTitle(name string) string {
	if word, known := operationWords[name]; known {
		return word
	}
	operation, container, _ := strings.Cut(name, " ")
	word, known := operationWords[operation]
	switch {
	case !known:
		return name
	case container != "":
		return word + " of container " + container
	}
	return word
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
