package roles

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"whystopped/internal/diagnose"
	"whystopped/internal/diagnose/verdict"
	"whystopped/internal/words"
)

// playersOf writes the picture down: one line for each player and service.
func playersOf(v *View) []string {
	var out []string
	for _, p := range v.Players {
		line := p.Who.Label + " " + p.Role
		if p.Fault {
			line += " AT FAULT"
		}
		if p.Note != "" {
			line += " (" + p.Note + ")"
		}
		out = append(out, line)
		for _, target := range p.Targets {
			out = append(out, "  "+target.Service+" "+target.Word+": "+strings.Join(target.Calls, ","))
		}
	}
	return out
}

const (
	execARN = "arn:aws:iam::111122223333:role/orders-exec"
	taskARN = "arn:aws:iam::111122223333:role/orders-task"
)

func TestWhoCalledWhat(t *testing.T) {
	called := func(state verdict.CallState, who verdict.IdentityKind, actions ...string) []diagnose.Call {
		var calls []diagnose.Call
		for _, a := range actions {
			calls = append(calls, diagnose.Call{Action: a, Identity: who, State: state})
		}
		return calls
	}
	start := func(state verdict.CallState) []diagnose.Call {
		return called(state, verdict.ExecutionRole, "ecr:GetAuthorizationToken", "ecr:BatchGetImage", "ssm:GetParameters", "logs:CreateLogStream")
	}
	roles := diagnose.TaskView{ExecutionRoleARN: execARN, TaskRoleARN: taskARN, LaunchType: "FARGATE"}
	started := roles
	started.StartedAt = time.Unix(1, 0)
	hosted := diagnose.TaskView{TaskRoleARN: taskARN, LaunchType: "EC2", TaskDefinitionARN: "x", Containers: []diagnose.ContainerView{{Name: "app"}}}
	of := func(phase verdict.Phase, k verdict.IdentityKind, c verdict.Category) diagnose.Verdict {
		return diagnose.Verdict{Phase: phase, Identity: verdict.Identity{Kind: k}, Category: c}
	}
	for _, tt := range []struct {
		name  string
		task  diagnose.TaskView
		v     diagnose.Verdict
		calls []diagnose.Call
		want  []string
	}{
		{
			"the execution role, with what CloudTrail saw", roles, of(verdict.PhaseStartup, verdict.ExecutionRole, verdict.IAMPermission),
			slices.Concat(called(verdict.CallAllowed, verdict.ExecutionRole, "ecr:GetAuthorizationToken"), called(verdict.CallDenied, verdict.ExecutionRole, "ecr:BatchGetImage"), called(verdict.CallUnknown, verdict.ExecutionRole, "ssm:GetParameters")),
			[]string{"Task execution role orders-exec AT FAULT", "  ECR denied: BatchGetImage", "  ECR allowed: GetAuthorizationToken", "  Parameter Store not recorded: GetParameters", "Task role orders-task (Never started)"},
		},
		{
			"the task role, while it ran", started, of(verdict.PhaseRuntime, verdict.TaskRole, verdict.IAMPermission),
			slices.Concat(start(verdict.CallImplied), called(verdict.CallDenied, verdict.TaskRole, "s3:PutObject")),
			[]string{"Task execution role orders-exec", "  ECR succeeded: GetAuthorizationToken,BatchGetImage", "  Parameter Store succeeded: GetParameters", "  CloudWatch Logs succeeded: CreateLogStream", "Task role orders-task AT FAULT", "  S3 denied: PutObject"},
		},
		{
			"the host, where no execution role is set", hosted, of(verdict.PhaseStartup, verdict.InstanceRole, verdict.IAMPermission),
			called(verdict.CallDenied, verdict.InstanceRole, "ecr:BatchGetImage"),
			[]string{"Task execution role  (Not set in the task definition)", "Container instance role  AT FAULT", "  ECR denied: BatchGetImage", "Task role orders-task (Never started)"},
		},
		{
			"the task role, before anything ran", roles, of(verdict.PhaseStartup, verdict.TaskRole, verdict.IAMPermission),
			called(verdict.CallDenied, verdict.TaskRole, "elasticfilesystem:ClientMount"),
			[]string{"Task execution role orders-exec", "Task role orders-task AT FAULT (Never started, but its role was used at startup)", "  EFS denied: ClientMount"},
		},
		{
			"a role that cannot be assumed", roles, of(verdict.PhaseStartup, verdict.ExecutionRole, verdict.IAMTrust), start(verdict.CallNotReached),
			[]string{"Task execution role orders-exec AT FAULT", "  ECR not reached: GetAuthorizationToken,BatchGetImage", "  Parameter Store not reached: GetParameters", "  CloudWatch Logs not reached: CreateLogStream", "Task role orders-task (Never started)"},
		},
		{
			"no way through the network", roles, of(verdict.PhaseStartup, verdict.NoIdentity, verdict.Network), start(verdict.CallUnreachable),
			[]string{"Task execution role orders-exec", "  ECR unreachable: GetAuthorizationToken,BatchGetImage", "  Parameter Store unreachable: GetParameters", "  CloudWatch Logs unreachable: CreateLogStream", "Task role orders-task (Never started)"},
		},
		{
			"somebody else",
			diagnose.TaskView{TaskRoleARN: taskARN, StartedAt: time.Unix(1, 0)},
			of(verdict.PhaseRuntime, verdict.Caller, verdict.IAMPermission),
			called(verdict.CallDenied, verdict.Caller, "nosuch:Thing"),
			[]string{"Task execution role ", "Task role orders-task (No calls recorded)", "Another principal  AT FAULT", "  nosuch denied: Thing"},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			v := Of(diagnose.Diagnosis{Task: tt.task, Verdict: tt.v, Calls: tt.calls}, words.English())
			if v == nil {
				t.Fatal("there is no picture")
			}
			if diff := cmp.Diff(tt.want, playersOf(v)); diff != "" {
				t.Errorf("picture (-want +got):\n%s", diff)
			}
		})
	}
}
