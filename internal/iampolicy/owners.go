package iampolicy

import (
	"slices"
	"strings"

	"whystopped/internal/arn"
)

// ECSTasks is the service that assumes task and task execution roles.
const ECSTasks = "ecs-tasks.amazonaws.com"

// TrustPolicy is the trust policy of a role that a service has to assume, such
// as ECSTasks for a task role, or "ecs.amazonaws.com" for an infrastructure
// role.
// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-iam-roles.html
func TrustPolicy(principalService string) Document {
	return Document{Version: Version, Statement: []Statement{{
		Effect:    "Allow",
		Principal: Principal{"Service": {principalService}},
		Action:    []string{"sts:AssumeRole"},
	}}}
}

// ResourcePolicy is what the owner of a resource adds to the policy on it, the
// key policy of a KMS key among them, so that the principal may make the
// requests. The principal is a
// role's or user's ARN, or a role session's, for which the role stands; the
// session's ARN lacks the role's path, so give the role's where it is known.
func ResourcePolicy(principalARN string, reqs []Request, ctx Context) (Document, []Note) {
	doc, notes := Allow(reqs, ctx)
	for i := range doc.Statement {
		s := &doc.Statement[i]
		s.Principal = Principal{"AWS": {RoleOf(principalARN)}}
		switch service, _, _ := strings.Cut(s.Action[0], ":"); service {
		case "ecr":
			// https://docs.aws.amazon.com/AmazonECR/latest/userguide/repository-policies.html
			if !ForRegistry(*s) {
				s.Resource = nil
			}
		case "secretsmanager", "kms":
			// The policy is on one secret or key, and "*" means that one.
			// https://docs.aws.amazon.com/kms/latest/developerguide/key-policies.html
			// https://docs.aws.amazon.com/secretsmanager/latest/userguide/auth-and-access_resource-policies.html
			s.Resource = []string{"*"}
		}
	}
	return doc, notes
}

// ForRegistry reports whether a statement belongs in the permissions policy of an
// ECR registry, which names repositories: what a first pull through a cache needs
// is asked before there is a repository with a policy of its own.
// https://docs.aws.amazon.com/AmazonECR/latest/userguide/registry-permissions-create-pull-through-cache.html
func ForRegistry(s Statement) bool {
	return !slices.ContainsFunc(s.Action, func(action string) bool {
		return action != "ecr:BatchImportUpstreamImage" && action != "ecr:CreateRepository"
	})
}

// ForRegistry reports whether all of a document belongs in such a policy.
func (d Document) ForRegistry() bool {
	return !slices.ContainsFunc(d.Statement, func(s Statement) bool { return !ForRegistry(s) })
}

// EndpointPolicy is what the owner of a VPC endpoint adds to its policy, so that
// the principal's requests get through. The role stands in a condition, since
// the policies of gateway endpoints take no other principal than "*".
// https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-access.html
func EndpointPolicy(principalARN string, reqs []Request, ctx Context) (Document, []Note) {
	doc, notes := Allow(reqs, ctx)
	for i := range doc.Statement {
		s := &doc.Statement[i]
		s.Principal = Principal{"*": {"*"}}
		s.Condition = s.Condition.and("ArnEquals", "aws:PrincipalArn", RoleOf(principalARN))
	}
	return doc, notes
}

// RoleOf returns the role of a role session's ARN, and any other ARN as it is.
func RoleOf(principal string) string {
	a, ok := arn.Parse(principal)
	if !ok || a.Service != "sts" {
		return principal
	}
	rest, ok := strings.CutPrefix(a.Resource, "assumed-role/")
	if !ok {
		return principal
	}
	role, _, _ := strings.Cut(rest, "/")
	a.Service, a.Resource = "iam", "role/"+role
	return a.String()
}
