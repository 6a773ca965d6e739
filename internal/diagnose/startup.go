package diagnose

import (
	"slices"
	"strings"

	"whystopped/internal/arn"
	"whystopped/internal/diagnose/cause"
	"whystopped/internal/diagnose/evidence"
	"whystopped/internal/iampolicy"
)

// addStartupComplete adds everything that the execution role needs to start
// this task definition, so that the next deploy does not show the next denial.
// It needs to know the task's account and Region.
func addStartupComplete(c *cause.Case, k candidate, fix *Fix) {
	d := c.Evidence.TaskDefinition
	ctx := policyContext(c)
	if d == nil || len(d.ContainerDefinitions) == 0 || ctx.Account == "" || ctx.Region == "" {
		return
	}
	requests := startupRequests(d, ctx)
	if k.match.Refusal != nil {
		requests = append(requests, refusedRequests(c, k.match.Refusal)...)
	}
	doc, _ := iampolicy.Allow(requests, ctx)
	if len(doc.Statement) == 0 {
		return
	}
	denied := actionsOf(fix.Policies[0].Document)
	added := fix.add(iampolicy.KindIdentity, fix.AttachTo, doc)
	for i := range added {
		p := &added[i]
		p.Purpose = purposeComplete
		for _, action := range actionsOf(p.Document) {
			if !slices.Contains(denied, action) {
				p.NeededNext = append(p.NeededNext, action)
			}
		}
	}
	if readsSecrets(d) {
		fix.Steps = append(fix.Steps, "If a secret or SecureString parameter has a customer managed key, the execution role needs kms:Decrypt on that key too; the task definition does not name keys.")
	}
}

// refusedRequests are the refused call itself, which the definition may not
// tell of, and what goes with it.
// Source: https://docs.aws.amazon.com/AmazonECR/latest/userguide/pull-through-cache-iam.html
func refusedRequests(c *cause.Case, r *cause.Refusal) []iampolicy.Request {
	resource := policyResource(c, r)
	if resource == "" {
		return nil
	}
	all := []iampolicy.Request{{Action: r.Action, Resource: resource, ViaService: viaService(c, r)}}
	if r.Action == "ecr:BatchImportUpstreamImage" { // the first pull also makes the repository
		all = append(all, iampolicy.Request{Action: "ecr:CreateRepository", Resource: resource})
	}
	return all
}

func actionsOf(doc iampolicy.Document) []string {
	var actions []string
	for _, s := range doc.Statement {
		for _, a := range s.Action {
			if !slices.Contains(actions, a) {
				actions = append(actions, a)
			}
		}
	}
	return actions
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
		if repository := ecrRepository(cd.Image, ctx); repository != "" {
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
			addSecret(add, cd.RepositoryCredentials.CredentialsParameter, ctx)
		}
		addLogging(add, cd.LogConfiguration, ctx)
		if f := cd.FirelensConfiguration; f != nil && f.Options["config-file-type"] == "s3" {
			addObject(add, f.Options["config-file-value"])
		}
		for _, spec := range cd.CredentialSpecs {
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

type adder func(resource string, actions ...string)

// addSecret adds reading a secret or parameter, as valueFrom names it: a
// secret's ARN with key, stage and version behind it, a parameter's ARN or name.
func addSecret(add adder, valueFrom string, ctx iampolicy.Context) {
	a, ok := arn.Parse(valueFrom)
	switch {
	case valueFrom == "":
	case ok && a.Service == "secretsmanager":
		if res, ok := iampolicy.Locate("secretsmanager:GetSecretValue", valueFrom, ctx); ok {
			add(res, "secretsmanager:GetSecretValue")
		}
	case !ok || a.Service == "ssm":
		if res, ok := iampolicy.Locate("ssm:GetParameters", valueFrom, ctx); ok {
			add(res, "ssm:GetParameters")
		}
	}
}

// addObject adds reading one S3 object and asking for its bucket's Region.
func addObject(add adder, object string) {
	a, ok := arn.Parse(object)
	if !ok || a.Service != "s3" {
		return
	}
	add(object, "s3:GetObject")
	bucket, _, _ := strings.Cut(a.Resource, "/")
	a.Resource = bucket
	add(a.String(), "s3:GetBucketLocation")
}

func addLogging(add adder, l *evidence.LogConfiguration, ctx iampolicy.Context) {
	if l == nil {
		return
	}
	for _, s := range l.SecretOptions {
		addSecret(add, s.ValueFrom, ctx)
	}
	group := l.Options["awslogs-group"]
	if l.LogDriver != "awslogs" || group == "" {
		return
	}
	region := l.Options["awslogs-region"]
	if region == "" {
		region = ctx.Region
	}
	a := arn.ARN{Partition: ctx.Partition, Service: "logs", Region: region, Account: ctx.Account, Resource: "log-group:" + group + ":*"}
	add(a.String(), "logs:CreateLogStream", "logs:PutLogEvents")
	if l.Options["awslogs-create-group"] == "true" {
		add(a.String(), "logs:CreateLogGroup")
	}
}

// addCredentialSpec adds reading a gMSA credential spec: credentialspec:ARN or
// credentialspecdomainless:ARN, of an S3 object or a parameter.
func addCredentialSpec(add adder, spec string, ctx iampolicy.Context) {
	_, value, ok := strings.Cut(spec, ":")
	if !ok {
		return
	}
	if a, ok := arn.Parse(value); ok && a.Service == "s3" {
		addObject(add, value)
		return
	}
	addSecret(add, value, ctx)
}

// ecrRepository is the repository's ARN of an image in a private ECR registry.
func ecrRepository(image string, ctx iampolicy.Context) string {
	host, path, ok := strings.Cut(image, "/")
	parts := strings.Split(host, ".")
	if !ok || len(parts) < 6 || parts[1] != "dkr" || !strings.HasPrefix(parts[2], "ecr") {
		return ""
	}
	path, _, _ = strings.Cut(path, "@")
	if i := strings.LastIndexByte(path, ':'); i >= 0 {
		path = path[:i]
	}
	return arn.ARN{Partition: ctx.Partition, Service: "ecr", Region: parts[3], Account: parts[0], Resource: "repository/" + path}.String()
}

func readsSecrets(d *evidence.TaskDefinition) bool {
	for _, cd := range d.ContainerDefinitions {
		if len(cd.Secrets) > 0 || cd.RepositoryCredentials != nil {
			return true
		}
	}
	return false
}
