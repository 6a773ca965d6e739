package web

import (
	"slices"
	"strings"

	"whystopped/internal/diagnose"
	"whystopped/internal/diagnose/verdict"
)

// knownCalls are the calls of a task, as far as anything tells of them.
type knownCalls struct{ all []knownCall }

// knownCall is one operation that somebody called or needed.
type knownCall struct {
	who       verdict.IdentityKind
	service   string // IAM's prefix
	operation string
	state     callState
}

// callsOf gathers calls: those that the task definition needs, those that
// CloudTrail recorded, and those that were refused. What is known better of a
// call replaces what is known less well.
func callsOf(d diagnose.Diagnosis) knownCalls {
	var k knownCalls
	pulls := verdict.ExecutionRole
	if d.Task.ExecutionRoleARN == "" && d.Task.LaunchType == "EC2" {
		pulls = verdict.InstanceRole // as it was before there were execution roles
	}
	for _, action := range d.Task.StartupActions {
		k.add(pulls, action, startupState(d))
	}
	for _, e := range d.Timeline {
		if e.Action == "" || e.Identity == "" {
			continue
		}
		state := callSeen
		if e.Denied {
			state = callRefused
		}
		k.add(e.Identity, e.Action, state)
	}
	for _, f := range d.Findings {
		for _, c := range f.Denied {
			k.add(f.Identity.Kind, c.Action, callRefused)
		}
	}
	for _, action := range lackingActions(d) {
		k.add(d.Verdict.Identity.Kind, action, callRefused)
	}
	return k
}

// startupState is what is known of a start-up call that nobody recorded.
func startupState(d diagnose.Diagnosis) callState {
	v := d.Verdict
	switch {
	case !d.Task.StartedAt.IsZero() || v.Phase == verdict.PhaseRuntime:
		return callPassed
	case v.Phase == verdict.PhasePlacement, v.Category == verdict.IAMTrust, v.Category == verdict.IAMRoleMissing:
		return callNever
	case v.Category == verdict.Network && strings.HasPrefix(v.Cause, "network."):
		return callFailed
	}
	return callUnseen
}

func (k *knownCalls) add(who verdict.IdentityKind, action string, state callState) {
	service, operation, ok := strings.Cut(action, ":")
	if !ok || !isPlayer(who) {
		return
	}
	i := slices.IndexFunc(k.all, func(c knownCall) bool { return c.who == who && c.service == service && c.operation == operation })
	switch {
	case i < 0:
		k.all = append(k.all, knownCall{who, service, operation, state})
	case k.all[i].state != callRefused:
		k.all[i].state = state
	}
}

// by lists the services that one player called, each with what came of it: the
// worst that is known decides.
func (k knownCalls) by(who verdict.IdentityKind) []target {
	var services []string
	for _, c := range k.all {
		if c.who == who && !slices.Contains(services, c.service) {
			services = append(services, c.service)
		}
	}
	var targets []target
	for _, service := range services {
		targets = append(targets, k.target(who, service)...)
	}
	return sortTargets(targets)
}

// target is one service, in two parts where some of its calls were refused and
// others are known to have been let through.
func (k knownCalls) target(who verdict.IdentityKind, service string) []target {
	var parts []target
	for _, state := range []callState{callRefused, callSeen, callPassed, callFailed, callUnseen, callNever} {
		var operations []string
		for _, c := range k.all {
			if c.who == who && c.service == service && c.state == state {
				operations = append(operations, c.operation)
			}
		}
		if operations == nil {
			continue
		}
		if refused := len(parts) > 0 && parts[0].State == callRefused; len(parts) > 0 && (!refused || state != callSeen) {
			continue // the better known part of the service speaks for it
		}
		parts = append(parts, target{Service: serviceName(service), Calls: operations, State: state})
	}
	return parts
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
