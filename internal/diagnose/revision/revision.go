// Package revision compares two revisions of a task definition: what changed that
// can stop a task. Start with Compare.
package revision

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
	"strings"

	"whystopped/internal/diagnose/evidence"
	"whystopped/internal/redact"
)

// Change is one thing in which a revision of a task definition differs from
// another. It holds no secret: values that may be one are hidden.
type Change struct {
	// What is the kind of thing, one of changeOrder. The codes are stable.
	What string `json:"what"`
	// Container is the name of the container that the thing belongs to; "" for
	// the task as a whole.
	Container string `json:"container,omitempty"`
	// Name tells things of one kind apart: the variable of a secret, the key of a
	// log option, a volume's name, the path of a mount, the container that another
	// depends on, the part of a health check, a platform or a memory limit.
	Name string `json:"name,omitempty"`
	// Before and After are the values in the words of the task definition; "" where
	// there is none. Memory is in MiB, CPU in units of which a vCPU has 1024, and
	// times are in seconds.
	Before string `json:"before,omitempty"`
	After  string `json:"after,omitempty"`
}

// changeOrder is every kind of change, those first that most often stop a task.
var changeOrder = []string{
	"execution-role", "task-role",
	"secret", "repository-credentials",
	"image",
	"log-driver", "log-option", "secret-option", "log-router",
	"environment-file", "credential-spec", "security-option",
	"volume", "mount",
	"entry-point", "command",
	"health-check",
	"memory", "cpu",
	"network-mode",
	"platform", "compatibility",
	"container",
	"essential",
	"dependency",
	"stop-timeout",
}

// hiddenValue stands for a value that is a secret by its name.
const hiddenValue = "[redacted]"

// Compare returns what of a task definition changed from one revision to another,
// as far as it can stop a task. Containers are matched by their names. Variables
// that are written into the definition are not compared: evidence drops them.
func Compare(before, after evidence.TaskDefinition) []Change {
	var c changes
	c.note("execution-role", "", before.ExecutionRoleARN, after.ExecutionRoleARN)
	c.note("task-role", "", before.TaskRoleARN, after.TaskRoleARN)
	c.noteNamed("volume", byName(before.Volumes, ofVolume), byName(after.Volumes, ofVolume))
	c.note("memory", "", string(before.Memory), string(after.Memory))
	c.note("cpu", "", string(before.CPU), string(after.CPU))
	c.note("network-mode", "", before.NetworkMode, after.NetworkMode)
	c.note("platform", "operatingSystemFamily", before.RuntimePlatform.OperatingSystemFamily, after.RuntimePlatform.OperatingSystemFamily)
	c.note("platform", "cpuArchitecture", before.RuntimePlatform.CPUArchitecture, after.RuntimePlatform.CPUArchitecture)
	c.noteList("compatibility", before.RequiresCompatibilities, after.RequiresCompatibilities)
	for _, now := range after.ContainerDefinitions {
		c.container = now.Name
		if was := before.Container(now.Name); was != nil {
			c.noteNeeds(*was, now)
			c.noteRest(*was, now)
			continue
		}
		c.note("container", "", "", cmp.Or(now.Image, now.Name))
		c.noteNeeds(evidence.ContainerDefinition{}, now)
	}
	for _, was := range before.ContainerDefinitions {
		if after.Container(was.Name) == nil {
			c.container = was.Name
			c.note("container", "", cmp.Or(was.Image, was.Name), "")
		}
	}
	slices.SortStableFunc(c.list, func(a, b Change) int {
		return cmp.Compare(slices.Index(changeOrder, a.What), slices.Index(changeOrder, b.What))
	})
	return c.list
}

// changes collects what differs.
type changes struct {
	list      []Change
	container string // that is being compared; "" for the task
}

