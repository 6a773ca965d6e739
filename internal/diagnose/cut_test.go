package diagnose_test

import (
	"testing"

	"whystopped/internal/diagnose"
	"whystopped/internal/diagnose/evidence"
	"whystopped/internal/diagnose/verdict"
)

// TestATextThatIsCutAnywhere: AWS and consoles cut reasons at any byte. What is
// left may decide less, but never blames another than the whole text does, and
// never says that it is no IAM matter.
func TestATextThatIsCutAnywhere(t *testing.T) {
	const principal = "User: arn:aws:sts::111122223333:assumed-role/orders-exec/0f1e2d3c4b5a69788796a5b4c3d2e1f0 is not authorized to perform: "
	for name, text := range map[string]string{
		"secret":    "ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: unable to retrieve secret from asm: service call has been retried 1 time(s): failed to fetch secret arn:aws:secretsmanager:eu-west-1:111122223333:secret:ledger/db-AbC9xZ from secrets manager: AccessDeniedException: " + principal + "secretsmanager:GetSecretValue on resource: arn:aws:secretsmanager:eu-west-1:111122223333:secret:ledger/db-AbC9xZ because no identity-based policy allows the secretsmanager:GetSecretValue action status code: 400",
		"parameter": "ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: unable to retrieve secrets from ssm: service call has been retried 1 time(s): AccessDeniedException: " + principal + "ssm:GetParameters on resource: arn:aws:ssm:eu-west-1:111122223333:parameter/orders/key because no identity-based policy allows the ssm:GetParameters action",
		"token":     "ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: unable to retrieve ecr registry auth: service call has been retried 1 time(s): AccessDeniedException: " + principal + "ecr:GetAuthorizationToken on resource: * because no identity-based policy allows the ecr:GetAuthorizationToken action",
		"stream":    "ResourceInitializationError: failed to validate logger args: create stream has been retried 1 times: failed to create Cloudwatch log stream: AccessDeniedException: " + principal + "logs:CreateLogStream on resource: arn:aws:logs:eu-west-1:111122223333:log-group:/ecs/orders:log-stream:app/app/0f1e because no identity-based policy allows the logs:CreateLogStream action",
		"SDK v2":    "ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: unable to retrieve ecr registry auth: service call has been retried 1 time(s): operation error ECR: GetAuthorizationToken, https response error StatusCode: 400, RequestID: 3cab3370-e343-4b7e-8c29-6959594bf74f, api error AccessDeniedException: " + principal + "ecr:GetAuthorizationToken on resource: * because no identity-based policy allows the ecr:GetAuthorizationToken action",
	} {
		t.Run(name, func(t *testing.T) {
			named := 0
			for cut := len("ResourceInitializationError"); cut <= len(text); cut++ {
				d := diagnose.Diagnose(evidence.Evidence{Task: &evidence.Task{LaunchType: "FARGATE", StopCode: "TaskFailedToStart", StoppedReason: text[:cut]}})
				switch v := d.Verdict; v.Identity.Kind {
				case verdict.ExecutionRole:
					named++
				case verdict.UnknownIdentity:
				default:
					t.Fatalf("cut at %d the verdict is %s (%s, %s):\n…%s", cut, v.Identity.Kind, v.Cause, v.Confidence, text[max(0, cut-80):cut])
				}
			}
			if named < len(text)/3 { // the refusal itself begins late in the text
				t.Errorf("named the execution role at %d of %d cuts only", named, len(text))
			}
		})
	}
}
