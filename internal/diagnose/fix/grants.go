package fix

import (
	"cmp"
	"strings"

	"whystopped/internal/arn"
	"whystopped/internal/diagnose/cause"
	"whystopped/internal/diagnose/rank"
	"whystopped/internal/diagnose/report"
	"whystopped/internal/diagnose/verdict"
	"whystopped/internal/iampolicy"
)

// fixGranted gives the policy for a refusal that no sentence describes: the
// cause knows the action, the task definition or the text the resource.
func fixGranted(c *cause.Case, k rank.Candidate, fix *report.Fix) {
	if requests := grants(c, k); len(requests) > 0 {
		doc, _ := iampolicy.Allow(requests, c.PolicyContext(k.Identity().ARN))
		fix.Add(iampolicy.KindIdentity, fix.AttachTo, doc)
	}
}

func grants(c *cause.Case, k rank.Candidate) []iampolicy.Request {
	kind := k.Identity().Kind
	if kind == verdict.NoIdentity || kind == verdict.UnknownIdentity || len(k.Cause.Grants) == 0 {
		return nil
	}
	resource := ""
	switch service, _, _ := strings.Cut(k.Cause.Grants[0], ":"); service {
	case "elasticfilesystem", "s3files":
		if !c.KnowsFileSystem(k.Match) {
			return nil // each service has actions of its own
		}
		resource = fileSystemARN(c, k, service)
	case "ecr":
		if resource = repositoryARN(c, k); resource == "" {
			return nil // the repository may be another account's: its policy would decide
		}
	}
	var out []iampolicy.Request
	for _, action := range k.Cause.Grants {
		out = append(out, iampolicy.Request{Action: action, Resource: resource})
	}
	return out
}

// fileSystemARN is the file system that denied the mount, where the task
// definition or the text tells.
func fileSystemARN(c *cause.Case, k rank.Candidate, service string) string {
	id := cmp.Or(c.FileSystem(k.Match), k.Match.Captures["name"])
	if _, ok := arn.Parse(id); ok {
		return id
	}
	ctx := c.PolicyContext()
	if id == "" || ctx.Region == "" || ctx.Account == "" {
		return ""
	}
	return arn.ARN{Partition: ctx.Partition, Service: service, Region: ctx.Region, Account: ctx.Account, Resource: "file-system/" + id}.String()
}

// repositoryARN is the repository that refused, where it is known to belong to
// the account of the task: only then can the role's own policy be enough.
func repositoryARN(c *cause.Case, k rank.Candidate) string {
	registry, region, name := k.Match.Captures["registry"], k.Match.Captures["region"], k.Match.Captures["repository"]
	ctx := c.PolicyContext()
	if registry == "" || name == "" || ctx.Account != registry {
		return ""
	}
	return arn.ARN{Partition: ctx.Partition, Service: "ecr", Region: region, Account: registry, Resource: "repository/" + name}.String()
}
