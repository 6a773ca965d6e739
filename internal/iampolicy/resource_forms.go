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
	// reshape puts an ARN as printed into the form that a policy needs.
	reshape func(act Action, a arn.ARN) arn.ARN
}

// serviceForms is read only.
var serviceForms = map[string]serviceForm{
	"ecr":            {fromName: repositoryOfImage},
	"kms":            {fromName: keyOfID},
	"logs":           {fromName: groupByName, reshape: logGroup},
	"s3":             {fromName: bucketOrObject, reshape: bucketNotObject},
	"secretsmanager": {fromName: secretByName, reshape: wholeSecret},
	"sqs":            {fromName: queueOfURL},
	"ssm":            {fromName: parameterByName, reshape: oneSlash},
}

func reshape(act Action, a arn.ARN) arn.ARN {
	if form := serviceForms[act.Service].reshape; form != nil && a.Service == act.Service {
		return form(act, a)
	}
	return a
}

// Secrets Manager

// wholeSecret drops the JSON key, stage and version that ECS lets follow a
// secret's ARN, and stands in for the six characters that Secrets Manager adds
// to each name where they are missing.
// https://docs.aws.amazon.com/secretsmanager/latest/userguide/auth-and-access_iam-policies.html
func wholeSecret(act Action, a arn.ARN) arn.ARN {
	name, ok := strings.CutPrefix(a.Resource, "secret:")
	if !ok || act.Name == "CreateSecret" {
		return a
	}
	name, _, _ = strings.Cut(name, ":")
	if !hasSecretSuffix(name) && !strings.ContainsAny(name, "*?") {
		name += anySecretSuffix
	}
	a.Resource = "secret:" + name
	return a
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
func oneSlash(_ Action, a arn.ARN) arn.ARN {
	if name, ok := strings.CutPrefix(a.Resource, "parameter/"); ok {
		name, _, _ = strings.Cut(strings.TrimLeft(name, "/"), ":")
		a.Resource = "parameter/" + name
	}
	return a
}

func parameterByName(act Action, printed string, ctx Context) string {
	if !takes(act, "parameter") || !isName(printed) {
		return ""
	}
	return ctx.arn("ssm", "parameter/"+strings.TrimPrefix(printed, "parameter/"))
}

// takes tells whether the action takes a resource type.
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
func logGroup(act Action, a arn.ARN) arn.ARN {
	group, ok := strings.CutPrefix(a.Resource, "log-group:")
	if !ok {
		return a
	}
	group, _, _ = strings.Cut(group, ":")
	switch {
	case group == "" || group == "*":
		a.Resource = "log-group:*"
	case act.Name == "TagResource" || act.Name == "UntagResource" || act.Name == "ListTagsForResource":
		a.Resource = "log-group:" + group
	default:
		a.Resource = "log-group:" + group + ":*"
	}
	return a
}

// groupByName is for a group, or a stream of it, without the ARN before it.
func groupByName(act Action, printed string, ctx Context) string {
	if !takes(act, "log-group") && !takes(act, "log-stream") || !isName(printed) {
		return ""
	}
	return ctx.arn("logs", "log-group:"+strings.TrimPrefix(printed, "log-group:"))
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

// repositoryOfImage is for an image in a private registry.
func repositoryOfImage(_ Action, printed string, ctx Context) string {
	if m := imageHost.FindStringSubmatch(printed); m != nil {
		ctx.Account, ctx.Region = m[1], m[2]
		return ctx.arn("ecr", "repository/"+m[3])
	}
	return ""
}
