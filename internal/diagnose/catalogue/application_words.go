package catalogue

// What programs print before they end. Each list belongs to one cause of
// applicationCauses; a {name} is captured where the words give it.

func settingPhrases() []*Phrase {
	// Names of settings are in capitals, or hold an underscore; the rest of a pattern takes any case.
	const (
		name  = `["'\x60\[<{\\]* ?(?P<name>(?-i:[A-Z][A-Z0-9_]{2,}|[a-z][a-z0-9]*_[a-z0-9_]+))["'\x60\]>\\]*`
		upper = `\b(?P<name>(?-i:[A-Z][A-Z0-9]*_[A-Z0-9_]+))\b`
		plain = `(?P<name>(?-i:[A-Z][A-Z0-9_]+))`
	)
	return []*Phrase{
		pattern("environment variable", `(?:missing|required|undefined|not set|must be set|unset|no such|empty|invalid|set the|set an?|set up|provide|not found)\b[^\n]{0,80}?environment variables?:?(?: `+name+`)?`),
		pattern("environment variable", `environment variables?:? (?:`+name+`)?[^\n]{0,80}?(?:missing|required|not set|not defined|not found|must be|is empty|is not|are not|not provided|undefined|unset)`),
		pattern("environment variable", name+` environment variable[^\n]{0,60}?(?:missing|required|not set|not defined|not found|must|is empty|is not|unset)`),
		pattern("environment variable not found", `environment variable not found: `+name),
		pattern("env var", `(?:missing|required|undefined|not set|must be set|empty|no)\b[^\n]{0,60}?env vars?\b:?(?: `+name+`)?`),
		pattern("env var", `\benv vars?\b:? (?:`+name+`)?[^\n]{0,60}?(?:missing|required|not set|not defined|not found|must be|is empty)`),
		pattern("keyerror:", `KeyError: '`+plain+`'`),
		pattern("key not found:", `key not found: "`+plain+`"`),
		pattern("must be set", upper+`[^\n]{0,40}? must be set`),
		pattern("is not set", upper+`[^\n]{0,40}? is not set`),
		pattern("is not defined", upper+`["']? is not defined`),
		pattern("is required", upper+`[\\"'\x60]* is required`),
		pattern("is missing", upper+`[\\"'\x60]* is missing`),
		pattern("must be specified", upper+`[^\n]{0,40}? must be specified`),
		pattern("missing value", `required key `+plain+` missing value`),
		pattern("parameter not set", `(?P<name>[A-Za-z_]\w+): parameter not set`), pattern("parameter null or not set", `(?P<name>[A-Za-z_]\w+): parameter null or not set`), pattern("unbound variable", `(?P<name>[A-Za-z_]\w+): unbound variable`),
		pattern("could not resolve placeholder", `could not resolve placeholder '(?P<name>[^']+)'`), pattern("missing required setting", `missing required setting\S*:? ?(?P<name>\w+)?`),
		pattern("field required", `validation errors? for \w*(?:settings|config)\w*\s+(?P<name>\w+)\s+field required`),
		phrase("secret_key setting must not be empty"), phrase("missing `secret_key_base`"), phrase("no application encryption key has been specified"), phrase("secretorprivatekey must have a value"), phrase("superuser password is not specified"), phrase("password option is not specified"), phrase("is not set in the environment"),
		phrase("missing encryption key to decrypt"), pattern("notpresent", `called \x60Result::unwrap\(\)\x60 on an \x60Err\x60 value: NotPresent`),
	}
}

