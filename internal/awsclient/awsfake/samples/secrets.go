package samples

import (
	"whystopped/internal/diagnose/verdict"

	"whystopped/internal/awsclient/awsfake"
)

// secretSamples are tasks that did not get their secrets or variables before
// the start. All of that is fetched with the execution role.
func secretSamples() []draft {
	const kind = "Secrets and variables"
	const (
		dbPassword = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:payments/db-password-Ab3dE9"
		apiToken   = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:ledger/api-token-x7Yk2Q"
		stripeKey  = "arn:aws:ssm:eu-west-1:111122223333:parameter/checkout/stripe-key"
		key        = "arn:aws:kms:eu-west-1:111122223333:key/5d2f6c1e-7a3b-4f08-9c4d-1b2a3c4d5e6f"
	)
	return []draft{
		{
			Sample: Sample{
				Name: "secret-denied", Kind: kind,
				Title:        "Execution role isn't allowed to read a secret",
				WantCause:    "startup.secretsmanager.denied",
				WantIdentity: verdict.ExecutionRole, WantPhase: verdict.PhaseStartup, WantCategory: verdict.IAMPermission,
			},
			app: "payments-api", life: failedInit, ended: 22 * minute, tries: 3,
			stopped: "ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: unable to retrieve secret from asm: service call has been retried 1 time(s): failed to fetch secret " + dbPassword + " from secrets manager: operation error Secrets Manager: GetSecretValue, https response error StatusCode: 400, RequestID: {uuid}, api error AccessDeniedException: User: {exec} is not authorized to perform: secretsmanager:GetSecretValue on resource: " + dbPassword + " because no identity-based policy allows the secretsmanager:GetSecretValue action",
			boxes:   []box{{secrets: []awsfake.Secret{{Name: "DB_PASSWORD", ValueFrom: dbPassword}}}},
			calls: []apiCall{{
				by: byExec, before: 2 * second, call: "secretsmanager:GetSecretValue",
				denied: "User: {exec} is not authorized to perform: secretsmanager:GetSecretValue on resource: " + dbPassword + " because no identity-based policy allows the secretsmanager:GetSecretValue action",
			}},
		},
		{
			Sample: Sample{
				Name: "parameter-denied", Kind: kind,
				Title:        "Execution role isn't allowed to read a parameter, stopped two minutes ago",
				WantCause:    "startup.ssm.denied",
				WantIdentity: verdict.ExecutionRole, WantPhase: verdict.PhaseStartup, WantCategory: verdict.IAMPermission,
			},
			app: "checkout", life: failedInit, ended: 2 * minute,
			execRole: "platform/checkout-exec",
			stopped:  "ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: unable to retrieve secrets from ssm: service call has been retried 1 time(s): operation error SSM: GetParameters, https response error StatusCode: 400, RequestID: {uuid}, api error AccessDeniedException: User: {exec} is not authorized to perform: ssm:GetParameters on resource: " + stripeKey + " because no identity-based policy allows the ssm:GetParameters action",
			boxes:    []box{{secrets: []awsfake.Secret{{Name: "STRIPE_KEY", ValueFrom: stripeKey}}}},
			calls: []apiCall{{
				by: byExec, before: 2 * second, call: "ssm:GetParameters",
				denied: "User: {exec} is not authorized to perform: ssm:GetParameters on resource: " + stripeKey + " because no identity-based policy allows the ssm:GetParameters action",
			}},
		},
		{
			Sample: Sample{
				Name: "kms-denied", Kind: kind,
				Title:        "Execution role isn't allowed to decrypt a secret with its customer managed key",
				WantCause:    "startup.kms.denied",
				WantIdentity: verdict.ExecutionRole, WantPhase: verdict.PhaseStartup, WantCategory: verdict.KMS,
			},
			app: "ledger-sync", standalone: true, startedBy: "events-rule/ledger-sync-hourly",
			life: failedInit, ended: 34 * minute,
			execIAM: roleDraft{policies: []string{pullImages, writeLogs, allow(apiToken, "secretsmanager:GetSecretValue")}},
			stopped: "ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: unable to retrieve secret from asm: service call has been retried 1 time(s): failed to fetch secret " + apiToken + " from secrets manager: operation error Secrets Manager: GetSecretValue, https response error StatusCode: 400, RequestID: {uuid}, api error AccessDeniedException: Access to KMS is not allowed",
			boxes:   []box{{secrets: []awsfake.Secret{{Name: "API_TOKEN", ValueFrom: apiToken}}}},
			calls: []apiCall{
				{
					by: byExec, before: 3 * second, call: "kms:Decrypt", via: "secretsmanager.amazonaws.com",
					denied: "User: {exec} is not authorized to perform: kms:Decrypt on resource: " + key + " because no identity-based policy allows the kms:Decrypt action",
				},
				{
					by: byExec, before: 3 * second, call: "secretsmanager:GetSecretValue",
					denied: "Access to KMS is not allowed",
				},
			},
		},
		{
			Sample: Sample{
				Name: "env-file-forbidden", Kind: kind,
				Title:        "Environment file in S3: 403",
				WantCause:    "startup.s3.denied",
				WantIdentity: verdict.ExecutionRole, WantPhase: verdict.PhaseStartup, WantCategory: verdict.IAMPermission,
			},
			app: "newsletter", life: failedInit, ended: 41 * minute,
			stopped: "ResourceInitializationError: failed to download env files: service call has been retried 1 time(s): operation error S3: HeadObject, https response error StatusCode: 403, RequestID: 7QK2M4N8P1R5T9VX, HostID: kq0cVb1mZpX3rT5yW7uI9oL2aS4dF6gH8jK0lZxCvBnM1qWeRtY=, api error Forbidden: Forbidden.",
			boxes:   []box{{envFiles: []string{"arn:aws:s3:::example-config/newsletter/production.env"}}},
		},
	}
}
