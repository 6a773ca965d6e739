package samples

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"

	"whystopped/internal/awsclient/awsfake"
	"whystopped/internal/awsclient/awsfake/ids"
	"whystopped/internal/iampolicy"
)

// roleDraft is what IAM has of a draft's role; the zero value is a role that
// ECS's tasks may assume and that no policy is attached to.
type roleDraft struct {
	gone     bool     // IAM has no such role
	trusts   string   // the service that may assume it; default: ECS's tasks
	policies []string // documents
}

// Policies of the demo's roles.
var (
	pullImages = allow("*", "ecr:GetAuthorizationToken", "ecr:BatchCheckLayerAvailability", "ecr:GetDownloadUrlForLayer", "ecr:BatchGetImage")
	writeLogs  = allow("*", "logs:CreateLogStream", "logs:PutLogEvents")
	// runHosts is what the agent on an EC2 instance needs, but for images.
	runHosts = allow("*", "ecs:DiscoverPollEndpoint", "ecs:Poll", "ecs:RegisterContainerInstance", "ecs:StartTelemetrySession", "ecs:Submit*", "ecr:GetAuthorizationToken")
)

// startTasks is the usual execution role: it has what AWS's own policy
// AmazonECSTaskExecutionRolePolicy has.
// https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AmazonECSTaskExecutionRolePolicy.html
var startTasks = roleDraft{policies: []string{pullImages, writeLogs}}

// topicsPolicy is the ARN of the demo's own service control policy.
const topicsPolicy = "arn:aws:organizations::444455556666:policy/o-exampleorgid/service_control_policy/p-examplepolicy"

// organizationPolicies are the service control policies of the demo's account:
// AWS's own, which every organization has, and one of the demo's.
var organizationPolicies = []awsfake.Policy{
	{ARN: "arn:aws:organizations::aws:policy/service_control_policy/p-FullAWSAccess", Document: allow("*", "*")},
	{ARN: topicsPolicy, Document: document(iampolicy.Statement{Sid: "TopicsAreMadeByThePlatformTeam", Effect: "Deny", Action: []string{"sns:CreateTopic"}, Resource: []string{"*"}})},
}

// allow writes a policy that allows actions on one resource.
func allow(resource string, actions ...string) string {
	return document(iampolicy.Statement{Effect: "Allow", Action: actions, Resource: []string{resource}})
}

func document(s iampolicy.Statement) string {
	text, err := json.Marshal(iampolicy.Document{Version: iampolicy.Version, Statement: []iampolicy.Statement{s}})
	if err != nil {
		panic(err) // strings always marshal
	}
	return string(text)
}

// addRoles adds the roles of a draft.
func (b *builder) addRoles(d draft) {
	b.addRole(d.execRole, d.execIAM)
	b.addRole(d.taskRole, d.taskIAM)
	for _, arn := range []string{d.overrides.ExecutionRoleARN, d.overrides.TaskRoleARN} {
		if _, name, ok := strings.Cut(arn, ":role/"); ok {
			b.addRole(name, roleDraft{})
		}
	}
}

// addRole adds a role by its name, which may have a path, unless it is there.
func (b *builder) addRole(name string, r roleDraft) {
	if name == noRole || r.gone || b.roles[name] {
		return
	}
	b.roles[name] = true
	path := "/" + strings.TrimSuffix(name, ids.LastSegment(name))
	trust := document(iampolicy.Statement{
		Effect: "Allow", Principal: iampolicy.Principal{"Service": {cmp.Or(r.trusts, iampolicy.ECSTasks)}}, Action: []string{"sts:AssumeRole"},
	})
	b.scenario.Roles = append(b.scenario.Roles, awsfake.Role{Name: ids.LastSegment(name), Path: path, Trust: trust, Policies: slices.Clone(r.policies)})
}
