package fix

import (
	"slices"
	"strings"

	"whystopped/internal/arn"
	"whystopped/internal/diagnose/cause"
	"whystopped/internal/diagnose/evidence"
	"whystopped/internal/diagnose/rank"
	"whystopped/internal/diagnose/report"
	"whystopped/internal/diagnose/startup"
	"whystopped/internal/iampolicy"
	"whystopped/internal/words"
)

// addStartupSteps says what the start may need and no policy for the role can
// have: what the task definition does not name, and what others own.
func addStartupSteps(fix *report.Fix, k rank.Candidate, d *evidence.TaskDefinition, requests []iampolicy.Request, ctx iampolicy.Context) {
	to, account := attachTo(k.Identity()), ctx.Account
	if a, ok := arn.Parse(k.Identity().ARN); ok {
		account = a.Account
	}
	addEncryptionSteps(fix, to, requests)
	addOwnerSteps(fix, to, account, requests)
	addPullThroughSteps(fix, to, requests)
	if startup.NamesDomainlessSpec(d) {
		fix.Say("startup.domainless", to.Args())
	}
}

// addEncryptionSteps names the keys that a definition does not: of secrets,
// parameters and objects that are encrypted with a customer managed key.
// Source: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_execution_IAM_role.html
// Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html
func addEncryptionSteps(fix *report.Fix, to *report.AttachTo, requests []iampolicy.Request) {
	reads := func(action string) bool {
		return slices.ContainsFunc(requests, func(r iampolicy.Request) bool { return r.Action == action })
	}
	if reads("secretsmanager:GetSecretValue") || reads("ssm:GetParameters") {
		fix.Say("startup.secret-key", to.Args())
	}
	if reads("s3:GetObject") {
		fix.Say("startup.object-key", to.Args())
	}
}

// maxOwnerSteps bounds the steps about resources of other accounts.
const maxOwnerSteps = 10

// addOwnerSteps says what the owners of repositories, secrets and parameters of
// other accounts have to allow: across accounts both sides must.
// Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic-cross-account.html
func addOwnerSteps(fix *report.Fix, to *report.AttachTo, account string, requests []iampolicy.Request) {
	before := len(fix.Steps)
	for _, r := range requests {
		a, ok := arn.Parse(r.Resource)
		if !ok || !arn.IsAccount(a.Account) || !arn.IsAccount(account) || a.Account == account || len(fix.Steps)-before == maxOwnerSteps {
			continue
		}
		if step, ok := ownerStep(r.Action, a, to); ok {
			fix.Step(step)
		}
	}
}

// ownerStep is what the owner of something that a start reads has to allow; ok is
// false for other calls.
// Source: https://docs.aws.amazon.com/secretsmanager/latest/userguide/auth-and-access_examples_cross.html
// Source: https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-shared-parameters.html
func ownerStep(action string, of arn.ARN, to *report.AttachTo) (step words.Text, ok bool) {
	args := to.Args().With("name", cause.ShortName(of.String())).With("owner", of.Account)
	switch action {
	case "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer":
		return words.Say("foreign.repository", args), true
	case "ecr:BatchImportUpstreamImage", "ecr:CreateRepository":
		// https://docs.aws.amazon.com/AmazonECR/latest/userguide/registry-permissions-create-pull-through-cache.html
		return words.Say("foreign.registry", args), true
	case "secretsmanager:GetSecretValue":
		return words.Say("foreign.secret", args), true
	case "ssm:GetParameters", "ssm:GetParameter", "ssm:GetParametersByPath", "ssm:GetParameterHistory":
		return words.Say("foreign.parameter", args), true
	}
	return words.Text{}, false
}

// cachePrefixes are the prefixes that ECR's console proposes for rules of a
// pull-through cache, and what people take for them.
// Source: https://docs.aws.amazon.com/AmazonECR/latest/userguide/pull-through-cache-creating-rule.html
var cachePrefixes = map[string]bool{
	"docker-hub": true, "dockerhub": true, "docker": true, "ecr-public": true, "public-ecr": true, "quay": true, "kubernetes": true, "k8s": true,
	"github": true, "ghcr": true, "gitlab": true, "azure": true, "mcr": true, "chainguard": true,
}

// addPullThroughSteps is for images that may come through an ECR pull-through
// cache: an image does not tell, but the repository's prefix may.
// Source: https://docs.aws.amazon.com/AmazonECR/latest/userguide/pull-through-cache-iam.html
func addPullThroughSteps(fix *report.Fix, to *report.AttachTo, requests []iampolicy.Request) {
	allowed := func(action, resource string) bool {
		return slices.ContainsFunc(requests, func(r iampolicy.Request) bool { return r.Action == action && r.Resource == resource })
	}
	for _, r := range requests {
		a, _ := arn.Parse(r.Resource)
		prefix, rest, nested := strings.Cut(a.ID(), "/")
		if r.Action != "ecr:BatchGetImage" || !nested || !cachePrefixes[prefix] && !strings.HasPrefix(rest, "library/") || allowed("ecr:BatchImportUpstreamImage", r.Resource) {
			continue
		}
		fix.Say("startup.pull-through", to.Args().With("prefix", prefix))
	}
}
