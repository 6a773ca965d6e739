package cause

import "whystopped/internal/diagnose/verdict"

// loggingCauses: the log driver, before and beside the application.
func loggingCauses() []*Cause {
	return []*Cause{
		{
			Code: "log.group-missing", Area: AreaLogging, Phase: verdict.PhaseStartup, Category: verdict.LogGroupMissing,
			Identity: verdict.NoIdentity, Confidence: verdict.Confirmed,
			Title:   "The log group {name|of the container} does not exist",
			Meaning: "The awslogs driver could not open its stream because the log group is not there, in that Region and account.",
			Reason:  "CloudWatch Logs answered ResourceNotFound, which it does after permissions were checked.",
			Fix:     []string{"Create the log group {name|} in the Region of awslogs-region, or set awslogs-create-group to true and allow logs:CreateLogGroup for the execution role."},
			Docs:    []string{docAwslogs, docResourceInit},
			When: Unless{
				Match: says(ByECS|Log,
					phrase("the specified log group does not exist"),
					pattern("resourcenotfoundexception", `log stream:[\s\S]{0,300}?ResourceNotFoundException`),
					phrase("cannot find the amazon cloudwatch log group defined")),
				But: Any{networkWords, refusedPull},
			},
		},
		{
			Code: "log.stream-missing", Area: AreaLogging, Phase: verdict.PhaseRuntime, Category: verdict.LogConfig,
			Identity: verdict.NoIdentity, Confidence: verdict.Possible,
			Title:   "A log stream that was expected does not exist",
			Meaning: "CloudWatch Logs has no such stream; it was deleted, or the driver writes elsewhere.",
			Docs:    []string{docAwslogs},
			When:    says(ByECS|Log, phrase("the specified log stream does not exist")),
		},
		{
			Code: "log.options-invalid", Area: AreaLogging, Phase: verdict.PhaseStartup, Category: verdict.LogConfig,
			Identity: verdict.NoIdentity, Confidence: verdict.Confirmed,
			Title:   "The log configuration of {container|the container} is not valid",
			Meaning: "The log driver did not accept its options, so the container could not start.",
			Fix:     []string{"Correct logConfiguration in the task definition: the driver's name, its required options and their spelling."},
			Docs:    []string{docAwslogs, docTaskParameters},
			When: says(ByECS|Log,
				phrase("awslogs-region is required"), phrase("awslogs-group is required"), phrase("must specify a value for log opt"),
				pattern("unknown log opt", `unknown log opt '?(?P<option>[\w-]+)`),
				phrase("no log driver named"), phrase("error looking up logging plugin"), phrase("logger: no log driver"), phrase("no aws region could be determined"), phrase("no aws region found"),
				pattern("invalidparameterexception", `(?:log (?:stream|group)|logging driver|logger)[\s\S]{0,300}?InvalidParameterException`),
				phrase("log groups starting with aws/"), phrase("invalid log-level"), phrase("invalid value for log opt"), phrase("splunk-token is expected"), phrase("splunk-url is expected")),
		},
		{
			Code: "log.driver-unreachable", Area: AreaLogging, Phase: verdict.PhaseStartup, Category: verdict.LogConfig,
			Identity: verdict.NoIdentity, Confidence: verdict.Confirmed,
			Title:   "The log driver cannot reach its receiver",
			Meaning: "The driver connects to a local socket or log server when the container starts, and nothing listens there.",
			Fix:     []string{"Start the receiver before the container (dependsOn), or correct the driver's address.", "fluentd's fluentd-async lets the container start without it."},
			Docs:    []string{docFirelens},
			When: says(ByECS|Log,
				pattern("failed to initialize logging driver", `failed to initialize logging driver: dial (?:unix|tcp|udp)[^\n]{0,200}?(?:no such file or directory|connection refused|connect: )`),
				pattern("fluent.sock", `dial unix \S*fluent\.sock`),
				pattern("failed to initialize logging driver", `failed to initialize logging driver:[^\n]{0,200}?(?:splunk|gelf|syslog|fluentd|journald)`)),
		},
		{
			Code: "log.router-config", Area: AreaLogging, Phase: verdict.PhaseRuntime, Category: verdict.LogConfig,
			Identity: verdict.NoIdentity, Confidence: verdict.Confirmed,
			Title:   "The log router's configuration is not valid",
			Meaning: "Fluent Bit or Fluentd stopped because it could not understand its configuration, and took the task with it.",
			Fix:     []string{"Correct the FireLens options or the custom configuration file; the router's own log names the section."},
			Docs:    []string{docFirelens},
			When: says(ByApp|ByECS,
				phrase("configuration file contains errors"), pattern("tried to instance a plugin name", `tried to instance a plugin name that don`),
				phrase("unable to generate firelens config file"), phrase("invalid firelens configuration"), phrase("config_error"), phrase("fluent::configerror"),
				pattern("is required for firelens", `missing output key \S+ which is required for firelens`),
				pattern("could not open configuration file", `(?:fluent|\[error\])[^\n]{0,200}?could not open configuration file`)),
		},
		{
			Code: "startup.logs", Area: AreaLogging, Level: Fallback, Phase: verdict.PhaseStartup, Category: verdict.LogConfig,
			Identity: verdict.UnknownIdentity, Confidence: verdict.Possible,
			Title:   "The log driver could not be started",
			Meaning: "The container did not start because its log driver failed; the text does not say why.",
			Docs:    []string{docAwslogs, docResourceInit},
			When:    says(ByECS, phrase("failed to validate logger args"), phrase("failed to initialize logging driver")),
		},
	}
}
