package store

import (
	"fmt"
	"testing"
	"time"

	"whystopped/internal/casebook"
	"whystopped/internal/diagnose"
	"whystopped/internal/diagnose/evidence"
	"whystopped/internal/taskref"
)

// noon is when the samples stopped.
var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// sampleEvidence is what is read of tasks that fail in usual ways; the names of
// service, cluster, region, account and task are filled in.
var sampleEvidence = []string{
	`{"task": {%[1]s, "stopCode": "TaskFailedToStart", "stoppedReason": "ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: unable to retrieve secret from asm: service call has been retried 1 time(s): failed to fetch secret arn:aws:secretsmanager:%[4]s:%[5]s:secret:%[2]s/db-Ab3dE9 from secrets manager: AccessDeniedException: User: arn:aws:sts::%[5]s:assumed-role/%[2]s-exec/%[6]s is not authorized to perform: secretsmanager:GetSecretValue on resource: arn:aws:secretsmanager:%[4]s:%[5]s:secret:%[2]s/db-Ab3dE9 because no identity-based policy allows the secretsmanager:GetSecretValue action", "containers": [{"name": "app", "image": "%[5]s.dkr.ecr.%[4]s.amazonaws.com/%[2]s:7"}]}, "taskDefinition": {%[7]s}}`,
	`{"task": {%[1]s, "stopCode": "EssentialContainerExited", "stoppedReason": "Essential container in task exited", "containers": [{"name": "app", "exitCode": 1}, {"name": "proxy", "exitCode": 143}]}, "taskDefinition": {%[7]s}, "logs": [{"container": "app", "group": "/ecs/%[2]s", "stream": "app/app/%[6]s", "region": "%[4]s", "lines": ["starting %[2]s", "User: arn:aws:sts::%[5]s:assumed-role/%[2]s-task/%[6]s is not authorized to perform: sqs:SendMessage on resource: arn:aws:sqs:%[4]s:%[5]s:%[2]s-out because no identity-based policy allows the sqs:SendMessage action"]}]}`,
	`{"task": {%[1]s, "stopCode": "EssentialContainerExited", "stoppedReason": "Essential container in task exited", "containers": [{"name": "app", "exitCode": 137, "reason": "OutOfMemoryError: Container killed due to memory usage"}]}, "taskDefinition": {%[7]s}}`,
	`{"task": {%[1]s, "stopCode": "TaskFailedToStart", "stoppedReason": "CannotPullContainerError: pull image manifest has been retried 1 time(s): failed to resolve ref %[5]s.dkr.ecr.%[4]s.amazonaws.com/%[2]s:7: %[5]s.dkr.ecr.%[4]s.amazonaws.com/%[2]s:7: not found", "containers": [{"name": "app"}]}, "taskDefinition": {%[7]s}}`,
	`{"task": {%[1]s, "stopCode": "EssentialContainerExited", "stoppedReason": "Essential container in task exited", "containers": [{"name": "app", "exitCode": 1}]}, "taskDefinition": {%[7]s}, "logs": [{"container": "app", "lines": ["Traceback (most recent call last):", "  File \"/app/main.py\", line 12, in <module>", "ZeroDivisionError: division by zero"]}]}`,
}

// sample is a task of a service as it is kept, and the event that told of it.
type sample struct {
	kept  casebook.Kept
	event casebook.Event
}

// newSample diagnoses the n-th task of a place, whose cause is the given one of
// sampleEvidence.
func newSample(t testing.TB, p taskref.Ref, n, cause int) sample {
	t.Helper()
	id, name := fmt.Sprintf("%032x", uint64(n)*0x9e3779b97f4a7c15), p.Service()
	scope := fmt.Sprintf("arn:aws:ecs:%s:%s:", p.Region, p.Account)
	task := fmt.Sprintf(`"taskArn": "%[1]stask/%[2]s/%[3]s", "clusterArn": "%[1]scluster/%[2]s", "taskDefinitionArn": "%[1]stask-definition/%[4]s:7", "group": "service:%[4]s", "launchType": "FARGATE", "lastStatus": "STOPPED", "desiredStatus": "STOPPED", "platformVersion": "1.4.0", "cpu": "256", "memory": "512", "version": 6, "createdAt": "2026-11-22T11:58:00.123Z", "startedAt": "2026-11-22T11:59:00.456Z", "stoppedAt": "2026-11-22T12:00:00Z"`, scope, p.Cluster, id, name)
	definition := fmt.Sprintf(`"taskDefinitionArn": "%[1]stask-definition/%[4]s:7", "family": "%[4]s", "revision": 7, "executionRoleArn": "arn:aws:iam::%[3]s:role/%[4]s-exec", "taskRoleArn": "arn:aws:iam::%[3]s:role/%[4]s-task", "containerDefinitions": [{"name": "app", "image": "%[3]s.dkr.ecr.%[2]s.amazonaws.com/%[4]s:7", "essential": true, "secrets": [{"name": "DB", "valueFrom": "arn:aws:secretsmanager:%[2]s:%[3]s:secret:%[4]s/db-Ab3dE9"}], "logConfiguration": {"logDriver": "awslogs", "options": {"awslogs-group": "/ecs/%[4]s", "awslogs-region": "%[2]s", "awslogs-stream-prefix": "app"}}}]`, scope, p.Region, p.Account, name)
	ev, err := evidence.Decode(fmt.Appendf(nil, sampleEvidence[cause], task, name, p.Cluster, p.Region, p.Account, id, definition))
	if err != nil {
		t.Fatalf("read the sample: %v", err)
	}
	for i, name := range []string{"ecs:DescribeTasks", "ecs:DescribeTaskDefinition", "logs:GetLogEvents app", "logs:GetLogEvents proxy", "cloudtrail:LookupEvents", "ecs:DescribeServices", "iam:GetRole", "iam:SimulatePrincipalPolicy"} {
		ev.Sources = append(ev.Sources, evidence.Source{Name: name, Status: evidence.SourceOK, Calls: 1, TookMS: int64((n*31 + i*17) % 200)})
	}
	ev.Now = noon.Add(time.Minute)
	d := diagnose.Diagnose(ev)
	d.CreatedAt = noon
	d.ID = casebook.NewID(noon)
	kept := casebook.Kept{
		Diagnosis: d, Facts: ev.Task, Definitions: []evidence.TaskDefinition{*ev.TaskDefinition},
		Stop: &casebook.KeptStop{Key: d.Task.ARN, At: noon, Incident: p.Cluster + p.Group + d.Verdict.Cause, Full: true, Tell: true},
	}
	return sample{kept, casebook.Event{ID: "event of " + id, At: noon, Ref: d.Task.Ref(), Task: ev.Task}}
}
