package diagnose_test

import (
	"slices"
	"strings"
	"testing"

	"whystopped/internal/diagnose"
	"whystopped/internal/words"
)

// startOf is a task of a definition whose start was denied one call.
func startOf(container string, more ...string) string {
	const denied = "ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: unable to retrieve secret from asm: AccessDeniedException: User: arn:aws:sts::111122223333:assumed-role/ledger-exec/3b2a190807f6e5d4c3b2a190807f6e5d is not authorized to perform: secretsmanager:GetSecretValue on resource: arn:aws:secretsmanager:eu-north-1:111122223333:secret:ledger/first-Ab12Cd because no identity-based policy allows the secretsmanager:GetSecretValue action"
	return startDenied(denied, container, more...)
}

func startDenied(reason, container string, more ...string) string {
	return `{"task": {"taskArn": "arn:aws:ecs:eu-north-1:111122223333:task/core/3b2a190807f6e5d4c3b2a190807f6e5d", "launchType": "FARGATE", "stopCode": "TaskFailedToStart", "stoppedReason": "` + reason + `"},
		"taskDefinition": {"taskDefinitionArn": "arn:aws:ecs:eu-north-1:111122223333:task-definition/ledger:5", "executionRoleArn": "arn:aws:iam::111122223333:role/ledger-exec",
		"containerDefinitions": [{"name": "app", ` + container + `}]` + strings.Join(append([]string{""}, more...), ", ") + `}}`
}

