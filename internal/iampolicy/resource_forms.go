package iampolicy

import (
	"regexp"
	"strings"

	"whystopped/internal/arn"
)

// serviceForm is how one service's resources differ from the general rules.
type serviceForm struct {
	// fromName makes an ARN of what is not one, "" to leave it to the rules.
	fromName func(act Action, printed string, ctx Context) string
	// reshape puts an ARN as printed into the form that a policy needs: what
	// stands for itself, and the wildcards that go behind it. It is false where
	// the ARN does not name a thing that the action acts on.
	reshape func(act Action, a arn.ARN) (of arn.ARN, tail string, ok bool)
}

// serviceForms is read only.
var serviceForms = map[string]serviceForm{
	"bedrock":        {fromName: modelOfID},
	"cloudformation": {reshape: stackOfAnyID},
	"ec2":            {reshape: newThing},
	"ecr":            {fromName: repositoryOfImage},
	"es":             {fromName: domainOfHost, reshape: domainWithPaths},
	"kms":            {fromName: keyOfID},
	"logs":           {fromName: groupByName, reshape: logGroup},
	"neptune-db":     {reshape: anyDatabase},
	"s3":             {fromName: bucketOrObject, reshape: bucketNotObject},
	"secretsmanager": {fromName: secretByName, reshape: wholeSecret},
	"sqs":            {fromName: queueOfURL},
	"ssm":            {fromName: parameterByName, reshape: oneSlash},
}

func reshape(act Action, a arn.ARN) (of arn.ARN, tail string, ok bool) {
	if form := serviceForms[act.Service].reshape; form != nil && a.Service == act.Service {
		return form(act, a)
	}
	return a, "", true
}

// Secrets Manager

// wholeSecret drops the JSON key, stage and version that ECS lets follow a
// secret's ARN, and stands in for the six characters that Secrets Manager adds
// to each name where they are missing. A name has no question marks: six of them
// at its end are that stand-in already.
// https://docs.aws.amazon.com/secretsmanager/latest/userguide/auth-and-access_iam-policies.html
func wholeSecret(act Action, a arn.ARN) (of arn.ARN, tail string, ok bool) {
	name, ok := strings.CutPrefix(a.Resource, "secret:")
	if !ok || act.Name == "CreateSecret" {
		return a, "", true
	}
	name, _, _ = strings.Cut(name, ":")
	name, open := strings.CutSuffix(name, anySecretSuffix)
	if open || !hasSecretSuffix(name) {
		tail = anySecretSuffix
	}
	a.Resource = "secret:" + name
	return a, tail, name != ""
}

const anySecretSuffix = "-??????"

var secretSuffix = regexp.MustCompile(`-[A-Za-z0-9]{6}$`)

func hasSecretSuffix(name string) bool { return secretSuffix.MatchString(name) }

// maybeWord tells that what looks like a secret's suffix may be a part of its
// name: "db-secret", "db-Secret", "DB-SECRET", "db-202611". One real suffix in
// twenty looks so too, and then both readings are needed.
var maybeWord = regexp.MustCompile(`-([A-Z][a-z]{5}|[a-z0-9]{6}|[A-Z]{6})$`)

// secretByName is for the names that Secrets Manager prints as they were asked
// for, "rds!db-…" among them.
func secretByName(act Action, printed string, ctx Context) string {
	name, _, _ := strings.Cut(printed, ":")
	if !isName(name) {
		return ""
	}
	if act.Name == "CreateSecret" {
		return ctx.arn("secretsmanager", "secret:"+name)
	}
	return ctx.arn("secretsmanager", "secret:"+name+anySecretSuffix)
}

// Systems Manager

// oneSlash writes a parameter's ARN with exactly one slash before its name, and
// without the version or label that may follow it.
// https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-access.html
func oneSlash(_ Action, a arn.ARN) (of arn.ARN, tail string, ok bool) {
	if name, ok := strings.CutPrefix(a.Resource, "parameter/"); ok {
		name, _, _ = strings.Cut(strings.TrimLeft(name, "/"), ":")
		a.Resource = "parameter/" + name
	}
	return a, "", true
}

func parameterByName(act Action, printed string, ctx Context) string {
	if !takes(act, "parameter") || !isName(printed) {
		return ""
	}
	return ctx.arn("ssm", "parameter/"+strings.TrimPrefix(printed, "parameter/"))
}

// takes reports whether the action takes a resource type.
func takes(act Action, resourceType string) bool {
	for _, use := range act.Types {
		if use.Name == resourceType {
			return true
		}
	}
	return false
}

// CloudWatch Logs

