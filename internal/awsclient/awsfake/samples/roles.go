package samples

import "whystopped/internal/diagnose/verdict"

// roleSamples are roles that ECS itself could not assume.
func roleSamples() []draft {
	const kind = "Roles"
	return []draft{
		{
			Sample: Sample{
				Name: "role-not-assumable-service", Kind: kind,
				Title:        "Service can't start tasks: the task role trusts another service",
				WantCause:    "role.cannot-be-assumed",
				WantIdentity: verdict.TaskRole, WantPhase: verdict.PhasePlacement, WantCategory: verdict.IAMTrust,
			},
			app: "ledger", life: unplaced, ended: 3 * minute,
			taskIAM: roleDraft{trusts: "ecs.amazonaws.com"}, // the service, not its tasks
			events: []said{
				{0, "(service {service}) failed to launch a task with (error ECS was unable to assume the role 'arn:aws:iam::111122223333:role/ledger-task' that was provided for this task. Please verify that the role being passed has the proper trust relationship and permissions and that your IAM user has permissions to pass this role.)."},
				{14 * minute, "(service {service}) failed to launch a task with (error ECS was unable to assume the role 'arn:aws:iam::111122223333:role/ledger-task' that was provided for this task. Please verify that the role being passed has the proper trust relationship and permissions and that your IAM user has permissions to pass this role.)."},
			},
		},
		{
			Sample: Sample{
				Name: "role-not-assumable-task", Kind: kind,
				Title:        "Execution role was deleted",
				WantCause:    "role.cannot-be-assumed",
				WantIdentity: verdict.ExecutionRole, WantPhase: verdict.PhaseStartup, WantCategory: verdict.IAMRoleMissing,
			},
			app: "invoice-export", standalone: true, startedBy: "events-rule/invoice-export-nightly",
			life: failedInit, ended: 24 * minute, refused: true,
			execIAM: roleDraft{gone: true},
			stopped: "ECS was unable to assume the role 'arn:aws:iam::111122223333:role/invoice-export-exec' that was provided for this task. Please verify that the role being passed has the proper trust relationship and permissions and that your IAM user has permissions to pass this role.",
		},
	}
}
