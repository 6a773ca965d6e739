package diagnose

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"whystopped/internal/arn"
	"whystopped/internal/diagnose/evidence"
)

// Likeness is the same for tasks that stopped alike: of one service, revision,
// roles and commands, and with the same reasons given for their end. ok is
// false for a task that has not stopped, or of whose end ECS says nothing.
func Likeness(t *evidence.Task) (likeness string, ok bool) {
	if t == nil || t.LastStatus != "STOPPED" && t.StoppedAt.IsZero() || t.StopCode == "" && t.StoppedReason == "" {
		return "", false
	}
	parts := []string{
		whereabouts(t), t.Group, t.TaskDefinitionARN, t.LaunchType, t.CapacityProviderName,
		t.Overrides.ExecutionRoleARN, t.Overrides.TaskRoleARN, fmt.Sprint(t.Overrides.ContainerOverrides),
		t.StopCode, withoutNumbers(t.StoppedReason),
	}
	containers := slices.SortedFunc(slices.Values(t.Containers), func(a, b evidence.Container) int { return cmp.Compare(a.Name, b.Name) })
	for _, c := range containers {
		exit := "none"
		if c.ExitCode != nil {
			exit = fmt.Sprint(*c.ExitCode)
		}
		parts = append(parts, c.Name, exit, withoutNumbers(c.Reason))
	}
	for _, a := range t.Attachments {
		parts = append(parts, a.Type, withoutNumbers(a.Detail("statusReason")))
	}
	return strings.Join(parts, "\n"), true
}

// whereabouts are partition, region, account and cluster.
func whereabouts(t *evidence.Task) string {
	a, ok := arn.Parse(t.TaskARN)
	if !ok {
		return t.ClusterARN
	}
	cluster, _, _ := strings.Cut(a.ID(), "/")
	return strings.Join([]string{a.Partition, a.Region, a.Account, cmp.Or(t.ClusterARN, cluster)}, ":")
}

var (
	requestID = regexp.MustCompile(`(?i)\b(request|host) ?id\b[:=]? ?[^\s,;)]*`)
	uuid      = regexp.MustCompile(`(?i)\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b`)
	longHex   = regexp.MustCompile(`(?i)\b[0-9a-f]{12,}\b`)
	numbered  = regexp.MustCompile(`[0-9A-Za-z]*[0-9][0-9A-Za-z]*`)
	status    = regexp.MustCompile(`^[45][0-9]{2}$`)
)

// withoutNumbers takes out of a text what differs from one task to the next:
// ids, addresses, times and counts. HTTP's status codes stay: 403 and 500 are
// different reasons.
func withoutNumbers(text string) string {
	text = requestID.ReplaceAllString(text, "$1 id #")
	text = uuid.ReplaceAllString(text, "#")
	text = longHex.ReplaceAllString(text, "#")
	return numbered.ReplaceAllStringFunc(text, func(word string) string {
		if status.MatchString(word) {
			return word
		}
		return "#"
	})
}
