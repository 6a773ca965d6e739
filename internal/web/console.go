package web

import (
	"net/url"
	"strings"

	"whystopped/internal/arn"
	"whystopped/internal/diagnose"
)

// consoleHosts are the consoles that a page links to, by partition. The others
// are reached from inside their networks only.
var consoleHosts = map[string]string{
	"aws":        "console.aws.amazon.com",
	"aws-cn":     "console.amazonaws.cn",
	"aws-us-gov": "console.amazonaws-us-gov.com",
}

// consoleOf is the address of a page in a region's console; "" where partition
// or region do not tell it.
func consoleOf(partition, region, path, fragment string) string {
	host := consoleHosts[partition]
	if host == "" || !plainRegion(region) {
		return ""
	}
	address := "https://" + region + "." + host + path + "?region=" + region
	if fragment != "" {
		address += "#" + fragment
	}
	return address
}

// plainRegion keeps what is no name of a region out of host names.
func plainRegion(s string) bool {
	return s != "" && strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789-") == ""
}

// taskConsole opens the task.
func taskConsole(t diagnose.TaskView) string {
	if consoleHosts[t.Partition] == "" || !plainRegion(t.Region) || t.ID == "" {
		return ""
	}
	return t.Ref().ConsoleURL()
}

// definitionConsole opens a revision of a task definition.
func definitionConsole(definition string) string {
	a, ok := arn.Parse(definition)
	family, revision, hasRevision := strings.Cut(a.ID(), ":")
	if !ok || a.Service != "ecs" || a.Type() != "task-definition" || !hasRevision {
		return ""
	}
	return consoleOf(a.Partition, a.Region, "/ecs/v2/task-definitions/"+url.PathEscape(family)+"/"+url.PathEscape(revision), "")
}

// roleConsole opens a role. IAM's console has no region, and takes the name
// without its path.
func roleConsole(role string) string {
	a, ok := arn.Parse(role)
	if !ok || a.Service != "iam" || a.Type() != "role" || consoleHosts[a.Partition] == "" {
		return ""
	}
	return "https://" + consoleHosts[a.Partition] + "/iam/home#/roles/details/" + url.PathEscape(a.Name())
}

// logConsole opens a log stream. CloudWatch's console wants names escaped twice,
// with a dollar for the second percent sign.
func logConsole(t diagnose.TaskView, l *diagnose.LogStream) string {
	if l == nil || l.Group == "" || l.Stream == "" {
		return ""
	}
	twice := func(s string) string {
		return strings.ReplaceAll(url.QueryEscape(strings.ReplaceAll(url.QueryEscape(s), "+", "%20")), "%", "$")
	}
	region := l.Region
	if region == "" {
		region = t.Region
	}
	return consoleOf(t.Partition, region, "/cloudwatch/home", "logsV2:log-groups/log-group/"+twice(l.Group)+"/log-events/"+twice(l.Stream))
}

// eventConsole opens an event in CloudTrail's history.
func eventConsole(t diagnose.TaskView, id string) string {
	if id == "" {
		return ""
	}
	return consoleOf(t.Partition, t.Region, "/cloudtrailv2/home", "/events/"+url.PathEscape(id))
}

// quoteConsole opens the place where a quote stood, where a console shows it.
func quoteConsole(t diagnose.TaskView, q diagnose.Quote) string {
	switch {
	case q.Source == "cloudtrail":
		return eventConsole(t, q.Ref)
	case strings.HasPrefix(q.Source, "log."):
		return logConsole(t, q.Log)
	}
	return ""
}