func TestTheWholeStart(t *testing.T) {
	const (
		exec  = "the task execution role ledger-exec"
		image = `"image": "public.ecr.aws/nginx/nginx:1"`
	)
	tests := map[string]struct {
		evidence string
		grants   []string // each a part of a statement "action on resource"
		not      []string
		step     string
	}{
		"dual-stack registry": {
			evidence: startOf(`"image": "111122223333.dkr-ecr.eu-north-1.on.aws/ledger/api:2"`),
			grants:   []string{"ecr:BatchGetImage ecr:GetDownloadUrlForLayer on arn:aws:ecr:eu-north-1:111122223333:repository/ledger/api", "ecr:GetAuthorizationToken on *"},
		},
		"FIPS registry by digest": {
			evidence: startOf(`"image": "111122223333.dkr.ecr-fips.us-east-1.amazonaws.com/ledger@sha256:0a1b"`),
			grants:   []string{"on arn:aws:ecr:us-east-1:111122223333:repository/ledger"},
		},
		"a registry login by its name is a secret's": {
			evidence: startOf(`"image": "registry.example.com/ledger:2", "repositoryCredentials": {"credentialsParameter": "registry/ledger"}`),
			grants:   []string{"arn:aws:secretsmanager:eu-north-1:111122223333:secret:registry/ledger-??????"},
			not:      []string{"ssm:"},
		},
		"a secret by way of Parameter Store": {
			evidence: startOf(image + `, "secrets": [{"name": "A", "valueFrom": "/aws/reference/secretsmanager/ledger/db"}]`),
			grants: []string{
				"ssm:GetParameters on arn:aws:ssm:eu-north-1:111122223333:parameter/aws/reference/secretsmanager/ledger/db",
				"arn:aws:secretsmanager:eu-north-1:111122223333:secret:ledger/db-??????",
			},
		},
		"the same by ARN": {
			evidence: startOf(image + `, "secrets": [{"name": "A", "valueFrom": "arn:aws:ssm:eu-west-3:111122223333:parameter/aws/reference/secretsmanager/mail"}]`),
			grants:   []string{"arn:aws:secretsmanager:eu-west-3:111122223333:secret:mail-??????"},
		},
		"an option that Go takes for true": {
			evidence: startOf(image + `, "logConfiguration": {"logDriver": "awslogs", "options": {"awslogs-group": "/ecs/ledger", "awslogs-create-group": "T"}}`),
			grants:   []string{"logs:CreateLogGroup"},
		},
		"an option that Go takes for false": {
			evidence: startOf(image + `, "logConfiguration": {"logDriver": "awslogs", "options": {"awslogs-group": "/ecs/ledger", "awslogs-create-group": "yes"}}`),
			not:      []string{"logs:CreateLogGroup"},
		},
		"a credential spec in the older field": {
			evidence: startOf(image + `, "dockerSecurityOptions": ["no-new-privileges", "credentialspec:arn:aws:ssm:eu-north-1:111122223333:parameter/gmsa/ledger"]`),
			grants:   []string{"ssm:GetParameters on arn:aws:ssm:eu-north-1:111122223333:parameter/gmsa/ledger"},
			not:      []string{"no-new-privileges"},
		},
		"a credential spec on the host": {
			evidence: startOf(image + `, "dockerSecurityOptions": ["credentialspec:file://ledger.json"]`),
			not:      []string{"ssm:", "ledger.json"},
		},
		"a domainless credential spec": {
			evidence: startOf(image + `, "credentialSpecs": ["credentialspecdomainless:arn:aws:s3:::ad-specs/ledger.json"]`),
			grants:   []string{"s3:GetObject on arn:aws:s3:::ad-specs/ledger.json", "s3:GetBucketLocation on arn:aws:s3:::ad-specs"},
			step:     exec + " secretsmanager:GetSecretValue on it",
		},
		"an object in S3 may be encrypted": {
			evidence: startOf(image + `, "environmentFiles": [{"type": "s3", "value": "arn:aws:s3:::ledger-env/prod.env"}]`),
			step:     "SSE-KMS",
		},
		"a log option's secret may be encrypted": {
			evidence: startDenied("CannotStartContainerError: User: arn:aws:sts::111122223333:assumed-role/ledger-exec/3b2a190807f6e5d4c3b2a190807f6e5d is not authorized to perform: ecr:GetAuthorizationToken on resource: * because no identity-based policy allows the ecr:GetAuthorizationToken action",
				image+`, "logConfiguration": {"logDriver": "splunk", "options": {}, "secretOptions": [{"name": "splunk-token", "valueFrom": "ledger-splunk"}]}`),
			step: "customer managed key",
		},
		"FSx credentials may be encrypted": {
			evidence: startDenied("User: arn:aws:sts::111122223333:assumed-role/ledger-exec/3b2a190807f6e5d4c3b2a190807f6e5d is not authorized to perform: ecr:GetAuthorizationToken on resource: * because no identity-based policy allows the ecr:GetAuthorizationToken action",
				image, `"volumes": [{"name": "share", "fsxWindowsFileServerVolumeConfiguration": {"fileSystemId": "fs-0a1b2c3d", "authorizationConfig": {"credentialsParameter": "arn:aws:secretsmanager:eu-north-1:111122223333:secret:share-Ab12Cd"}}}]`),
			step: "customer managed key",
		},
		"a configuration file behind an access point": {
			evidence: startOf(image + `, "environmentFiles": [{"type": "s3", "value": "arn:aws:s3:eu-north-1:111122223333:accesspoint/ledger/object/prod.env"}]`),
			grants:   []string{"s3:GetObject on arn:aws:s3:eu-north-1:111122223333:accesspoint/ledger/object/prod.env"},
			not:      []string{"s3:GetBucketLocation"},
			step:     "SSE-KMS",
		},
		"a log group that the definition doesn't name": {
			evidence: startDenied("ResourceInitializationError: failed to validate logger args: create stream has been retried 1 times: failed to create Cloudwatch log stream: AccessDeniedException: User: arn:aws:sts::111122223333:assumed-role/ledger-exec/3b2a190807f6e5d4c3b2a190807f6e5d is not authorized to perform: logs:CreateLogStream on resource: arn:aws:logs:eu-north-1:111122223333:log-group:/mesh/proxy:log-stream:mesh/x because no identity-based policy allows the logs:CreateLogStream action", image),
			grants:   []string{"logs:CreateLogStream logs:PutLogEvents on arn:aws:logs:eu-north-1:111122223333:log-group:/mesh/proxy:*"},
		},
		"a first pull that may not make the repository": {
			evidence: startDenied("CannotPullContainerError: denied: User: arn:aws:sts::111122223333:assumed-role/ledger-exec/3b2a190807f6e5d4c3b2a190807f6e5d is not authorized to perform: ecr:CreateRepository on resource: arn:aws:ecr:eu-north-1:111122223333:repository/cache/nginx because no identity-based policy allows the ecr:CreateRepository action", `"image": "111122223333.dkr.ecr.eu-north-1.amazonaws.com/cache/nginx:1"`),
			grants:   []string{"ecr:BatchImportUpstreamImage"},
		},
		"a repository that may be a cache": {
			evidence: startOf(`"image": "111122223333.dkr.ecr.eu-north-1.amazonaws.com/quay/prometheus/prometheus:v3"`),
			step:     "ecr:BatchImportUpstreamImage",
		},
		"an image of another account": {
			evidence: startOf(`"image": "444455556666.dkr.ecr.eu-north-1.amazonaws.com/base/api:2"`),
			step:     "The repository base/api belongs to account 444455556666: its repository policy has to allow " + exec,
		},
		"a secret of another account": {
			evidence: startOf(image + `, "secrets": [{"name": "A", "valueFrom": "arn:aws:secretsmanager:eu-north-1:444455556666:secret:shared/mail-Xy98Zw"}]`),
			step:     "its resource policy has to allow " + exec + " secretsmanager:GetSecretValue",
		},
		"a parameter of another account": {
			evidence: startOf(image + `, "secrets": [{"name": "A", "valueFrom": "arn:aws:ssm:eu-north-1:444455556666:parameter/shared/mail"}]`),
			step:     "has to share it by AWS RAM",
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			d := answered(t, tt.evidence)
			whole := policiesOf(d, "startup-complete", "identity-policy")
			if len(whole) != 1 {
				t.Fatalf("%s: %d policies for the whole start", d.Verdict.Cause, len(whole))
			}
			grants := grantsOf(whole[0])
			for _, want := range tt.grants {
				if !strings.Contains(grants, want) {
					t.Errorf("lacks %q:\n%s", want, grants)
				}
			}
			for _, not := range tt.not {
				if strings.Contains(grants, not) {
					t.Errorf("has %q:\n%s", not, grants)
				}
			}
			if tt.step != "" && !strings.Contains(strings.Join(words.Lines(d.Fix.Steps), "\n"), tt.step) {
				t.Errorf("no step says %q:\n%s", tt.step, strings.Join(words.Lines(d.Fix.Steps), "\n"))
			}
		})
	}
}

