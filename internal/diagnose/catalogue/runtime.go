package catalogue

import (
	"fmt"
	"strconv"

	"whystopped/internal/diagnose/cause"
	"whystopped/internal/diagnose/verdict"
)

// runtimeCauses: how programs end by themselves.
func runtimeCauses() []*Cause {
	return []*Cause{
		{
			Code: "oom.container", Area: AreaRuntime, Phase: verdict.PhaseRuntime, Category: verdict.OOM,
			Identity: verdict.NoIdentity, Confidence: verdict.Confirmed,
			Title:   "Out of memory: container {container|of the task} was killed",
			Meaning: "The kernel killed a process of the container because its memory limit was reached. ECS says so itself; the exit code may differ from 137 if a child process was killed.",
			Fix: []string{
				"Increase memory in the task definition (of the container and the task), or make the program use less. Check the memory metrics before the stop.",
			},
			Docs: []string{docOOM, docStoppedCodes},
			When: says(Reason|Stopped|Pasted|Event, phrase("outofmemoryerror: container killed"), phrase("container killed due to memory usage"), pattern("outofmemory", `^OutOfMemory\w*`)),
		},
		{
			Code: "oom.language-runtime", Area: AreaRuntime, Phase: verdict.PhaseRuntime, Category: verdict.OOM,
			Identity: verdict.NoIdentity, Confidence: verdict.Likely,
			Title:   "Out of memory, at the program's own limit or the container's",
			Meaning: "The program's own log shows it: its runtime gave up at its limit (heap, metaspace, memory_limit), which may be lower than the container's, or a child process was killed.",
			Fix: []string{
				"Raise the runtime's limit (-Xmx or -XX:MaxRAMPercentage, --max-old-space-size, memory_limit) together with the container's memory, or find the leak.",
			},
			Docs: []string{docOOM},
			When: says(ByApp, memoryPhrases()...),
		},
		{
			Code: "image.platform-at-run", Area: AreaImage, Phase: verdict.PhaseRuntime, Category: verdict.ImagePlatform,
			Identity: verdict.NoIdentity, Confidence: verdict.Confirmed,
			Title:   "The program was built for another CPU architecture",
			Meaning: "The container started and its program couldn't be executed: it's built for another architecture (x86-64, ARM64), or a newer level of it, than the task runs on. A script without its #! line gives the same error.",
			Fix: []string{
				"Build the image for the task's platform (docker buildx build --platform linux/amd64 or linux/arm64), or set runtimePlatform.cpuArchitecture in the task definition.",
			},
			Docs: []string{docTaskParameters},
			When: says(ByApp, phrase("exec format error"), phrase("qemu: uncaught target signal"), pattern("could not open", `qemu-\w+: could not open '/lib`), phrase("rosetta error:"), phrase("cannot execute binary file"), phrase("wrong elf class"), phrase("cpu does not support x86-64-v"), phrase("this program can only be run on processors with")),
		},
		{
			Code: "app.crash", Area: AreaRuntime, Weight: OfTheCrash, Phase: verdict.PhaseRuntime, Category: verdict.AppCrash,
			Identity: verdict.NoIdentity, Confidence: verdict.Likely,
			Title:   "Application crashed: unhandled error",
			Meaning: "The program exited because of an error that it didn't handle. Its own words are quoted; nothing in the log points to IAM or infrastructure.",
			Fix: []string{
				"Check the quoted lines and those before them: the cause is in the program or its data.",
			},
			Docs: []string{docStoppedErrors},
			When: When{
				If:    func(f *Facts) bool { return f.First == nil || f.First.ExitCode == nil || *f.First.ExitCode != 0 },
				Match: says(ByApp, crashPhrases()...),
			},
		},
		{
			Code: "exit.code", Area: AreaRuntime, Level: Fallback, Phase: verdict.PhaseRuntime, Category: verdict.AppCrash,
			Identity: verdict.NoIdentity, Confidence: verdict.Likely,
			Title:   "Container {container|of the task} exited with code {code}",
			Meaning: "The program exited with code {code} ({words|a code of its own}). Nothing in the available evidence says why.",
			Fix: []string{
				"Check the last lines of the container's log before the stop.",
			},
			Docs: []string{docStoppedErrors},
			When: Where(exitedWithError),
		},
		{
			Code: "exit.cannot-run", Area: AreaContainer, Level: Fallback, Phase: verdict.PhaseRuntime, Category: verdict.ContainerConfig,
			Identity: verdict.NoIdentity, Confidence: verdict.Likely,
			Title:   "The command of container {container|of the task} couldn't be run",
			Meaning: "By convention, exit codes 125, 126, and 127 mean that the command couldn't be run ({words|it is missing or not executable}). A shell in the container, or the container runtime, exited with it.",
			Fix: []string{
				"Correct command and entryPoint in the task definition or the image, or the file's mode (chmod +x).",
			},
			Docs: []string{docTaskParameters},
			When: Where(exitedWith(125, 126, 127)),
		},
		{
			Code: "exit.killed", Area: AreaRuntime, Level: Fallback, Phase: verdict.PhaseShutdown, Category: verdict.Other,
			Identity: verdict.NoIdentity, Confidence: verdict.Possible,
			Title:   "Container {container|of the task} was killed by a signal ({signal|137 or 143})",
			Meaning: "A signal stopped the process. 137 is SIGKILL: out of memory only if ECS gives OutOfMemoryError as the reason, otherwise a stop that wasn't handled in time, a health check, or the exit of another container. 143 is SIGTERM, an ordinary stop.",
			Fix: []string{
				"Check what stopped the task: stoppedReason, service events, StopTask in CloudTrail, and the memory metrics.",
			},
			Docs: []string{docStoppedErrors, docOOM},
			When: Where(exitedBySignal),
		},
		{
			Code: "exit.success", Area: AreaRuntime, Level: Fallback, Phase: verdict.PhaseRuntime, Category: verdict.Other,
			Identity: verdict.NoIdentity, Orderly: true, Confidence: verdict.Likely,
			Title:   "Container {container|of the task} exited normally (code 0)",
			Meaning: "The program exited without an error. For a task that runs once that is success; in a service, ECS starts it again and again.",
			Fix: []string{
				"No action needed if it was meant to exit. If it should keep running, run the command in the foreground instead of starting a background process.",
			},
			Docs: []string{docStoppedErrors},
			When: Where(exitedWith(0)),
		},
	}
}

