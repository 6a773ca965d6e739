package catalogue

import "whystopped/internal/diagnose/verdict"

// fetchHeads are ECS's own words before the answer of Secrets Manager or
// Parameter Store. Sources: aws/amazon-ecs-agent agent/taskresource, and
// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/resource-initialization-error.html
var fetchHeads = says(Anywhere,
	phrase("unable to pull secrets"), phrase("secret from asm"), phrase("secrets from ssm"), phrase("registry auth from asm"), phrase("secret data from"), phrase("asm fetching"),
	phrase("secret arn:"), phrase("secrets manager"), phrase("parameter store"), phrase("domainless gmsa"))

// secretCauses: secrets, parameters and files that ECS fetches before the start.
// The refusals among them are in denialCauses.
func secretCauses() []*Cause {
	return append([]*Cause{
		{
			Code: "secret.missing", Area: AreaSecrets, Phase: verdict.PhaseStartup, Category: verdict.SecretMissing,
			Identity: verdict.NoIdentity, Confidence: verdict.Confirmed,
			Title:   "Secret or parameter not found: {name|the one in the task definition}",
			Meaning: "The service answered that it has no such secret, parameter, or version in that Region and account, that it has no value, or that it's scheduled for deletion.",
			Reason:  "A missing permission is answered with AccessDenied. Here the secret or parameter itself is missing.",
			Fix: []string{
				"Compare {name|the name} with the real ARN of the secret or parameter: Region, account, spelling, the six characters at the end of a secret, its version stage.",
				"Create it if it's missing, give the secret a value (it needs a version AWSCURRENT), or restore it (aws secretsmanager restore-secret).",
			},
			Docs: []string{docSecretsManager, docSSM, docResourceInit},
			When: Unless{
				Match: Any{
					With{Match: says(Log|Pasted, missingSecret()...), Phase: verdict.PhaseRuntime}, // a program asked, unless a start is told of
					says(Trail, missingSecret()...),
					startSays(append([]*Phrase{pattern("resourcenotfoundexception", `(?:secret|\basm\b)[\s\S]{0,500}?ResourceNotFoundException`)}, missingSecret()...)...),
					// The same advice stands before a refusal and before a missing secret.
					With{Phase: verdict.PhaseStartup, Match: Any{
						likely(agentSays(pattern("retrieve the secret with arn", retrieveAdvice))),
						agentSays(pattern("retrieve the secret with arn", retrieveAdvice+`[\s\S]{0,600}?(?:ResourceNotFoundException|can['’]t find)`)),
					}},
				},
				But: Any{refusedPull, networkWords, says(Anywhere, phrase("log group"), phrase("accessdenied"))},
			},
		},
		{
			Code: "secret.json-key-missing", Area: AreaSecrets, Phase: verdict.PhaseStartup, Category: verdict.SecretFormat,
			Identity: verdict.NoIdentity, Confidence: verdict.Confirmed,
			Title:   "The secret has no JSON key {name|of that name}",
			Meaning: "The secret was read, so the permission is there, but its JSON has no key {name|that the task definition asks for}.",
			Reason:  "The value came back, so neither IAM nor KMS denied anything.",
			Fix: []string{
				"Add the key {name|that is asked for} to the secret's JSON, or correct the key in valueFrom (arn:…:secret:NAME:KEY::). Keys are case-sensitive.",
			},
			Docs: []string{docSecretsManager},
			When: says(ByECS|Log, pattern("did not contain json key", `did not contain json key (?P<name>[^\s,;]+)`)),
		},
		{
			Code: "secret.not-json", Area: AreaSecrets, Phase: verdict.PhaseStartup, Category: verdict.SecretFormat,
			Identity: verdict.NoIdentity, Confidence: verdict.Confirmed,
			Title:   "The secret {name|of the container} isn't valid JSON",
			Meaning: "The secret was read, so the permission is there, but its value isn't a JSON object, and the task definition asks for a key of it.",
			Reason:  "The value came back, so neither IAM nor KMS denied anything.",
			Fix: []string{
				"Store the value as a JSON object with straight double quotes around keys and values (a shell may have removed them), or remove the key from valueFrom.",
			},
			Docs: []string{docSecretsManager},
			When: Unless{
				Match: Any{
					// The agent's asmsecret resource gives Go's error bare.
					likely(says(Stopped, pattern("invalid character", `^invalid character '.{1,4}' (?:looking for|after|in)`))),
					startSays(
						pattern("invalid character", `(?:secret (?P<name>arn:[^\s,]+?):? [\s\S]{0,300}?)?(?:secrets?|asm\b)[^\n]{0,400}?invalid character`),
						pattern("cannot unmarshal", `(?:secret|\basm\b)[^\n]{0,400}?cannot unmarshal`),
						pattern("unexpected end of json input", `(?:secret|\basm\b)[^\n]{0,400}?unexpected end of json input`)),
				},
				But: says(Anywhere, phrase("gmsa")),
			},
		},
		{
			Code: "secret.registry-format", Area: AreaSecrets, Phase: verdict.PhaseStartup, Category: verdict.SecretFormat,
			Identity: verdict.NoIdentity, Confidence: verdict.Confirmed,
			Title:   "The registry secret doesn't have the form that ECS expects",
			Meaning: "ECS read the secret of repositoryCredentials, so the permission is there, but found no user name and password in it.",
			Reason:  "The value came back, so neither IAM nor KMS denied anything.",
			Fix: []string{
				"Store the secret as a JSON object with exactly the two keys username and password, both with a value.",
			},
			Docs: []string{docPrivateAuth},
			When: agentSays(phrase("asm fetching authorization data"), phrase("authorizationdata is malformed"), phrase("unable to unmarshal secret value, invalid schema")),
		},
		{
			Code: "secret.reference-invalid", Area: AreaSecrets, Phase: verdict.PhaseStartup, Category: verdict.SecretFormat,
			Identity: verdict.NoIdentity, Confidence: verdict.Confirmed,
			Title:   "Invalid secret reference: {name|see valueFrom in the task definition}",
			Meaning: "valueFrom isn't a valid reference. The request never reached Secrets Manager or Parameter Store, or was rejected as invalid.",
			Reason:  "A malformed request is rejected before any permission is checked.",
			Fix: []string{
				"For a secret, use its full ARN, followed by all three colons: arn:…:secret:NAME-xxxxxx:json-key:version-stage:version-id. Leave unused parts empty.",
				"For a parameter, use its name (same Region) or its ARN arn:…:parameter/NAME.",
			},
			Docs: []string{docSecretsManager, docSSM},
			When: Any{
				agentSays(
					phrase("unexpected arn format with parameters"), phrase("invalid arn format"), phrase("getsecretvalueinput."), phrase("getparametersinput."),
					pattern("could not find a secretsmanager secretid", `could not find a secretsmanager secretID from value (?P<name>\S+)`),
					pattern("an invalid arn format", `(?:retrieve secret with value (?P<name>\S+) [^\n]{0,80}?)?an invalid ARN format for the AWS Secrets Manager secret was specified`)),
				Both{
					First:  startSays(phrase("validationexception"), phrase("validation error(s) found"), phrase("invalidparameterexception"), phrase("must be a fully qualified name"), phrase("invalid name. must be a valid name")),
					Second: Unless{Match: fetchHeads, But: says(Anywhere, phrase("log stream"), phrase("log group"))},
				},
			},
		},
		{
			Code: "secret.key-unusable", Area: AreaSecrets, Phase: verdict.PhaseStartup, PhaseInLog: verdict.PhaseRuntime, Category: verdict.KMS,
			Identity: verdict.NoIdentity, Confidence: verdict.Likely,
			Title:   "The KMS key {name|of the secret} is disabled or pending deletion",
			Meaning: "KMS rejected the call because of the key's state, not because of a permission.",
			Reason:  "A role with every permission is rejected the same way while the key is in this state.",
			Fix: []string{
				"Enable the key (aws kms enable-key), cancel its deletion (aws kms cancel-key-deletion), or encrypt the secret with another key.",
			},
			Docs: []string{docKMSPolicies},
			When: says(ByECS|Log,
				phrase("kmsinvalidstateexception"), phrase("kms key is in an invalid state"), phrase("disabledexception"), phrase("decryptionfailure"), phrase("decrypt the protected secret text"),
				pattern("is pending deletion", `(?P<name>arn:[\w-]+:kms:[^\s]+) is pending deletion`),
				pattern("is disabled", `(?P<name>arn:[\w-]+:kms:[^\s]+) is disabled`)),
		},
		{
			Code: "startup.throttled", Area: AreaSecrets, Phase: verdict.PhaseStartup, Category: verdict.Other,
			Identity: verdict.NoIdentity, Confidence: verdict.Confirmed,
			Title:   "AWS throttled the calls that start the task",
			Meaning: "Secrets Manager, Parameter Store, CloudWatch Logs, or ECR answered that the rate was exceeded: many tasks started at once, each making the same calls. No permission is missing.",
			Reason:  "A throttled call is rejected before its permission matters.",
			Fix: []string{
				"Start fewer tasks at once, put several values into one secret, or have the limit of the throttled call raised (Parameter Store: turn on higher throughput). ECS retries for services.",
			},
			Docs: []string{docResourceInit, docSecretsManager, docSSM},
			When: Both{
				First:  startSays(phrase("throttlingexception"), phrase("rate exceeded"), phrase("toomanyrequestsexception")),
				Second: Any{fetchHeads, driverHeads, says(Anywhere, phrase("getauthorizationtoken"), phrase("ecr registry auth"))},
			},
		},
		{
			Code: "startup.service-error", Area: AreaSecrets, Phase: verdict.PhaseStartup, Category: verdict.Internal,
			Identity: verdict.NoIdentity, Confidence: verdict.Likely,
			Title:   "An AWS service that startup needs returned an error",
			Meaning: "Secrets Manager, Parameter Store, ECR, or CloudWatch Logs answered with a server error. It's usually over in minutes.",
			Reason:  "A server error isn't about a permission.",
			Fix: []string{
				"Start the task again. If it continues, check the AWS Health Dashboard for the Region and open a support case.",
			},
			Docs: []string{docResourceInit},
			When: Both{
				First:  startSays(phrase("internalserviceerror"), phrase("internalservererror"), phrase("internalfailure"), phrase("serviceunavailable"), phrase("serverexception:"), phrase("statuscode: 500"), phrase("statuscode: 503")),
				Second: Any{fetchHeads, driverHeads, says(Anywhere, phrase("getauthorizationtoken"), phrase("ecr registry auth"), phrase("cannotpullecrcontainererror"))},
			},
		},
		{
			Code: "secret.not-injected", Area: AreaSecrets, Phase: verdict.PhaseStartup, Category: verdict.Agent,
			Identity: verdict.NoIdentity, Confidence: verdict.Confirmed,
			Title:   "The agent had no value for the secret {name|of the container}",
			Meaning: "ECS should have fetched the secrets by then and hadn't: a fault of the agent on the host, often after a restart, or the result of an earlier failed fetch.",
			Reason:  "Nothing was denied here; the agent lacked what it should have fetched before.",
			Fix: []string{
				"Check /var/log/ecs/ecs-agent.log for an earlier error of this task, update the agent, and start the task again.",
			},
			Docs: []string{docSecretsManager, docAgent},
			When: agentSays(pattern("task secret data", `task secret data: unable to fetch (?:SSM|ASM) Secrets resource`), pattern("missing secret value for secret", `missing secret value for secret (?P<name>\S+)`)),
		},
		{
			Code: "startup.secrets", Area: AreaSecrets, Level: Fallback, Phase: verdict.PhaseStartup, Category: verdict.Other,
			Identity: verdict.UnknownIdentity, Confidence: verdict.ConfidenceUnknown,
			Title:   "ECS couldn't fetch secrets or registry credentials, reason unknown",
			Meaning: "ECS couldn't fetch {name|what the task needs before it starts}. The text ends before the words that decide between a missing permission, a blocked network, and a missing secret.",
			Docs:    []string{docResourceInit, docSecretsManager, docSSM},
			When: says(ByECS,
				phrase("unable to pull secrets or registry auth"), phrase("unable to create ssm client"), phrase("unable to create asm client"), phrase("fetching secret data from"), phrase("unable to retrieve secret"),
				pattern("failed to fetch secret", `failed to fetch secret (?P<name>arn:[\w:/+=.@-]*\w)`)),
		},
	}, fileCauses()...)
}

// retrieveAdvice is the sentence that ECS puts before what Secrets Manager answered.
const retrieveAdvice = `the task can['’]t retrieve the secret with arn '(?P<name>[^']+)' from (?:AWS )?Secrets Manager`

// missingSecret are the answers of services that do not have what is asked for.
func missingSecret() []*Phrase {
	return []*Phrase{
		phrase("parameternotfound"), phrase("parameterversionnotfound"),
		pattern("for deletion", `secret[^\n]{0,80}?(?:marked|scheduled) for deletion`),
		pattern("secrets manager can", `(?:(?:secret|arn) '?"?(?P<name>arn:[\w:/+=.@-]+)[\s\S]{0,400}?)?secrets manager can['’]t find the specified secret`),
		pattern("perform this operation on the secret", `(?:secret (?P<name>arn:[\w:/+=.@-]+)[\s\S]{0,400}?)?you can['’]t perform this operation on the secret because it was`),
		pattern("invalid ssm parameters", `invalid ssm parameters: (?P<name>[^\s:][^\n:]*)`),
		pattern("invalid parameters:", `(?:parameter store|ssm)[^\n]{0,200}?invalid parameters: (?P<name>[^\s:][^\n:]*)`),
	}
}