func hostPhrases() []*Phrase {
	return []*Phrase{
		pattern("enotfound", `\bENOTFOUND\b(?: (?P<name>[\w.-]+))?`), pattern("eai_again", `\bEAI_AGAIN\b(?: (?P<name>[\w.-]+))?`),
		phrase("name or service not known"), pattern("name or service not known", `name or service not known \((?:https?://)?(?P<name>[\w.-]+)`), pattern("name or service not known", `connecting to (?P<name>[\w.-]+):\d+\. name or service not known`), pattern("couldn't resolve server", `couldn't resolve server (?P<name>[\w.-]+)`),
		pattern("bad address", `(?m:^)(?:wget|nc|ping|telnet|traceroute): bad address '(?P<name>[^']+)'`), pattern("resource temporarily unavailable", `resource temporarily unavailable \((?P<name>[\w.-]+):\d+\)`), pattern("no such host is known", `no such host is known\. \((?P<name>[\w.-]+):\d+\)`),
		phrase("nodename nor servname"), phrase("temporary failure in name resolution"), phrase("name does not resolve"), phrase("no such host is known"), phrase("unresolvedaddressexception"), phrase("failed to lookup address information"),
		pattern("could not translate host name", `could not translate host name "(?P<name>[^"]*)"`), pattern("unknownhostexception", `UnknownHostException(?:: (?P<name>[\w.-]+))?`), pattern("no such host", `lookup (?P<name>\S+?)(?: on \S+)?: no such host`),
		pattern("could not resolve host", `could not resolve host(?:name)?:? "?(?P<name>[\w.-]+)`), pattern("php_network_getaddresses", `php_network_getaddresses: getaddrinfo (?:for (?P<name>[\w.-]+) )?failed`), pattern("host not found in upstream", `host not found in upstream "(?P<name>[^"]+)"`), pattern("unknown mysql server host", `Unknown MySQL server host '(?P<name>[^']+)'`),
		pattern("nameresolutionerror", `NameResolutionError[^\n]{0,200}?Failed to resolve '(?P<name>[^']+)'`), pattern("unable to resolve host", `unable to resolve host "?(?P<name>[\w.-]+)`), pattern("nxdomain", `\bnxdomain\b`), phrase("could not resolve the connect identifier"), phrase("no resolvable bootstrap urls"),
	}
}

func refusedConnectionPhrases() []*Phrase {
	return []*Phrase{
		pattern("econnrefused", `\bECONNREFUSED\b(?: (?P<name>[\w.:\[\]-]+:\d+))?`), pattern("connection refused", `(?:dial tcp (?P<name>\S+?): )?(?:connect: )?connection refused`), pattern("connection refused", `connection to server at "(?P<name>[^"]+)"[^\n]{0,80}? failed: connection refused`),
		pattern("connection refused", `connection refused \((?P<name>[\w.-]+:\d+)\)`), pattern("connection refused", `connecting to (?P<name>[\w.-]+:\d+)\. connection refused`), pattern("connection refused", `failed to connect to (?P<name>[\w.\[\]:-]+:\d+)\s[\s\S]{0,200}?connection refused`), pattern("connection refused", `connection refused - connect\(2\) for "?(?P<name>[^"\s]+)`),
		phrase("could not connect to server"), pattern("can't connect to mysql server", `can't connect to mysql server on '?(?P<name>[\w.:-]+)`), phrase("can't connect to local mysql"), phrase("communications link failure"), pattern("check that the hostname and port are correct", `connection to (?P<name>\S+) refused\. check that the hostname and port are correct`),
		phrase("actively refused it"), pattern("failed to connect to", `failed to connect to (?P<name>\S+) port \d+`), phrase("nobrokersavailable"), phrase("no brokers available"), phrase("broker may not be available"), phrase("no reachable servers"), phrase("serverselectiontimeouterror"), phrase("mongoserverselectionerror"), phrase("mongooseserverselectionerror"), phrase("mongotimeoutexception"),
		pattern("redisconnectionexception", `RedisConnectionException:[^\n]{0,60}?(?:Unable to connect to|It was not possible to connect)(?: (?P<name>[\w.:-]+))?`), phrase("error connecting to redis"), phrase("redis::cannotconnecterror"), pattern("ora-12541", `ORA-12541`), pattern("ora-12514", `ORA-12514`), pattern("can't reach database server at", `can't reach database server at \x60?(?P<name>[\w.:-]+)`), phrase("amqpconnectionerror"), phrase("amqpconnectexception"),
		phrase("a network-related or instance-specific error occurred"), phrase("unable to connect to any of the specified mysql hosts"), phrase("no living connections"), phrase("nonodeavailableexception"), phrase("all configured nodes failed"), pattern("connection error:", `connection error: desc = "transport: error while dialing[^\n]{0,120}`),
	}
}

