package fix

import (
	"slices"

	"whystopped/internal/diagnose/cause"
	"whystopped/internal/diagnose/rank"
	"whystopped/internal/diagnose/report"
	"whystopped/internal/diagnose/startup"
	"whystopped/internal/diagnose/verdict"
	"whystopped/internal/iampolicy"
)

// addStartupComplete adds everything that the role which starts the task needs
// to start this task definition, so that the next deploy does not show the next
// denial. It needs to know the task's account and Region.
func addStartupComplete(c *cause.Case, ranked []rank.Candidate, fix *report.Fix) {
	k := ranked[0]
	d := c.Evidence.TaskDefinition
	ctx := c.PolicyContext()
	if d == nil || len(d.ContainerDefinitions) == 0 || ctx.Account == "" || ctx.Region == "" {
		return
	}
	requests := startup.Requests(d, ctx)
	if k.Identity().Kind == verdict.InstanceRole {
		requests = hostRequests(requests)
	}
	if k.Match.Refusal != nil {
		requests = append(requests, deniedRequests(c, ranked)...)
	}
	if size(requests) > maxStartup {
		fix.Say("startup.too-large", nil)
		return
	}
	doc, _ := iampolicy.Allow(requests, ctx)
	if len(doc.Statement) == 0 {
		return
	}
	denied := fix.Documents(report.PurposeDenied, iampolicy.KindIdentity)
	added := fix.Add(iampolicy.KindIdentity, fix.AttachTo, doc)
	for i := range added {
		added[i].Purpose = report.PurposeComplete
		added[i].Needs(report.NeededBeside(added[i].Document, denied))
	}
	addStartupSteps(fix, k, d, requests, ctx)
}

// hostRequests are those of a start's calls that the host makes itself.
func hostRequests(all []iampolicy.Request) []iampolicy.Request {
	return slices.DeleteFunc(all, func(r iampolicy.Request) bool { return !cause.HostCalls(r.Action) })
}

// maxStartup bounds the names in the policy for the whole start, in bytes: a role
// has room for ten managed policies of 6,144 characters and 10,240 of its own.
// Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
const maxStartup = 10*6_144 + 10_240

// size is how many bytes the names of the requests' resources have.
func size(requests []iampolicy.Request) int {
	n := 0
	for _, r := range requests {
		n += len(r.Resource)
	}
	return n
}

// deniedRequests are the denied calls themselves, of which the definition may not
// tell, and what goes with them.
func deniedRequests(c *cause.Case, ranked []rank.Candidate) []iampolicy.Request {
	var all []iampolicy.Request
	for _, k := range together(c, ranked) {
		for _, r := range requestsOf(c, k) {
			if r.Resource == "" && r.ViaService == "" || !allowHelps(k, k.Match.Refusal) {
				continue
			}
			all = append(all, r)
			for _, action := range goesWith[r.Action] {
				all = append(all, iampolicy.Request{Action: action, Resource: r.Resource})
			}
		}
	}
	return all
}

// goesWith has the calls of a start that follow a denied one on the same thing: a
// first pull imports and makes the repository, a log driver makes its stream and
// writes to it.
// Source: https://docs.aws.amazon.com/AmazonECR/latest/userguide/pull-through-cache-iam.html
// Source: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/using_awslogs.html
var goesWith = map[string][]string{
	"ecr:BatchImportUpstreamImage": {"ecr:CreateRepository"},
	"ecr:CreateRepository":         {"ecr:BatchImportUpstreamImage"},
	"ecr:BatchGetImage":            {"ecr:GetDownloadUrlForLayer"},
	"logs:CreateLogGroup":          {"logs:CreateLogStream", "logs:PutLogEvents"},
	"logs:CreateLogStream":         {"logs:PutLogEvents"},
}
