package iampolicy

import (
	"slices"
	"strings"
	"unicode"

	"whystopped/internal/arn"
)

// Services that receive roles, as iam:PassedToService has them.
const (
	toECSTasks  = ECSTasks
	toECS       = "ecs.amazonaws.com"
	toEC2       = "ec2.amazonaws.com"
	toEvents    = "events.amazonaws.com"
	toScheduler = "scheduler.amazonaws.com"
	toScaling   = "application-autoscaling.amazonaws.com"
)

// passing is the calls that pass a role, and the services that receive it.
type passing struct {
	// calls are the IAM actions of the calls, in one string.
	calls string
	// to are the services that receive a role whose name tells nothing.
	to []string
	// byName are the services that receive a role only where its name says so.
	byName []string
}

// passings is read only. ECS receives infrastructure roles (volumes, load
// balancers, VPC Lattice, Service Connect TLS, Express Mode, Managed Instances)
// and roles of lifecycle hooks itself; the roles of tasks are received by
// ecs-tasks. A service's configuration may name both, and a name that tells
// nothing then gets a condition with both.
// Sources: the AWS managed policy AmazonECS_FullAccess, and
// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/infrastructure_IAM_role.html
// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/AmazonECSInfrastructureRolePolicyForLoadBalancers.html
// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/managed-instances-instance-profile.html
// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/CWE_IAM_role.html
var passings = []passing{
	{calls: "ecs:RegisterTaskDefinition ecs:RegisterDaemonTaskDefinition", to: []string{toECSTasks}},
	{calls: "ecs:RunTask ecs:StartTask", to: []string{toECSTasks}, byName: []string{toECS}},
	{calls: "ecs:CreateService ecs:UpdateService ecs:CreateTaskSet", to: []string{toECSTasks, toECS}},
	{calls: "ecs:CreateExpressGatewayService ecs:UpdateExpressGatewayService", to: []string{toECSTasks, toECS}},
	{calls: "ecs:CreateGateway ecs:UpdateGateway", to: []string{toECS}},
	{calls: "ecs:CreateCapacityProvider ecs:UpdateCapacityProvider", to: []string{toECS, toEC2}},
	// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/permission-to-pass-iam-roles.html
	{calls: "ec2:RunInstances ec2:CreateFleet ec2:RequestSpotInstances ec2:AssociateIamInstanceProfile " +
		"ec2:ReplaceIamInstanceProfileAssociation iam:AddRoleToInstanceProfile " +
		"autoscaling:CreateAutoScalingGroup autoscaling:UpdateAutoScalingGroup autoscaling:CreateLaunchConfiguration", to: []string{toEC2}},
	// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-identity-based.html
	{calls: "events:PutTargets events:PutRule", to: []string{toEvents}},
	// The AWS managed policy AmazonEventBridgeSchedulerFullAccess.
	{calls: "scheduler:CreateSchedule scheduler:UpdateSchedule", to: []string{toScheduler}},
	// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-permissions.html
	{calls: "pipes:CreatePipe pipes:UpdatePipe", to: []string{"pipes.amazonaws.com"}},
	// Job and execution roles of AWS Batch are roles of ECS tasks; no page says
	// which of the two the condition sees, so both stand.
	// https://docs.aws.amazon.com/batch/latest/userguide/execution-IAM-role.html
	{calls: "batch:RegisterJobDefinition batch:SubmitJob", to: []string{toECSTasks, "batch.amazonaws.com"}},
	// https://docs.aws.amazon.com/batch/latest/APIReference/API_CreateComputeEnvironment.html
	{calls: "batch:CreateComputeEnvironment batch:UpdateComputeEnvironment", to: []string{"batch.amazonaws.com", toEC2, "spotfleet.amazonaws.com"}},
	// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/auto-scaling-IAM.html
	{calls: "application-autoscaling:RegisterScalableTarget", to: []string{toScaling}},
	// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/codedeploy_IAM_role.html
	{calls: "codedeploy:CreateDeploymentGroup codedeploy:UpdateDeploymentGroup", to: []string{"codedeploy.amazonaws.com"}},
	// https://docs.aws.amazon.com/lambda/latest/dg/lambda-intro-execution-role.html
	{calls: "lambda:CreateFunction lambda:UpdateFunctionConfiguration", to: []string{"lambda.amazonaws.com"}},
	// https://docs.aws.amazon.com/step-functions/latest/dg/procedure-create-iam-role.html
	{calls: "states:CreateStateMachine states:UpdateStateMachine", to: []string{"states.amazonaws.com"}},
	// https://docs.aws.amazon.com/codepipeline/latest/userguide/security-iam.html
	{calls: "codepipeline:CreatePipeline codepipeline:UpdatePipeline", to: []string{"codepipeline.amazonaws.com"}},
	// https://docs.aws.amazon.com/codebuild/latest/userguide/setting-up-service-role.html
	{calls: "codebuild:CreateProject codebuild:UpdateProject", to: []string{"codebuild.amazonaws.com"}},
	// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-iam-servicerole.html
	{calls: "cloudformation:CreateStack cloudformation:UpdateStack cloudformation:CreateChangeSet", to: []string{"cloudformation.amazonaws.com"}},
	// https://docs.aws.amazon.com/glue/latest/dg/create-service-policy.html
	{calls: "glue:CreateJob glue:UpdateJob glue:CreateCrawler glue:UpdateCrawler", to: []string{"glue.amazonaws.com"}},
	// https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-roles.html
	{calls: "sagemaker:CreateTrainingJob sagemaker:CreateProcessingJob sagemaker:CreateModel sagemaker:CreateHyperParameterTuningJob", to: []string{"sagemaker.amazonaws.com"}},
	// https://docs.aws.amazon.com/emr/latest/EMR-Serverless-UserGuide/security-iam-runtime-role.html
	{calls: "emr-serverless:StartJobRun", to: []string{"emr-serverless.amazonaws.com"}},
	// https://docs.aws.amazon.com/emr/latest/ManagementGuide/emr-iam-roles.html
	{calls: "elasticmapreduce:RunJobFlow", to: []string{"elasticmapreduce.amazonaws.com", toEC2}},
}