func certificatePhrases() []*Phrase {
	return []*Phrase{
		phrase("self signed certificate"), phrase("self-signed certificate"), phrase("unable to verify the first certificate"), phrase("unable to get local issuer certificate"), phrase("unable_to_get_issuer_cert"), phrase("certificate verify failed"), phrase("pkix path building failed"), phrase("sslhandshakeexception"), phrase("certificate signed by unknown authority"),
		phrase("certificate has expired"), phrase("cert_has_expired"), phrase("the remote certificate is invalid"), phrase("remote certificate was rejected"), phrase("err_tls_cert_altname_invalid"), phrase("certificate is not valid for any names"), phrase("x509: certificate is valid for"), phrase("wrong_version_number"), phrase("ssl3_get_record:wrong version number"), phrase("does not support ssl"), phrase("ssl connection is required"), phrase("tlsv1 alert"),
		phrase("connections using insecure transport are prohibited"), phrase("certificateerror: hostname"), phrase("does not match certificate's altnames"), phrase("ssl is not enabled on the server"), phrase("invalid peer certificate"), phrase("first record does not look like a tls handshake"), phrase("server gave http response to https client"), phrase("trustanchors parameter must be non-empty"),
	}
}

func schemaPhrases() []*Phrase {
	return []*Phrase{
		pattern("does not exist", `(?:relation|table|schema|column|type|function|sequence|extension|index) ["'\x60]?[\w.]+["'\x60]?(?: of relation \S+)? does not exist`), phrase("relation does not exist"), pattern("doesn't exist", `table '[^']+' doesn't exist`), pattern("no such table", `no such table: ?\S+`), phrase("ora-00942"), phrase("base table or view not found"), phrase("unknown column"), phrase("invalid object name"), phrase("unknown database"), phrase("unknown table"),
		pattern("already exists", `(?:relation|table|schema|column|type|index|constraint) ["'\x60]?[\w.]+["'\x60]? already exists`), phrase("duplicate column name"), phrase("pendingmigrationerror"), phrase("migrations are pending"), pattern("unapplied migration", `you have \d+ unapplied migration`), phrase("inconsistentmigrationhistory"), phrase("can't locate revision identified by"), phrase("multiple head revisions are present"), phrase("flywayvalidateexception"), phrase("detected failed migration to version"), phrase("detected resolved migration not applied"), phrase("but no schema history table"), pattern("validate failed:", `validate failed: migrations? `),
		phrase("could not acquire change log lock"), phrase("migrationfailedexception"), phrase("liquibase.exception"), phrase("dirty database version"), phrase("migrate found failed migrations"), pattern("prisma", `\bP30(?:05|06|09|18)\b`), phrase("schema-validation: missing table"), phrase("schema-validation: missing column"), phrase("the migration directory is corrupt"), phrase("database files are incompatible with server"), phrase("was initialized by postgresql version"), phrase("has not been migrated"), phrase("database schema is not up to date"), pattern("the table", `the table \x60[^\x60]+\x60 does not exist in the current database`),
		phrase("please initialize the database"), phrase("database migration failed"), phrase("failed to run migrations"), phrase("migration failed"), phrase("error running migrations"), phrase("upgrade is not supported after a crash"), phrase("cannot downgrade"),
	}
}

func exhaustedPhrases() []*Phrase {
	return []*Phrase{
		phrase("too many clients already"), phrase("remaining connection slots are reserved"), pattern("too many connections", `(?:error|1040|ER_CON_COUNT|database|user|role|mysql|message)[^\n]{0,80}?too many connections`), phrase("er_con_count_error"), phrase("too many connections for role"), phrase("too many connections for database"), phrase("max clients reached"), phrase("could not obtain a connection from the pool within"), phrase("max number of clients reached"), pattern("queuepool limit", `QueuePool limit of`), phrase("timeout acquiring a connection"), phrase("connection is not available, request timed out after"), phrase("timed out fetching a new connection from the connection pool"),
		phrase("could not obtain a database connection within"), phrase("timeout expired. the timeout period elapsed prior to obtaining a connection from the pool"), phrase("cannot get a connection, pool error"), phrase("sequelizeconnectionacquiretimeouterror"), phrase("max_user_connections"), phrase("command not allowed when used memory"),
	}
}

