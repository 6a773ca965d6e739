package iampolicy

import (
	"slices"

	"whystopped/internal/arn"
	"whystopped/internal/words"
)

// companion is what AWS checks besides a denied resource or action: it is denied
// only once this is allowed, and a policy for the denied one alone is not enough.
type companion struct {
	// service is the prefix; actions has the names, none for all of the service.
	service string
	actions []string
	// types are those of the denied resource, as its ARN has them; none for all.
	types []string
	// note is the message that says it of the denied action.
	note string
	// each is set for services that check a call on all the resources which the
	// reference marks as required.
	each bool
}

// companions is read only.
var companions = []companion{
	// https://docs.aws.amazon.com/bedrock/latest/userguide/inference-profiles-prereq.html
	{service: "bedrock", types: []string{"inference-profile", "application-inference-profile"}, note: "note.profile"},
	// https://docs.aws.amazon.com/glue/latest/dg/glue-specifying-resource-arns.html
	{service: "glue", types: []string{"table", "database", "userDefinedFunction"}, note: "note.glue"},
	// https://docs.aws.amazon.com/batch/latest/userguide/batch-supported-iam-actions-resources.html
	{service: "batch", actions: []string{"SubmitJob"}, note: "note.job-queue"},
	// https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/auth-iam.html
	// https://docs.aws.amazon.com/memorydb/latest/devguide/auth-iam.html
	{service: "elasticache", actions: []string{"Connect"}, note: "note.cache-user"},
	{service: "memorydb", actions: []string{"Connect"}, note: "note.cache-user"},
	// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/iam-policy-structure.html
	// https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/security_iam_service-with-iam.html
	{service: "ec2", each: true, note: "note.each-resource"},
	{service: "rds", each: true, note: "note.each-resource"},
	// https://docs.aws.amazon.com/ses/latest/dg/control-user-access.html
	{service: "ses", types: []string{"configuration-set", "template"}, note: "note.identity"},
	// https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssystemsmanager.html
	{service: "ssm", actions: []string{"SendCommand"}, note: "note.command"},
	// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-iam-roles.html
	{
		service: "ssmmessages",
		actions: []string{"CreateControlChannel", "CreateDataChannel", "OpenControlChannel", "OpenDataChannel"},
		note:    "note.channels",
	},
}

// required are the types of resources that an action requires.
func required(act Action) []string {
	var types []string
	for _, use := range act.Types {
		if use.Required && !slices.Contains(types, use.Name) {
			types = append(types, use.Name)
		}
	}
	return types
}

// besides returns what else a call needs that is denied only once this is allowed.
func besides(act Action, resource string) []Note {
	a, _ := arn.Parse(resource)
	kind, types := a.Type(), required(act)
	var notes []Note
	for _, c := range companions {
		switch {
		case c.service != act.Service, c.actions != nil && !slices.Contains(c.actions, act.Name),
			c.types != nil && !slices.Contains(c.types, kind), c.each && len(types) < 2:
			continue
		}
		notes = append(notes, Note{act.String(), resource, words.Say(c.note, words.Args{"action": act.String(), "types": types})})
	}
	return notes
}
