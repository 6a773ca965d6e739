package diagnose

import (
	"slices"

	"whystopped/internal/diagnose/cause"
	"whystopped/internal/diagnose/evidence"
	"whystopped/internal/diagnose/report"
	"whystopped/internal/diagnose/verdict"
	"whystopped/internal/iampolicy"
)

// addStartupComplete adds everything that the role which starts the task needs
// to start this task definition, so that the next deploy does not show the next
// denial. It needs to know the task's account and Region.
func addStartupComplete(c *cause.Case, ranked []candidate, fix *Fix) {
	k := ranked[0]
	d := c.Evidence.TaskDefinition
	ctx := policyContext(c)
	if d == nil || len(d.ContainerDefinitions) == 0 || ctx.Account == "" || ctx.Region == "" {
		return
	}
	requests := startupRequests(d, ctx)
	if k.identity().Kind == verdict.InstanceRole {
		requests = hostRequests(requests)
	}
	if k.match.Refusal != nil {
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
func deniedRequests(c *cause.Case, ranked []candidate) []iampolicy.Request {
	var all []iampolicy.Request
	for _, k := range together(c, ranked) {
		for _, r := range requestsOf(c, k) {
			if r.Resource == "" && r.ViaService == "" || !allowHelps(k, k.match.Refusal) {
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

// startupRequests are the calls that ECS makes with the execution role before
// the task runs.
// Source: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_execution_IAM_role.html
func startupRequests(d *evidence.TaskDefinition, ctx iampolicy.Context) []iampolicy.Request {
	var all []iampolicy.Request
	known := map[iampolicy.Request]bool{} // a definition may name thousands of secrets
	add := func(resource string, actions ...string) {
		for _, a := range actions {
			r := iampolicy.Request{Action: a, Resource: resource}
			if resource != "" && !known[r] {
				known[r] = true
				all = append(all, r)
			}
		}
	}
	for _, cd := range d.ContainerDefinitions {
		if repository := iampolicy.RepositoryOfImage(cd.Image, ctx); repository != "" {
			add("*", "ecr:GetAuthorizationToken")
			add(repository, "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer")
		}
		for _, s := range cd.Secrets {
			addSecret(add, s.ValueFrom, ctx)
		}
		for _, f := range cd.EnvironmentFiles {
			addObject(add, f.Value)
		}
		if cd.RepositoryCredentials != nil {
			addLogin(add, cd.RepositoryCredentials.CredentialsParameter, ctx)
		}
		addLogging(add, cd.LogConfiguration, ctx)
		if f := cd.FirelensConfiguration; f != nil && f.Options["config-file-type"] == "s3" {
			addObject(add, f.Options["config-file-value"])
		}
		for _, spec := range credentialSpecs(cd) {
			addCredentialSpec(add, spec, ctx)
		}
	}
	for _, v := range d.Volumes {
		if v.FSx != nil {
			addSecret(add, v.FSx.AuthorizationConfig.CredentialsParameter, ctx)
			add("*", "fsx:DescribeFileSystems")
		}
	}
	return all
}
