package cause

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
			Code: "app.environment", Area: AreaRuntime, Phase: verdict.PhaseRuntime, Category: verdict.AppMisconfig,
			Identity: verdict.NoIdentity, Confidence: verdict.Likely,
			Title:   "The application stopped because the setting {name|that its log names} is missing",
			Meaning: "The application read its settings, did not find {name|one that it needs}, and ended. ECS passes on only what the task definition has in environment, environmentFiles and secrets.",
			Fix:     []string{"Add {name|the setting} to environment or secrets of the container in the task definition, and deploy the new revision."},
			Docs:    []string{docEnvironment, docStoppedErrors},
			When:    says(ByApp, settingPhrases()...),
		},
		{
			Code: "app.host-unknown", Area: AreaRuntime, Phase: verdict.PhaseRuntime, Category: verdict.AppMisconfig,
			Identity: verdict.NoIdentity, Confidence: verdict.Likely,
			Title:   "The application could not resolve the host name {name|that it was given}",
			Meaning: "DNS gave no address for {name|the host} where the task runs. The name is misspelt, belongs to another network (a compose service, a private zone of another VPC), or is empty. After a \"temporary failure\" look at the DNS settings of the VPC too.",
			Fix:     []string{"Correct the host name in the application's settings. Names of other ECS services need Service Connect or Cloud Map; containers of one awsvpc task reach each other on localhost."},
			Docs:    []string{docTaskNetworking, docStoppedErrors},
			When:    Unless{Match: says(ByApp, hostPhrases()...), But: metadataAddresses},
		},
		{
			Code: "app.connection-refused", Area: AreaRuntime, Phase: verdict.PhaseRuntime, Category: verdict.AppMisconfig,
			Identity: verdict.NoIdentity, Confidence: verdict.Likely,
			Title:   "Nothing answered the application at {name|the address that it called}",
			Meaning: "The application called {name|an address} and the connection was refused or the server never answered as it should: nothing listens there, or not yet. In a container localhost is the task itself, not the host.",
			Fix:     []string{"Correct host and port in the application's settings, see that the server runs, and let the container wait for it (dependsOn with HEALTHY) when it is in the same task."},
			Docs:    []string{docTaskNetworking, docTaskParameters},
			When:    Unless{Match: says(ByApp, refusedConnectionPhrases()...), But: Any{metadataAddresses, says(ByApp, phrase("docker.sock"), phrase("docker daemon"))}},
		},
		{
			Code: "app.certificate", Area: AreaRuntime, Phase: verdict.PhaseRuntime, Category: verdict.AppMisconfig,
			Identity: verdict.NoIdentity, Confidence: verdict.Likely,
			Title:   "TLS failed between the application and a server that it calls",
			Meaning: "The two did not agree on an encrypted connection: the certificate is not trusted, expired or of another name, or only one side speaks TLS. The server was reached, and no AWS permission is involved.",
			Fix:     []string{"Add the certificate authority to the image (for RDS the bundle that AWS publishes), correct the host name, or make both sides agree on TLS."},
			Docs:    []string{docRDSTLS, docStoppedErrors},
			When:    says(ByApp, certificatePhrases()...),
		},
		{
			Code: "app.database-schema", Area: AreaRuntime, Phase: verdict.PhaseRuntime, Category: verdict.AppMisconfig,
			Identity: verdict.NoIdentity, Confidence: verdict.Likely,
			Title:   "The database is not in the state that the application expects",
			Meaning: "The login worked; a table, column, schema or database is missing or already there, or a migration failed or is pending.",
			Fix:     []string{"Run the migrations that belong to this version of the image against this very database, or mend the failed one; then deploy again."},
			Docs:    []string{docStoppedErrors},
			When:    says(ByApp, schemaPhrases()...),
		},
		{
			Code: "app.connections-exhausted", Area: AreaRuntime, Phase: verdict.PhaseRuntime, Category: verdict.ResourceLimit,
			Identity: verdict.NoIdentity, Confidence: verdict.Likely,
			Title:   "The database or cache is at its limit and served the application no more",
			Meaning: "The server has reached its limit of connections (a cache perhaps that of its memory), or the application's own pool is used up. User, password and network are fine.",
			Fix:     []string{"Lower the pool size per task (tasks × pool must stay below the server's limit), close idle connections, put RDS Proxy or a pooler in front, or raise the server's limit. A full cache needs more memory, or an eviction policy (maxmemory-policy)."},
			Docs:    []string{docRDSProxy, docStoppedErrors},
			When:    says(ByApp, exhaustedPhrases()...),
		},
		{
			Code: "app.module-missing", Area: AreaRuntime, Phase: verdict.PhaseRuntime, Category: verdict.AppMisconfig,
			Identity: verdict.NoIdentity, Confidence: verdict.Likely,
			Title:   "The image lacks {name|a file or library}, and the program needs it",
			Meaning: "The program started and did not find {name|something} in its file system: it was not built or copied into the image, the command names a wrong path, or a volume is mounted over it.",
			Fix:     []string{"Build the image with {name|the missing part} (dependencies installed, build output copied, .dockerignore checked), correct the path, and see that no volume hides it."},
			Docs:    []string{docTaskParameters, docStoppedErrors},
			When:    Unless{Match: says(ByApp, missingFilePhrases()...), But: says(ByApp, phrase("docker daemon"), phrase("docker.sock"), phrase("fluent.sock"))},
		},
		{
			Code: "app.command-not-found", Area: AreaRuntime, Phase: verdict.PhaseRuntime, Category: verdict.ContainerConfig,
			Identity: verdict.NoIdentity, Confidence: verdict.Likely,
			Title:   "The container's command {name|line} could not be run",
			Meaning: "The container was started, and inside it the program {name|of entryPoint or command} was not found or could not be executed: it is not in the image or the PATH, its interpreter is missing, its line ends are those of Windows, or it lacks the execute bit.",
			Fix:     []string{"Correct command and entryPoint in the task definition or the image. A script needs its interpreter in the image, Unix line ends and the execute bit (chmod +x)."},
			Docs:    []string{docTaskParameters},
			When:    says(Log, commandPhrases()...),
		},
		{
			Code: "app.usage", Area: AreaRuntime, Phase: verdict.PhaseRuntime, Category: verdict.AppMisconfig,
			Identity: verdict.NoIdentity, Confidence: verdict.Likely,
			Title:   "The program does not understand {name|an argument} in its command line",
			Meaning: "The program was started with arguments that it does not understand, and gave up at once.",
			Fix:     []string{"Correct command in the task definition (or the override of RunTask): each argument is an item of its own in the list, and what entryPoint holds already must not be repeated."},
			Docs:    []string{docTaskParameters},
			When:    Unless{Match: says(ByApp, usagePhrases()...), But: says(ByApp, phrase("err unknown command"), phrase("with args beginning with"))}, // Redis and its kind
		},
		{
			Code: "app.port-in-use", Area: AreaRuntime, Phase: verdict.PhaseRuntime, Category: verdict.ContainerConfig,
			Identity: verdict.NoIdentity, Confidence: verdict.Likely,
			Title:   "The port {port|that the application wants to listen on} is already taken",
			Meaning: "Something else in the same network space listens there already: another container of the task (they share one in awsvpc and host mode), or a second copy of the program.",
			Fix:     []string{"Give each container of the task a port of its own, and start the program once."},
			Docs:    []string{docTaskNetworking, docTaskParameters},
			When: says(ByApp,
				pattern("eaddrinuse", `\bEADDRINUSE\b(?:[^\n]{0,60}?:(?P<port>\d{2,5})\b)?`), pattern("address already in use", `(?::(?P<port>[1-9]\d{1,4})\b[^\n]{0,30}?)?address already in use`), phrase("address in use"),
				pattern("address already in use", `', (?P<port>\d{2,5})\)[^\n]{0,10}?address already in use`), pattern("address already in use", `address already in use - bind\(2\) for [^\n]{0,60}?port (?P<port>\d+)`), pattern("address already in use", `address already in use: AH00072: [^\n]{0,60}?:(?P<port>\d+)`), pattern("connection in use:", `connection in use: \('[^']*', (?P<port>\d+)\)`),
				pattern("was already in use", `port (?P<port>\d+) was already in use`), pattern("is already in use", `port (?P<port>\d+) is already in use`), phrase("only one usage of each socket address"), phrase("address is already in use")),
		},
		{
			Code: "app.aws-resource-missing", Area: AreaRuntime, Phase: verdict.PhaseRuntime, Category: verdict.AppMisconfig,
			Identity: verdict.NoIdentity, Confidence: verdict.Likely,
			Title:   "AWS knows no {name|resource} of the name that the application uses",
			Meaning: "The call was signed and allowed, and AWS answered that the {name|resource} does not exist there: a wrong name, Region or account, or it was never made.",
			Reason:  "A missing permission is answered with AccessDenied; here the thing itself is missing.",
			Fix:     []string{"Compare name, Region and account in the application's settings with the resource, and create it where it is missing."},
			Docs:    []string{docStoppedErrors},
			When:    With{Match: says(ByApp, missingResourcePhrases()...), Names: resourceKind},
		},
		{
			Code: "app.region-missing", Area: AreaRuntime, Phase: verdict.PhaseRuntime, Category: verdict.AppMisconfig,
			Identity: verdict.NoIdentity, Confidence: verdict.Likely,
			Title:   "The application's AWS SDK was given no Region, or a wrong one",
			Meaning: "Without a Region the SDK knows no address to call; with a wrong one it asks where the resource is not. No permission was judged. Fargate sets AWS_REGION in containers; on EC2 and for profiles it may be unset.",
			Fix:     []string{"Set AWS_REGION (and AWS_DEFAULT_REGION for the CLI and Python) to the resource's Region in environment of the task definition, or the Region in the code."},
			Docs:    []string{docEnvironment},
			When: says(ByApp,
				phrase("you must specify a region"), phrase("noregionerror"), phrase("missing region in config"), phrase("unable to find a region"), phrase("missingregionerror"), phrase("missing required configuration option :region"), phrase("missing required client configuration options: region"),
				phrase("region is missing"), phrase("could not find region configuration"), pattern("missingregion", `\bMissingRegion\b`), phrase("an aws region is required"), phrase("no regionendpoint or serviceurl configured"), phrase("unable to load region from any of the providers"), phrase("invalid configuration: missing region"), phrase("region must be specified"), phrase("no region provided"),
				phrase("permanentredirect"), phrase("authorizationheadermalformed"), phrase("illegallocationconstraintexception"), phrase("credential should be scoped to a valid region"), phrase("provided region_name"), phrase("the bucket is in this region")),
		},
		{
			Code: "app.throttled", Area: AreaRuntime, Phase: verdict.PhaseRuntime, Category: verdict.Other,
			Identity: verdict.NoIdentity, Confidence: verdict.Possible,
			Title:   "The application was throttled: it called too often ({name|rate limit})",
			Meaning: "A service turned calls down because there were too many. That is never a missing permission.",
			Fix:     []string{"Let the application retry with growing pauses, call less, or ask for a higher limit."},
			Docs:    []string{docStoppedErrors},
			When: says(Log,
				pattern("throttl", `\b(?P<name>Throttling(?:Exception)?|ThrottledException|RequestThrottled(?:Exception)?|KMSThrottlingException)\b`), phrase("rate exceeded"), pattern("provisionedthroughputexceeded", `(?P<name>ProvisionedThroughputExceeded(?:Exception)?)`), pattern("toomanyrequests", `\b(?P<name>TooManyRequests(?:Exception)?)\b`),
				pattern("requestlimitexceeded", `(?P<name>RequestLimitExceeded)`), phrase("429 too many requests"), phrase("status code 429"), phrase("error code: 429"), phrase("rate limit exceeded"), pattern("slowdown", `\b(?P<name>SlowDown)\b`), phrase("reduce your request rate")),
		},
		{
			Code: "app.process-limit", Area: AreaRuntime, Phase: verdict.PhaseRuntime, Category: verdict.ResourceLimit,
			Identity: verdict.NoIdentity, Confidence: verdict.Likely,
			Title:   "The program ran into a limit of open files, processes or threads",
			Meaning: "The operating system gave the program no further file, process or thread. It is a limit of the container (ulimits, pids), not a permission.",
			Fix:     []string{"Raise ulimits (nofile, nproc) in the container definition and look for a leak of files, sockets or threads."},
			Docs:    []string{docTaskParameters},
			When: says(ByApp,
				phrase("too many open files"), pattern("emfile", `\bEMFILE\b`), pattern("enfile", `\bENFILE\b`), pattern("resource temporarily unavailable", `(?:fork|thread|clone|spawn|pthread_create|exec)[^\n]{0,120}?Resource temporarily unavailable`), phrase("can't start new thread"), phrase("failed to create new os thread"), phrase("pthread_create failed"), phrase("cannot fork"),
				phrase("system limit for number of file watchers reached")),
		},
		{
			Code: "app.configuration", Area: AreaRuntime, Phase: verdict.PhaseRuntime, Category: verdict.AppMisconfig,
			Identity: verdict.NoIdentity, Confidence: verdict.Likely,
			Title:   "The application's configuration is wrong or incomplete",
			Meaning: "The program read its configuration, did not accept it, and ended. The quoted words are its own.",
			Fix:     []string{"Correct what the quoted lines name, in the configuration file of the image or volume, or in environment, secrets and command of the task definition."},
			Docs:    []string{docEnvironment, docStoppedErrors},
			When:    says(ByApp, configurationPhrases()...),
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
