package catalogue

import "whystopped/internal/diagnose/verdict"

// mskByIAM tells a Kafka cluster that asks IAM: the mechanism's name, an action
// of MSK's data plane, or the port of its IAM listener.
var mskByIAM = says(ByApp, phrase("aws_msk_iam"), phrase("kafka-cluster:"), phrase(":9098"))

// lookalikeCauses: "access denied" and its kind, said by somebody other than
// AWS. The speaker decides, not the words.
func lookalikeCauses() []*Cause {
	const why = "Another system denied the access; it doesn't use IAM."
	return []*Cause{
		{
			Code: "lookalike.database", Area: AreaRuntime, Phase: verdict.PhaseRuntime, Category: verdict.AppMisconfig,
			// Likely at most: with RDS's IAM authentication MySQL says the same where
			// rds-db:connect is missing.
			Identity: verdict.NoIdentity, Confidence: verdict.Likely,
			Title:   "A database, not AWS, rejected the application's sign-in or grants",
			Meaning: "The message is the database's own. The user, its password, the host it connects from, or its grants inside the database are wrong; no AWS permission is involved.",
			Reason:  why,
			Fix: []string{
				"Check the user, password, and database name that the application was given, and the user's grants in the database. A password in a secret may have been rotated since the task started.",
			},
			Docs: []string{docStoppedErrors},
			When: Unless{Match: says(ByApp, databasePhrases()...), But: says(ByApp, phrase("pam authentication failed"), phrase("check the iam token for this role"))},
		},
		{
			Code: "lookalike.search-or-broker", Area: AreaRuntime, Phase: verdict.PhaseRuntime, Category: verdict.AppMisconfig,
			Identity: verdict.NoIdentity, Confidence: verdict.Likely,
			Title:   "A search cluster or message broker, not AWS, denied the application",
			Meaning: "The security plugin of OpenSearch or Elasticsearch, Kafka's ACLs, or a broker's own users denied it. IAM policies don't apply there.",
			Reason:  why,
			Fix: []string{
				"Correct the cluster's own settings: role mapping in OpenSearch, users and API keys in Elasticsearch, ACLs and SCRAM users in Kafka, users and virtual hosts in the broker.",
			},
			Docs: []string{docStoppedErrors},
			When: Unless{
				Match: says(ByApp, brokerPhrases()...),
				But:   Any{mskByIAM, says(ByApp, phrase(".aoss.amazonaws.com"))},
			},
		},
		{
			Code: "lookalike.aoss", Area: AreaRuntime, Phase: verdict.PhaseRuntime, Category: verdict.IAMPermission,
			Identity: verdict.TaskRole, Confidence: verdict.Possible,
			Title:   "The OpenSearch Serverless collection denied the task role",
			Meaning: "A collection checks two policies: the role needs aoss:APIAccessAll, and the collection's data access policy must name the role. The text doesn't show which of the two is missing.",
			Reason:  "Requests to OpenSearch Serverless are signed with the credentials of the application, which are the task role's.",
			Fix: []string{
				"Name {role|the task role} as a principal in the collection's data access policy, with the index permissions that the application needs. A change takes about a minute.",
				"Check that {role|the task role} has aoss:APIAccessAll on the collection.",
			},
			Docs: []string{docAOSS},
			When: Both{
				First:  says(ByApp, phrase("security_exception"), phrase("authorization_exception"), phrase("authorizationexception(403"), phrase("403 forbidden")),
				Second: says(ByApp, phrase(".aoss.amazonaws.com")),
			},
		},
		{
			Code: "lookalike.web-api", Area: AreaRuntime, Phase: verdict.PhaseRuntime, Category: verdict.AppMisconfig,
			Identity: verdict.NoIdentity, Confidence: verdict.Likely,
			Title:   "{name|Another service}, not AWS, rejected the application's token, key, or sign-in",
			Meaning: "The application called a service outside IAM and was rejected. Its token, key, or password for {name|that service} is missing, wrong, expired, or too weak.",
			Reason:  why,
			Fix: []string{
				"Check the token, API key, or sign-in that the application has for {name|that service}, and where it comes from: environment, secrets, or the image.",
			},
			Docs: []string{docStoppedErrors},
			When: Unless{Match: says(ByApp, webPhrases()...), But: says(ByApp, phrase("streamaggregatedresources"), phrase("grpc config stream closed"), phrase("not authorized to perform"))},
		},
		{
			Code: "lookalike.web-server", Area: AreaRuntime, Phase: verdict.PhaseRuntime, Category: verdict.AppMisconfig,
			Identity: verdict.NoIdentity, Confidence: verdict.Likely,
			Title:   "The web server in the container denied the request (403)",
			Meaning: "nginx or Apache answered 403 because of its own configuration: a directory without an index file, a deny rule, or a document root that is empty or hidden.",
			Reason:  why,
			Fix: []string{
				"Check root, index, and the access rules in the server's configuration, and that the files are in the image.",
			},
			Docs: []string{docStoppedErrors},
			When: noted(ByApp,
				pattern("is forbidden", `directory index of "\S+" is forbidden`), phrase("access forbidden by rule"), phrase("client denied by server configuration"), phrase("cannot serve directory"), phrase("because search permissions are missing on a component of the path")),
		},
		{
			Code: "lookalike.linux", Area: AreaRuntime, Phase: verdict.PhaseRuntime, Category: verdict.ContainerConfig,
			Identity: verdict.NoIdentity, Confidence: verdict.Likely,
			Title:   "The operating system in the container, not AWS, denied the program",
			Meaning: "\"Permission denied\" comes from the Linux kernel here: the mode or owner of a file, a read-only root file system, a port below 1024, a socket, or a missing capability.",
			Reason:  why,
			Fix: []string{
				"Compare the user that the container runs as with the file's owner and mode, and check readonlyRootFilesystem, linuxParameters.capabilities, and the port. Fargate adds no capability but SYS_PTRACE.",
			},
			Docs: []string{docTaskParameters},
			When: Unless{
				Match: says(ByApp, linuxPhrases()...),
				But:   says(ByApp, phrase("publickey"), phrase("permission denied for"), phrase("permission denied to"), phrase("lchown"), phrase("code: 403"), phrase("grpc"), phrase("code = permissiondenied"), phrase("request session credentials"), phrase("s3a://"), phrase("awssdk"), phrase("token with accessorid"), phrase("error making api request"), phrase("hadoop.security"), phrase("user does not have")),
			},
		},
		{
			Code: "app.docker-daemon", Area: AreaRuntime, Weight: OfTheProgram, Phase: verdict.PhaseRuntime, Category: verdict.ContainerConfig,
			Identity: verdict.NoIdentity, Confidence: verdict.Likely,
			Title:   "The program needs a Docker daemon, and the container has none",
			Meaning: "The program tries to start containers itself. The host's Docker socket is available only on EC2, and only if the task definition mounts it.",
			Fix: []string{
				"On EC2, mount /var/run/docker.sock as a bind mount. On Fargate, build or run containers another way (CodeBuild, RunTask, a rootless builder).",
			},
			Docs: []string{docTaskParameters},
			When: says(Log, phrase("cannot connect to the docker daemon"), pattern("docker.sock", `dial unix \S*docker\.sock: connect: (?:no such file or directory|connection refused)`), phrase("is the docker daemon running")),
		},
		{
			Code: "lookalike.msk", Area: AreaRuntime, Phase: verdict.PhaseRuntime, Category: verdict.IAMPermission,
			Identity: verdict.TaskRole, Confidence: verdict.Possible,
			Title:   "The Kafka cluster denied the client",
			Meaning: "With IAM authentication, Amazon MSK reports only \"access denied\" or that SASL failed. If the cluster uses it, {role|the task role} needs kafka-cluster: actions; kafka: actions are for the control plane.",
			Reason:  "The client signs with the task role. If the cluster uses SASL/SCRAM (port 9096), no IAM permission is involved; the client's configuration decides.",
			Fix: []string{
				"Allow kafka-cluster:Connect on the cluster, and DescribeTopic, ReadData, or WriteData on the topics, for the task role.",
				"With SASL/SCRAM, check the user and its ACLs instead.",
			},
			Docs:   []string{docMSKIAM},
			Grants: []string{"kafka-cluster:Connect"},
			When: Any{
				says(ByApp,
					pattern("saslauthenticationexception", `SaslAuthenticationException:[^\n]{0,120}?Access denied`), phrase("sasl_authentication_failed"), pattern("saslauthenticationexception", `SaslAuthenticationException: \[[0-9a-f-]+\]`),
					pattern("sasl authentication failed", `SASL Authentication failed: \[[^\]]*\]:? Access denied`), pattern("saslauthenticationfailederror", `SaslAuthenticationFailedError[^\n]{0,80}?Access denied`)),
				Both{First: says(ByApp, brokerPhrases()...), Second: mskByIAM},
			},
		},
		{
			Code: "lookalike.rds-iam", Area: AreaRuntime, Phase: verdict.PhaseRuntime, Category: verdict.IAMPermission,
			Identity: verdict.TaskRole, Confidence: verdict.Possible,
			Title:   "The database rejected the IAM sign-in",
			Meaning: "With IAM authentication, Amazon RDS says only that PAM failed. Either {role|the task role} lacks rds-db:connect for this database user, or the 15-minute token had expired.",
			Reason:  "The token is signed with the task role.",
			Fix: []string{
				"Create a new token for each connection, for the same host, port, and user as the connection's: a token is valid for 15 minutes.",
				"Check that IAM authentication is on for the database, and that the database user has the role rds_iam.",
				"Then check rds-db:connect of the task role on arn:PARTITION:rds-db:REGION:ACCOUNT:dbuser:RESOURCE-ID/USER. The database doesn't say which of these it is, so no policy is shown.",
			},
			Docs: []string{docTaskRole},
			When: says(ByApp, phrase("pam authentication failed for user")),
		},
		{
			Code: "lookalike.appmesh", Area: AreaRuntime, Phase: verdict.PhaseRuntime, Category: verdict.IAMPermission,
			Identity: verdict.TaskRole, Confidence: verdict.Likely,
			Title:   "Envoy isn't allowed to read its App Mesh configuration",
			Meaning: "App Mesh denied the proxy's stream: {role|the task role} lacks appmesh:StreamAggregatedResources on the virtual node.",
			Reason:  "The Envoy proxy runs as a container of the task and uses the task role.",
			Fix: []string{
				"Allow appmesh:StreamAggregatedResources on the mesh's virtual node or gateway for the task role.",
			},
			Docs:   []string{docAppMesh},
			Grants: []string{"appmesh:StreamAggregatedResources"},
			When:   says(ByApp, pattern("streamaggregatedresources", `(?:gRPC config[^\n]{0,120}?closed: (?:7|16)|StreamAggregatedResources[^\n]{0,200}?(?:PermissionDenied|PERMISSION_DENIED|Unauthorized|closed: (?:7|16)))`), pattern("grpc config stream closed: 7", `gRPC config stream closed: 7`), pattern("grpc config stream closed: 16", `gRPC config stream closed: 16`)),
		},
	}
}
