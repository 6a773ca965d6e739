package catalogue

import "whystopped/internal/diagnose/verdict"

// noCredentialPhrases are what SDKs say when they found no credentials at all:
// nothing was signed, so no policy was asked.
func noCredentialPhrases() []*Phrase {
	return []*Phrase{
		// Python, CLI
		phrase("unable to locate credentials"), phrase("unable to acquire credentials"), phrase("unable to locate authorization credentials"), phrase("nocredentialserror"), phrase("partialcredentialserror"), phrase("partial credentials found"), phrase("noauthhandlerfound"), phrase("no handler was ready to authenticate"),
		// Go, Terraform
		phrase("nocredentialproviders"), phrase("no ec2 imds role found"), phrase("no ec2 instance role found"), phrase("failed to refresh cached credentials"), phrase("failed to retrieve credentials"), phrase("no valid credential sources"), phrase("static credentials are empty"), phrase("failed to sign request: failed to retrieve"),
		// JavaScript
		phrase("could not load credentials from any providers"), phrase("credentialsprovidererror"), phrase("missing credentials in config"), phrase("error loading aws credentials"), phrase("resolved credential object is not valid"),
		// Java, Hadoop
		phrase("unable to load credentials from any"), phrase("unable to load aws credentials from any provider"), phrase("unable to load credentials from service endpoint"), phrase("unable to load credentials from system settings"), phrase("unable to load aws credentials from"), phrase("no aws credentials provided by"), phrase("no awscredentialsproviders"), phrase("failed to load credentials from imds"),
		// .NET
		phrase("unable to get iam security credentials"), phrase("failed to resolve aws credentials"), phrase("unable to find credentials"), phrase("failed to find aws credentials"),
		// Ruby, PHP
		phrase("missingcredentialserror"), phrase("missingcredentials"), phrase("unable to sign request without credentials set"), phrase("error retrieving credentials from the instance profile metadata"), phrase("cannot read credentials from"), phrase("could not find environment variable credentials"),
		// Rust, C++, others
		phrase("no providers in chain provided credentials"), phrase("credentialsnotloaded"), phrase("the credential provider was not enabled"), phrase("provider returned no credentials"), phrase("failed to initialize standard credential provider"), phrase("could not determine how to establish security credentials"),
		phrase("nocredentialsavailable"), phrase("could not find credentials"), phrase("no credentials specified"), phrase("failed to load credentials"), phrase("no credentials found"), phrase("unable to fetch credentials from"), phrase("failed to get credentials"), phrase("request is missing authentication token"), phrase("request_missing_authentication_token"),
	}
}

// refusedCredentialPhrases are the answers of AWS to a signature that it does
// not accept, before any policy is read.
func refusedCredentialPhrases() []*Phrase {
	return []*Phrase{
		pattern("expiredtoken", `(?P<name>ExpiredToken(?:Exception)?)\b`), phrase("the security token included in the request is expired"), phrase("the provided token has expired"), phrase("cached credentials expired"), phrase("credentials have expired"), phrase("credentials have already expired"), phrase("refreshed credentials are still expired"), pattern("expiredcredentials", `ExpiredCredentials`), phrase("signature expired:"), phrase("request has expired"), pattern("requestexpired", `(?P<name>RequestExpired)\b`), phrase("tokenrefreshrequired"),
		pattern("invalidclienttokenid", `(?P<name>InvalidClientTokenId)\b`), pattern("unrecognizedclientexception", `(?P<name>UnrecognizedClientException)\b`), phrase("the security token included in the request is invalid"), pattern("invalidaccesskeyid", `(?P<name>InvalidAccessKeyId)\b`), phrase("the aws access key id you provided does not exist"), phrase("invalidtoken: "), phrase("the provided token is malformed"), phrase("aws was not able to validate the provided access credentials"),
		pattern("signaturedoesnotmatch", `(?P<name>SignatureDoesNotMatch)\b`), phrase("the request signature we calculated does not match"), pattern("invalidsignatureexception", `(?P<name>InvalidSignatureException)\b`), phrase("signature not yet current"), phrase("incompletesignature"), phrase("requesttimetooskewed"), phrase("the difference between the request time and the current time is too large"),
		pattern("missingauthenticationtoken", `(?P<name>MissingAuthenticationToken)\w*\b`), pattern("invalididentitytoken", `(?P<name>InvalidIdentityToken)(?:Exception)?\b`), phrase("no openidconnect provider found"), phrase("the config profile requires"), phrase("error loading sso token"), phrase("the sso session associated with this profile has expired"), phrase("the sso session has expired"), phrase("token has expired and refresh failed"), phrase("illegal header value b'aws4"), phrase("invalid header value b'aws4"),
	}
}

