package cause

import "whystopped/internal/diagnose/verdict"

// noCredentialPhrases are what SDKs say when they found no credentials at all:
// nothing was signed, so no policy was asked.
func noCredentialPhrases() []*Phrase {
	return []*Phrase{
		phrase("unable to locate credentials"), phrase("nocredentialproviders"), phrase("could not load credentials from any providers"), phrase("no ec2 imds role found"),
		phrase("credentialsprovidererror"), phrase("nocredentialserror"), phrase("unable to load credentials from any"), phrase("unable to load aws credentials from any provider"), phrase("could not find credentials"),
		phrase("unable to get iam security credentials"), phrase("no valid credential sources"), phrase("missing credentials in config"), phrase("error loading aws credentials"), phrase("unable to find credentials"),
		phrase("missingcredentialserror"), phrase("missingcredentials"), phrase("error retrieving credentials from the instance profile metadata"), phrase("no credentials specified"), phrase("failed to load credentials"), phrase("no credentials found"), phrase("partialcredentialserror"), phrase("partial credentials found"),
		phrase("failed to refresh cached credentials"), phrase("unable to fetch credentials from"), phrase("nocredentialsavailable"), phrase("no providers in chain provided credentials"), phrase("credentialsnotloaded"),
	}
}

// credentialCauses: signatures that AWS did not accept. No policy helps there.
func credentialCauses() []*Cause {
	return []*Cause{
		{
			Code: "credentials.none", Area: AreaRuntime, Phase: verdict.PhaseRuntime, Category: verdict.Credentials,
			Identity: verdict.NoIdentity, Confidence: verdict.Likely,
			Title:   "The application found no AWS credentials",
			Meaning: "The SDK found nothing to sign with, so no permission was checked. The task has no task role, or the process cannot see it: sudo, su and cron drop AWS_CONTAINER_CREDENTIALS_RELATIVE_URI, and old SDKs do not know it.",
			Reason:  "Without a signature no role is asked; a policy changes nothing.",
			Fix:     []string{"Give the task definition a task role, and pass AWS_CONTAINER_CREDENTIALS_RELATIVE_URI on to the process that calls AWS.", "Update an SDK that does not know the container credentials endpoint."},
			Docs:    []string{docTaskRole},
			When:    says(ByApp, noCredentialPhrases()...),
		},
		{
			Code: "credentials.refused", Area: AreaRuntime, Phase: verdict.PhaseRuntime, Category: verdict.Credentials,
			Identity: verdict.NoIdentity, Confidence: verdict.Likely,
			Title:   "AWS did not accept the credentials themselves ({name|expired, malformed or unknown})",
			Meaning: "The request's signature or key was refused before any policy was read: expired, copied without its session token, of a deleted key, or of a clock that is wrong.",
			Reason:  "No permission was checked, so none is missing.",
			Fix:     []string{"Do not copy temporary keys into the container: let the SDK take the task role's credentials, which it renews by itself.", "If keys must be set, set all three variables (with the session token) and check the clock."},
			Docs:    []string{docTaskRole},
			When: says(ByApp|Stopped|Reason|Event,
				pattern("expiredtoken", `(?P<name>ExpiredToken(?:Exception)?)\b`), phrase("the security token included in the request is expired"), phrase("the provided token has expired"),
				pattern("invalidclienttokenid", `(?P<name>InvalidClientTokenId)\b`), pattern("unrecognizedclientexception", `(?P<name>UnrecognizedClientException)\b`), phrase("the security token included in the request is invalid"),
				pattern("signaturedoesnotmatch", `(?P<name>SignatureDoesNotMatch)\b`), phrase("the request signature we calculated does not match"), pattern("invalidaccesskeyid", `(?P<name>InvalidAccessKeyId)\b`), phrase("the aws access key id you provided does not exist"),
				pattern("invalidsignatureexception", `(?P<name>InvalidSignatureException)\b`), phrase("incompletesignature"), phrase("requesttimetooskewed"), phrase("signature expired:"), pattern("missingauthenticationtoken", `(?P<name>MissingAuthenticationToken)\w*\b`),
				phrase("aws was not able to validate the provided access credentials"), phrase("the aws access key id needs a subscription"), phrase("request has expired"), phrase("cached credentials expired"), phrase("credentials have expired"), phrase("invalidtoken: "), pattern("expiredcredentials", `ExpiredCredentials`)),
		},
		{
			Code: "credentials.not-for-this-call", Area: AreaRuntime, Phase: verdict.PhaseRuntime, Category: verdict.AppMisconfig,
			Identity: verdict.NoIdentity, Confidence: verdict.Likely,
			Title:   "The call cannot be made with this kind of credentials",
			Meaning: "AWS refuses this call for session credentials or for the root user, whatever the policies say.",
			Fix:     []string{"Drop the call: a task role's credentials are temporary already."},
			Docs:    []string{docTaskRole},
			When:    says(ByApp, phrase("with session credentials"), phrase("roles may not be assumed by root accounts")),
		},
		{
			Code: "account.not-enabled", Area: AreaRuntime, Phase: verdict.PhaseRuntime, Category: verdict.Other,
			Identity: verdict.NoIdentity, Confidence: verdict.Likely,
			Title:   "The account has no access to this service or feature",
			Meaning: "AWS refuses the account as a whole: a model without access, a service that is not subscribed to or not offered, a Region that is not switched on. No statement in a policy grants that.",
			Reason:  "The refusal names the account, not a principal and an action.",
			Fix:     []string{"Request access or switch the service or Region on for the account; check that the right Region's endpoint is called."},
			Docs:    []string{docDenied},
			When: says(ByApp,
				phrase("your account is not authorized to invoke this api operation"), phrase("optinrequired"), phrase("subscriptionrequiredexception"), phrase("you are not subscribed to this service"), phrase("needs a subscription for the service"),
				phrase("you don't have access to the model"), phrase("account is currently blocked"), phrase("account has been suspended"), phrase("is not authorized to use this service")),
		},
		{
			Code: "credentials.endpoint", Area: AreaRuntime, Phase: verdict.PhaseRuntime, Category: verdict.Credentials,
			Identity: verdict.NoIdentity, Confidence: verdict.Likely,
			Title:   "The container's credentials endpoint did not hand out the task role",
			Meaning: "The application asked the endpoint of the task for credentials and got an error: the agent was restarting, the address is wrong, or the task has no task role. It is no missing permission.",
			Fix:     []string{"Check that the task definition has a task role, that a proxy leaves out 169.254.170.2, and the agent's health on EC2."},
			Docs:    []string{docTaskRole, docAgent},
			When:    says(ByApp, phrase("nocredentialsassociated"), phrase("credentialsuninitialized"), phrase("noidinrequest"), phrase("invalididinrequest"), pattern("169.254.170.2", `169\.254\.170\.2[^\n]{0,200}?(?:timed? ?out|refused|error|404|400|500|503|unreachable)`)),
		},
	}
}
