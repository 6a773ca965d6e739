// Package permissions tells which of the AWS permissions that the service asks
// for it really has: by harmless calls that are made on demand, and by what its
// real calls came to.
package permissions

import "slices"

// Permission is an IAM action that the service uses, and why.
type Permission struct {
	Action string
	// File is the policy in the repository that allows it, under deploy/iam.
	File string
	// Required is set where most reports are empty without it.
	Required bool
	// Without says what reports lack without it.
	Without string
	// Trial is set where it can be told by a harmless call. The others are told
	// by real calls alone.
	Trial bool
}

const (
	required = "deploy/iam/required.json"
	logs     = "deploy/iam/logs.json"
	proof    = "deploy/iam/proof.json"
	hosts    = "deploy/iam/hosts.json"
	accounts = "deploy/iam/accounts.json"
	queue    = "deploy/iam/queue.json"
)

// catalogue has every action of deploy/iam, in the order of docs/permissions.md.
var catalogue = []Permission{
	{"ecs:DescribeTasks", required, true, "Stop codes, reasons, exit codes and roles, and what they lead to: definition, logs, service.", true},
	{"ecs:DescribeTaskDefinition", required, true, "Roles, secrets and log groups of a task, and its logs; whose permission it was is told less surely.", true},
	{"ecs:DescribeServices", required, true, "Events and deployments of services: tasks that were never placed, roles that could not be assumed, what changed.", true},
	{"ecs:ListTasks", required, true, "A service's ARN or link cannot be asked for.", true},
	{"ecs:ListClusters", required, true, "ARNs of the old form, without a cluster, cannot be asked for.", true},
	{"cloudtrail:LookupEvents", required, true, "Refused calls that no text tells of, and the calls on the timeline.", true},
	{"logs:GetLogEvents", logs, false, "What the application said: crashes, configuration, refusals at run time.", true},
	{"logs:FilterLogEvents", logs, false, "The same where it stands further up in a log; tasks that ECS has forgotten; data events.", true},
	{"iam:GetRole", proof, false, "Whether a role exists, whom it trusts and which boundary it has.", true},
	{"iam:SimulatePrincipalPolicy", proof, false, "Offered policies are marked as not tried.", true},
	{"ecs:DescribeContainerInstances", hosts, false, "On EC2, the instance's own refused calls in CloudTrail.", true},
	{"sts:AssumeRole", accounts, true, "No account can be read, since all are read in this role.", true},
	{"sts:TagSession", accounts, true, "No account can be read: the sessions are tagged with the task.", true},
	{"sqs:ReceiveMessage", queue, true, "Events: only what is asked for is diagnosed, while ECS still knows it.", false},
	{"sqs:DeleteMessage", queue, true, "Events come again and again until the queue gives them up.", false},
}

// All are the permissions that the service uses with any setting.
func All() []Permission { return slices.Clone(catalogue) }