func missingFilePhrases() []*Phrase {
	return []*Phrase{
		pattern("cannot find module", `cannot find module ["'](?P<name>[^"']+)`), pattern("cannot find package", `cannot find package ["'](?P<name>[^"']+)`), pattern("err_module_not_found", `ERR_MODULE_NOT_FOUND`), pattern("no module named", `no module named "?'?(?P<name>[\w.]+)`), pattern("cannot load such file", `cannot load such file -- (?P<name>\S+)`), pattern("importerror:", `ImportError: (?:cannot import name '(?P<name>[^']+)'|[^\n]*)`),
		pattern("classnotfoundexception", `ClassNotFoundException: (?P<name>[\w.$]+)`), pattern("noclassdeffounderror", `NoClassDefFoundError: (?P<name>[\w./$]+)`), pattern("could not find or load main class", `could not find or load main class (?P<name>\S+)`), pattern("unable to access jarfile", `unable to access jarfile (?P<name>\S+)`), phrase("no main manifest attribute"), phrase("unsupportedclassversionerror"),
		pattern("error while loading shared libraries", `error while loading shared libraries: (?P<name>[^:\s]+)`), pattern("error loading shared library", `error loading shared library (?P<name>[^:\s]+)`), pattern("cannot open shared object file", `(?P<name>[\w.+-]+): cannot open shared object file`), pattern("not found (required by", `version [\x60'"](?P<name>[A-Z]+_[\d.]+)['"\x60] not found \(required by`), phrase("symbol not found"), phrase("undefined symbol:"),
		pattern("could not find a production build", `could not find a production build in the '(?P<name>[^']+)'`), pattern("could not find gem", `could not find gem '(?P<name>[^']+)'`), phrase("bundler::gemnotfound"), pattern("could not locate gemfile", `could not locate (?P<name>Gemfile)`), pattern("failed opening required", `failed opening required '(?P<name>[^']+)'`), pattern("could not open input file", `could not open input file: (?P<name>\S+)`), pattern("can't open file", `can't open file '(?P<name>[^']+)'`), pattern("missing script", `missing script:? "?(?P<name>[\w:.-]+)`),
		pattern("enoent", `\bENOENT\b[^\n]{0,40}?no such file or directory, \w+ '(?P<name>[^']+)'`), pattern("no such file or directory", `\[Errno 2\] No such file or directory: '(?P<name>[^']+)'`), pattern("no such file or directory", `FileNotFoundException: (?P<name>\S+) \(No such file or directory\)`), pattern("no such file or directory", `(?:open|stat|lstat|read|readlink|chdir) (?P<name>/[^\s:]+): no such file or directory`), pattern("no such file or directory", `Errno::ENOENT: No such file or directory[^\n/]{0,40}(?P<name>/[^\s]+)`), pattern("could not find file", `could not find file '(?P<name>[^']+)'`), pattern("could not load file or assembly", `could not load file or assembly '(?P<name>[^',]+)`),
		pattern("nosuchfileexception", `java\.nio\.file\.NoSuchFileException: (?P<name>\S+)`), pattern("no such file or directory", `no such file or directory @ rb_\w+ - (?P<name>\S+)`), pattern("was not found and is not optional", `configuration file '(?P<name>[^']+)' was not found and is not optional`), pattern("no such file or directory", `(?m:^)(?:cat|cp|mv|tail|head|source|chmod|chown): (?:can't open |cannot stat |cannot access |cannot open )?['‘]?(?P<name>/[^\s'’:]+)['’]?(?: for reading)?: No such file or directory`), pattern("(os error 2)", `(?:(?P<name>/[\w./-]+)[^\n]{0,60}? )?no such file or directory \(os error 2\)`),
		pattern("[emerg]", `\[emerg\] [^\n]*?"(?P<name>/[^"]+)" failed \(2: no such file`), pattern("cannot load certificate", `cannot load certificate(?: key)? "(?P<name>[^"]+)": [^\n]{0,160}?no such file`),
		pattern("does not exist", `the application '(?P<name>[^']+)' does not exist`), phrase("could not find any compatible framework version"), phrase("you must install or update .net"), pattern("dllnotfoundexception", `unable to load (?:shared library|DLL) '(?P<name>[^']+)'`), pattern("executable doesn't exist at", `executable doesn't exist at (?P<name>\S+)`), phrase("failed to launch the browser process"), pattern("modulenotfounderror", `ModuleNotFoundError`), pattern("could not import module", `could not import module "(?P<name>[^"]+)"`), pattern("failed to find attribute", `failed to find attribute '(?P<name>[^']+)'`), pattern("could not find or load", `could not find or load the (?P<name>\S+)`),
		pattern("invalid or corrupt jarfile", `invalid or corrupt jarfile (?P<name>\S+)`), pattern("could not open configuration file", `could not open configuration file (?P<name>\S+)`), pattern("the directory", `the directory '?(?P<name>/[^\s']+)'? does not exist`),
	}
}