// logGroup writes a group with ":*" behind it, which covers the group as these
// actions see it and its streams: a stream's name carries the task's id and is
// another one next time. The tagging actions see the group without it.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/iam-access-control-overview-cwl.html
func logGroup(act Action, a arn.ARN) (of arn.ARN, tail string, ok bool) {
	group, ok := strings.CutPrefix(a.Resource, "log-group:")
	if !ok {
		return a, "", true
	}
	group, _, _ = strings.Cut(group, ":")
	a.Resource = "log-group:" + group
	if act.Name != "TagResource" && act.Name != "UntagResource" && act.Name != "ListTagsForResource" {
		tail = ":*"
	}
	return a, tail, group != "" && group != "*"
}

// groupByName is for a group, or a stream of it, without the ARN before it.
func groupByName(act Action, printed string, ctx Context) string {
	if !takes(act, "log-group") && !takes(act, "log-stream") || !isName(printed) {
		return ""
	}
	return ctx.arn("logs", "log-group:"+strings.TrimPrefix(printed, "log-group:"))
}

// Bedrock

// modelOfID is for the ids that calls name models by: PROVIDER.MODEL, and before
// that the part of the world of an inference profile ("eu.", "apac.", "us-gov.").
// https://docs.aws.amazon.com/bedrock/latest/userguide/inference-profiles-support.html
func modelOfID(act Action, printed string, ctx Context) string {
	switch {
	case !takes(act, "foundation-model") || !modelID.MatchString(printed):
		return ""
	case profileID.MatchString(printed):
		return ctx.arn("bedrock", "inference-profile/"+printed)
	}
	return strings.Join([]string{"arn", ctx.partition(), "bedrock", orAny(ctx.Region), "", "foundation-model/" + printed}, ":")
}

var (
	modelID   = regexp.MustCompile(`^[a-z0-9-]+(\.[a-z0-9-]+)+(:[0-9a-z]+)*$`)
	profileID = regexp.MustCompile(`^([a-z]{2}|us-gov|apac|global)\.[a-z0-9-]+\.`)
)

// CloudFormation

// stackOfAnyID is for a stack without its id, which CloudFormation makes up and
// prints as "*". A stack's name has no such character.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-iam-template.html
func stackOfAnyID(_ Action, a arn.ARN) (of arn.ARN, tail string, ok bool) {
	name, ok := strings.CutPrefix(a.Resource, "stack/")
	if stack, id, _ := strings.Cut(name, "/"); ok && stack != "" && (id == "" || id == "*") {
		a.Resource = "stack/" + stack
		return a, "/*", stack != "*"
	}
	return a, "", true
}

// EC2

// newThing is for what a call creates: EC2 checks it as "volume/*", since it has
// no id yet.
// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/iam-policy-structure.html
func newThing(act Action, a arn.ARN) (of arn.ARN, tail string, ok bool) {
	if kind, ok := strings.CutSuffix(a.Resource, "/*"); ok && creates(act, kind) {
		a.Resource = kind
		return a, "/*", true
	}
	return a, "", true
}

// creates reports whether an action of EC2 creates a resource of the type.
func creates(act Action, kind string) bool {
	if act.Name == "RunInstances" {
		return kind == "instance" || kind == "volume" || kind == "network-interface"
	}
	return takes(act, kind) && act.Name == "Create"+inPascalCase(kind)
}

// Neptune

// anyDatabase is for a cluster, whose ARN ends in "/*" for all its databases:
// there is no other form of it.
// https://docs.aws.amazon.com/neptune/latest/userguide/iam-data-resources.html
func anyDatabase(_ Action, a arn.ARN) (of arn.ARN, tail string, ok bool) {
	cluster, open := strings.CutSuffix(a.Resource, "/*")
	if open {
		a.Resource, tail = cluster, "/*"
	}
	return a, tail, strings.Trim(cluster, "*") != ""
}

// KMS

// keyOfID is for "1234abcd-…" and "key/1234abcd-…". An alias is no resource of
// the actions that use a key.
func keyOfID(act Action, printed string, ctx Context) string {
	if takes(act, "key") && keyID.MatchString(printed) {
		return ctx.arn("kms", "key/"+strings.TrimPrefix(printed, "key/"))
	}
	return ""
}

var keyID = regexp.MustCompile(`^(key/)?(mrk-[0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})$`)

// ECR

var imageHost = regexp.MustCompile(`^(?:https?://)?([^./]+)\.dkr[.-]ecr(?:-fips)?\.([a-z0-9-]+)\.[a-z0-9.]+/([^:@]+)`)

// RepositoryOfImage is the ARN of the repository that an image is in, where its
// registry is a private one of ECR, by a dual-stack or FIPS host, too; "" for
// any other image.
// https://docs.aws.amazon.com/AmazonECR/latest/userguide/ecr-requests.html
func RepositoryOfImage(image string, ctx Context) string {
	return repositoryOfImage(Action{}, image, ctx)
}

// repositoryOfImage is for an image in a private registry.
func repositoryOfImage(_ Action, printed string, ctx Context) string {
	if m := imageHost.FindStringSubmatch(printed); m != nil {
		ctx.Account, ctx.Region = m[1], m[2]
		return ctx.arn("ecr", "repository/"+m[3])
	}
	return ""
}
