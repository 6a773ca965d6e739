package cause

import (
	"strings"
	"time"

	"whystopped/internal/diagnose/evidence"
	"whystopped/internal/taskref"
)

// Host is what runs the task's containers; it chooses the dialect of messages
// and who pulls images.
type Host string

// The kinds of hosts.
const (
	HostUnknown  Host = ""
	HostFargate  Host = "fargate"
	HostEC2      Host = "ec2"
	HostExternal Host = "external" // ECS Anywhere
	HostManaged  Host = "managed"  // ECS Managed Instances
)

// Facts are what the task's own fields say, before any text is read.
type Facts struct {
	HasTask bool
	Host    Host

	// Ref is the task's address.
	taskref.Ref

	// ExecutionRole and TaskRole are the effective roles' ARNs: an override
	// wins over the definition.
	ExecutionRole, TaskRole string
	// RolesComplete is set where the definition was really read, so that an
	// absent role is known to be absent.
	RolesComplete bool

	StopCode string
	Stopped  bool
	// Started is set where application code is known to have run.
	Started                     bool
	CreatedAt, StartedAt, Ended time.Time

	Containers []Ran
	// First is the container whose end ended the task, as far as that can
	// be told; nil where it cannot.
	First *Ran
}

// Ran is one container: what it was and how it ended.
type Ran struct {
	Name      string
	Image     string
	Essential bool
	ExitCode  *int
	Reason    string
	// Invented is set where the agent made up exit code 143 for a container
	// that never started: aws/amazon-ecs-agent agent/engine/task_manager.go.
	Invented bool
}

// Exited reports whether a process of the container really ran and ended.
func (r Ran) Exited() bool { return r.ExitCode != nil && !r.Invented }

// factsOf reads the facts.
func factsOf(ev evidence.Evidence) Facts {
	f := Facts{Ref: ev.Ref}
	f.readRoles(ev)
	t := ev.Task
	if t == nil {
		return f
	}
	f.HasTask = true
	f.Host = hostOf(t)
	f.StopCode = t.StopCode
	f.Stopped = t.DesiredStatus == "STOPPED" || t.LastStatus == "STOPPED" || t.DesiredStatus == "" && t.LastStatus == ""
	f.Ref = t.Ref().Or(ev.Ref)
	f.CreatedAt, f.StartedAt = t.CreatedAt.Time, t.StartedAt.Time
	f.Ended = firstTime(t.ExecutionStoppedAt, t.StoppingAt, t.StoppedAt)
	for _, c := range t.Containers {
		f.Containers = append(f.Containers, ranOf(c, ev.TaskDefinition))
	}
	f.Started = !f.StartedAt.IsZero() || f.anyExited() || t.StopCode == "EssentialContainerExited"
	f.First = f.firstEnded()
	return f
}

func (f *Facts) readRoles(ev evidence.Evidence) {
	f.ExecutionRole, f.TaskRole = ev.EffectiveRoles()
	if d := ev.TaskDefinition; d != nil {
		f.RolesComplete = d.TaskDefinitionARN != "" || d.Revision > 0 || len(d.ContainerDefinitions) > 0 && d.ContainerDefinitions[0].Name != "" && d.ContainerDefinitions[0].Image != ""
	}
}

// hostOf tells the host from the launch type, or, with a capacity provider,
// from what else the task has.
func hostOf(t *evidence.Task) Host {
	switch strings.ToUpper(t.LaunchType) {
	case "FARGATE":
		return HostFargate
	case "EC2":
		return HostEC2
	case "EXTERNAL":
		return HostExternal
	case "MANAGED_INSTANCES":
		return HostManaged
	}
	switch {
	case strings.HasPrefix(t.CapacityProviderName, "FARGATE"), t.PlatformVersion != "" && t.ContainerInstanceARN == "":
		return HostFargate
	case t.ContainerInstanceARN != "":
		return HostEC2
	}
	return HostUnknown
}

const dependencyFailure = "dependency graph:"

func ranOf(c evidence.Container, def *evidence.TaskDefinition) Ran {
	r := Ran{Name: c.Name, Image: c.Image, ExitCode: exitCodeOf(c), Reason: c.Reason, Essential: true}
	if d := def.Container(c.Name); d != nil {
		r.Essential = d.IsEssential()
		if r.Image == "" {
			r.Image = d.Image
		}
	}
	r.Invented = r.ExitCode != nil && *r.ExitCode == 143 && strings.Contains(strings.ToLower(c.Reason), dependencyFailure)
	return r
}

// exitCodeOf is the exit code of a container that has ended. Servers that
// imitate ECS give one to containers that have not, too.
func exitCodeOf(c evidence.Container) *int {
	if c.LastStatus != "" && c.LastStatus != "STOPPED" {
		return nil
	}
	return c.ExitCode
}

func (f *Facts) anyExited() bool {
	for _, c := range f.Containers {
		if c.Exited() {
			return true
		}
	}
	return false
}

// firstEnded finds the container that ended by itself: the others were stopped
// by a signal afterwards. The Task object has no time per container, so exit
// codes decide: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/stopped-task-errors.html
func (f *Facts) firstEnded() *Ran {
	var best *Ran
	for i := range f.Containers {
		c := &f.Containers[i]
		if best == nil || c.suspicion() > best.suspicion() {
			best = c
		}
	}
	if best != nil && best.suspicion() == 0 {
		return nil
	}
	return best
}

// Signalled reports whether a container ended by SIGKILL or SIGTERM.
func (f *Facts) Signalled(container string) bool {
	for _, r := range f.Containers {
		if r.Name == container && r.Exited() {
			return Signalled(*r.ExitCode)
		}
	}
	return false
}

// suspicion orders containers by how likely their end ended the task.
func (r Ran) suspicion() int {
	score := 0
	switch {
	case strings.Contains(r.Reason, "OutOfMemory"):
		score = 80
	case r.Exited() && *r.ExitCode != 0 && !Signalled(*r.ExitCode):
		score = 60
	case r.Exited() && *r.ExitCode == 0:
		score = 20
	case r.Exited() && *r.ExitCode == 137:
		score = 10
	case r.Exited():
		score = 5
	case r.Reason != "":
		score = 50
	}
	if score > 0 && r.Essential {
		score += 25
	}
	return score
}

// Signalled tells exit codes of SIGKILL and SIGTERM, with which siblings end.
func Signalled(code int) bool { return code == 137 || code == 143 }

func firstTime(ts ...evidence.Time) time.Time {
	for _, t := range ts {
		if !t.IsZero() {
			return t.Time
		}
	}
	return time.Time{}
}

// RoleName is the name of a role's ARN without its path; a bare name stays.
func RoleName(role string) string { return role[strings.LastIndexByte(role, '/')+1:] }