// first returns the container that ended the task, if it really ran.
func first(c *Case) (*cause.Ran, bool) {
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

func exitMatch(r *cause.Ran) Match {
	code := *r.ExitCode
	m := map[string]string{"container": r.Name, "code": strconv.Itoa(code), "signal": strconv.Itoa(code)}
	if words := exitWords(code); words != "" {
		m["words"] = words
	}
	return Match{Captures: m}
}

// exitWords says what an exit code means by convention: 125 to 127 are those of
// docker run and of shells, 128 and more is a signal. Windows codes are NTSTATUS
// values, which the agent casts to int32:
// https://learn.microsoft.com/openspecs/windows_protocols/ms-erref/596a1078-e883-4972-9bbc-49e60bebca55
func exitWords(code int) string {
	switch uint32(code) {
	case 125:
		return "here 125: the container runtime itself failed"
	case 126:
		return "here 126: the command is there but may not be executed"
	case 127:
		return "here 127: the command was not found"
	case 1:
		return "the usual code of any failure"
	case 2:
		return "often wrong arguments, or a Go program that panicked"
	case 130:
		return "interrupted, SIGINT"
	case 132:
		return "illegal instruction, SIGILL: perhaps another CPU type"
	case 134:
		return "aborted, SIGABRT: a failed assertion or a runtime that gave up"
	case 135:
		return "bus error, SIGBUS"
	case 136:
		return "arithmetic error, SIGFPE"
	case 139:
		return "segmentation fault, SIGSEGV"
	case 255:
		return "out of the range of ordinary codes; also given when the runtime lost the process"
	case 0xC0000005:
		return "Windows: access violation"
	case 0xC000013A:
		return "Windows: ended by Ctrl-C or a shutdown"
	case 0xC0000135:
		return "Windows: a DLL was not found"
	case 0xC0000409:
		return "Windows: the program ended itself after a fatal error"
	case 0xE0434352:
		return "Windows: an unhandled .NET exception"
	}
	if code > 128 && code < 165 {
		return fmt.Sprintf("signal %d", code-128)
	}
	return ""
}
