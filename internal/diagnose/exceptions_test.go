package diagnose_test

import (
	"testing"

	"whystopped/internal/diagnose"
	"whystopped/internal/diagnose/verdict"
)

// TestExceptionsToTheRuleOfThumb: "start-up is the execution role, run time the
// task role" is wrong in each of these.
func TestExceptionsToTheRuleOfThumb(t *testing.T) {
	const (
		execOnly = `"taskDefinition": {"taskDefinitionArn": "arn:aws:ecs:eu-west-1:111122223333:task-definition/orders:7", "executionRoleArn": "arn:aws:iam::111122223333:role/orders-exec"}`
		noRoles  = `"taskDefinition": {"taskDefinitionArn": "arn:aws:ecs:eu-west-1:111122223333:task-definition/orders:7"}`
		bothRole = `"taskDefinition": {` + roles + `}`
		as       = "User: arn:aws:sts::111122223333:assumed-role/"
		session  = "/0f1e2d3c4b5a69788796a5b4c3d2e1f0 is not authorized to perform: "
	)
	reason := func(launchType, text, definition string) string {
		return `{"task": {"taskArn": "` + taskARN + `", "launchType": "` + launchType + `", "containers": [{"name": "app", "reason": "` + text + `"}]}, ` + definition + `}`
	}
	stopped := func(text, definition string) string {
		return `{"task": {"taskArn": "` + taskARN + `", "launchType": "FARGATE", "stopCode": "TaskFailedToStart", "stoppedReason": "` + text + `"}, ` + definition + `}`
	}
	log := func(launchType, line, definition string) string {
		return `{"task": {"taskArn": "` + taskARN + `", "launchType": "` + launchType + `", "stopCode": "EssentialContainerExited", "containers": [{"name": "app", "exitCode": 1}]}, "logs": [{"container": "app", "lines": ["` + line + `"]}], ` + definition + `}`
	}
	tests := map[string]struct {
		evidence string
		want     verdict.IdentityKind
	}{
		"EC2 without an execution role: the instance pulls": {
			reason("EC2", "CannotPullContainerError: pull image manifest has been retried 1 time(s): failed to resolve ref 111122223333.dkr.ecr.eu-west-1.amazonaws.com/orders:7: unexpected status from HEAD request to https://111122223333.dkr.ecr.eu-west-1.amazonaws.com/v2/orders/manifests/7: 403 Forbidden", noRoles), verdict.InstanceRole,
		},
		"EC2 with an execution role: that one pulls": {
			reason("EC2", "CannotPullContainerError: pull image manifest has been retried 1 time(s): failed to resolve ref 111122223333.dkr.ecr.eu-west-1.amazonaws.com/orders:7: unexpected status from HEAD request to https://111122223333.dkr.ecr.eu-west-1.amazonaws.com/v2/orders/manifests/7: 403 Forbidden", execOnly), verdict.ExecutionRole,
		},
		"EC2 log driver without an execution role: the instance": {
			reason("EC2", "CannotStartContainerError: Error response from daemon: failed to initialize logging driver: failed to create Cloudwatch log stream: AccessDeniedException: "+as+"nodes/i-0123456789abcdef0 is not authorized to perform: logs:CreateLogStream on resource: arn:aws:logs:eu-west-1:111122223333:log-group:/ecs/orders:log-stream:a", noRoles), verdict.InstanceRole,
		},
		"EC2 log driver with an execution role: that one": {
			reason("EC2", "CannotStartContainerError: Error response from daemon: failed to initialize logging driver: failed to create Cloudwatch log stream: AccessDeniedException: "+as+"orders-exec"+session+"logs:CreateLogStream on resource: arn:aws:logs:eu-west-1:111122223333:log-group:/ecs/orders:log-stream:a", execOnly), verdict.ExecutionRole,
		},
		"logs written during the run: the execution role": {
			`{"task": {"taskArn": "` + taskARN + `", "startedAt": 1795336200, "stopCode": "EssentialContainerExited"}, ` + bothRole + `, "cloudtrail": [{"eventSource": "logs.amazonaws.com", "eventName": "PutLogEvents", "errorCode": "AccessDenied", "userIdentity": {"type": "AssumedRole", "arn": "arn:aws:sts::111122223333:assumed-role/orders-exec/0f1e2d3c4b5a69788796a5b4c3d2e1f0"}}]}`, verdict.ExecutionRole,
		},
		"EFS with IAM, before the start: the task role": {
			stopped("ResourceInitializationError: failed to invoke EFS utils commands to set up EFS volumes: stderr: b'mount.nfs4: access denied by server while mounting 127.0.0.1:/' : unsuccessful EFS utils command execution; code: 32", `"taskDefinition": {`+roles+`, "volumes": [{"name": "data", "efsVolumeConfiguration": {"fileSystemId": "fs-0123456789abcdef0", "authorizationConfig": {"iam": "ENABLED"}}}]}`), verdict.TaskRole,
		},
		"EFS without IAM: nobody": {
			stopped("ResourceInitializationError: failed to invoke EFS utils commands to set up EFS volumes: stderr: b'mount.nfs4: access denied by server while mounting 127.0.0.1:/' : unsuccessful EFS utils command execution; code: 32", `"taskDefinition": {`+roles+`, "volumes": [{"name": "data", "efsVolumeConfiguration": {"fileSystemId": "fs-0123456789abcdef0"}}]}`), verdict.NoIdentity,
		},
		"S3 Files, before the start: the task role": {
			stopped(as+"orders-task"+session+"s3files:ClientMount on resource: arn:aws:s3files:eu-west-1:111122223333:file-system/fs-0123456789abcdef0 because no identity-based policy allows the s3files:ClientMount action", bothRole), verdict.TaskRole,
		},
		"Express Mode's load balancer: the infrastructure role": {
			`{"serviceEvents": ["(service storefront) failed to register targets with (error User: arn:aws:sts::111122223333:assumed-role/ecsInfrastructureRoleForExpressServices/express-4f1c is not authorized to perform: elasticloadbalancing:RegisterTargets on resource: arn:aws:elasticloadbalancing:eu-west-1:111122223333:targetgroup/storefront/0a1b2c3d4e5f6071 because no identity-based policy allows the elasticloadbalancing:RegisterTargets action)"]}`, verdict.InfrastructureRole,
		},
		"ECS Exec's channel: the task role": {
			log("FARGATE", as+"orders-task"+session+"ssmmessages:CreateControlChannel on resource: arn:aws:ecs:eu-west-1:111122223333:task/prod/0f1e2d3c4b5a69788796a5b4c3d2e1f0 because no identity-based policy allows the ssmmessages:CreateControlChannel action", bothRole), verdict.TaskRole,
		},
		"ECS Exec's session: the service-linked role": {
			`{"cloudtrail": [{"eventSource": "ssm.amazonaws.com", "eventName": "StartSession", "errorCode": "AccessDenied", "userIdentity": {"type": "AssumedRole", "arn": "arn:aws:sts::111122223333:assumed-role/AWSServiceRoleForECS/ECSExec"}}]}`, verdict.ServiceLinkedRole,
		},
		"EBS volumes: the infrastructure role": {
			`{"task": {"taskArn": "` + taskARN + `", "attachments": [{"type": "AmazonElasticBlockStorage", "status": "DELETED", "details": [{"name": "statusReason", "value": "ECS was unable to assume the configured ECS Infrastructure Role 'arn:aws:iam::111122223333:role/ecs-infra'. Please verify that the role being passed has the proper trust relationship with Amazon ECS"}]}]}, ` + bothRole + `}`, verdict.InfrastructureRole,
		},
		"Service Connect TLS: the infrastructure role": {
			`{"serviceEvents": ["` + as + `ecs-infra/ECSServiceConnectForTLS is not authorized to perform: acm-pca:IssueCertificate on resource: arn:aws:acm-pca:eu-west-1:111122223333:certificate-authority/11111111-2222-3333-4444-555555555555 because no identity-based policy allows the acm-pca:IssueCertificate action"]}`, verdict.InfrastructureRole,
		},
		"network interfaces: the service-linked role": {
			`{"cloudtrail": [{"eventSource": "ec2.amazonaws.com", "eventName": "CreateNetworkInterface", "errorCode": "Client.UnauthorizedOperation", "userIdentity": {"type": "AssumedRole", "arn": "arn:aws:sts::111122223333:assumed-role/AWSServiceRoleForECS/ecs-eni-provisioning"}}]}`, verdict.ServiceLinkedRole,
		},
		"FireLens configuration from S3: the execution role": {
			reason("EC2", "unable to download firelens s3 config file: unable to download s3 config conf/extra.conf from bucket routing: AccessDenied: Access Denied status code: 403, request id: 6D1A, host id: x", execOnly), verdict.ExecutionRole,
		},
		"FireLens delivery: the task role": {
			log("FARGATE", "[2026/11/22 08:00:00] [error] [output:kinesis_firehose:kinesis_firehose.1] PutRecordBatch API responded with error='AccessDeniedException'", bothRole), verdict.TaskRole,
		},
		"task protection without a task role: the task role that is absent": {
			log("EC2", "AccessDeniedException: Invalid Request: no task IAM role credentials available for task", execOnly), verdict.TaskRole,
		},
		"metadata with tags: the instance": {
			log("EC2", "unable to get 'ContainerInstanceTags': AccessDeniedException: "+as+"nodes/i-0123456789abcdef0 is not authorized to perform: ecs:ListTagsForResource on resource: arn:aws:ecs:eu-west-1:111122223333:container-instance/prod/0123456789abcdef0123456789abcdef because no identity-based policy allows the ecs:ListTagsForResource action", bothRole), verdict.InstanceRole,
		},
		"no task role on EC2: the application acts as the instance": {
			log("EC2", as+"nodes/i-0123456789abcdef0 is not authorized to perform: s3:PutObject on resource: arn:aws:s3:::orders/a because no identity-based policy allows the s3:PutObject action", execOnly), verdict.InstanceRole,
		},
		"no task role on Fargate: no credentials at all": {
			log("FARGATE", "botocore.exceptions.NoCredentialsError: Unable to locate credentials", execOnly), verdict.TaskRole,
		},
		"a node of ECS Anywhere": {
			log("EXTERNAL", as+"anywhere/mi-0123456789abcdef0 is not authorized to perform: s3:PutObject on resource: arn:aws:s3:::orders/a", bothRole), verdict.InstanceRole,
		},
		"gMSA's secret, renewed while the task runs: the execution role": {
			stopped("failed to retrieve credentials for domainless gMSA user svc: secret arn:aws:secretsmanager:eu-west-1:111122223333:secret:gmsa-AbC9xZ: AccessDeniedException: "+as+"orders-exec"+session+"secretsmanager:GetSecretValue on resource: arn:aws:secretsmanager:eu-west-1:111122223333:secret:gmsa-AbC9xZ", execOnly), verdict.ExecutionRole,
		},
		"a private registry's 401: no AWS identity": {
			reason("FARGATE", "CannotPullContainerError: failed to resolve ref registry.example.com/orders:7: failed to authorize: failed to fetch oauth token: unexpected status from GET request to https://registry.example.com/token: 401 Unauthorized", execOnly), verdict.NoIdentity,
		},
		"App Mesh's proxy: the task role": {
			log("FARGATE", "[2026-11-22 08:00:00.000][1][warning][config] StreamAggregatedResources gRPC config stream closed: 7, Unauthorized to perform appmesh:StreamAggregatedResources for arn:aws:appmesh:eu-west-1:111122223333:mesh/m/virtualNode/orders", bothRole), verdict.TaskRole,
		},
		"a sidecar's call: the task role, like any container's": {
			log("FARGATE", "[Error] Sending segment batch failed with: AccessDeniedException: "+as+"orders-task"+session+"xray:PutTraceSegments because no identity-based policy allows the xray:PutTraceSegments action", bothRole), verdict.TaskRole,
		},
		"passing a role: whoever starts the task": {
			`{"logs": [{"container": "deploy", "lines": ["An error occurred (AccessDeniedException) when calling the RunTask operation: User: arn:aws:iam::111122223333:user/deployer is not authorized to perform: iam:PassRole on resource: arn:aws:iam::111122223333:role/orders-task because no identity-based policy allows the iam:PassRole action"]}]}`, verdict.Caller,
		},
		"keys of its own: the caller, not the task role": {
			log("FARGATE", "AccessDenied: User: arn:aws:iam::111122223333:user/legacy is not authorized to perform: s3:PutObject on resource: arn:aws:s3:::orders/a", bothRole), verdict.Caller,
		},
		"a second role that the SDK assumed: the caller": {
			log("FARGATE", "AccessDenied: "+as+"partner-access/botocore-session-1680121851 is not authorized to perform: s3:PutObject on resource: arn:aws:s3:::orders/a", bothRole), verdict.Caller,
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			d := diagnose.Diagnose(mustDecode(t, tt.evidence))
			if got := d.Verdict.Identity.Kind; got != tt.want {
				t.Errorf("identity %s (%s), want %s", got, d.Verdict.Cause, tt.want)
			}
		})
	}
}
