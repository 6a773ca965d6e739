package web

import (
	"slices"
	"strings"

	"whystopped/internal/diagnose"
	"whystopped/internal/diagnose/verdict"
)

// targetsOf lists the services that one player called, each with what came of it: the
// worst that is known decides.
func targetsOf(calls []diagnose.Call, who verdict.IdentityKind) []target {
	var services []string
	for _, c := range calls {
		if service, _ := splitAction(c.Action); c.Identity == who && !slices.Contains(services, service) {
			services = append(services, service)
		}
	}
	var targets []target
	for _, service := range services {
		targets = append(targets, targetOf(calls, who, service)...)
	}
	return sortTargets(targets)
}

// targetOf is one service, in two parts where some of its calls were denied and
// others are known to have been let through.
func targetOf(calls []diagnose.Call, who verdict.IdentityKind, service string) []target {
	var parts []target
	for _, state := range callStates {
		var operations []string
		for _, c := range calls {
			if s, operation := splitAction(c.Action); c.Identity == who && s == service && c.State == state {
				operations = append(operations, operation)
			}
		}
		if operations == nil {
			continue
		}
		if denied := len(parts) > 0 && parts[0].State == verdict.CallDenied; len(parts) > 0 && (!denied || state != verdict.CallAllowed) {
			continue // the better known part of the service speaks for it
		}
		parts = append(parts, target{Service: serviceName(service), Calls: operations, State: state})
	}
	return parts
}

// splitAction returns IAM's prefix of the service, and the operation.
func splitAction(action string) (service, operation string) {
	service, operation, _ = strings.Cut(action, ":")
	return service, operation
}

var serviceNames = map[string]string{
	"ecr": "ECR", "ecr-public": "ECR Public", "secretsmanager": "Secrets Manager", "ssm": "Parameter Store", "ssmmessages": "ECS Exec", "logs": "CloudWatch Logs",
	"cloudwatch": "CloudWatch", "s3": "S3", "kms": "KMS", "dynamodb": "DynamoDB", "sqs": "SQS", "sns": "SNS", "sts": "STS", "iam": "IAM",
	"elasticfilesystem": "EFS", "fsx": "FSx", "firehose": "Data Firehose", "kinesis": "Kinesis", "lambda": "Lambda", "events": "EventBridge",
	"states": "Step Functions", "rds-db": "RDS", "bedrock": "Bedrock", "ecs": "ECS", "ec2": "EC2", "elasticloadbalancing": "Load balancing",
}

// serviceName is how people call a service that IAM knows by a prefix.
func serviceName(prefix string) string {
	if name, ok := serviceNames[prefix]; ok {
		return name
	}
	return prefix
}
