package samples

import "whystopped/internal/diagnose/verdict"

// logSamples are tasks whose log driver could not be set up. On Fargate that
// is the execution role's work.
func logSamples() []draft {
	const kind = "Log driver"
	return []draft{
		{
			Sample: Sample{
				Name: "log-stream-denied", Kind: kind,
				Title:        "Execution role isn't allowed to create the log stream",
				WantCause:    "startup.logs.stream-denied",
				WantIdentity: verdict.ExecutionRole, WantPhase: verdict.PhaseStartup, WantCategory: verdict.IAMPermission,
			},
			app: "search", life: failedInit, ended: 29 * minute,
			execIAM: roleDraft{policies: []string{pullImages}},
			stopped: "ResourceInitializationError: failed to validate logger args: create stream has been retried 1 times: failed to create Cloudwatch log stream: operation error CloudWatch Logs: CreateLogStream, https response error StatusCode: 400, RequestID: {uuid}, api error AccessDeniedException: User: {exec} is not authorized to perform: logs:CreateLogStream on resource: arn:aws:logs:eu-west-1:111122223333:log-group:/ecs/search:log-stream:ecs/app/{id} because no identity-based policy allows the logs:CreateLogStream action : exit status 1",
			calls: []apiCall{{
				by: byExec, before: 2 * second, call: "logs:CreateLogStream",
				denied: "User: {exec} is not authorized to perform: logs:CreateLogStream on resource: arn:aws:logs:eu-west-1:111122223333:log-group:/ecs/search:log-stream:ecs/app/{id} because no identity-based policy allows the logs:CreateLogStream action",
			}},
		},
		{
			Sample: Sample{
				Name: "log-group-missing", Kind: kind,
				Title:        "Log group not found",
				WantCause:    "log.group-missing",
				WantIdentity: verdict.NoIdentity, WantPhase: verdict.PhaseStartup, WantCategory: verdict.LogGroupMissing,
			},
			app: "feature-flags", life: failedInit, ended: 31 * minute,
			logging: logging{groupAbsent: true},
			stopped: "ResourceInitializationError: failed to validate logger args: create stream has been retried 1 times: failed to create Cloudwatch log stream: operation error CloudWatch Logs: CreateLogStream, https response error StatusCode: 400, RequestID: {uuid}, ResourceNotFoundException: The specified log group does not exist. : exit status 1",
		},
		{
			Sample: Sample{
				Name: "log-group-create-denied", Kind: kind,
				Title:        "awslogs-create-group without logs:CreateLogGroup",
				WantCause:    "startup.logs.group-denied",
				WantIdentity: verdict.ExecutionRole, WantPhase: verdict.PhaseStartup, WantCategory: verdict.IAMPermission,
			},
			app: "webhooks", life: failedInit, ended: 44 * minute,
			logging: logging{groupAbsent: true, createGroup: true},
			stopped: "ResourceInitializationError: failed to validate logger args: create stream has been retried 1 times: failed to create Cloudwatch log group: operation error CloudWatch Logs: CreateLogGroup, https response error StatusCode: 400, RequestID: {uuid}, api error AccessDeniedException: User: {exec} is not authorized to perform: logs:CreateLogGroup on resource: arn:aws:logs:eu-west-1:111122223333:log-group:/ecs/webhooks:log-stream: because no identity-based policy allows the logs:CreateLogGroup action : exit status 1",
			calls: []apiCall{{
				by: byExec, before: 2 * second, call: "logs:CreateLogGroup",
				denied: "User: {exec} is not authorized to perform: logs:CreateLogGroup on resource: arn:aws:logs:eu-west-1:111122223333:log-group:/ecs/webhooks:log-stream: because no identity-based policy allows the logs:CreateLogGroup action",
			}},
		},
	}
}
