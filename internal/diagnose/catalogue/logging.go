package catalogue

import "whystopped/internal/diagnose/verdict"

// driverHeads are the words before whatever kept a log driver from starting.
var driverHeads = says(Anywhere, phrase("failed to initialize logging driver"), phrase("failed to validate logger args"), phrase("cloudwatch log stream"), phrase("cloudwatch log group"))

// loggingCauses: the log driver, before and beside the application. The
// refusals among them are in denialCauses.
func loggingCauses() []*Cause {
	return []*Cause{
		{
			Code: "log.group-missing", Area: AreaLogging, Phase: verdict.PhaseStartup, Category: verdict.LogGroupMissing,
			Identity: verdict.NoIdentity, Confidence: verdict.Confirmed,
			Title:   "Log group not found: {group|the container's log group}",
			Meaning: "The awslogs driver couldn't create its stream because the log group {group|of the task definition} doesn't exist in that Region and account.",
			Reason:  "CloudWatch Logs answered ResourceNotFound, which it does after it checked permissions.",
			Fix: []string{
				"Create it: aws logs create-log-group --log-group-name {group|NAME} --region {region|REGION} (the Region of awslogs-region).",
				"Or set awslogs-create-group to \"true\" and allow logs:CreateLogGroup for the task execution role. The managed policy AmazonECSTaskExecutionRolePolicy doesn't allow it.",
			},
			Docs: []string{docAwslogs, docResourceInit},
			When: Unless{
				Match: With{Names: logGroup, Match: Any{
					startSays(phrase("the specified log group does not exist"), pattern("resourcenotfoundexception", `log stream:[\s\S]{0,300}?ResourceNotFoundException`)),
					likely(startSays(phrase("cannot find the amazon cloudwatch log group defined"))),
				}},
				But: Any{networkWords, refusedPull},
			},
		},
		{
			Code: "log.group-missing-runtime", Area: AreaLogging, Phase: verdict.PhaseRuntime, Category: verdict.LogGroupMissing,
			Identity: verdict.NoIdentity, Confidence: verdict.Likely,
			Title:   "The application or its log router writes to a missing log group",
			Meaning: "CloudWatch Logs has no such group in that Region and account. A log router continues without it; a program may exit.",
			Reason:  "CloudWatch Logs answered ResourceNotFound, which it does after it checked permissions.",
			Fix: []string{
				"Create the log group, correct its name or Region, or let the router create it (auto_create_group true, with logs:CreateLogGroup for the task role).",
			},
			Docs: []string{docFirelens, docAwslogs},
			When: Unless{Match: says(Log, phrase("the specified log group does not exist")), But: startWords},
		},
		{
			Code: "log.stream-missing", Area: AreaLogging, Phase: verdict.PhaseRuntime, Category: verdict.LogConfig,
			Identity: verdict.NoIdentity, Confidence: verdict.Possible,
			Title:   "An expected log stream doesn't exist",
			Meaning: "CloudWatch Logs has no such stream. It was deleted, nothing has been written to it yet, or the driver writes elsewhere.",
			Fix: []string{
				"Look in the log group for the stream PREFIX/CONTAINER/TASK-ID. A stream is created when a task starts.",
			},
			Docs: []string{docAwslogs},
			When: says(ByECS|Log, phrase("the specified log stream does not exist")),
		},
		{
			Code: "log.options-invalid", Area: AreaLogging, Phase: verdict.PhaseStartup, Category: verdict.LogConfig,
			Identity: verdict.NoIdentity, Confidence: verdict.Confirmed,
			Title:   "Invalid log configuration: {option|an option of the driver} is missing or wrong",
			Meaning: "The log driver rejected its options, so the container couldn't start.",
			Reason:  "The driver rejected its own settings; no permission was checked.",
			Fix: []string{
				"Correct logConfiguration of the container in the task definition: the name of the driver, and the spelling and value of {option|each option}.",
			},
			Docs: []string{docAwslogs, docTaskParameters},
			When: Any{
				startSays(
					phrase("unable to get awslogs driver arguments"), phrase("log driver arguments"), phrase("no log configuration specified"),
					phrase("no log driver named"), phrase("error looking up logging plugin"), phrase("no aws region could be determined"), phrase("no aws region found"),
					phrase("log groups starting with aws/"), phrase("invalid log-level"), phrase("cannot be configured at the same time"), phrase("failed to parse logging options"),
					pattern("is expected", `(?P<option>splunk-(?:token|url)) is expected`),
					pattern("log opt", `(?:unknown|invalid value for|must specify a value for) log opt:? '?(?P<option>[\w-]+)`),
					pattern("is required", `(?P<option>awslogs-[\w-]+) is required`)),
				Both{First: startSays(phrase("invalidparameterexception"), phrase("missingregion")), Second: driverHeads},
			},
		},
		{
			Code: "log.quota", Area: AreaLogging, Phase: verdict.PhaseStartup, Category: verdict.ResourceLimit,
			Identity: verdict.NoIdentity, Confidence: verdict.Confirmed,
			Title:   "Quota of log groups reached",
			Meaning: "The container requests its log group, and CloudWatch Logs answered that the account's quota in the Region is used up.",
			Reason:  "A quota denied it, not a policy.",
			Fix: []string{
				"Delete log groups that nobody needs, use an existing one, or request a quota increase (Service Quotas: CloudWatch Logs, log groups).",
			},
			Docs: []string{docAwslogs, docQuotas},
			When: Both{First: startSays(phrase("limitexceededexception")), Second: driverHeads},
		},
		{
			Code: "log.definition-refused", Area: AreaLogging, Phase: verdict.PhasePlacement, Category: verdict.LogConfig,
			Identity: verdict.NoIdentity, Confidence: verdict.Confirmed,
			Title:   "ECS rejected the task definition because of its log configuration",
			Meaning: "RegisterTaskDefinition checks log drivers and FireLens before anything runs, and rejected this definition. The task doesn't exist.",
			Reason:  "The definition itself is wrong; no permission was checked.",
			Fix: []string{
				"Set the options that the message names. FireLens needs one container with firelensConfiguration, and at least one with the log driver awsfirelens.",
			},
			Docs: []string{docFirelens, docAwslogs, docTaskParameters},
			When: says(Pasted|Log|Event,
				phrase("when a firelensconfiguration object is specified"), phrase("configured with the awsfirelens log driver"),
				pattern("log driver", `log driver \S+ (?:requires options|disallows options|is not supported)`), pattern("log driver", `ClientException[^\n]{0,200}?(?:invalid|unsupported|unknown) (?:arguments passed to )?log driver`)),
		},
		{
			Code: "log.credentials", Area: AreaLogging, Phase: verdict.PhaseStartup, Category: verdict.IAMRoleMissing,
			Identity: verdict.UnknownIdentity, Who: logWriter, Confidence: verdict.Likely,
			Title:   "Docker found no credentials to write the container's log",
			Meaning: "The awslogs driver on the host signs with the task execution role, or without one with the container instance role, and had neither. The request was never sent, so no permission was checked.",
			Reason:  "The log driver belongs to the host, not to your code, and never uses the task role.",
			Fix: []string{
				"Set executionRoleArn in the task definition, and ECS_ENABLE_AWSLOGS_EXECUTIONROLE_OVERRIDE=true on the host (ecs-init sets it from version 1.16.0-1).",
				"Or give the container instance an instance profile that allows logs:CreateLogStream and logs:PutLogEvents.",
			},
			Docs: []string{docAwslogs, docInstanceRole},
			When: Both{
				First:  startSays(phrase("nocredentialproviders"), phrase("no valid credential sources"), phrase("no ec2 imds role found"), phrase("failed to refresh cached credentials")),
				Second: driverHeads,
			},
		},
		{
			Code: "log.credentials-endpoint", Area: AreaLogging, Phase: verdict.PhaseStartup, Category: verdict.Agent,
			Identity: verdict.NoIdentity, Confidence: verdict.Likely,
			Title:   "The log driver couldn't get credentials from the ECS agent",
			Meaning: "Docker asks the agent on the host at 169.254.170.2 for the credentials of the task execution role and didn't get them. The host doesn't route that address to the agent (a custom AMI, ECS Anywhere), or the agent no longer knew the task.",
			Reason:  "The agent on the host didn't answer; CloudWatch Logs wasn't asked yet.",
			Fix: []string{
				"Set up the route on the host: sysctl net.ipv4.conf.all.route_localnet=1, and the iptables rules that send 169.254.170.2:80 to the agent's port 51679. ecs-init does both.",
				"Then restart the ECS agent and start the task again.",
			},
			Docs: []string{docAwslogs, docAgent},
			When: Any{
				startSays(phrase("credentialsendpointerror")),
				Both{First: startSays(phrase("169.254.170.2")), Second: driverHeads},
			},
		},
		{
			Code: "log.driver-unreachable", Area: AreaLogging, Phase: verdict.PhaseStartup, Category: verdict.LogConfig,
			Identity: verdict.NoIdentity, Confidence: verdict.Confirmed,
			Title:   "The log driver can't reach its receiver {address|(a local socket or log server)}",
			Meaning: "The driver connects to {address|its receiver} when the container starts, and nothing answers there.",
			Reason:  "The receiver is the task's own log router or log server, not an AWS service.",
			Fix: []string{
				"Start the receiver before the container: with FireLens by dependsOn on the router with the condition START or HEALTHY, else as a daemon on the host.",
				"Check the driver's address, or let the container start without its receiver (fluentd-async: \"true\").",
			},
			Docs: []string{docFirelens},
			When: startSays(
				pattern("failed to initialize logging driver", `failed to initialize logging driver:[^\n]{0,200}?(?:splunk|gelf|syslog|fluentd|journald|logentries)`),
				pattern("fluent.sock", `dial unix (?P<address>\S*fluent\.sock)`),
				pattern("failed to initialize logging driver", `failed to initialize logging driver: dial (?:unix|tcp|udp) (?P<address>[^\s]+?):? [^\n]{0,200}?(?:no such file or directory|connection refused|connect: )`)),
		},
		{
			Code: "log.firelens-config", Area: AreaLogging, Phase: verdict.PhaseStartup, Category: verdict.LogConfig,
			Identity: verdict.NoIdentity, Confidence: verdict.Confirmed,
			Title:   "The agent couldn't set up FireLens for the task",
			Meaning: "Before the containers start, the agent writes the log router's configuration and connects the containers to it. The FireLens settings of the task definition made that fail.",
			Reason:  "The settings are wrong; nothing was denied.",
			Fix: []string{
				"Check firelensConfiguration (type fluentd or fluentbit, config-file-type file or s3 with a full ARN) and the options of each awsfirelens container, above all Name.",
				"In bridge mode, run the router as a container of the same task, without host networking.",
			},
			Docs: []string{docFirelens},
			When: Unless{
				Match: agentSays(
					phrase("container uses awsfirelens log driver and we failed to"), phrase("failed to start firelens container"), phrase("bridge ip not available to use for firelens"), phrase("invalid firelens configuration"),
					phrase("unable to generate config to create firelens container"), phrase("unable to generate firelens config file"), pattern("firelens s3 config file", `firelens s3 config file: unable to parse bucket and key`),
					pattern("is required for firelens", `missing output key \S+ which is required for firelens`)),
				But: refusedPull,
			},
		},
		{
			Code: "log.router-config", Area: AreaLogging, Phase: verdict.PhaseRuntime, Category: verdict.LogConfig,
			Identity: verdict.NoIdentity, Confidence: verdict.Confirmed,
			Title:   "The log router's configuration is invalid",
			Meaning: "Fluent Bit or Fluentd couldn't parse its configuration and exited, which stopped the task.",
			Reason:  "The router read its own settings; no AWS service was asked.",
			Fix: []string{
				"Correct the FireLens options or the custom configuration file. The lines before the quoted one name the section, plugin, or file.",
			},
			Docs: []string{docFirelens},
			When: says(ByApp,
				phrase("configuration file contains errors"), pattern("tried to instance a plugin name", `tried to instance a plugin name that don`),
				phrase("config_error"), phrase("fluent::configerror"),
				pattern("could not open configuration file", `(?:fluent|\[error\])[^\n]{0,200}?could not open configuration file`)),
		},
		{
			Code: "startup.logs", Area: AreaLogging, Level: Fallback, Phase: verdict.PhaseStartup, Category: verdict.LogConfig,
			Identity: verdict.UnknownIdentity, Confidence: verdict.Possible,
			Title:   "The log driver failed to start, reason unknown",
			Meaning: "The container didn't start because its log driver failed, and the text ends before the reason. Most often the log group doesn't exist, or the task execution role isn't allowed to create a stream in it.",
			Fix: []string{
				"Check that the log group {group|of awslogs-group} exists in the Region of awslogs-region.",
				"Check that the task execution role is allowed to call logs:CreateLogStream on it, and logs:CreateLogGroup if awslogs-create-group is set.",
			},
			Docs: []string{docAwslogs, docResourceInit},
			When: With{Names: logGroup, Match: says(ByECS, phrase("failed to validate logger args"), phrase("failed to initialize logging driver"))},
		},
	}
}

// logWriter tells whose credentials the awslogs driver of a host should have had.
func logWriter(c *Case, _ Match) Answer {
	if c.Facts.ExecutionRole != "" {
		return answer(verdict.ExecutionRole, c.Facts.ExecutionRole, verdict.Possible, "who.log-driver-execution-role", nil)
	}
	return answer(verdict.InstanceRole, "", verdict.Possible, "who.log-driver-instance", nil)
}

// logGroup names the log group and Region of the container, or of the whole
// task definition where all its containers have the same.
func logGroup(c *Case, m Match) map[string]string {
	def := c.Evidence.TaskDefinition
	if def == nil {
		return nil
	}
	names := map[string]string{}
	for _, d := range def.ContainerDefinitions {
		if d.LogConfiguration == nil || !m.Concerns(d.Name) {
			continue
		}
		for key, option := range map[string]string{"group": "awslogs-group", "region": "awslogs-region"} {
			value := d.LogConfiguration.Options[option]
			if known := names[key]; known != "" && known != value {
				return nil
			}
			names[key] = value
		}
	}
	return names
}