// credentialCauses: calls that were not signed, or with a signature that AWS
// did not accept. No policy helps there.
func credentialCauses() []*Cause {
	return []*Cause{
		{
			Code: "credentials.none", Area: AreaRuntime, Weight: OfCredentials, Phase: verdict.PhaseRuntime, Category: verdict.Credentials,
			Identity: verdict.NoIdentity, Confidence: verdict.Likely,
			Title:   "The application found no AWS credentials",
			Meaning: "The SDK had nothing to sign its call with, so no permission was checked. Either the task has no task role, or the process doesn't see it: sudo, su, and cron drop AWS_CONTAINER_CREDENTIALS_RELATIVE_URI.",
			Reason:  "Without a signature no role is used, so changing a policy won't help.",
			Fix: []string{
				"Set a task role (taskRoleArn) in the task definition, and pass AWS_CONTAINER_CREDENTIALS_RELATIVE_URI to the process that calls AWS.",
				"Update an SDK that doesn't support the container credentials endpoint.",
			},
			Docs: []string{docTaskRole},
			When: Unless{
				Match: says(ByApp, noCredentialPhrases()...),
				But:   says(ByApp, phrase("169.254.170.2"), phrase("credentialsendpointerror"), phrase("response from container metadata"), phrase("ecscredentialsproviderfailure"), phrase("parsed in shared credentials file")),
			},
		},
		{
			Code: "credentials.refused", Area: AreaRuntime, Phase: verdict.PhaseRuntime, Category: verdict.Credentials,
			Identity: verdict.NoIdentity, Confidence: verdict.Likely,
			Title:   "AWS rejected the application's credentials ({name|expired, malformed, or unknown})",
			Meaning: "The request's key or signature was rejected before any policy was evaluated. Such keys are expired, lack their session token, belong to a deleted key or user, or were signed with a wrong clock or secret.",
			Reason:  "No permission was checked, so none is missing.",
			Fix: []string{
				"Remove keys from the container so that the SDK uses the task role's credentials, which are renewed automatically.",
				"If keys must be set, set all three (AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN) without spaces or line breaks, and check the clock.",
			},
			Docs: []string{docTaskRole},
			When: Unless{Match: says(ByApp, refusedCredentialPhrases()...), But: startWords},
		},
		{
			Code: "credentials.profile", Area: AreaRuntime, Phase: verdict.PhaseRuntime, Category: verdict.Credentials,
			Identity: verdict.NoIdentity, Confidence: verdict.Likely,
			Title:   "AWS profile not found in the container: {name|set by AWS_PROFILE}",
			Meaning: "AWS_PROFILE or the code names a profile of a developer's machine. The container has no such file, so the SDK never asked for the task role.",
			Reason:  "Without a signature no role is used, so changing a policy won't help.",
			Fix: []string{
				"Remove AWS_PROFILE (or the profile in the code) from the container so that the SDK uses the task role.",
			},
			Docs: []string{docTaskRole},
			When: says(ByApp,
				pattern("the config profile", `the config profile \((?P<name>[^)]+)\) could not be found`), phrase("profilenotfound"), pattern("failed to get shared config profile", `failed to get shared config profile, (?P<name>\S+)`), pattern("could not be found or parsed in shared credentials file", `profile (?P<name>\S+) could not be found or parsed in shared credentials file`),
				phrase("sharedconfigprofilenotexist"), pattern("profile file contained no credentials", `profile file contained no credentials for profile '?(?P<name>[\w-]+)`), pattern("no aws profile", `no AWS profile named '?(?P<name>[\w-]+)`), phrase("sharedcredsload: failed to get profile")),
		},
		{
			Code: "credentials.not-for-this-call", Area: AreaRuntime, Phase: verdict.PhaseRuntime, Category: verdict.AppMisconfig,
			Identity: verdict.NoIdentity, Confidence: verdict.Likely,
			Title:   "This call doesn't accept credentials of this kind",
			Meaning: "AWS rejects this call for temporary credentials, or for the root user, whatever the policies say. A task role's credentials are temporary.",
			Reason:  "The kind of credentials is rejected, not a missing permission.",
			Fix: []string{
				"Remove the call (GetSessionToken, GetFederationToken): the task role's credentials are temporary and renewed by the SDK.",
			},
			Docs: []string{docTaskRole},
			When: says(ByApp, phrase("with session credentials"), phrase("roles may not be assumed by root accounts")),
		},
		{
			Code: "account.not-enabled", Area: AreaRuntime, Phase: verdict.PhaseRuntime, Category: verdict.Other,
			Identity: verdict.NoIdentity, Confidence: verdict.Likely,
			Title:   "The account has no access to this service, model, or Region",
			Meaning: "AWS rejects the account as a whole: a model without access, a service that isn't subscribed or offered there, or a Region that isn't enabled. No policy statement grants that.",
			Reason:  "The error names the account, not a principal and an action.",
			Fix: []string{
				"Request access, or enable the service or Region for the account, and check that the application calls the endpoint of the right Region.",
			},
			Docs: []string{docDenied},
			When: says(ByApp,
				phrase("your account is not authorized to invoke this api operation"), phrase("optinrequired"), phrase("subscriptionrequired"), phrase("you are not subscribed to this service"), phrase("needs a subscription for the service"), phrase("you don't have access to the model"), phrase("model use case details have not been submitted"),
				phrase("account has been suspended"), phrase("is not authorized to use this service"), phrase("account is not enabled"), phrase("is not available in this region"), phrase("region is not enabled"), phrase("isn't supported in this region"), phrase("with on-demand throughput isn"), phrase("email address is not verified")),
		},
		{
			Code: "credentials.endpoint", Area: AreaRuntime, Phase: verdict.PhaseRuntime, Category: verdict.Credentials,
			Identity: verdict.NoIdentity, Confidence: verdict.Likely,
			Title:   "The container credentials endpoint didn't return the task role",
			Meaning: "The application asked the task's endpoint (169.254.170.2) for credentials and got an error or no answer: the agent was restarting, a proxy or firewall blocks it, or the task has no task role. No permission was checked.",
			Reason:  "Without credentials nothing is signed, so no role is used.",
			Fix: []string{
				"Check that the task definition has a task role, that NO_PROXY contains 169.254.170.2, that nothing in the container or on the host blocks it, and on EC2 that the agent is healthy.",
			},
			Docs: []string{docTaskRole, docAgent},
			When: says(ByApp,
				phrase("nocredentialsassociated"), phrase("credentialsuninitialized"), phrase("noidinrequest"), phrase("invalididinrequest"), phrase("credentialsendpointerror"), phrase("credentials not found for relative uri"), phrase("error when retrieving credentials from container-role"), phrase("response from container metadata"), phrase("from ecs metadata"), phrase("attempting to retrieve ecs metadata"), phrase("ecscredentialsproviderfailure"),
				pattern("169.254.170.2", `169\.254\.170\.2\S*[^\n]{0,200}?(?:timed? ?out|refused|error|exceeded|\b404\b|\b400\b|\b500\b|\b503\b|unreachable|no route)`), pattern("169.254.170.2", `(?:timed? ?out|ECONNREFUSED|ETIMEDOUT|EHOSTUNREACH|refused|error|failed|unable)[^\n]{0,120}?169\.254\.170\.2`)),
		},
	}
}