// noteNeeds compares what must be there, and be allowed, for the container to
// start. Of a container that is new all of it is told.
func (c *changes) noteNeeds(was, now evidence.ContainerDefinition) {
	c.noteNamed("secret", byName(was.Secrets, ofSecret), byName(now.Secrets, ofSecret))
	c.note("repository-credentials", "", loginOf(was.RepositoryCredentials), loginOf(now.RepositoryCredentials))
	wasLog, nowLog := valueOr(was.LogConfiguration), valueOr(now.LogConfiguration)
	c.note("log-driver", "", wasLog.LogDriver, nowLog.LogDriver)
	c.noteOptions("log-option", wasLog.Options, nowLog.Options)
	c.noteNamed("secret-option", byName(wasLog.SecretOptions, ofSecret), byName(nowLog.SecretOptions, ofSecret))
	wasRouter, nowRouter := valueOr(was.FirelensConfiguration), valueOr(now.FirelensConfiguration)
	c.note("log-router", "type", wasRouter.Type, nowRouter.Type)
	c.noteOptions("log-router", wasRouter.Options, nowRouter.Options)
	c.noteList("environment-file", environmentFiles(was.EnvironmentFiles), environmentFiles(now.EnvironmentFiles))
	c.noteList("credential-spec", was.CredentialSpecs, now.CredentialSpecs)
	c.noteList("security-option", was.DockerSecurityOptions, now.DockerSecurityOptions)
}

// noteRest compares what else a container has.
func (c *changes) noteRest(was, now evidence.ContainerDefinition) {
	c.note("image", "", was.Image, now.Image)
	c.noteNamed("mount", byName(was.MountPoints, ofMount), byName(now.MountPoints, ofMount))
	c.noteCommand("entry-point", "", was.EntryPoint, now.EntryPoint)
	c.noteCommand("command", "", was.Command, now.Command)
	wasCheck, nowCheck := valueOr(was.HealthCheck), valueOr(now.HealthCheck)
	c.noteCommand("health-check", "command", wasCheck.Command, nowCheck.Command)
	c.note("health-check", "interval", number(wasCheck.Interval), number(nowCheck.Interval))
	c.note("health-check", "timeout", number(wasCheck.Timeout), number(nowCheck.Timeout))
	c.note("health-check", "retries", number(wasCheck.Retries), number(nowCheck.Retries))
	c.note("health-check", "startPeriod", number(wasCheck.StartPeriod), number(nowCheck.StartPeriod))
	c.note("memory", "", string(was.Memory), string(now.Memory))
	c.note("memory", "memoryReservation", string(was.MemoryReservation), string(now.MemoryReservation))
	c.note("essential", "", strconv.FormatBool(was.IsEssential()), strconv.FormatBool(now.IsEssential()))
	c.noteNamed("dependency", byName(was.DependsOn, ofDependency), byName(now.DependsOn, ofDependency))
	c.note("stop-timeout", "", number(was.StopTimeout), number(now.StopTimeout))
}

// note compares one value.
func (c *changes) note(what, name, before, after string) {
	if before != after {
		c.add(what, name, redact.Text(before), redact.Text(after))
	}
}

// add takes a change whose values may be shown.
func (c *changes) add(what, name, before, after string) {
	c.list = append(c.list, Change{What: what, Container: c.container, Name: name, Before: before, After: after})
}

// noteNamed compares values that have names of their own.
func (c *changes) noteNamed(what string, before, after map[string]string) {
	for _, name := range namesOf(before, after) {
		c.note(what, name, before[name], after[name])
	}
}

// noteOptions compares options, which may be secrets by their names.
func (c *changes) noteOptions(what string, before, after map[string]string) {
	for _, name := range namesOf(before, after) {
		if before[name] != after[name] {
			c.add(what, name, optionValue(name, before[name]), optionValue(name, after[name]))
		}
	}
}

// noteList compares values without names, as sets: one that went and one that
// came are told as one change.
func (c *changes) noteList(what string, before, after []string) {
	gone, came := without(before, after), without(after, before)
	for len(gone) < len(came) {
		gone = append(gone, "")
	}
	for len(came) < len(gone) {
		came = append(came, "")
	}
	for i := range gone {
		c.note(what, "", gone[i], came[i])
	}
}

func (c *changes) noteCommand(what, name string, before, after []string) {
	if !slices.Equal(before, after) {
		c.add(what, name, commandLine(before), commandLine(after))
	}
}

