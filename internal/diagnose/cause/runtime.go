package cause

import (
	"fmt"
	"strconv"

	"whystopped/internal/diagnose/verdict"
)

// runtimeCauses: how programs end by themselves.
func runtimeCauses() []*Cause {
	return []*Cause{
		{
			Code: "oom.container", Area: AreaRuntime, Phase: verdict.PhaseRuntime, Category: verdict.OOM,
			Identity: verdict.NoIdentity, Confidence: verdict.Confirmed,
			Title:   "{container|The container} ran out of memory and was killed",
			Meaning: "The kernel killed a process of the container because its memory limit was reached. ECS says so itself; the exit code may be another one when a child process was hit.",
			Fix:     []string{"Raise memory in the task definition (of the container and of the task), or make the program use less; look at the memory metrics before it died."},
			Docs:    []string{docOOM, docStoppedCodes},
			When:    says(Reason|Stopped|Pasted|Event, phrase("outofmemoryerror: container killed"), phrase("container killed due to memory usage"), pattern("outofmemory", `^OutOfMemory\w*`)),
		},
		{
			Code: "oom.language-runtime", Area: AreaRuntime, Phase: verdict.PhaseRuntime, Category: verdict.OOM,
			Identity: verdict.NoIdentity, Confidence: verdict.Likely,
			Title:   "The program's own memory limit was reached",
			Meaning: "The language runtime gave up at its own limit (heap, metaspace), which may lie below the container's.",
			Fix:     []string{"Raise the runtime's limit (-Xmx, MaxMetaspaceSize, --max-old-space-size) together with the container's memory, or find the leak."},
			Docs:    []string{docOOM},
			When:    says(ByApp, phrase("java.lang.outofmemoryerror"), phrase("heap out of memory"), phrase("fatal error: runtime: out of memory"), phrase("allocation failed - javascript heap"), phrase("last few gcs"), phrase("ineffective mark-compacts"), phrase("memoryerror"), phrase("cannot allocate memory"), phrase("out of memory: kill"), phrase("memory cgroup out of memory"), phrase("oom-kill"), phrase("system.outofmemoryexception"), phrase("allowed memory size of")),
		},
		{
			Code: "image.platform-at-run", Area: AreaImage, Phase: verdict.PhaseRuntime, Category: verdict.ImagePlatform,
			Identity: verdict.NoIdentity, Confidence: verdict.Confirmed,
			Title:   "The program was built for another CPU architecture",
			Meaning: "The container started and its program could not be executed: it is built for another architecture than the task's.",
			Fix:     []string{"Build the image for the task's platform, or set runtimePlatform.cpuArchitecture."},
			Docs:    []string{docTaskParameters},
			When:    says(Log, phrase("exec format error"), phrase("qemu: uncaught target signal"), phrase("rosetta error:")),
		},
		{
			Code: "app.configuration", Area: AreaRuntime, Phase: verdict.PhaseRuntime, Category: verdict.AppMisconfig,
			Identity: verdict.NoIdentity, Confidence: verdict.Likely,
			Title:   "The application's configuration is wrong or incomplete",
			Meaning: "The application ran and stopped because of its own settings: a missing variable, a wrong host name, a file or table that is not there.",
			Fix:     []string{"Correct the setting that the quoted lines name, in environment, secrets or command of the task definition."},
			Docs:    []string{docStoppedErrors},
			When: says(ByApp,
				pattern("environment variable", `(?:missing|required|undefined|not set|must be set|unset|no such|empty|invalid|set the|provide)[^\n]{0,80}?(?:environment variable|env var)`), pattern("environment variable", `environment variables? [^\n]{0,80}?(?:missing|required|not set|not defined|not found|must be|is empty|is not|not provided|undefined)`),
				pattern("keyerror:", `KeyError: '[A-Z][A-Z0-9_]+'`), phrase("enotfound"), phrase("eai_again"), phrase("name or service not known"), phrase("could not translate host name"), phrase("unknownhostexception"), phrase("nodename nor servname"), phrase("temporary failure in name resolution"), pattern("lookup", `lookup \S+ on \S+: no such host`),
				phrase("econnrefused"), phrase("connection refused"), phrase("could not connect to server"), phrase("can't connect to mysql server"), phrase("can't connect to local mysql"), phrase("communications link failure"), phrase("cannot find module"), phrase("modulenotfounderror"), phrase("no module named"), phrase("unable to access jarfile"), phrase("classnotfoundexception"), phrase("eaddrinuse"), pattern("address already in use", `address already in use`),
				phrase("invalid configuration"), phrase("configuration error"), phrase("config file not found"), phrase("could not resolve placeholder"), phrase("failed to parse config"), phrase("unable to load config"), phrase("relation does not exist"), pattern("does not exist", `(?:relation|table|schema) "[^"]+" does not exist`), phrase("unknown database"), phrase("unknown option"), phrase("unrecognized option"), phrase("unrecognized argument"), phrase("flag provided but not defined"), phrase("invalid or missing"), phrase("improperlyconfigured"), phrase("is not set in the environment"), phrase("nosuchbucket"), phrase("the specified bucket does not exist"), phrase("queuedoesnotexist"), phrase("nonexistentqueue"), phrase("requested resource not found"), phrase("you must specify a region"), phrase("noregionerror"), phrase("missing region in config"), phrase("unable to find a region"), phrase("permanentredirect"), phrase("authorizationheadermalformed")),
		},
		{
			Code: "app.crash", Area: AreaRuntime, Phase: verdict.PhaseRuntime, Category: verdict.AppCrash,
			Identity: verdict.NoIdentity, Confidence: verdict.Likely,
			Title:   "The application crashed",
			Meaning: "The program ended by an error of its own; its last lines are quoted.",
			Fix:     []string{"Read the quoted lines: the cause is in the program or its data."},
			Docs:    []string{docStoppedErrors},
			When: When{
				If: func(f *Facts) bool { return f.First == nil || f.First.ExitCode == nil || *f.First.ExitCode != 0 },
				Match: says(ByApp,
					pattern("panic:", `(?:^|\n)panic: [^\n]*`), phrase("traceback (most recent call last)"), phrase("unhandled exception"), phrase("uncaught exception"), phrase("unhandledpromiserejection"), phrase("uncaughtexception"), phrase("unhandled promise rejection"), pattern("exception in thread", `Exception in thread "[^"]*"[^\n]*`), phrase("segmentation fault"), phrase("sigsegv"), phrase("fatal error:"), phrase("core dumped"), phrase("assertion failed"), phrase("stack overflow"), pattern("panicked at", `thread '[^']*' panicked at[^\n]*`), pattern("application run failed", `Application run failed`), phrase("fatal exception"), phrase("npm err! code elifecycle"), phrase("unhandled rejection")),
			},
		},
		{
			Code: "exit.code", Area: AreaRuntime, Level: Fallback, Phase: verdict.PhaseRuntime, Category: verdict.AppCrash,
			Identity: verdict.NoIdentity, Confidence: verdict.Likely,
			Title:   "{container|The container} ended with exit code {code}",
			Meaning: "The program ended by itself with code {code}{words|}. Nothing that was read says why.",
			Fix:     []string{"Read the container's log around the end of the task."},
			Docs:    []string{docStoppedErrors},
			When:    Where(exitedWithError),
		},
		{
			Code: "exit.cannot-run", Area: AreaContainer, Level: Fallback, Phase: verdict.PhaseRuntime, Category: verdict.ContainerConfig,
			Identity: verdict.NoIdentity, Confidence: verdict.Likely,
			Title:   "{container|The container}'s command could not be run (exit code {code})",
			Meaning: "A shell in the container answered that the command {words|} does not exist or may not be executed.",
			Fix:     []string{"Correct command and entryPoint, or the file's mode, in the task definition or the image."},
			Docs:    []string{docTaskParameters},
			When:    Where(exitedWith(125, 126, 127)),
		},
		{
			Code: "exit.killed", Area: AreaRuntime, Level: Fallback, Phase: verdict.PhaseShutdown, Category: verdict.Other,
			Identity: verdict.NoIdentity, Confidence: verdict.Possible,
			Title:   "{container|The container} was ended by a signal (exit code {code})",
			Meaning: "The process was stopped from outside. 137 is SIGKILL: out of memory only if a reason says so; else a stop that was not heeded in time, a health check, or another container's end. 143 is SIGTERM, an ordinary stop.",
			Fix:     []string{"Look at what stopped the task: stoppedReason, the service's events, StopTask in CloudTrail, and the memory metrics."},
			Docs:    []string{docStoppedErrors, docOOM},
			When:    Where(exitedBySignal),
		},
		{
			Code: "exit.success", Area: AreaRuntime, Level: Fallback, Phase: verdict.PhaseRuntime, Category: verdict.Other,
			Identity: verdict.NoIdentity, Confidence: verdict.Likely,
			Title:   "{container|The container} finished with exit code 0",
			Meaning: "The program ended without an error. For a run-once task that is success; in a service ECS starts it again and again.",
			Fix:     []string{"If it should keep running, let the command stay in the foreground."},
			Docs:    []string{docStoppedErrors},
			When:    Where(exitedWith(0)),
		},
	}
}