func commandPhrases() []*Phrase {
	return []*Phrase{
		pattern("not found", `(?m:^)(?:/(?:usr/)?bin/)?(?:ba|da|a|z)?sh: (?:exec: )?(?:line )?(?:\d+: )?(?:exec: )?(?P<name>[\w./-]+): (?:command )?not found`), pattern("not found", `(?m:^)(?:/[\w./-]+|[\w./-]+\.sh): (?:exec: )?(?:line )?\d+: (?:exec: )?(?P<name>[\w./-]+): (?:command )?not found`), pattern("command not found", `(?P<name>[\w./-]+): command not found`), pattern("no such file or directory", `(?:ba|da|a|z)?sh: (?:line )?(?:\d+: )?(?:exec: )?(?P<name>[\w./-]+): No such file or directory`), pattern("[dumb-init]", `\[dumb-init\] (?P<name>[\w./-]+): (?:no such file|permission denied)`),
		pattern("no such file or directory", `env: (?:can't execute )?['‘"]?(?P<name>[\w.\\/-]+)['’"]?: No such file or directory`), pattern("bad interpreter", `(?P<name>[\w./-]+): [^\n:]{1,60}: bad interpreter`), pattern("exec ", `(?m:^)exec (?P<name>/?[\w./-]+)(?: failed)?: (?:no such file or directory|permission denied)`), pattern("exec ", `\bexec (?P<name>/?[\w./-]+) failed: (?:no such file or directory|permission denied)`), pattern("exec user process", `exec user process caused[:\s\\"]+(?:no such file or directory|permission denied)`),
		pattern("is not recognized as", `'(?P<name>[^']+)' is not recognized as (?:an internal or external command|the name of a cmdlet)`), pattern("can't open", `(?:ba|da|a|z)?sh: (?:\d+: )?can't open '?(?P<name>/[\w./-]+)`), pattern("cannot open", `(?:ba|da|a|z)?sh: (?:\d+: )?cannot open '?(?P<name>/[\w./-]+)`), pattern("exec container process", `exec container process[^\n]{0,80}?(?:no such file|permission denied)`), pattern("fatal: unable to exec", `fatal: unable to exec (?P<name>\S+)`),
	}
}

func usagePhrases() []*Phrase {
	const arg = `[:\s]*["'\x60]*(?P<name>-{0,2}[\w][\w.=-]*)?`
	return []*Phrase{
		pattern("unknown option", `unknown option`+arg), pattern("unrecognized option", `unrecognized option`+arg), pattern("unrecognized argument", `unrecognized arguments?`+arg), pattern("flag provided but not defined", `flag provided but not defined:? (?P<name>\S+)`), pattern("unknown flag", `unknown flag`+arg), pattern("unknown shorthand flag", `unknown shorthand flag`+arg), pattern("invalid option --", `invalid option -- '?(?P<name>\w+)`), pattern("illegal option", `illegal option`+arg), pattern("unknown command", `unknown command`+arg), pattern("no such command", `no such command`+arg), pattern("unknown subcommand", `unknown subcommand`+arg),
		pattern("no such option", `no such option`+arg), pattern("the following arguments are required", `the following arguments are required: (?P<name>\S+)`), pattern("unexpected argument", `unexpected argument(?: ["'\x60](?P<name>[^"'\x60\n]+))?`), pattern("invalid option: ", `invalid option: ["'\x60]?(?P<name>-{1,2}[\w-]+)`), pattern("unknown argument", `unknown argument`+arg), pattern("bad option", `bad option`+arg), pattern("unrecognized vm option", `unrecognized VM option '(?P<name>[^']+)'`), phrase("required flag(s)"),
	}
}

