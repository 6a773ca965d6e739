package diagnose

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	"whystopped/internal/diagnose/evidence"
)

// callsFor are the calls in the diagnosis of evidence, one line each.
func callsFor(t *testing.T, body string) []string {
	t.Helper()
	var ev evidence.Evidence
	if err := json.Unmarshal([]byte(body), &ev); err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, c := range Diagnose(ev).Calls {
		out = append(out, string(c.Identity)+" "+string(c.State)+" "+c.Action)
	}
	return out
}

// TestCalls holds who makes each call, and what is known of it.
func TestCalls(t *testing.T) {
	const (
		image      = `"image": "111122223333.dkr.ecr.eu-west-1.amazonaws.com/ledger:5"`
		definition = `"taskDefinition": {"taskDefinitionArn": "arn:aws:ecs:eu-west-1:111122223333:task-definition/ledger:5", "taskRoleArn": "arn:aws:iam::111122223333:role/ledger-task"`
		exec       = `, "executionRoleArn": "arn:aws:iam::111122223333:role/ledger-exec"`
		container  = `, "containerDefinitions": [{"name": "app", ` + image + `, "secrets": [{"name": "A", "valueFrom": "arn:aws:ssm:eu-west-1:111122223333:parameter/ledger"}]}]}`
		task       = `"taskArn": "arn:aws:ecs:eu-west-1:111122223333:task/core/3b2a190807f6e5d4c3b2a190807f6e5d", "lastStatus": "STOPPED"`
	)
	for _, tt := range []struct {
		name, body string
		want       []string
	}{
		{
			"denied at startup, beside what the definition needs",
			`{"task": {` + task + `, "launchType": "FARGATE", "stopCode": "TaskFailedToStart", "stoppedReason": "ResourceInitializationError: unable to pull secrets or registry auth: AccessDeniedException: User: arn:aws:sts::111122223333:assumed-role/ledger-exec/3b2a190807f6e5d4c3b2a190807f6e5d is not authorized to perform: ssm:GetParameters on resource: arn:aws:ssm:eu-west-1:111122223333:parameter/ledger because no identity-based policy allows the ssm:GetParameters action"}, ` + definition + exec + container + `}`,
			[]string{"execution-role unknown ecr:GetAuthorizationToken", "execution-role unknown ecr:BatchGetImage", "execution-role unknown ecr:GetDownloadUrlForLayer", "execution-role denied ssm:GetParameters"},
		},
		{
			"a host that pulls with its own role reads no parameter",
			`{"task": {` + task + `, "launchType": "EC2", "startedAt": "2026-11-01T10:00:00Z", "containers": [{"name": "app", "exitCode": 1}]}, ` + definition + container + `}`,
			[]string{"instance-role implied ecr:GetAuthorizationToken", "instance-role implied ecr:BatchGetImage", "instance-role implied ecr:GetDownloadUrlForLayer", "execution-role implied ssm:GetParameters"},
		},
		{
			"no route to ECR",
			`{"task": {` + task + `, "launchType": "FARGATE", "stopCode": "TaskFailedToStart", "stoppedReason": "CannotPullContainerError: Get \"https://111122223333.dkr.ecr.eu-west-1.amazonaws.com/v2/\": dial tcp 10.0.1.5:443: i/o timeout"}, ` + definition + exec + `, "containerDefinitions": [{"name": "app", ` + image + `}]}}`,
			[]string{"execution-role unreachable ecr:GetAuthorizationToken", "execution-role unreachable ecr:BatchGetImage", "execution-role unreachable ecr:GetDownloadUrlForLayer"},
		},
		{
			"a mount that EFS denied is the task role's, though the code never ran",
			`{"task": {` + task + `, "launchType": "FARGATE", "stopCode": "TaskFailedToStart", "stoppedReason": "ResourceInitializationError: failed to invoke EFS utils commands to set up EFS volumes: stderr: b'mount.nfs4: access denied by server while mounting 127.0.0.1:/' : unsuccessful EFS utils command execution; code: 32"}, ` + definition + exec + `, "containerDefinitions": [{"name": "app", "image": "public.ecr.aws/x/y:1"}], "volumes": [{"name": "data", "efsVolumeConfiguration": {"fileSystemId": "fs-0a1b2c3d", "transitEncryption": "ENABLED", "authorizationConfig": {"iam": "ENABLED"}}}]}}`,
			[]string{"task-role denied elasticfilesystem:ClientMount"},
		},
		{
			"a role that cannot be assumed comes before every call",
			`{"task": {` + task + `, "launchType": "FARGATE", "stopCode": "TaskFailedToStart", "stoppedReason": "ECS was unable to assume the role 'arn:aws:iam::111122223333:role/ledger-exec' that was provided for this task."}, ` + definition + exec + `, "containerDefinitions": [{"name": "app", ` + image + `}]}}`,
			[]string{"execution-role not-reached ecr:GetAuthorizationToken", "execution-role not-reached ecr:BatchGetImage", "execution-role not-reached ecr:GetDownloadUrlForLayer"},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, callsFor(t, tt.body)); diff != "" {
				t.Errorf("calls (-want +got):\n%s", diff)
			}
		})
	}
}
