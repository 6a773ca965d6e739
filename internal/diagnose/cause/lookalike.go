package cause

import "whystopped/internal/diagnose/verdict"

// lookalikeCauses: "access denied" and its kind, said by somebody other than
// AWS. The speaker decides, not the words.
func lookalikeCauses() []*Cause {
	const why = "The refusal was spoken by another system, which does not know IAM."
	return []*Cause{
		{
			Code: "lookalike.database", Area: AreaRuntime, Phase: verdict.PhaseRuntime, Category: verdict.AppMisconfig,
			Identity: verdict.NoIdentity, Confidence: verdict.Confirmed,
			Title:   "A database refused the application's login or right, not AWS",
			Meaning: "The words come from the database: user, password or grants inside it are wrong. No AWS permission is involved.",
			Reason:  why,
			Fix:     []string{"Check the user, password and database name that the application uses, and its grants in the database."},
			Docs:    []string{docStoppedErrors},
			When: says(ByApp,
				pattern("access denied for user", `Access denied for user '?(?P<name>[^'\s]*)`), phrase("er_access_denied_error"), phrase("access denied; you need"), phrase("error 1045"), phrase("er_dbaccess_denied"),
				pattern("password authentication failed", `password authentication failed for user`), pattern("permission denied for", `permission denied for (?:schema|table|relation|database|sequence|function|language|tablespace|view|column)`), phrase("must be owner of"), phrase("no pg_hba.conf entry"), pattern("does not exist", `(?:role|database) "[^"]+" does not exist`),
				phrase("mongoservererror: not authorized"), phrase("mongoerror: not authorized"), pattern("not authorized on", `not authorized on \S+ to execute command`), pattern("authentication failed.", `(?:Mongo\w*|MongoDB)[^\n]{0,120}?Authentication failed`), phrase("auth error: sasl conversation error"), phrase("bad auth"),
				phrase("noauth authentication required"), pattern("wrongpass", `WRONGPASS\b`), pattern("noperm", `NOPERM\b`), phrase("err invalid password"), phrase("err auth"),
				phrase("login failed for user"), phrase("ora-01017"), phrase("ora-01031"), phrase("invalid username/password"), phrase("requesterror: access denied (clickhouse"), phrase("unauthorizedexception: user"), phrase("neo.clienterror.security")),
		},
		{
			Code: "lookalike.search-or-broker", Area: AreaRuntime, Phase: verdict.PhaseRuntime, Category: verdict.AppMisconfig,
			Identity: verdict.NoIdentity, Confidence: verdict.Likely,
			Title:   "A search cluster or message broker refused the application by its own rules",
			Meaning: "OpenSearch's security plugin, Kafka's ACLs or a broker's users said no. IAM policies do not reach there.",
			Reason:  why,
			Fix:     []string{"Map the user or role in the cluster's own security settings (OpenSearch role mapping, Kafka ACLs, broker users)."},
			Docs:    []string{docStoppedErrors},
			When: Unless{
				Match: says(ByApp,
					pattern("security_exception", `security_exception[\s\S]{0,200}?(?:no permissions for|unable to authenticate|missing authentication|unauthorized)`), phrase("no permissions for [indices:"), phrase("no permissions for [cluster:"), phrase("cluster_block_exception"),
					phrase("topicauthorizationexception"), phrase("groupauthorizationexception"), phrase("clusterauthorizationexception"), phrase("topic_authorization_failed"), phrase("not authorized to access topics"), phrase("not authorized to access group"), phrase("transactionalidauthorizationexception"),
					phrase("access_refused"), pattern("login was refused", `login was refused`), phrase("invalid credentials with scram")),
				But: says(ByApp, phrase("aws_msk_iam"), phrase("kafka-cluster:")),
			},
		},
		{
			Code: "lookalike.web-api", Area: AreaRuntime, Phase: verdict.PhaseRuntime, Category: verdict.AppMisconfig,
			Identity: verdict.NoIdentity, Confidence: verdict.Likely,
			Title:   "Another service ({name|not AWS}) refused the application's token or key",
			Meaning: "The application called something outside IAM and was answered 401 or 403. Its token or key for that service is missing, wrong or too weak.",
			Reason:  why,
			Fix:     []string{"Check the token or API key that the application has for that service."},
			Docs:    []string{docStoppedErrors},
			When: says(ByApp,
				pattern("github", `(?P<name>api\.github\.com|github\.com|GitHub)[^\n]{0,200}?(?:\b401\b|\b403\b|Bad credentials|Permission denied|Authentication failed|access denied)`), phrase("bad credentials"), phrase("resource not accessible by integration"), phrase("resource not accessible by personal access token"),
				pattern("permission denied (publickey", `Permission denied \(publickey`), pattern("npm err", `npm ERR! (?:code )?(?:E401|E403|403|401)`), phrase("could not read username for"), phrase("remote: permission to"), phrase("support for password authentication was removed"),
				pattern("datadog", `(?P<name>datadog\w*)[^\n]{0,200}?(?:403|forbidden|api key (?:is )?invalid)`), phrase("api key is invalid, check your configuration"), pattern("consul", `(?P<name>consul)[^\n]{0,200}?(?:403|permission denied|ACL not found)`), pattern("vault", `(?P<name>vault)[^\n]{0,200}?(?:code: 403|permission denied)`),
				pattern("prefect", `(?P<name>prefect)[^\n]{0,200}?(?:401|403) (?:Unauthorized|Forbidden)`), phrase("invalid api key"), phrase("incorrect api key provided"), phrase("invalid_auth"), phrase("newrelic"), phrase("sentry.io"),
				pattern("client error: 401", `Client Error: 401[^\n]*`), pattern("status code 401", `(?:status code|HTTP status|StatusCode:?) 401\b`), pattern("gitlab", `(?P<name>gitlab\S*)[^\n]{0,160}?(?:401|403|forbidden|unauthorized|denied)`), pattern("nginx", `(?P<name>nginx)[^\n]{0,200}?(?:403 Forbidden|access forbidden by rule|directory index of \S+ is forbidden)`), phrase("access forbidden by rule"),
				pattern("smtp", `(?P<name>smtp)[^\n]{0,200}?(?:535|authentication (?:failed|credentials invalid|unsuccessful))`), phrase("authentication credentials invalid")),
		},
		{
			Code: "lookalike.linux", Area: AreaRuntime, Phase: verdict.PhaseRuntime, Category: verdict.ContainerConfig,
			Identity: verdict.NoIdentity, Confidence: verdict.Likely,
			Title:   "The operating system refused the program, not AWS",
			Meaning: "\"Permission denied\" or \"operation not permitted\" here is the Linux kernel's: a file's mode or owner, a read-only root, a low port, a missing capability.",
			Reason:  why,
			Fix:     []string{"Check the user that the container runs as against the file's owner and mode, readonlyRootFilesystem, linuxParameters.capabilities, and ports below 1024. Fargate allows few capabilities."},
			Docs:    []string{docTaskParameters},
			When: Unless{
				Match: says(ByApp,
					phrase("operation not permitted"), phrase("eacces"), phrase("eperm"), phrase("errno 13"), phrase("(13: permission denied)"), phrase("read-only file system"), phrase("erofs"), phrase("system.unauthorizedaccessexception"),
					pattern("permission denied", `(?:open|mkdir|unlink|stat|bind|listen|exec|chown|chmod|create|write|read|rename|access|connect|cannot \w+|can't \w+|failed to \w+|sh:|bash:|/)[^\n]{0,200}?permission denied`),
					pattern("permission denied", `permission denied[: ]+'?/`), pattern("permission denied while", `permission denied while trying to connect to the docker daemon`), pattern("accessdeniedexception: /", `java\.nio\.file\.AccessDeniedException: /[\w./-]+`), pattern("is denied", `Access to the path '(?P<name>[^']+)' is denied`), pattern("permissionerror", `PermissionError: \[Errno`)),
				But: Any{
					says(ByApp, phrase("publickey"), phrase("permission denied for"), phrase("chown"), phrase("code: 403"), phrase("grpc"), phrase("code = permissiondenied"), phrase("request session credentials"), phrase("s3a://"), phrase("awssdk")),
				},
			},
		},
		{
			Code: "lookalike.msk", Area: AreaRuntime, Phase: verdict.PhaseRuntime, Category: verdict.IAMPermission,
			Identity: verdict.TaskRole, Confidence: verdict.Possible,
			Title:   "The Kafka cluster refused the login; with IAM authentication the task role lacks kafka-cluster:Connect",
			Meaning: "MSK's IAM authentication says no more than \"access denied\" or that SASL failed. If this cluster uses it, the role needs kafka-cluster: actions; kafka: actions are for the control plane.",
			Reason:  "The client signs with the task role. If the cluster uses SASL/SCRAM (port 9096), no IAM permission is involved: the client's configuration tells.",
			Fix:     []string{"Allow kafka-cluster:Connect on the cluster, and DescribeTopic, ReadData or WriteData on the topics, for the task role.", "With SASL/SCRAM check the user and its ACLs instead."},
			Docs:    []string{docMSKIAM},
			When: says(ByApp,
				pattern("saslauthenticationexception", `SaslAuthenticationException:[^\n]{0,120}?Access denied`), pattern("sasl_authentication_failed", `SASL_AUTHENTICATION_FAILED`), pattern("saslauthenticationexception", `SaslAuthenticationException: \[[0-9a-f-]+\]`)),
		},
		{
			Code: "lookalike.rds-iam", Area: AreaRuntime, Phase: verdict.PhaseRuntime, Category: verdict.IAMPermission,
			Identity: verdict.TaskRole, Confidence: verdict.Possible,
			Title:   "The database refused the IAM login: rds-db:connect is missing, or the token was too old",
			Meaning: "With IAM authentication RDS says only that PAM failed. Either {role|the task role} lacks rds-db:connect for this database user, or the 15-minute token had expired.",
			Reason:  "The token is signed with the task role.",
			Fix:     []string{"Allow rds-db:connect on arn:PARTITION:rds-db:REGION:ACCOUNT:dbuser:RESOURCE-ID/USER for the task role, and make a new token for each connection."},
			Docs:    []string{docTaskRole},
			When:    says(ByApp, phrase("pam authentication failed for user")),
		},
		{
			Code: "lookalike.appmesh", Area: AreaRuntime, Phase: verdict.PhaseRuntime, Category: verdict.IAMPermission,
			Identity: verdict.TaskRole, Confidence: verdict.Likely,
			Title:   "Envoy may not fetch its App Mesh configuration",
			Meaning: "App Mesh refused the proxy's stream: {role|the task role} lacks appmesh:StreamAggregatedResources on the virtual node.",
			Reason:  "The Envoy proxy runs as a container of the task and uses the task role.",
			Fix:     []string{"Allow appmesh:StreamAggregatedResources on the mesh's virtual node or gateway for the task role."},
			Docs:    []string{docAppMesh},
			When:    says(ByApp, pattern("streamaggregatedresources", `(?:gRPC config[^\n]{0,120}?closed: (?:7|16)|StreamAggregatedResources[^\n]{0,200}?(?:PermissionDenied|PERMISSION_DENIED|Unauthorized|closed: (?:7|16)))`), pattern("grpc config stream closed: 7", `gRPC config stream closed: 7`), pattern("grpc config stream closed: 16", `gRPC config stream closed: 16`)),
		},
	}
}