func missingResourcePhrases() []*Phrase {
	return []*Phrase{
		pattern("nosuchbucket", `\bNoSuch(?P<kind>Bucket)\b`), pattern("the specified bucket does not exist", `the specified (?P<kind>bucket) does not exist`), pattern("nosuchkey", `\bNoSuchKey\b`), phrase("the specified key does not exist"), pattern("queuedoesnotexist", `(?P<kind>Queue)DoesNotExist`), pattern("nonexistentqueue", `NonExistent(?P<kind>Queue)`), pattern("the specified queue does not exist", `the specified (?P<kind>queue) does not exist`), pattern("requested resource not found", `requested resource not found(?:: (?P<kind>table))?`), pattern("tablenotfound", `(?P<kind>Table)NotFound(?:Exception)?\b`),
		pattern("resourcenotfoundexception", `ResourceNotFoundException[^\n]{0,20}(?:: (?P<kind>stream|function|table|endpoint|secret|domain|index|topic|user pool)\b)?`), pattern("nosuchentity", `\bNoSuchEntity\b`), pattern("topic does not exist", `(?P<kind>topic) does not exist`), pattern("under account", `(?P<kind>stream) \S+ under account \d+ not found`), pattern("user pool", `(?P<kind>user pool) (?:client )?\S+ does not exist`), phrase("could not find model"), phrase("the provided model identifier is invalid"), pattern("cannot find the specified", `cannot find the specified (?P<kind>\w+)`), pattern("repositorynotfoundexception", `(?P<kind>Repository)NotFoundException`), pattern("state machine does not exist", `(?P<kind>state machine) does not exist`), pattern("dbinstancenotfound", `DB(?P<kind>Instance)NotFound`), pattern("clusternotfoundexception", `(?P<kind>Cluster)NotFoundException`),
	}
}

func configurationPhrases() []*Phrase {
	return []*Phrase{
		phrase("invalid configuration"), phrase("configuration error"), phrase("config file not found"), phrase("failed to parse config"), phrase("unable to load config"), phrase("error loading config"), phrase("failed to load config"), phrase("could not load config"), phrase("error reading config"), phrase("unable to read config"), phrase("error parsing config"), phrase("invalid config"), phrase("bad configuration"), phrase("configuration is invalid"), phrase("config validation error"), phrase("configvalidationerror"), phrase("configexception"), phrase("configurationexception"), phrase("misconfigured"), phrase("improperlyconfigured"), phrase("airflowconfigexception"),
		phrase("unable to parse config"), phrase("error in configuration file"), phrase("errors found in configuration"), phrase("fatal config file error"), phrase("bad directive or wrong number of arguments"), pattern("[emerg]", `\[emerg\] [^\n]*?(?:unknown directive|invalid|unexpected|duplicate|no ["']?\w+|not allowed|must|conflicting|no such file|failed)`), phrase("syntax error on line"), phrase("fpm initialization failed"), pattern("did not find expected", `(?:yaml|psych)\b[^\n]*did not find expected`), phrase("mapping values are not allowed here"), phrase("error while parsing a block"), phrase("scannererror"),
		phrase("cannot load certificate"), phrase("unable to load ssl certificate"), phrase("unrecognized directive"), phrase("missing protocol scheme"), phrase("is missing an 'http://' or 'https://' protocol"), phrase("could not parse sqlalchemy url"),
		phrase("failed to configure a datasource"), phrase("failed to bind properties under"), phrase("invalid or missing"), phrase("unknown variable"), phrase("unsupported configuration"), phrase("bootstrap checks failed"), phrase("missing required configuration"), phrase("missing configuration"), phrase("missing required option"), phrase("missing required parameter"), phrase("missing required field"), phrase("hostname is not configured"), phrase("no hostname setting provided"), phrase("incompatible options"), phrase("conflicting configuration"), pattern("license", `(?:invalid|missing|expired|no valid)\b[^\n]{0,30}?licen[sc]e\b|licen[sc]e (?:key )?(?:is|has|file)? ?(?:invalid|missing|expired|not found)`),
		pattern("invalid url", `invalid URL\b`), phrase("no scheme supplied"), pattern("unsupported protocol scheme", `unsupported protocol scheme`), phrase("invalid connection string"), phrase("connectionstring property has not been initialized"), phrase("could not parse rfc1738 url"), phrase("invalid dsn"), phrase("invalid port"), phrase("invalid literal for int()"), phrase("error validating datasource"), phrase("a server is already running"), phrase("host validation failed"), phrase("invalid http_host header"), phrase("max virtual memory areas vm.max_map_count"), phrase("memory locking requested for elasticsearch process but memory is not locked"), phrase("cannot use sqlite with the"),
	}
}