// roleNames tell by a role's name who receives it: by whole words of the name
// and by parts of it that are in no other word. The words are those of AWS's own
// guides and tools. They are read only.
var roleNames = []struct{ words, parts, service string }{
	{"infra lattice ebs volume volumes hook hooks", "infrastructure loadbalancer load-balancer bluegreen blue-green ecsservicerole", toECS},
	{"", "scheduler", toScheduler},
	{"events", "ecsevents eventsrole eventbridge", toEvents},
	{"", "autoscal", toScaling},
	{"", "codedeploy", "codedeploy.amazonaws.com"},
	{"", "codebuild", "codebuild.amazonaws.com"},
	{"", "codepipeline", "codepipeline.amazonaws.com"},
	{"", "lambda", "lambda.amazonaws.com"},
	{"", "stepfunctions step-functions statemachine state-machine", "states.amazonaws.com"},
	{"", "batchservice batch-service", "batch.amazonaws.com"},
	{"", "spotfleet spot-fleet", "spotfleet.amazonaws.com"},
	{"instance", "instancerole instanceprofile", toEC2},
	{"exec execution task tasks", "taskexec taskrole executionrole", toECSTasks},
}

// PassingCall is the IAM action of a call that passes a role, by the service and
// the operation as an SDK or CloudTrail names them; "" where the operation is
// not known, or is IAM's own word for it. An operation without its service is
// taken for the one that passes roles, ECS's first.
func PassingCall(service, operation string) string {
	if operation == "" || strings.EqualFold(operation, "PassRole") {
		return ""
	}
	actions := OperationActions(operation)
	if service != "" {
		actions = CallActions(service, operation)
	}
	for _, p := range passings {
		for call := range strings.FieldsSeq(p.calls) {
			if slices.Contains(actions, call) {
				return call
			}
		}
	}
	if len(actions) == 0 {
		return service + ":" + operation // newer than the reference
	}
	return actions[0]
}

// PassedTo returns the services of which one receives the role, by the IAM action
// of the call that passes it ("ecs:CreateService"; "" where it is not known) and
// by the role's name. It gives none where neither tells.
func PassedTo(call, roleARN string) []string {
	var possible, usual []string
	for _, p := range passings {
		if call != "" && slices.Contains(strings.Fields(p.calls), call) {
			possible, usual = slices.Concat(p.to, p.byName), p.to
		}
	}
	if call != "" && len(possible) == 0 {
		return nil
	}
	var named []string
	for _, service := range receivers(roleARN) {
		if call == "" || slices.Contains(possible, service) {
			named = append(named, service)
		}
	}
	if len(named) > 0 {
		return named
	}
	return slices.Clone(usual)
}

// receivers are the services that a role's name tells of.
func receivers(roleARN string) []string {
	name := roleARN
	if a, ok := arn.Parse(roleARN); ok {
		name = a.Name()
	}
	words, lower := nameWords(name), strings.ToLower(name)
	var found []string
	for _, row := range roleNames {
		byWord := slices.ContainsFunc(strings.Fields(row.words), func(w string) bool { return slices.Contains(words, w) })
		byPart := slices.ContainsFunc(strings.Fields(row.parts), func(p string) bool { return strings.Contains(lower, p) })
		if byWord || byPart {
			found = append(found, row.service)
		}
	}
	return found
}

// nameWords are the words of a name in lower case: MyStack-ecsTaskRole1A has my,
// stack, ecs, task and role.
func nameWords(name string) []string {
	var b strings.Builder
	wasLower := false
	for _, r := range name {
		switch {
		case !unicode.IsLetter(r):
			b.WriteByte(' ')
		case unicode.IsUpper(r) && wasLower:
			b.WriteByte(' ')
			b.WriteRune(r)
		default:
			b.WriteRune(r)
		}
		wasLower = unicode.IsLower(r)
	}
	return strings.Fields(strings.ToLower(b.String()))
}

// passedTo is the condition that holds iam:PassRole to the services that may
// receive the role; none where they are not known, since a condition with the
// wrong service allows nothing. Two services have another name in China beside
// their own, as the AWS managed policy AmazonECS_FullAccess has them.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html
func (r Request) passedTo() Condition {
	a, _ := arn.Parse(r.Resource)
	var condition Condition
	for service := range strings.FieldsSeq(r.PassedTo) {
		condition = condition.and("StringEquals", "iam:PassedToService", literal(service))
		if a.Partition == "aws-cn" && (service == toEC2 || service == toScaling) {
			condition = condition.and("StringEquals", "iam:PassedToService", service+".cn")
		}
	}
	return condition
}
