package iampolicy

import (
	"slices"

	"whystopped/internal/arn"
)

// companion is what AWS checks besides a denied resource or action: it is denied
// only once this is allowed, and a policy for the denied one alone is not enough.
type companion struct {
	// service is the prefix; actions has the names, none for all of the service.
	service string
	actions []string
	// types are those of the denied resource, as its ARN has them; none for all.
	types []string
	// words say it of the denied action; "" where there is nothing to say.
	words func(act Action) string
}

// companions is read only.
var companions = []companion{
	// https://docs.aws.amazon.com/bedrock/latest/userguide/inference-profiles-prereq.html
	{"bedrock", nil, []string{"inference-profile", "application-inference-profile"}, func(act Action) string {
		return "An inference profile alone isn't enough: allow " + act.String() +
			" on its foundation model too, in every Region that the profile sends requests to, or the next call is denied there."
	}},
	// https://docs.aws.amazon.com/glue/latest/dg/glue-specifying-resource-arns.html
	{"glue", nil, []string{"table", "database", "userDefinedFunction"}, func(act Action) string {
		return "AWS Glue also checks what holds the resource: allow " + act.String() + " on the database of a table and on the catalog too, or the next call is denied there."
	}},
	// https://docs.aws.amazon.com/batch/latest/userguide/batch-supported-iam-actions-resources.html
	{"batch", []string{"SubmitJob"}, nil, func(act Action) string {
		return act.String() + " is checked on the job definition and on the job queue: allow it on both, or the next call is denied."
	}},
	// https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/auth-iam.html
	// https://docs.aws.amazon.com/memorydb/latest/devguide/auth-iam.html
	{"elasticache", []string{"Connect"}, nil, cacheAndUser},
	{"memorydb", []string{"Connect"}, nil, cacheAndUser},
	// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/iam-policy-structure.html
	// https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/security_iam_service-with-iam.html
	{"ec2", nil, nil, eachRequired},
	{"rds", nil, nil, eachRequired},
	// https://docs.aws.amazon.com/ses/latest/dg/control-user-access.html
	{"ses", nil, []string{"configuration-set", "template"}, func(act Action) string {
		return act.String() + " is checked on the sending identity too: allow it there as well, or the next call is denied."
	}},
	// https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssystemsmanager.html
	{"ssm", []string{"SendCommand"}, nil, func(act Action) string {
		return act.String() + " is checked on the document and on each node: allow it on both, or the next call is denied."
	}},
	// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-iam-roles.html
	{
		"ssmmessages",
		[]string{"CreateControlChannel", "CreateDataChannel", "OpenControlChannel", "OpenDataChannel"},
		nil,
		func(Action) string {
			return "ECS Exec needs ssmmessages:CreateControlChannel, CreateDataChannel, OpenControlChannel, and OpenDataChannel: allow those of them that the role still lacks, or the next one is denied."
		},
	},
}

func cacheAndUser(act Action) string {
	return act.String() + " is checked on the cache or cluster and on its user: allow it on both, or the next connection is denied."
}

// eachRequired is for services that check a call on all the resources which the
// reference marks as required.
func eachRequired(act Action) string {
	var types []string
	for _, use := range act.Types {
		if use.Required && !slices.Contains(types, use.Name) {
			types = append(types, use.Name)
		}
	}
	if len(types) < 2 {
		return ""
	}
	return act.String() + " is checked on every resource of the call (" + Enumerate(types) + "): allow it on the others too, or the next call is denied."
}

// besides tells what else a call needs that is denied only once this is allowed.
func besides(act Action, resource string) []Note {
	a, _ := arn.Parse(resource)
	kind := a.Type()
	var notes []Note
	for _, c := range companions {
		if c.service == act.Service && (c.actions == nil || slices.Contains(c.actions, act.Name)) &&
			(c.types == nil || slices.Contains(c.types, kind)) {
			if words := c.words(act); words != "" {
				notes = append(notes, Note{act.String(), resource, words})
			}
		}
	}
	return notes
}