// memoryPhrases are what programs and the kernel say of memory that ran out.
func memoryPhrases() []*Phrase {
	return []*Phrase{
		phrase("java.lang.outofmemoryerror"), phrase("heap out of memory"), phrase("<--- last few gcs"), phrase("ineffective mark-compacts"), phrase("fatal error: runtime: out of memory"), phrase("runtime: cannot allocate memory"), phrase("allocation failed - javascript heap"), phrase("ineffective mark-compacts"), pattern("memoryerror", `(?:^|[\s:])MemoryError\b`), phrase("cannot allocate memory"), phrase("out of memory: kill"), phrase("memory cgroup out of memory"), phrase("oom-kill"), phrase("oom_kill"), phrase("oomkilled"),
		phrase("system.outofmemoryexception"), phrase("allowed memory size of"), phrase("there is insufficient memory for the java runtime environment"), phrase("failed to allocate memory"), phrase("std::bad_alloc"), phrase("nomemoryerror"), phrase("memory allocation of"), phrase("gc overhead limit exceeded"), phrase("perhaps out of memory?"), pattern("was sent sigkill", `Worker[^\n]{0,60}?was sent SIGKILL`), phrase("virtual memory exhausted"), phrase("unable to allocate"), pattern("enomem", `\bENOMEM\b`),
		pattern("killed", `(?m:^(?:\S+: line \d+:\s*\d+\s)?Killed(?:\s{2,}.*)?$)`),
	}
}

// crashPhrases are what runtimes print when a program ends by an error that
// nobody handled.
func crashPhrases() []*Phrase {
	return []*Phrase{
		pattern("panic:", `(?:^|\n)panic: [^\n]*`), phrase("fatal error: all goroutines are asleep"), pattern("panicked at", `thread '[^']*'[^\n]*? panicked at[^\n]*`), phrase("traceback (most recent call last)"), pattern("exception in thread", `Exception in thread "?[^"\n]*"?[^\n]*`), pattern("application run failed", `Application run failed`), phrase("a fatal error has been detected by the java runtime environment"), phrase("java.lang.stackoverflowerror"), phrase("java.lang.nullpointerexception"), phrase("error creating bean with name"), phrase("required a bean of type"),
		phrase("unhandled exception"), phrase("uncaught exception"), phrase("unhandledpromiserejection"), phrase("uncaughtexception"), phrase("unhandled promise rejection"), phrase("unhandled rejection"), phrase("unhandled 'error' event"), phrase("unhandled error"), phrase("php fatal error:"), phrase("php parse error:"), phrase("fatal error: uncaught"), phrase("uncaught typeerror"), phrase("typeerror: "), phrase("referenceerror: "), phrase("syntaxerror: "), phrase("rangeerror: "), phrase("assertionerror: "),
		phrase("nomethoderror"), pattern("undefined method", `undefined method \S+ for`), phrase("nullreferenceexception"), phrase("kernel pid terminated"), phrase("init terminating in do_boot"), phrase("segmentation fault"), pattern("sigsegv", `\bSIGSEGV\b`), phrase("core dumped"), phrase("terminate called after throwing"), phrase("double free or corruption"), phrase("stack smashing detected"), phrase("free(): invalid"), phrase("assertion failed"), pattern("assertion", "Assertion [`'][^\\n]{0,200}? failed"), phrase("fatal error: stack overflow"), phrase("stackoverflowexception"), phrase("maximum call stack size exceeded"), phrase("recursionerror"), phrase("fatal exception"),
		pattern("error)", `(?m:^)[^\n]{0,200}?:\d+:in [^\n]{0,300}?\((?:Key|Name|Type|Index|Frozen|NoMethod|ZeroDivision)Error\)`), pattern("error)", `\*\* \((?:Arithmetic|Key|Match|BadMap|BadArity|CaseClause|FunctionClause|UndefinedFunction)Error\)`),
		phrase("npm err! code elifecycle"), phrase("failed to compile"), phrase("build failed"), phrase("compilation failed"),
	}
}
