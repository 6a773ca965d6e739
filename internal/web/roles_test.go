package web

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"whystopped/internal/diagnose"
	"whystopped/internal/diagnose/verdict"
)

// playersOf writes the picture down: one line for each player and service.
func playersOf(v *rolesView) []string {
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
			out = append(out, "  "+target.Service+" "+target.Word()+": "+strings.Join(target.Calls, ","))
		}
	}
	return out
}

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
	started.StartedAt = noon
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
			[]string{"Execution role orders-exec AT FAULT", "  ECR refused: BatchGetImage", "  ECR allowed: GetAuthorizationToken", "  Parameter Store not seen: GetParameters", "Task role orders-task (never started)"},
		},
		{
			"the task role, while it ran", started, of(verdict.PhaseRuntime, verdict.TaskRole, verdict.IAMPermission),
			slices.Concat(start(verdict.CallImplied), called(verdict.CallDenied, verdict.TaskRole, "s3:PutObject")),
			[]string{"Execution role orders-exec", "  ECR went through: GetAuthorizationToken,BatchGetImage", "  Parameter Store went through: GetParameters", "  CloudWatch Logs went through: CreateLogStream", "Task role orders-task AT FAULT", "  S3 refused: PutObject"},
		},
		{
			"the host, where no execution role is set", hosted, of(verdict.PhaseStartup, verdict.InstanceRole, verdict.IAMPermission),
			called(verdict.CallDenied, verdict.InstanceRole, "ecr:BatchGetImage"),
			[]string{"Execution role  (the task definition names none)", "Instance role  AT FAULT", "  ECR refused: BatchGetImage", "Task role orders-task (never started)"},
		},
		{
			"the task role, before anything ran", roles, of(verdict.PhaseStartup, verdict.TaskRole, verdict.IAMPermission),
			called(verdict.CallDenied, verdict.TaskRole, "elasticfilesystem:ClientMount"),
			[]string{"Execution role orders-exec", "Task role orders-task AT FAULT (never started; its role was used to mount the volume)", "  EFS refused: ClientMount"},
		},
		{
			"a role that cannot be assumed", roles, of(verdict.PhaseStartup, verdict.ExecutionRole, verdict.IAMTrust), start(verdict.CallNotReached),
			[]string{"Execution role orders-exec AT FAULT (could not be assumed)", "  ECR not reached: GetAuthorizationToken,BatchGetImage", "  Parameter Store not reached: GetParameters", "  CloudWatch Logs not reached: CreateLogStream", "Task role orders-task (never started)"},
		},
		{
			"no way through the network", roles, of(verdict.PhaseStartup, verdict.NoIdentity, verdict.Network), start(verdict.CallUnreachable),
			[]string{"Execution role orders-exec", "  ECR no way there: GetAuthorizationToken,BatchGetImage", "  Parameter Store no way there: GetParameters", "  CloudWatch Logs no way there: CreateLogStream", "Task role orders-task (never started)"},
		},
		{
			"somebody else",
			diagnose.TaskView{TaskRoleARN: taskARN, StartedAt: noon},
			of(verdict.PhaseRuntime, verdict.Caller, verdict.IAMPermission),
			called(verdict.CallDenied, verdict.Caller, "nosuch:Thing"),
			[]string{"Execution role ", "Task role orders-task (none of its calls was seen)", "Another identity  AT FAULT", "  nosuch refused: Thing"},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			v := rolesOf(diagnose.Diagnosis{Task: tt.task, Verdict: tt.v, Calls: tt.calls})
			if v == nil {
				t.Fatal("there is no picture")
			}
			if diff := cmp.Diff(tt.want, playersOf(v)); diff != "" {
				t.Errorf("picture (-want +got):\n%s", diff)
			}
		})
	}
}

func TestNoRolesNoPicture(t *testing.T) {
	if v := rolesOf(outOfMemory()); v != nil {
		t.Errorf("drawn from nothing: %q", playersOf(v))
	}
	if n := len(find(reportDoc(t, outOfMemory()), ".players")); n != 0 {
		t.Errorf("%d pictures in a report that knows no role", n)
	}
}

// TestBlameGoesToTheOwnerOfThePolicy holds that a role which somebody else's
// policy refuses is not shown as what has to be changed.
func TestBlameGoesToTheOwnerOfThePolicy(t *testing.T) {
	for _, tt := range []struct {
		policy verdict.PolicyType
		blame  string
	}{
		{verdict.PolicySCP, "Refused by a service control policy"},
		{verdict.PolicyResource, "Refused by the resource’s own policy"},
		{verdict.PolicyIdentity, "At fault"},
		{verdict.PolicyBoundary, "At fault"},
		{verdict.PolicyUnknown, "At fault"},
	} {
		d := secretDenied()
		d.Findings[0].Denied[0].PolicyType = tt.policy
		doc := reportDoc(t, d)
		if got := texts(doc, ".fault .blame"); !slices.Equal(got, []string{tt.blame}) {
			t.Errorf("%s: %q, want %q", tt.policy, got, tt.blame)
		}
		foreign := strings.Contains(text(one(t, doc, "figure.roles figcaption")), "not its own")
		if foreign != (tt.blame != "At fault") {
			t.Errorf("%s: the caption names another owner: %t", tt.policy, foreign)
		}
	}
}

// TestTheOneAtFaultIsSaidSo holds that words, and not colour alone, mark it.
func TestTheOneAtFaultIsSaidSo(t *testing.T) {
	doc := reportDoc(t, secretDenied())
	if got := texts(doc, ".fault .blame"); !slices.Equal(got, []string{"At fault"}) {
		t.Errorf("at fault: %q", got)
	}
	if got := texts(doc, ".fault b")[0]; got != "Execution role" {
		t.Errorf("the one at fault is %q", got)
	}
}