// first gives the container that ended the task, if it really ran.
func first(c *Case) (*Ran, bool) {
	f := c.Facts.First
	return f, f != nil && f.Exited()
}

func exitedWith(codes ...int) func(c *Case) []Match {
	return func(c *Case) []Match {
		if r, ok := first(c); ok {
			for _, code := range codes {
				if *r.ExitCode == code {
					return []Match{exitMatch(r)}
				}
			}
		}
		return nil
	}
}

func exitedWithError(c *Case) []Match {
	r, ok := first(c)
	if !ok {
		return nil
	}
	switch code := *r.ExitCode; {
	case code == 0, signalled(code), code >= 125 && code <= 127:
		return nil
	}
	return []Match{exitMatch(r)}
}

func exitedBySignal(c *Case) []Match {
	if r, ok := first(c); ok && signalled(*r.ExitCode) {
		return []Match{exitMatch(r)}
	}
	return nil
}

func exitMatch(r *Ran) Match {
	m := map[string]string{"container": r.Name, "code": strconv.Itoa(*r.ExitCode)}
	if words := exitWords(*r.ExitCode); words != "" {
		m["words"] = " (" + words + ")"
	}
	return Match{Captures: m}
}

// exitWords says what an exit code means by convention: 128 and more is a
// signal; Windows codes are NTSTATUS values, which the agent casts to int32.
func exitWords(code int) string {
	switch code {
	case 130:
		return "interrupted, SIGINT"
	case 132:
		return "illegal instruction, SIGILL: perhaps another CPU type"
	case 134:
		return "aborted, SIGABRT"
	case 135:
		return "bus error, SIGBUS"
	case 136:
		return "arithmetic error, SIGFPE"
	case 139:
		return "segmentation fault, SIGSEGV"
	case 255:
		return "out of the range of ordinary codes; also given when the runtime lost the process"
	case -1073741510, 3221225786:
		return "Windows: ended by Ctrl-C"
	}
	if code > 128 && code < 165 {
		return fmt.Sprintf("signal %d", code-128)
	}
	return ""
}
