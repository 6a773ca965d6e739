package catalogue

import "whystopped/internal/diagnose/verdict"

// fileCauses: environment files, and the credential specs of gMSA.
func fileCauses() []*Cause {
	return []*Cause{
		{
			Code: "envfile.missing", Area: AreaSecrets, Phase: verdict.PhaseStartup, Category: verdict.SecretMissing,
			Identity: verdict.NoIdentity, Confidence: verdict.Confirmed,
			Title:   "The environment file {name|in S3} doesn't exist",
			Meaning: "Amazon S3 answered 404 for the environment file of the task definition.",
			Reason:  "S3 answers 404 only to a role that is allowed to list the bucket, and 403 to any other.",
			Fix: []string{
				"Upload {name|the file} under exactly this key to {bucket|the bucket}, or correct environmentFiles in the task definition. Keys are case-sensitive.",
			},
			Docs: []string{docEnvFile},
			When: With{Names: environmentFile, Match: agentSays(
				pattern("env file", `env files?[\s\S]{0,500}?(?:NoSuchKey|NoSuchBucket|StatusCode: 404|\bNotFound\b)`),
				pattern("unable to download env file", `unable to download env file with key (?P<name>\S+) from bucket (?P<bucket>[^\s,]+), error:[\s\S]{0,300}?(?:NoSuchKey|404)`))},
		},
		{
			Code: "envfile.bucket-missing", Area: AreaSecrets, Phase: verdict.PhaseStartup, Category: verdict.SecretMissing,
			Identity: verdict.NoIdentity, Confidence: verdict.Likely,
			Title:   "S3 bucket not found: {name|the bucket of the environment file}",
			Meaning: "ECS asked Amazon S3 for the bucket's Region and got none. There is no such bucket, or S3 didn't answer.",
			Reason:  "S3 returns the Region even to a role that it denies, so no permission is missing.",
			Fix: []string{
				"Check that {name|the bucket} exists, is spelled right in the task definition, and that the host can reach S3.",
			},
			Docs: []string{docEnvFile, docFirelens},
			When: Unless{
				Match: agentSays(pattern("unable to initialize s3 client for bucket", `unable to initialize s3 client for bucket (?P<name>[^\s:,]+)`)),
				But:   Any{refusedPull, networkWords},
			},
		},
		{
			Code: "envfile.invalid", Area: AreaSecrets, Phase: verdict.PhaseStartup, Category: verdict.ContainerConfig,
			Identity: verdict.NoIdentity, Confidence: verdict.Confirmed,
			Title:   "Invalid environment file: {name|reference or content malformed}",
			Meaning: "ECS couldn't parse the S3 ARN in environmentFiles, or the lines of the file.",
			Reason:  "S3 wasn't asked, or had returned the file already.",
			Fix: []string{
				"Use the object's full S3 ARN (arn:aws:s3:::BUCKET/KEY), a name that ends in .env, and lines of the form NAME=value without quotes or export.",
			},
			Docs: []string{docEnvFile},
			When: Unless{
				Match: agentSays(
					phrase("unable to read env file"), phrase("environment file must end with"), phrase("must have a .env file extension"),
					pattern("escapes envfile resource directory", `key "?(?P<name>[^\s"]+)"? escapes envfile resource directory`),
					pattern("unable to parse bucket and key from s3 arn", `unable to parse bucket and key from s3 ARN(?: specified in environmentFile (?P<name>[^\s,]+))?`)),
				But: says(Anywhere, phrase("firelens")),
			},
		},
		{
			Code: "startup.envfile", Area: AreaSecrets, Level: Fallback, Phase: verdict.PhaseStartup, Category: verdict.Other,
			Identity: verdict.UnknownIdentity, Confidence: verdict.ConfidenceUnknown,
			Title:   "An environment file couldn't be read from S3, reason unknown",
			Meaning: "ECS couldn't read {name|a file of environmentFiles}. The text doesn't show whether a permission is missing, the network is blocked, or the file is missing.",
			Docs:    []string{docEnvFile, docResourceInit},
			When:    With{Names: environmentFile, Match: says(ByECS, phrase("failed to download env files"), pattern("unable to download env file", `unable to download env file with key (?P<name>\S+) from bucket`))},
		},
		{
			Code: "gmsa.config-invalid", Area: AreaSecrets, Phase: verdict.PhaseStartup, Category: verdict.ContainerConfig,
			Identity: verdict.NoIdentity, Confidence: verdict.Confirmed,
			Title:   "The gMSA credential spec {name|of the container} isn't usable",
			Meaning: "The credentialspec in the task definition doesn't point to a valid spec in Amazon S3 or Parameter Store, or the secret of its user isn't the JSON that the agent expects.",
			Reason:  "Nothing was denied: the reference or its content is wrong.",
			Fix: []string{
				"Use credentialspec:ARN or credentialspecdomainless:ARN with the ARN of an S3 object or a parameter, and store username, password, and domainName as JSON in the user's secret.",
			},
			Docs: []string{docGMSA},
			When: agentSays(
				phrase("unsupported credentialspec arn"), phrase("failed to parse asmsecretdata for the gmsa"), phrase("unable to fetch task resource credentialspec"), phrase("unable to fetch valid credentialspec mapping"),
				pattern("the provided ssm parameter:", `the provided SSM parameter:(?P<name>\S+) is in an invalid format`)),
		},
		{
			Code: "gmsa.login", Area: AreaSecrets, Phase: verdict.PhaseStartup, Category: verdict.AppMisconfig,
			Identity: verdict.NoIdentity, Confidence: verdict.Likely,
			Title:   "Active Directory issued no Kerberos ticket for {name|the service account}",
			Meaning: "The agent asked the domain for a ticket of the gMSA account, and that failed: the user's password, the account's rights, DNS, or the route to the domain controllers.",
			Reason:  "The domain decides this, not IAM.",
			Fix: []string{
				"Check on the host that it reaches the domain controllers (DNS, port 88) and that the user is allowed to read the password of {name|the gMSA account}. Then check the log of credentials-fetcher.",
			},
			Docs: []string{docGMSA},
			When: agentSays(pattern("failed to create kerberos tickets", `failed to create kerberos tickets associated service account (?P<name>[^\s:]+)`)),
		},
	}
}

// environmentFile names the one environment file of the container, or of the
// whole task definition where no container is known.
func environmentFile(c *Case, m Match) map[string]string {
	def := c.Evidence.TaskDefinition
	if def == nil || m.Captures["name"] != "" {
		return nil
	}
	name := ""
	for _, d := range def.ContainerDefinitions {
		if !m.Concerns(d.Name) {
			continue
		}
		for _, f := range d.EnvironmentFiles {
			if name != "" && name != f.Value {
				return nil
			}
			name = f.Value
		}
	}
	return map[string]string{"name": name}
}
