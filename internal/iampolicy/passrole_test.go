package iampolicy

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestPassedTo(t *testing.T) {
	tests := []struct{ call, role, want string }{
		// The operation tells.
		{"ecs:RegisterTaskDefinition", "crm-backend", "ecs-tasks"},
		{"ecs:RunTask", "crm-backend", "ecs-tasks"},
		{"ecs:RunTask", "ecsInfrastructureRole", "ecs"},
		{"ecs:StartTask", "nightly-ebs-volumes", "ecs"},
		{"ecs:CreateGateway", "edge", "ecs"},
		{"events:PutTargets", "nightly-export", "events"},
		{"scheduler:CreateSchedule", "nightly-export", "scheduler"},
		{"application-autoscaling:RegisterScalableTarget", "scaler", "application-autoscaling"},
		{"codedeploy:CreateDeploymentGroup", "release", "codedeploy"},
		{"lambda:CreateFunction", "thumbnailer-task", "lambda"},
		{"ec2:RunInstances", "worker", "ec2"},
		{"iam:AddRoleToInstanceProfile", "worker", "ec2"},
		// The operation leaves two, and the name decides.
		{"ecs:CreateService", "crm-TaskRole30FC0FBB-1QXYZ", "ecs-tasks"},
		{"ecs:UpdateService", "crm-release-hook", "ecs"},
		{"ecs:UpdateService", "webhook-receiver-task", "ecs-tasks"},
		{"ecs:CreateService", "websocket-execution-role", "ecs-tasks"},
		{"ecs:CreateService", "ecsInfrastructureRoleForLoadBalancers", "ecs"},
		{"ecs:CreateExpressGatewayService", "ecsInfrastructureRoleForExpressServices", "ecs"},
		{"ecs:CreateExpressGatewayService", "ecsTaskExecutionRole", "ecs-tasks"},
		{"ecs:CreateCapacityProvider", "MyStack-InstanceRole3CCE2F1D-abc", "ec2"},
		{"ecs:CreateCapacityProvider", "MyStack-InfrastructureRole", "ecs"},
		{"batch:CreateComputeEnvironment", "AWSBatchServiceRole", "batch"},
		{"batch:CreateComputeEnvironment", "ecsInstanceRole", "ec2"},
		// Nothing decides between the two.
		{"ecs:CreateService", "crm-backend", "ecs-tasks ecs"},
		{"ecs:UpdateCapacityProvider", "fleet", "ecs ec2"},
		{"ecs:UpdateService", "hook-task", "ecs ecs-tasks"},
		// The name alone.
		{"", "ecsTaskExecutionRole", "ecs-tasks"},
		{"", "crm-task", "ecs-tasks"},
		{"", "ecsEventsRole", "events"},
		{"", "Amazon_EventBridge_Scheduler_ECS_0a1b2c", "scheduler events"},
		{"", "ecsInstanceRole", "ec2"},
		{"", "ecsAutoscaleRole", "application-autoscaling"},
		{"", "ecsCodeDeployRole", "codedeploy"},
		{"", "ecsInfrastructureRoleForLoadBalancers", "ecs"},
		// Neither tells.
		{"", "crm-backend", ""},
		{"", "websocket-gateway", ""},
		{"quicksight:CreateDataSource", "crm-task", ""},
	}
	for _, tt := range tests {
		var got []string
		for _, service := range PassedTo(tt.call, "arn:aws:iam::111122223333:role/team/"+tt.role) {
			got = append(got, strings.TrimSuffix(service, ".amazonaws.com"))
		}
		if strings.Join(got, " ") != tt.want {
			t.Errorf("PassedTo(%q, %s) = %q, want %q", tt.call, tt.role, got, tt.want)
		}
	}
}

func TestEveryCallThatPassesARoleIsKnown(t *testing.T) {
	newer := map[string]bool{"ecs:CreateGateway": true, "ecs:UpdateGateway": true} // than the reference
	for _, p := range passings {
		for call := range strings.FieldsSeq(p.calls) {
			if act, known := Canonical(call); !newer[call] && (!known || act.String() != call) {
				t.Errorf("the Service Authorization Reference does not know %s", call)
			}
		}
	}
}

func TestPassRoleCondition(t *testing.T) {
	tests := map[string]struct {
		services, role string
		want           Condition
	}{
		"one service": {
			"events.amazonaws.com", "arn:aws:iam::111122223333:role/cron",
			Condition{"StringEquals": {"iam:PassedToService": {"events.amazonaws.com"}}},
		},
		"China": {
			"ecs.amazonaws.com ec2.amazonaws.com", "arn:aws-cn:iam::111122223333:role/node",
			Condition{"StringEquals": {"iam:PassedToService": {"ecs.amazonaws.com", "ec2.amazonaws.com", "ec2.amazonaws.com.cn"}}},
		},
		"unknown": {"", "arn:aws:iam::111122223333:role/cron", nil},
	}
	for name, tt := range tests {
		doc, _ := Allow([]Request{{Action: "iam:PassRole", Resource: tt.role, PassedTo: tt.services}}, Context{})
		if diff := cmp.Diff(tt.want, doc.Statement[0].Condition); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
		if problems := Validate(doc, KindIdentity); len(problems) > 0 {
			t.Errorf("%s: %v", name, problems)
		}
	}
}
