package diagnose

import (
	"fmt"
	"slices"
	"strings"

	"whystopped/internal/arn"
	"whystopped/internal/diagnose/cause"
	"whystopped/internal/diagnose/evidence"
	"whystopped/internal/iampolicy"
)

// startupSteps say what the start may need and no policy for the role can have:
// what the task definition does not name, and what others own.
func startupSteps(k candidate, d *evidence.TaskDefinition, requests []iampolicy.Request, ctx iampolicy.Context) []string {
	who := attachWords(attachTo(k.identity()))
	account := ctx.Account
	if a, ok := arn.Parse(k.identity().ARN); ok {
		account = a.Account
	}
	steps := encryptionSteps(requests, who)
	steps = append(steps, ownerSteps(requests, account, who)...)
	steps = append(steps, pullThroughSteps(requests, who)...)
	return append(steps, domainlessSteps(d, who)...)
}

// encryptionSteps name the keys that a definition does not: of secrets,
// parameters and objects that are encrypted with a customer managed key.
// Source: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_execution_IAM_role.html
// Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html
func encryptionSteps(requests []iampolicy.Request, who string) []string {
	reads := func(action string) bool {
		return slices.ContainsFunc(requests, func(r iampolicy.Request) bool { return r.Action == action })
	}
	var steps []string
	if reads("secretsmanager:GetSecretValue") || reads("ssm:GetParameters") {
		steps = append(steps, "If a secret or SecureString parameter has a customer managed key, "+who+" needs kms:Decrypt on that key too; the task definition does not name keys.")
	}
	if reads("s3:GetObject") {
		steps = append(steps, "If the object in S3 is encrypted with a KMS key (SSE-KMS), "+who+" needs kms:Decrypt on that key too.")
	}
	return steps
}

// maxOwnerSteps bounds the steps about resources of other accounts.
const maxOwnerSteps = 10

// ownerSteps say what the owners of repositories, secrets and parameters of
// other accounts have to allow: across accounts both sides must.
// Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic-cross-account.html
func ownerSteps(requests []iampolicy.Request, account, who string) []string {
	var steps []string
	for _, r := range requests {
		a, ok := arn.Parse(r.Resource)
		if !ok || !isAccount(a.Account) || !isAccount(account) || a.Account == account || len(steps) == maxOwnerSteps {
			continue
		}
		if words := ownerStep(r.Action, a, who); words != "" && !slices.Contains(steps, words) {
			steps = append(steps, words)
		}
	}
	return steps
}

// ownerStep is what the owner of something that a start reads has to allow; "" for
// other calls.
// Source: https://docs.aws.amazon.com/secretsmanager/latest/userguide/auth-and-access_examples_cross.html
// Source: https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-shared-parameters.html
func ownerStep(action string, of arn.ARN, who string) string {
	name := cause.ShortName(of.String())
	switch action {
	case "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer":
		return fmt.Sprintf("The repository %s belongs to account %s: its repository policy must allow %s ecr:BatchGetImage and ecr:GetDownloadUrlForLayer too.", name, of.Account, who)
	case "ecr:BatchImportUpstreamImage", "ecr:CreateRepository":
		// https://docs.aws.amazon.com/AmazonECR/latest/userguide/registry-permissions-create-pull-through-cache.html
		return fmt.Sprintf("The registry of %s belongs to account %s: its registry permissions policy, not a repository's, must allow %s ecr:BatchImportUpstreamImage and ecr:CreateRepository too.", name, of.Account, who)
	case "secretsmanager:GetSecretValue":
		return fmt.Sprintf("The secret %s belongs to account %s: its resource policy must allow %s secretsmanager:GetSecretValue, and its key must be a customer managed one whose key policy allows %s kms:Decrypt. With the AWS managed key aws/secretsmanager it can't be read from another account.", name, of.Account, who, who)
	case "ssm:GetParameters", "ssm:GetParameter", "ssm:GetParametersByPath", "ssm:GetParameterHistory":
		return fmt.Sprintf("The parameter %s belongs to account %s, which must share it by AWS RAM; a SecureString needs a customer managed key whose key policy allows %s kms:Decrypt.", name, of.Account, who)
	}
	return ""
}

// cachePrefixes are the prefixes that ECR's console proposes for rules of a
// pull-through cache, and what people take for them.
// Source: https://docs.aws.amazon.com/AmazonECR/latest/userguide/pull-through-cache-creating-rule.html
var cachePrefixes = map[string]bool{
	"docker-hub": true, "dockerhub": true, "docker": true, "ecr-public": true, "public-ecr": true, "quay": true, "kubernetes": true, "k8s": true,
	"github": true, "ghcr": true, "gitlab": true, "azure": true, "mcr": true, "chainguard": true,
}

// pullThroughSteps are for images that may come through an ECR pull-through
// cache: an image does not tell, but the repository's prefix may.
// Source: https://docs.aws.amazon.com/AmazonECR/latest/userguide/pull-through-cache-iam.html
func pullThroughSteps(requests []iampolicy.Request, who string) []string {
	allowed := func(action, resource string) bool {
		return slices.ContainsFunc(requests, func(r iampolicy.Request) bool { return r.Action == action && r.Resource == resource })
	}
	var steps []string
	for _, r := range requests {
		a, _ := arn.Parse(r.Resource)
		prefix, rest, nested := strings.Cut(a.ID(), "/")
		if r.Action != "ecr:BatchGetImage" || !nested || !cachePrefixes[prefix] && !strings.HasPrefix(rest, "library/") || allowed("ecr:BatchImportUpstreamImage", r.Resource) {
			continue
		}
		words := fmt.Sprintf("If %s is the prefix of a pull-through cache rule, the first pull also needs ecr:BatchImportUpstreamImage and, unless the repository exists, ecr:CreateRepository for %s on repositories under %s/.", prefix, who, prefix)
		if !slices.Contains(steps, words) {
			steps = append(steps, words)
		}
	}
	return steps
}

// domainlessSteps name the secret inside a domainless gMSA credential spec, with
// the login of the Active Directory user.
// Source: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-linux-gmsa.html
func domainlessSteps(d *evidence.TaskDefinition, who string) []string {
	for _, cd := range d.ContainerDefinitions {
		for _, spec := range credentialSpecs(cd) {
			if strings.HasPrefix(spec, specDomainless) {
				return []string{"The domainless credential spec names a secret with the login of the Active Directory user (CredentialArn): " + who + " needs secretsmanager:GetSecretValue on it; the task definition does not name it."}
			}
		}
	}
	return nil
}