func TestWhatIsDeniedNextIsComparedByResource(t *testing.T) {
	secrets := []string{"first-Ab12Cd", "second-Ab12Cd", "third-Ab12Cd", "fourth-Ab12Cd"}
	var refs []string
	for _, s := range secrets {
		refs = append(refs, `{"name": "S", "valueFrom": "arn:aws:secretsmanager:eu-north-1:111122223333:secret:ledger/`+s+`:password::"}`)
	}
	d := answered(t, startOf(`"image": "public.ecr.aws/nginx/nginx:1", "secrets": [`+strings.Join(refs, ",")+`]`))
	whole := policiesOf(d, "startup-complete", "identity-policy")
	if len(whole) != 1 {
		t.Fatalf("%d policies for the whole start", len(whole))
	}
	var got []string
	for _, call := range whole[0].NeededCalls {
		got = append(got, call.Resource[strings.LastIndexByte(call.Resource, '/')+1:])
	}
	slices.Sort(got)
	if strings.Join(got, " ") != "fourth-Ab12Cd second-Ab12Cd third-Ab12Cd" {
		t.Errorf("denied next: %q", got)
	}
	if next := strings.Join(whole[0].NeededNext, " "); next != "secretsmanager:GetSecretValue" {
		t.Errorf("actions denied next: %q", next)
	}
}

func TestTheHostStartsATaskWithoutExecutionRole(t *testing.T) {
	const reason = "CannotPullContainerError: AccessDeniedException: User: arn:aws:sts::111122223333:assumed-role/ledger-nodes/i-0f1e2d3c4b5a69788 is not authorized to perform: ecr:GetAuthorizationToken on resource: * because no identity-based policy allows the ecr:GetAuthorizationToken action"
	container := `"image": "111122223333.dkr.ecr.eu-north-1.amazonaws.com/ledger:5", "logConfiguration": {"logDriver": "awslogs", "options": {"awslogs-group": "/ecs/ledger"}}`
	on := func(launchType, roles string) diagnose.Diagnosis {
		return answered(t, `{"task": {"taskArn": "arn:aws:ecs:eu-north-1:111122223333:task/core/3b2a190807f6e5d4c3b2a190807f6e5d", "launchType": "`+launchType+`", "stopCode": "TaskFailedToStart", "stoppedReason": "Task failed to start", "containers": [{"name": "app", "reason": "`+reason+`"}]},
			"taskDefinition": {"taskDefinitionArn": "arn:aws:ecs:eu-north-1:111122223333:task-definition/ledger:5"`+roles+`, "containerDefinitions": [{"name": "app", `+container+`}]}}`)
	}
	d := on("EC2", "")
	whole := policiesOf(d, "startup-complete", "identity-policy")
	if len(whole) != 1 || whole[0].AttachTo == nil || whole[0].AttachTo.Kind != "instance-role" {
		t.Fatalf("%s: policies %+v", d.Verdict.Cause, whole)
	}
	if got, want := strings.Join(whole[0].NeededNext, " "), "ecr:BatchGetImage ecr:GetDownloadUrlForLayer logs:CreateLogStream logs:PutLogEvents"; got != want {
		t.Errorf("denied next %q, want %q", got, want)
	}
	if d := on("EC2", `, "executionRoleArn": "arn:aws:iam::111122223333:role/ledger-exec"`); len(policiesOf(d, "startup-complete", "identity-policy")) != 0 {
		t.Error("the host's role is offered the start of a task that has an execution role")
	}
}
