package denial

import "strings"

// heads are ECS's own words around a failed call. They name the call where the
// text was cut before AWS's sentence did.
// Sources: aws/amazon-ecs-agent agent/taskresource/*, moby's awslogs driver, and
// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/resource-initialization-error.html
var heads = []struct{ words, action string }{
	{"failed to create cloudwatch log group", "logs:CreateLogGroup"},
	{"failed to create cloudwatch log stream", "logs:CreateLogStream"},
	{"unable to retrieve ecr registry auth", "ecr:GetAuthorizationToken"},
	{"cannot pull registry auth from amazon ecr", "ecr:GetAuthorizationToken"},
	{"cannotpullecrcontainererror", "ecr:GetAuthorizationToken"},
	{"unable to retrieve secret from asm", "secretsmanager:GetSecretValue"},
	{"unable to get registry auth from asm", "secretsmanager:GetSecretValue"},
	{"asm fetching secret from the service", "secretsmanager:GetSecretValue"},
	{"fetching secret data from aws secrets manager", "secretsmanager:GetSecretValue"},
	{"pull the secret from secrets manager", "secretsmanager:GetSecretValue"},
	{"unable to retrieve secrets from ssm", "ssm:GetParameters"},
	{"fetching secret data from ssm parameter store", "ssm:GetParameters"},
	{"failed to download env files", "s3:GetObject"},
	{"unable to download env file", "s3:GetObject"},
	{"unable to download firelens s3 config file", "s3:GetObject"},
	{"fsx describing filesystem", "fsx:DescribeFileSystems"},
}

// actionOfHead is the action of the last head before a refusal.
func actionOfHead(text string, before int) string {
	lower := strings.ToLower(strings.Join(strings.Fields(text[:before]), " "))
	action, at := "", -1
	for _, h := range heads {
		if i := strings.LastIndex(lower, h.words); i > at {
			action, at = h.action, i
		}
	}
	return action
}