// namesOf are the names that are in either map, sorted.
func namesOf(a, b map[string]string) []string {
	names := slices.AppendSeq(slices.Collect(maps.Keys(a)), maps.Keys(b))
	slices.Sort(names)
	return slices.Compact(names)
}

// without is the list without what another holds.
func without(list, other []string) []string {
	drop := make(map[string]bool, len(other))
	for _, s := range other {
		drop[s] = true
	}
	return slices.DeleteFunc(slices.Clone(list), func(s string) bool { return drop[s] })
}

// optionValue is an option's value as it may be shown.
func optionValue(name, value string) string {
	if value != "" && redact.SecretName(name) {
		return hiddenValue
	}
	return redact.Text(value)
}

// commandLine writes a command's words as in a shell; the word behind a flag
// such as --password is hidden.
func commandLine(words []string) string {
	shown := make([]string, len(words))
	for i, w := range words {
		switch {
		case i > 0 && strings.HasPrefix(words[i-1], "-") && redact.SecretName(strings.TrimLeft(words[i-1], "-")):
			w = hiddenValue
		case w == "" || strings.ContainsAny(w, " \t\n\"'"):
			w = strconv.Quote(w)
		}
		shown[i] = w
	}
	return redact.Text(strings.Join(shown, " "))
}

// byName makes a map of a list whose entries have a name and a value.
func byName[T any](list []T, entry func(T) (name, value string)) map[string]string {
	out := make(map[string]string, len(list))
	for _, v := range list {
		name, value := entry(v)
		out[name] = value
	}
	return out
}

func ofSecret(s evidence.Secret) (name, value string)    { return s.Name, s.ValueFrom }
func ofMount(m evidence.MountPoint) (name, value string) { return m.ContainerPath, m.SourceVolume }

func ofDependency(d evidence.Dependency) (name, value string) { return d.ContainerName, d.Condition }
func ofVolume(v evidence.Volume) (name, value string)         { return v.Name, volumeWords(v) }

// volumeWords says what a volume is, in the names of the task definition.
func volumeWords(v evidence.Volume) string {
	var words []string
	add := func(name, value string) {
		if value != "" {
			words = append(words, name+"="+value)
		}
	}
	switch {
	case v.EFS != nil:
		words = append(words, "EFS")
		add("fileSystemId", v.EFS.FileSystemID)
		add("rootDirectory", v.EFS.RootDirectory)
		add("accessPointId", v.EFS.AuthorizationConfig.AccessPointID)
		add("iam", v.EFS.AuthorizationConfig.IAM)
		add("transitEncryption", v.EFS.TransitEncryption)
	case v.FSx != nil:
		words = append(words, "FSx")
		add("fileSystemId", v.FSx.FileSystemID)
		add("rootDirectory", v.FSx.RootDirectory)
		add("credentialsParameter", v.FSx.AuthorizationConfig.CredentialsParameter)
		add("domain", v.FSx.AuthorizationConfig.Domain)
	case v.S3Files != nil:
		words = append(words, "S3 Files")
		add("fileSystemArn", v.S3Files.FileSystemARN)
		add("rootDirectory", v.S3Files.RootDirectory)
		add("accessPointArn", v.S3Files.AccessPointARN)
		add("transitEncryptionPort", number(v.S3Files.TransitEncryptionPort))
	case v.ConfiguredAtLaunch:
		return "configured at launch"
	default:
		return "on the host"
	}
	return strings.Join(words, " ")
}

func environmentFiles(files []evidence.EnvironmentFile) []string {
	var out []string
	for _, f := range files {
		out = append(out, f.Value)
	}
	return out
}

// loginOf is the secret with a registry's login.
func loginOf(c *evidence.RepositoryCredentials) string { return valueOr(c).CredentialsParameter }

// number writes a number; "" for one that is not set.
func number(n *int) string {
	if n == nil {
		return ""
	}
	return strconv.Itoa(*n)
}

// valueOr is what p points to, or the zero value.
func valueOr[T any](p *T) (v T) {
	if p != nil {
		v = *p
	}
	return v
}
