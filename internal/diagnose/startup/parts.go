package startup

import (
	"slices"
	"strconv"
	"strings"

	"whystopped/internal/arn"
	"whystopped/internal/diagnose/evidence"
	"whystopped/internal/iampolicy"
)

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
		if _, name, found := strings.Cut(valueFrom, secretAsParameter); found {
			place := ctx
			if ok {
				place = iampolicy.Context{Partition: a.Partition, Region: a.Region, Account: a.Account}
			}
			addLogin(add, name, place)
		}
	}
}

// secretAsParameter stands before the name of a secret that Parameter Store
// hands out; whoever reads it needs the secret, too.
// Source: https://docs.aws.amazon.com/systems-manager/latest/userguide/integration-ps-secretsmanager.html
const secretAsParameter = "/aws/reference/secretsmanager/"

// addLogin adds reading a secret that is given by its ARN or by its name, as
// that with the login of a private registry is.
// Source: https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RepositoryCredentials.html
func addLogin(add adder, secret string, ctx iampolicy.Context) {
	if secret == "" {
		return
	}
	if res, ok := iampolicy.Locate("secretsmanager:GetSecretValue", secret, ctx); ok {
		add(res, "secretsmanager:GetSecretValue")
	}
}

// addObject adds reading one S3 object and asking for its bucket's Region.
func addObject(add adder, object string) {
	a, ok := arn.Parse(object)
	if !ok || a.Service != "s3" {
		return
	}
	add(object, "s3:GetObject")
	if a.Region != "" || a.Account != "" {
		return // behind an access point, which has no bucket's location
	}
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
	// The driver reads the option so:
	// https://github.com/moby/moby/blob/master/daemon/logger/awslogs/cloudwatchlogs.go
	if create, err := strconv.ParseBool(l.Options["awslogs-create-group"]); err == nil && create {
		add(a.String(), "logs:CreateLogGroup")
	}
}

// How a credential spec is given, before what it is read from.
const (
	specJoined     = "credentialspec:"
	specDomainless = "credentialspecdomainless:"
)

// credentialSpecs are a container's gMSA credential specs, those of the older
// field for Windows among them.
// Source: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/windows-gmsa.html
func credentialSpecs(cd evidence.ContainerDefinition) []string {
	specs := slices.Clone(cd.CredentialSpecs)
	for _, option := range cd.DockerSecurityOptions {
		if strings.HasPrefix(option, specJoined) || strings.HasPrefix(option, specDomainless) {
			specs = append(specs, option)
		}
	}
	return specs
}

// addCredentialSpec adds reading a gMSA credential spec of an S3 object or a
// parameter. One that is a file of the host takes no permission.
func addCredentialSpec(add adder, spec string, ctx iampolicy.Context) {
	_, value, _ := strings.Cut(spec, ":")
	switch a, ok := arn.Parse(value); {
	case ok && a.Service == "s3":
		addObject(add, value)
	case ok:
		addSecret(add, value, ctx)
	}
}

// NamesDomainlessSpec reports whether a container has a domainless gMSA credential
// spec, which names a secret with the credentials of the Active Directory user.
// Source: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-linux-gmsa.html
func NamesDomainlessSpec(d *evidence.TaskDefinition) bool {
	for _, cd := range d.ContainerDefinitions {
		for _, spec := range credentialSpecs(cd) {
			if strings.HasPrefix(spec, specDomainless) {
				return true
			}
		}
	}
	return false
}
