package samples

import (
	"whystopped/internal/diagnose/verdict"

	"whystopped/internal/awsclient/awsfake"
)

// deniedAtRuntimeSamples are applications that ended because a call of theirs
// was refused. They call with the task role.
func deniedAtRuntimeSamples() []draft {
	const kind = "Denied at runtime"
	want := func(name, title string) Sample {
		return Sample{
			Name: name, Title: title, Kind: kind, WantCause: "runtime.denied",
			WantIdentity: verdict.TaskRole, WantPhase: verdict.PhaseRuntime, WantCategory: verdict.IAMPermission,
		}
	}
	const featureKeys = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:pricing/feature-keys-Lm4Np8"
	return []draft{
		{
			Sample: want("s3-denied-in-log", "S3 upload denied, with AWS's full sentence in the log"),
			app:    "upload-processor", life: ran, ended: 20 * minute, ranFor: 6 * minute,
			taskIAM: roleDraft{policies: []string{allow("arn:aws:s3:::example-uploads/*", "s3:GetObject"), allow("arn:aws:s3:::example-uploads", "s3:ListBucket")}},
			boxes: []box{{exit: new(1), lines: []said{
				{6 * minute, `{"level":"info","msg":"worker started","queue":"uploads","version":"2026.11.3"}`},
				{90 * second, `{"level":"info","msg":"processing","key":"incoming/8831.png"}`},
				{2 * second, `{"level":"error","msg":"store thumbnail","error":"operation error S3: PutObject, https response error StatusCode: 403, RequestID: 5M8N2P4Q7R1S3T6V, HostID: Zx8cV0bN2mQ4wE6rT8yU0iO2pA4sD6fG8hJ0kL2zX4cV6bN8mQ0=, api error AccessDenied: User: {task} is not authorized to perform: s3:PutObject on resource: \"arn:aws:s3:::example-thumbnails/8831.png\" because no identity-based policy allows the s3:PutObject action"}`},
				{1 * second, `{"level":"fatal","msg":"giving up after 3 attempts"}`},
			}}},
		},
		{
			Sample: want("s3-bare-access-denied", "S3: Access Denied without details"),
			app:    "catalog-import", standalone: true, startedBy: "events-rule/catalog-import-daily", life: ran, ended: 36 * minute, ranFor: 48 * second,
			boxes: []box{{exit: new(1), lines: []said{
				{47 * second, "INFO reading s3://example-supplier-feeds/feeds/latest.csv"},
				{1 * second, "Traceback (most recent call last):\n  File \"/app/import.py\", line 41, in <module>\n    main()\n  File \"/app/import.py\", line 29, in main\n    feed = s3.get_object(Bucket=BUCKET, Key=\"feeds/latest.csv\")\n  File \"/usr/local/lib/python3.13/site-packages/botocore/client.py\", line 602, in _api_call\n    return self._make_api_call(operation_name, kwargs)\nbotocore.exceptions.ClientError: An error occurred (AccessDenied) when calling the GetObject operation: Access Denied"},
			}}},
		},
		{
			Sample: want("dynamodb-denied-in-log", "DynamoDB query denied, with an overridden task role"),
			app:    "nightly-export", standalone: true, startedBy: "events-rule/nightly-export", life: ran, ended: 49 * minute, ranFor: 95 * second,
			logging:   logging{region: "eu-central-1"},
			overrides: awsfake.TaskOverrides{TaskRoleARN: "arn:aws:iam::111122223333:role/export-readonly"},
			boxes: []box{{exit: new(1), lines: []said{
				{94 * second, "export: 4 tables to read"},
				{3 * second, "AccessDeniedException: User: {task} is not authorized to perform: dynamodb:Query on resource: arn:aws:dynamodb:eu-west-1:111122223333:table/orders/index/by-customer because no identity-based policy allows the dynamodb:Query action\n    at throwDefaultError (/app/node_modules/@smithy/smithy-client/dist-cjs/index.js:388:20)\n    at de_CommandError (/app/node_modules/@aws-sdk/client-dynamodb/dist-cjs/index.js:1201:14)\n    at process.processTicksAndRejections (node:internal/process/task_queues:105:5) {\n  '$fault': 'client',\n  '$metadata': { httpStatusCode: 400, attempts: 1, totalRetryDelay: 0 }\n}"},
				{1 * second, "Node.js v24.11.0"},
			}}},
		},
		{
			Sample: want("denied-in-cloudtrail-only", "Denial visible in CloudTrail only"),
			app:    "pricing", life: ran, ended: 27 * minute, ranFor: 9 * second,
			taskIAM: roleDraft{policies: []string{allow("arn:aws:secretsmanager:eu-west-1:111122223333:secret:pricing/rates-??????", "secretsmanager:GetSecretValue")}},
			boxes: []box{{exit: new(78), lines: []said{
				{8 * second, "pricing 2026.11.3 starting"},
				{1 * second, "FATAL: configuration could not be loaded, see the operator's handbook"},
			}}},
			calls: []apiCall{
				{by: byTask, before: 6 * second, call: "sts:GetCallerIdentity"},
				{
					by: byTask, before: 3 * second, call: "secretsmanager:GetSecretValue",
					denied: "User: {task} is not authorized to perform: secretsmanager:GetSecretValue on resource: " + featureKeys + " because no identity-based policy allows the secretsmanager:GetSecretValue action",
				},
			},
		},
		{
			Sample: want("denied-by-scp", "Denied by an SCP"),
			app:    "sandbox-provisioner", life: ran, ended: 33 * minute, ranFor: 4 * minute,
			taskIAM: roleDraft{policies: []string{allow("*", "sns:*")}},
			boxes: []box{{exit: new(1), lines: []said{
				{4 * minute, "level=info msg=\"provisioner ready\""},
				{2 * second, "level=error msg=\"create topic\" err=\"operation error SNS: CreateTopic, https response error StatusCode: 403, RequestID: {uuid}, api error AuthorizationError: User: {task} is not authorized to perform: SNS:CreateTopic on resource: arn:aws:sns:eu-west-1:111122223333:sandbox-alerts with an explicit deny in a service control policy: " + topicsPolicy + "\""},
				{1 * second, "level=fatal msg=\"cannot continue without the topic\""},
			}}},
			calls: []apiCall{{
				by: byTask, before: 2 * second, call: "sns:CreateTopic",
				denied: "User: {task} is not authorized to perform: SNS:CreateTopic on resource: arn:aws:sns:eu-west-1:111122223333:sandbox-alerts with an explicit deny in a service control policy: " + topicsPolicy,
			}},
		},
	}
}
