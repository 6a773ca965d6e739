package catalogue

import "whystopped/internal/diagnose/verdict"

// containerCauses: what the task definition asks of the container runtime.
func containerCauses() []*Cause {
	return []*Cause{
		{
			Code: "container.command-not-found", Area: AreaContainer, Phase: verdict.PhaseStartup, Category: verdict.ContainerConfig,
			Identity: verdict.NoIdentity, Confidence: verdict.Confirmed,
			Title:   "Program not found or not executable: {name|the container's command}",
			Meaning: "The container's entry point or command names {name|a program} that isn't in the image at that path, or isn't executable.",
			Reason:  "\"Permission denied\" here is about the file's execute bit, not IAM.",
			Fix: []string{
				"Correct entryPoint and command in the task definition or the image, and set the execute bit (chmod +x). A script needs its interpreter in the image and Unix line endings.",
			},
			Docs: []string{docTaskParameters, docStoppedCodes},
			When: Unless{
				Match: says(ByECS|Log,
					pattern("executable file not f", `(?:exec: \\*"?(?P<name>[^"\\\s:]+)\\*"?: )?executable file not f(?:ound)?`),
					pattern("exec:", `exec: \\*"(?P<name>[^"\\]+)\\*":? (?:stat [^\n:]*: )?(?:no such file or direct|permission denied|is a directory)`),
					pattern("exec:", `exec: \\*"(?P<name>[^"\\]+)\\*": stat `), pattern("exec:", `starting container process caused[:\s\\"]+exec: [\\"]+(?P<name>[^"\\\s]+)`),
					pattern("starting container process caused", `starting container process caused[^\n]{0,300}?(?:no such file or direct|permission denied)`),
					pattern("unable to start container process", `unable to start container process[^\n]{0,300}?(?:no such file or direct|permission denied)`),
					pattern("cannot find the file specified", `(?:CreateProcess|hcs\w*|container)[^\n]{0,300}?The system cannot find the file specified`),
					pattern("no command specified", `(?:daemon|API error|container|config)[^\n]{0,120}?No command specified`)),
				But: says(ByECS|Log, phrase("rootfs_linux.go"), phrase("exec format error"), phrase("error mounting"), phrase("chdir to cwd"), phrase("exec user process")),
			},
		},
		{
			Code: "container.working-directory", Area: AreaContainer, Phase: verdict.PhaseStartup, Category: verdict.ContainerConfig,
			Identity: verdict.NoIdentity, Confidence: verdict.Confirmed,
			Title:   "Can't enter the working directory {name|of the container}",
			Meaning: "The runtime couldn't change to {name|the directory} before it ran the program. The directory isn't in the image, or the container's user has no access to it.",
			Reason:  "\"Permission denied\" here is about the directory's mode, not IAM.",
			Fix: []string{
				"Correct workingDirectory in the task definition (or WORKDIR in the image), and the directory's mode for the container's user.",
			},
			Docs: []string{docTaskParameters},
			When: says(ByECS|Log, pattern("chdir to cwd", `chdir to cwd(?: \(\\*"(?P<name>[^"\\)]+))?`), pattern("not a directory", `cannot chdir to (?P<name>\S+)[^\n]*not a directory`)),
		},
		{
			Code: "container.mount-callback", Area: AreaContainer, Phase: verdict.PhaseStartup, Category: verdict.ContainerConfig,
			Identity: verdict.NoIdentity, Confidence: verdict.Confirmed,
			Title:   "The image has no user {user|with the container's user name}",
			Meaning: "The runtime looked up the container's user in the image's /etc/passwd and found no such file or user. This is about the image's content, not about a volume.",
			Fix: []string{
				"Add the user to the image, or set a numeric user in the task definition.",
			},
			Docs: []string{docTaskParameters, docStoppedCodes},
			When: says(ByECS|Log, pattern("mount callback failed", `mount callback failed on \S+`), pattern("unable to find user", `unable to find user (?P<user>[^:\s]+)`), pattern("unable to find group", `unable to find group (?P<user>[^:\s]+)`), phrase("no matching entries in passwd file"), phrase("no users found")),
		},
		{
			Code: "container.port-in-use", Area: AreaContainer, Phase: verdict.PhaseStartup, Category: verdict.ContainerConfig,
			Identity: verdict.NoIdentity, Confidence: verdict.Confirmed,
			Title:   "Host port {port|of the container} is already in use",
			Meaning: "The container requests a fixed port of the host, and another container or program on that host uses it.",
			Fix: []string{
				"Use dynamic host ports (hostPort 0) or the awsvpc network mode.",
			},
			Docs: []string{docTaskParameters},
			When: says(ByECS|Log,
				pattern("port is already allocated", `(?:Bind for \S+?:(?P<port>\d+) failed: )?port is already allocated`), phrase("unrecognizedtransportprotocol"), phrase("unparsableport"),
				pattern("address already in use", `(?:driver failed programming external connectivity|userland proxy|host ?port)[^\n]{0,200}?(?::(?P<port>\d+): bind: )?address already in use`)),
		},
		{
			Code: "container.dependency", Area: AreaContainer, Phase: verdict.PhaseStartup, Category: verdict.ContainerConfig,
			Identity: verdict.NoIdentity, Confidence: verdict.Likely,
			Title:   "Container {dependency|it depends on} never became ready",
			Meaning: "dependsOn requires a state that {dependency|the other container} didn't reach. Exit code 143 of the waiting container is set by the agent and means nothing.",
			Fix: []string{
				"Find out why {dependency|the other container} failed or stayed unhealthy, or relax the condition in dependsOn.",
			},
			Docs: []string{docTaskParameters},
			When: says(ByECS|Log,
				pattern("dependency graph:", `dependency graph: (?:failed to resolve )?container ordering dependency \[(?P<dependency>[^\]]*)\]`),
				phrase("because dependency will never start"), phrase("task dependencies cannot be resolved"), phrase("as dependency did not exit successfully"), phrase("taskdependencyerror"), pattern("dependency graph:", `dependency graph:[^\n]*`)),
		},
		{
			Code: "container.config-invalid", Area: AreaContainer, Phase: verdict.PhaseStartup, Category: verdict.ContainerConfig,
			Identity: verdict.NoIdentity, Confidence: verdict.Confirmed,
			Title:   "The host rejected a setting of the task definition",
			Meaning: "The container runtime on this host can't apply a setting of the container, such as links, devices, limits, a health check, GPUs, or a credential spec.",
			Fix: []string{
				"Correct the setting that the quoted text names in the task definition.",
			},
			Docs: []string{docTaskParameters, docStoppedCodes},
			When: Any{
				says(ByECS|Log,
					phrase("invalid link format"), phrase("link target not available"), phrase("volume target not available"), phrase("invalid volume referenced"), phrase("unable to decode given host config"), phrase("unable decode given docker config"),
					phrase("runtime is not set for gpu containers"), phrase("docker health check is nil"), phrase("missing secret value for secret"), phrase("unable to fetch task resource credentialspec"), phrase("unable to fetch valid credentialspec mapping"),
					phrase("invalid firelens configuration type"), phrase("unsupported credentialspec arn"), phrase("minimum memory limit allowed"), phrase("conflict. the container name"), phrase("nvidia-container-cli"), phrase("error gathering device information"), phrase("duplicate mount point"), phrase("conflicting options:"), phrase("invalid containerport"), phrase("invalid hostport"),
					phrase("could not select device driver"), phrase("unknown or invalid runtime name"), phrase("error setting rlimit"), phrase("unable to generate config to create firelens container"), phrase("invalid mount config for type"), phrase("invalid volume specification"), phrase("not allowed in host network namespace"), phrase("unknown capability")),
				says(Stopped|Reason|Event, phrase("is not a valid"), phrase("invalid cpu"), phrase("windows does not support"), phrase("no command specified")),
			},
		},
		{
			Code: "oom.at-start", Area: AreaContainer, Phase: verdict.PhaseStartup, Category: verdict.OOM,
			Identity: verdict.NoIdentity, Confidence: verdict.Confirmed,
			Title:   "Memory limit too small to start the container",
			Meaning: "The kernel killed the container's first process during setup because it reached the memory limit at once.",
			Fix: []string{
				"Increase memory of the container, and of the task, in the task definition.",
			},
			Docs: []string{docOOM, docTaskParameters},
			When: says(ByECS|Log, phrase("container init was oom-killed"), phrase("memory limit too low")),
		},
		{
			Code: "container.timeout", Area: AreaContainer, Phase: verdict.PhaseStartup, Category: verdict.ResourceLimit,
			Identity: verdict.NoIdentity, Confidence: verdict.Likely,
			Title:   "The container host timed out: container not {name|ready} in time",
			Meaning: "ECS gave up waiting for Docker or containerd on the host. Usually the host's disk or CPU is exhausted; a log driver or volume that hangs looks the same.",
			Fix: []string{
				"Check disk credits, CPU, and Docker's health on the container instance. Spread the tasks, or use a larger instance.",
			},
			Docs: []string{docStoppedCodes, docAgent},
			When: Unless{
				Match: says(ByECS|Log, pattern("could not tran", `could not tran(?:si|isi)tion to (?P<name>created|started|running|pulled|removed)?`)),
				But:   says(ByECS|Log, pattern("could not tran", `could not tran(?:si|isi)tion to (?:stopped|inspecting)`)),
			},
		},
		{
			Code: "container.runtime-error", Area: AreaContainer, Level: Fallback, Phase: verdict.PhaseStartup, Category: verdict.ContainerConfig,
			Identity: verdict.NoIdentity, Confidence: verdict.Possible,
			Title:   "The container runtime couldn't create or start the container",
			Meaning: "Docker or containerd gave up on the container. The quoted text is its own and matches no known cause.",
			Fix: []string{
				"Check the quoted text, and try the same image, command, user, and mounts with docker run.",
			},
			Docs: []string{docStoppedCodes},
			When: says(ByECS,
				phrase("cannotstartcontainererror"), phrase("cannotcreatecontainererror"), phrase("oci runtime"), phrase("failed to create new container runtime task"), phrase("containerruntimeerror"), phrase("dockerstateerror"), phrase("dockerclientconfigerror"), phrase("hostconfigerror"), phrase("cannot start container"), phrase("failed to create shim"), phrase("unknownerror:")),
		},
		{
			Code: "container.disk-full", Area: AreaContainer, Phase: verdict.PhaseStartup, PhaseInLog: verdict.PhaseRuntime, Category: verdict.ResourceLimit,
			Identity: verdict.NoIdentity, Confidence: verdict.Confirmed,
			Title:   "The disk of the task or its host is full",
			Meaning: "A write failed because the storage is used up, by large images, logs, or the application's own files.",
			Fix: []string{
				"Increase ephemeralStorage (Fargate) or the instance's volume (EC2), remove old images from the host, or write less.",
			},
			Docs: []string{docTaskStorage, docTaskParameters},
			When: Unless{
				Match: says(ByECS|Log, phrase("no space left on device"), phrase("disk quota exceeded"), phrase("there is not enough space on the disk"), pattern("enospc", `\bENOSPC\b`)),
				But:   says(Log, phrase("number of file watchers")),
			},
		},
		{
			Code: "container.storage-provisioning", Area: AreaContainer, Phase: verdict.PhaseStartup, Category: verdict.Internal,
			Identity: verdict.NoIdentity, Confidence: verdict.Likely,
			Title:   "AWS didn't provision the task's ephemeral storage in time",
			Meaning: "Fargate couldn't set up the task's own storage. This is an AWS step; nothing in the task definition is wrong.",
			Fix: []string{
				"Start the task again. If it keeps failing, try another Availability Zone or open a support case.",
			},
			Docs: []string{docTaskStorage, docStoppedErrors},
			When: says(ByECS, phrase("timeout waiting for ephemeralstorage provisioning")),
		},
		{
			Code: "agent.failed", Area: AreaContainer, Phase: verdict.PhaseStartup, Category: verdict.Agent,
			Identity: verdict.NoIdentity, Confidence: verdict.Likely,
			Title:   "The ECS agent or container daemon on the host failed",
			Meaning: "The host lost track of the container or couldn't reach its container daemon. The container may even have finished its work.",
			Fix: []string{
				"Check /var/log/ecs/ecs-agent.log and the daemon's log on the host. Update the agent, or replace the instance.",
			},
			Docs: []string{docAgent, docStoppedCodes},
			When: Any{says(Stopped|Reason|Event, phrase("cannot connect to the docker daemon")), says(ByECS|Log,
				phrase("containervanishederror"), phrase("no container matching saved id found"), phrase("cannotlistcontainerserror"), phrase("cannotlistimageserror"),
				phrase("cannotgetdockerclienterror"), phrase("cannotgetdockerclientversionerror"), phrase("cannotremovecontainererror"), phrase("cannotremovevolumeerror"), phrase("cannotlistpluginserror"), phrase("cannotgetcontainertoperror"), phrase("nosuchcontainererror"),
				phrase("impossiblestatetransitionerror"), phrase("taskstateerror"), phrase("unrecogniedtaskerror"), phrase("agent could not progress task"), phrase("cgrouperror"), phrase("error loading task"), phrase("resource cannot be initialized for task"), phrase("cannotcreatecontainerexecerror"), phrase("cannotstartcontainerexecerror"), phrase("cannotinspectcontainerexecerror"), phrase("failed to get container status"))},
		},
		{
			Code: "agent.cannot-inspect", Area: AreaContainer, Phase: verdict.PhaseRuntime, Category: verdict.Agent,
			Identity: verdict.NoIdentity, Confidence: verdict.Likely,
			Title:   "The container daemon didn't report how the container exited",
			Meaning: "The ECS agent asked the daemon about the container and got no answer in time, so there is no exit code. The program may have finished its work.",
			Fix: []string{
				"Check the program's log for its result, reduce disk and CPU load on the host, and update the agent.",
			},
			Docs: []string{docAgent, docStoppedCodes},
			When: says(ByECS|Log, phrase("cannotinspectcontainererror"), phrase("cannotdescribecontainererror"),
				pattern("transition to inspecting", `could not tran(?:si|isi)tion to inspecting`)),
		},
		{
			Code: "agent.cannot-stop", Area: AreaContainer, Phase: verdict.PhaseShutdown, Category: verdict.Agent,
			Identity: verdict.NoIdentity, Confidence: verdict.Likely,
			Title:   "The container couldn't be stopped cleanly",
			Meaning: "Something else requested the stop, and the runtime didn't complete it: the process didn't react, or the daemon didn't answer.",
			Fix: []string{
				"Find what requested the stop: service events, or StopTask in CloudTrail.",
				"Handle SIGTERM in the program, and check the runtime's health on the host.",
			},
			Docs: []string{docStoppedCodes},
			When: says(ByECS|Log, phrase("cannotstopcontainererror"), phrase("failed sending sigterm to container"), pattern("could not tran", `could not tran(?:si|isi)tion to stopped`)),
		},
		{
			Code: "startup.before-pull", Area: AreaContainer, Level: Fallback, Phase: verdict.PhaseStartup, Category: verdict.Other,
			Identity: verdict.NoIdentity, Confidence: verdict.Possible,
			Title:   "The task was stopped before the image pull began",
			Meaning: "This container isn't the cause: something else stopped the task first.",
			Fix: []string{
				"Check the reasons of the other containers, the service events, and StopTask in CloudTrail.",
			},
			Docs: []string{docStoppedCodes},
			When: says(ByECS, phrase("taskstoppedbeforepullbeginerror"), phrase("task stopped before image pull could begin")),
		},
	}
}
