package evidence_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"whystopped/internal/diagnose/evidence"
)

const (
	iamRole  = "arn:aws:iam::111122223333:role/"
	execRole = iamRole + "api-exec"
	taskRole = iamRole + "svc/api-task"

	notAssumed = "ECS was unable to assume the role '" + iamRole + "other' that was provided for this task. Please verify that the role being passed has the proper trust relationship and permissions and that your IAM user has permissions to pass this role."
)

func TestRolesInQuestion(t *testing.T) {
	definition := &evidence.TaskDefinition{ExecutionRoleARN: execRole, TaskRoleARN: taskRole}
	tests := []struct {
		name string
		ev   evidence.Evidence
		want []string
	}{
		{name: "nothing known"},
		{name: "nothing said", ev: evidence.Evidence{Task: &evidence.Task{StoppedReason: "Essential container in task exited"}, TaskDefinition: definition}},
		{
			name: "a plain denial names everything that there is to know",
			ev: evidence.Evidence{TaskDefinition: definition, Task: &evidence.Task{
				StoppedReason: "ResourceInitializationError: AccessDeniedException: User: arn:aws:sts::111122223333:assumed-role/api-exec/0f1e is not authorized to perform: ssm:GetParameters on resource: * because no identity-based policy allows the ssm:GetParameters action",
			}},
		},
		{
			name: "a role that could not be assumed, and the task's own",
			ev:   evidence.Evidence{TaskDefinition: definition, Task: &evidence.Task{StoppedReason: notAssumed}},
			want: []string{iamRole + "other", execRole, taskRole},
		},
		{
			name: "each once",
			ev:   evidence.Evidence{TaskDefinition: &evidence.TaskDefinition{ExecutionRoleARN: iamRole + "other", TaskRoleARN: iamRole + "other"}, Task: &evidence.Task{StoppedReason: notAssumed}},
			want: []string{iamRole + "other"},
		},
		{
			name: "no role is named, and an override wins",
			ev: evidence.Evidence{TaskDefinition: definition, Task: &evidence.Task{
				StoppedReason: "ECS was unable to assume the role '' that was provided for this task.",
				Overrides:     evidence.Overrides{ExecutionRoleARN: execRole + "-2", TaskRoleARN: taskRole + "-2"},
			}},
			want: []string{execRole + "-2", taskRole + "-2"},
		},
		{
			name: "a service's event",
			ev:   evidence.Evidence{ServiceEvents: []evidence.ServiceEvent{{Text: "(service api) has started 1 tasks."}, {Text: "(service api) failed to launch a task with (error " + notAssumed + ")."}}},
			want: []string{iamRole + "other"},
		},
		{
			name: "the infrastructure role of a volume",
			ev: evidence.Evidence{Task: &evidence.Task{Attachments: []evidence.Attachment{{Details: []evidence.KeyValue{{
				Name: "statusReason", Value: "ECS was unable to assume the configured ECS Infrastructure Role '" + iamRole + "volumes'. Please verify that the role being passed has the proper trust relationship with Amazon ECS",
			}}}}}},
			want: []string{iamRole + "volumes"},
		},
		{
			name: "a boundary that is not named",
			ev: evidence.Evidence{TaskDefinition: definition, Task: &evidence.Task{Containers: []evidence.Container{{
				Reason: "CannotPullContainerError: User: arn:aws:sts::111122223333:assumed-role/api-exec/0f1e is not authorized to perform: ecr:BatchGetImage because no permissions\nboundary allows the ecr:BatchGetImage action",
			}}}},
			want: []string{execRole, taskRole},
		},
		{
			name: "a service-linked role",
			ev:   evidence.Evidence{TaskDefinition: definition, ServiceEvents: []evidence.ServiceEvent{{Text: "Unable to assume the service linked role. Please verify that the ECS service linked role exists."}}},
		},
		{
			name: "a full stop is no part of a name, and there are not more than four",
			ev: evidence.Evidence{TaskDefinition: definition, ServiceEvents: []evidence.ServiceEvent{
				{Text: "unable to assume the role " + iamRole + "a.b."}, {Text: "unable to assume the role " + iamRole + "c"}, {Text: "unable to assume the role " + iamRole + "d"},
			}},
			want: []string{iamRole + "a.b", iamRole + "c", iamRole + "d", execRole},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, tt.ev.RolesInQuestion()); diff != "" {
				t.Errorf("roles (-want +got):\n%s", diff)
			}
		})
	}
}
