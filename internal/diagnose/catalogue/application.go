package catalogue

import (
	"strings"

	"whystopped/internal/diagnose/verdict"
)

// metadataAddresses are those of credentials and metadata: what fails there is
// about credentials, whatever the words around them.
var metadataAddresses = says(ByApp, phrase("169.254.169.254"), phrase("169.254.170.2"), phrase("169.254.170.23"))

// applicationCauses: programs that ran and stopped because of their own
// settings, or of what they found around them. None is about a permission.
func applicationCauses() []*Cause {
	return []*Cause{
		{
			Code: "app.environment", Area: AreaRuntime, Weight: OfTheProgram, Phase: verdict.PhaseRuntime, Category: verdict.AppMisconfig,
			Identity: verdict.NoIdentity, Confidence: verdict.Likely,
			Title:   "Missing setting: {name|the one named in the log}",
			Meaning: "The application needs {name|a setting} and didn't find it. ECS passes only what environment, environmentFiles, and secrets of the task definition hold.",
			Fix: []string{
				"Add {name|the setting} to environment or secrets of the container, and deploy the new revision.",
			},
			Docs: []string{docEnvironment, docStoppedErrors},
			When: says(ByApp, settingPhrases()...),
		},
		{
			Code: "app.host-unknown", Area: AreaRuntime, Weight: OfTheProgram, Phase: verdict.PhaseRuntime, Category: verdict.AppMisconfig,
			Identity: verdict.NoIdentity, Confidence: verdict.Likely,
			Title:   "Host name not found: {name|the one in the settings}",
			Meaning: "DNS returned no address for {name|the host} where the task runs. The name is misspelled, empty, or belongs to another network, such as a Compose service or a private hosted zone of another VPC.",
			Fix: []string{
				"Correct the host name in the application's settings. Use Service Connect or Cloud Map for other ECS services, and localhost for containers of the same awsvpc task.",
			},
			Docs: []string{docTaskNetworking, docStoppedErrors},
			When: Unless{Match: says(ByApp, hostPhrases()...), But: metadataAddresses},
		},
		{
			Code: "app.connection-refused", Area: AreaRuntime, Weight: OfTheProgram, Phase: verdict.PhaseRuntime, Category: verdict.AppMisconfig,
			Identity: verdict.NoIdentity, Confidence: verdict.Likely,
			Title:   "Connection refused: {name|no server at the address it called}",
			Meaning: "The application called {name|an address} and no server answered: nothing listens there, or not yet. In a container, localhost is the task itself, not the host.",
			Fix: []string{
				"Correct the host and port in the application's settings, and check that the server is running.",
				"If the server is in the same task, make the container wait for it with dependsOn and the condition HEALTHY.",
			},
			Docs: []string{docTaskNetworking, docTaskParameters},
			When: Unless{Match: says(ByApp, refusedConnectionPhrases()...), But: Any{metadataAddresses, says(ByApp, phrase("docker.sock"), phrase("docker daemon"))}},
		},
		{
			Code: "app.certificate", Area: AreaRuntime, Weight: OfTheProgram, Phase: verdict.PhaseRuntime, Category: verdict.AppMisconfig,
			Identity: verdict.NoIdentity, Confidence: verdict.Likely,
			Title:   "TLS failed between the application and a server it calls",
			Meaning: "The two sides didn't agree on an encrypted connection: the certificate is untrusted, expired, or for another name, or only one side uses TLS. The server was reached, and no AWS permission is involved.",
			Fix: []string{
				"Add the certificate authority to the image (for Amazon RDS, the bundle that AWS publishes), correct the host name, or use TLS on both sides.",
			},
			Docs: []string{docRDSTLS, docStoppedErrors},
			When: says(ByApp, certificatePhrases()...),
		},
		{
			Code: "app.database-schema", Area: AreaRuntime, Weight: OfTheProgram, Phase: verdict.PhaseRuntime, Category: verdict.AppMisconfig,
			Identity: verdict.NoIdentity, Confidence: verdict.Likely,
			Title:   "The database isn't in the state the application expects",
			Meaning: "The sign-in worked. A table, column, schema, or database is missing or exists already, or a migration failed or is pending.",
			Fix: []string{
				"Run the migrations of this image version against this database, or repair the failed one. Then deploy again.",
			},
			Docs: []string{docStoppedErrors},
			When: says(ByApp, schemaPhrases()...),
		},
		{
			Code: "app.connections-exhausted", Area: AreaRuntime, Weight: OfTheProgram, Phase: verdict.PhaseRuntime, Category: verdict.ResourceLimit,
			Identity: verdict.NoIdentity, Confidence: verdict.Likely,
			Title:   "The database or cache has reached its limit",
			Meaning: "The server has reached its limit of connections (for a cache, perhaps of memory), or the application's own pool is used up. User, password, and network are fine.",
			Fix: []string{
				"Lower the pool size per task so that tasks × pool size stays below the server's limit, close idle connections, or add RDS Proxy or another pooler.",
				"Raise the server's limit. A full cache needs more memory or an eviction policy (maxmemory-policy).",
			},
			Docs: []string{docRDSProxy, docStoppedErrors},
			When: says(ByApp, exhaustedPhrases()...),
		},
		{
			Code: "app.module-missing", Area: AreaRuntime, Weight: OfTheProgram, Phase: verdict.PhaseRuntime, Category: verdict.AppMisconfig,
			Identity: verdict.NoIdentity, Confidence: verdict.Likely,
			Title:   "Missing in the image: {name|a file or library}",
			Meaning: "The program started and didn't find {name|something it needs} in its file system. It wasn't built or copied into the image, the command names a wrong path, or a volume hides it.",
			Fix: []string{
				"Build the image with {name|the missing part}: install dependencies, copy the build output, and check .dockerignore.",
				"Correct the path, and check that no volume is mounted over it.",
			},
			Docs: []string{docTaskParameters, docStoppedErrors},
			When: Unless{Match: says(ByApp, missingFilePhrases()...), But: says(ByApp, phrase("docker daemon"), phrase("docker.sock"), phrase("fluent.sock"))},
		},
		{
			Code: "app.command-not-found", Area: AreaRuntime, Weight: OfTheProgram, Phase: verdict.PhaseRuntime, Category: verdict.ContainerConfig,
			Identity: verdict.NoIdentity, Confidence: verdict.Likely,
			Title:   "Command not found or not executable: {name|the container's command}",
			Meaning: "Inside the started container, {name|the program of entryPoint or command} wasn't found or couldn't be executed. It isn't in the image or in PATH, its interpreter is missing, it has Windows line endings, or it isn't executable.",
			Fix: []string{
				"Correct command and entryPoint in the task definition or the image. A script needs its interpreter in the image, Unix line endings, and the execute bit (chmod +x).",
			},
			Docs: []string{docTaskParameters},
			When: says(Log, commandPhrases()...),
		},
		{
			Code: "app.usage", Area: AreaRuntime, Weight: OfTheProgram, Phase: verdict.PhaseRuntime, Category: verdict.AppMisconfig,
			Identity: verdict.NoIdentity, Confidence: verdict.Likely,
			Title:   "Invalid command-line argument: {name|see the log}",
			Meaning: "The program doesn't accept the arguments it was started with, and exited at once.",
			Fix: []string{
				"Correct command in the task definition or in the RunTask override. Each argument is its own list item, and what entryPoint holds must not be repeated.",
			},
			Docs: []string{docTaskParameters},
			When: Unless{Match: says(ByApp, usagePhrases()...), But: says(ByApp, phrase("err unknown command"), phrase("with args beginning with"))}, // Redis and its kind
		},
		{
			Code: "app.port-in-use", Area: AreaRuntime, Weight: OfTheProgram, Phase: verdict.PhaseRuntime, Category: verdict.ContainerConfig,
			Identity: verdict.NoIdentity, Confidence: verdict.Likely,
			Title:   "Port {port|the application listens on} is already in use",
			Meaning: "Another process in the same network namespace listens on that port: another container of the task (they share one in awsvpc and host mode), or a second copy of the program.",
			Fix: []string{
				"Give each container of the task its own port, and start the program once.",
			},
			Docs: []string{docTaskNetworking, docTaskParameters},
			When: says(ByApp,
				pattern("eaddrinuse", `\bEADDRINUSE\b(?:[^\n]{0,60}?:(?P<port>\d{2,5})\b)?`), pattern("address already in use", `(?::(?P<port>[1-9]\d{1,4})\b[^\n]{0,30}?)?address already in use`), phrase("address in use"),
				pattern("address already in use", `', (?P<port>\d{2,5})\)[^\n]{0,10}?address already in use`), pattern("address already in use", `address already in use - bind\(2\) for [^\n]{0,60}?port (?P<port>\d+)`), pattern("address already in use", `address already in use: AH00072: [^\n]{0,60}?:(?P<port>\d+)`), pattern("connection in use:", `connection in use: \('[^']*', (?P<port>\d+)\)`),
				pattern("was already in use", `port (?P<port>\d+) was already in use`), pattern("is already in use", `port (?P<port>\d+) is already in use`), phrase("only one usage of each socket address"), phrase("address is already in use")),
		},
		{
			Code: "app.aws-resource-missing", Area: AreaRuntime, Weight: OfTheProgram, Phase: verdict.PhaseRuntime, Category: verdict.AppMisconfig,
			Identity: verdict.NoIdentity, Confidence: verdict.Likely,
			Title:   "AWS resource not found: {name|the one the application uses}",
			Meaning: "The call was signed and allowed, and AWS answered that {name|the resource} doesn't exist there. Its name, Region, or account is wrong, or it was never created.",
			Reason:  "A missing permission is answered with AccessDenied. Here the resource itself is missing.",
			Fix: []string{
				"Compare the name, Region, and account in the application's settings with the resource, and create it if it's missing.",
			},
			Docs: []string{docStoppedErrors},
			When: With{Match: says(ByApp, missingResourcePhrases()...), Names: resourceKind},
		},
		{
			Code: "app.region-missing", Area: AreaRuntime, Weight: OfTheProgram, Phase: verdict.PhaseRuntime, Category: verdict.AppMisconfig,
			Identity: verdict.NoIdentity, Confidence: verdict.Likely,
			Title:   "The AWS SDK has no Region or a wrong one",
			Meaning: "Without a Region the SDK has no endpoint to call; with a wrong one it asks where the resource isn't. No permission was checked.",
			Fix: []string{
				"Set AWS_REGION (and AWS_DEFAULT_REGION for the CLI and Python) in the container's environment, or set the Region in the code.",
			},
			Docs: []string{docEnvironment},
			When: says(ByApp,
				phrase("you must specify a region"), phrase("noregionerror"), phrase("missing region in config"), phrase("unable to find a region"), phrase("missingregionerror"), phrase("missing required configuration option :region"), phrase("missing required client configuration options: region"),
				phrase("region is missing"), phrase("could not find region configuration"), pattern("missingregion", `\bMissingRegion\b`), phrase("an aws region is required"), phrase("no regionendpoint or serviceurl configured"), phrase("unable to load region from any of the providers"), phrase("invalid configuration: missing region"), phrase("region must be specified"), phrase("no region provided"),
				phrase("permanentredirect"), phrase("authorizationheadermalformed"), phrase("illegallocationconstraintexception"), phrase("credential should be scoped to a valid region"), phrase("provided region_name"), phrase("the bucket is in this region")),
		},
		{
			Code: "app.throttled", Area: AreaRuntime, Weight: OfTheProgram, Phase: verdict.PhaseRuntime, Category: verdict.Other,
			Identity: verdict.NoIdentity, Confidence: verdict.Possible,
			Title:   "The application was throttled: {name|rate limit exceeded}",
			Meaning: "A service rejected calls because there were too many. That is never a missing permission.",
			Fix: []string{
				"Retry with exponential backoff, make fewer calls, or request a quota increase.",
			},
			Docs: []string{docStoppedErrors},
			When: says(Log,
				pattern("throttl", `\b(?P<name>Throttling(?:Exception)?|ThrottledException|RequestThrottled(?:Exception)?|KMSThrottlingException)\b`), phrase("rate exceeded"), pattern("provisionedthroughputexceeded", `(?P<name>ProvisionedThroughputExceeded(?:Exception)?)`), pattern("toomanyrequests", `\b(?P<name>TooManyRequests(?:Exception)?)\b`),
				pattern("requestlimitexceeded", `(?P<name>RequestLimitExceeded)`), phrase("429 too many requests"), phrase("status code 429"), phrase("error code: 429"), phrase("rate limit exceeded"), pattern("slowdown", `\b(?P<name>SlowDown)\b`), phrase("reduce your request rate")),
		},
		{
			Code: "app.process-limit", Area: AreaRuntime, Weight: OfTheProgram, Phase: verdict.PhaseRuntime, Category: verdict.ResourceLimit,
			Identity: verdict.NoIdentity, Confidence: verdict.Likely,
			Title:   "Limit of open files, processes, or threads reached",
			Meaning: "The operating system denied the program another file, process, or thread. This is a limit of the container (ulimits, pids), not a permission.",
			Fix: []string{
				"Raise ulimits (nofile, nproc) in the container definition, and look for a leak of files, sockets, or threads.",
			},
			Docs: []string{docTaskParameters},
			When: says(ByApp,
				phrase("too many open files"), pattern("emfile", `\bEMFILE\b`), pattern("enfile", `\bENFILE\b`), pattern("resource temporarily unavailable", `(?:fork|thread|clone|spawn|pthread_create|exec)[^\n]{0,120}?Resource temporarily unavailable`), phrase("can't start new thread"), phrase("failed to create new os thread"), phrase("pthread_create failed"), phrase("cannot fork"),
				phrase("system limit for number of file watchers reached")),
		},
		{
			Code: "app.configuration", Area: AreaRuntime, Weight: OfTheProgram, Phase: verdict.PhaseRuntime, Category: verdict.AppMisconfig,
			Identity: verdict.NoIdentity, Confidence: verdict.Likely,
			Title:   "The application's configuration is invalid or incomplete",
			Meaning: "The program read its configuration, rejected it, and exited. The quoted words are its own.",
			Fix: []string{
				"Correct what the quoted lines name: in the configuration file of the image or volume, or in environment, secrets, and command of the task definition.",
			},
			Docs: []string{docEnvironment, docStoppedErrors},
			When: says(ByApp, configurationPhrases()...),
		},
	}
}

// resourceKind is the kind of an AWS resource as running text has it.
func resourceKind(_ *Case, m Match) map[string]string {
	kind := m.Captures["kind"]
	if kind == "" {
		return nil
	}
	return map[string]string{"name": strings.ToLower(kind)}
}
