package samples

import (
	"cmp"
	"time"

	"whystopped/internal/awsclient/awsfake"
	"whystopped/internal/taskref"
)

// draft is one sample in as few words as it takes. The builder makes the task,
// its definition, logs, CloudTrail records and service of it.
//
// Texts may hold placeholders, see placeholders. Times are given as how long
// before the moment at which the task failed or its containers ended.
type draft struct {
	Sample

	app        string // family, repository, log group, and the service's name
	standalone bool   // run by hand or by a rule, not by a service
	startedBy  string // of a standalone task
	onEC2      bool   // instead of Fargate
	spot       bool   // on Fargate Spot
	tries      int    // how often the service tried, the last one being the sample; default 1

	execRole  string    // name, perhaps with a path; default app-exec; noRole for none
	taskRole  string    // the same, default app-task
	execIAM   roleDraft // what IAM has of the execution role; default startTasks
	taskIAM   roleDraft
	overrides awsfake.TaskOverrides
	refused   bool // ECS could not assume the roles

	life     life
	ended    time.Duration // how long ago the task stopped; not for a running one
	took     time.Duration // from creation to failure; has a default
	ranFor   time.Duration // how long the containers ran
	stopCode string        // has a default
	stopped  string        // the stoppedReason; has a default

	boxes   []box // default: one container "app"
	efs     *awsfake.EFSVolume
	logging logging
	calls   []apiCall
	events  []said // of the service
}

// noRole stands for a task definition without that role.
const noRole = "-"

// life is how far a task came.
type life int

const (
	unplaced    life = iota // no task was ever made
	failedInit              // stopped before the image was pulled
	failedPull              // the image could not be pulled
	failedStart             // pulled, but no container was started
	ran                     // its containers ran and ended
	running                 // they still do
)

// box is one container.
type box struct {
	name        string // default "app"
	image       string // default: the app's repository
	sidecar     bool   // not essential
	exit        *int
	reason      string
	health      string
	healthCheck *awsfake.HealthCheck
	memory      int // MiB
	secrets     []awsfake.Secret
	environment []awsfake.KeyValue
	envFiles    []string // ARNs of S3 objects
	lines       []said   // what it logged
}

// logging is where the containers log to; the zero value is an awslogs driver
// with the prefix "ecs" and the group /ecs/APP.
type logging struct {
	region      string // default: the task's own
	noPrefix    bool   // the stream is named for the runtime id
	createGroup bool   // awslogs-create-group
	groupAbsent bool
}

// said is a line of a log or an event of a service.
type said struct {
	before time.Duration
	text   string
}

// apiCall is a call that CloudTrail recorded.
type apiCall struct {
	by     caller
	before time.Duration
	call   string // "secretsmanager:GetSecretValue"
	denied string // AWS's error message; empty for a call that was answered
	via    string // the service that called on the principal's behalf
	params map[string]any
}

// caller is who made a call.
type caller string

const (
	byExec     caller = "exec"
	byTask     caller = "task"
	byInstance caller = "instance"
	byOperator caller = "operator" // a person, signed in
)

// Short names for the tables of samples.
const (
	second = time.Second
	minute = time.Minute
)

func (d draft) withDefaults() draft {
	d.tries = max(d.tries, 1)
	d.execRole = cmp.Or(d.execRole, d.app+"-exec")
	d.taskRole = cmp.Or(d.taskRole, d.app+"-task")
	if !d.execIAM.gone && d.execIAM.trusts == "" && d.execIAM.policies == nil {
		d.execIAM = startTasks
	}
	if len(d.boxes) == 0 {
		d.boxes = []box{{}}
	}
	for i := range d.boxes {
		box := &d.boxes[i]
		box.name = cmp.Or(box.name, "app")
		box.image = cmp.Or(box.image, registry+"/"+d.app+":2026.11.3")
	}
	d.logging.region = cmp.Or(d.logging.region, awsfake.DefaultRegion)
	switch d.life {
	case failedInit, failedPull, failedStart:
		d.stopCode = cmp.Or(d.stopCode, "TaskFailedToStart")
		d.stopped = cmp.Or(d.stopped, "Task failed to start")
	case ran:
		d.stopCode = cmp.Or(d.stopCode, "EssentialContainerExited")
		d.stopped = cmp.Or(d.stopped, "Essential container in task exited")
	}
	return d
}

// cluster is where the sample lives: services and what was run by hand have
// one each.
func (d draft) cluster() string {
	if d.standalone {
		return "batch"
	}
	return "production"
}

func (d draft) group() string {
	if d.standalone {
		return "family:" + d.app
	}
	return taskref.ServiceGroup(d.app)
}

func (d draft) logGroup() string { return "/ecs/" + d.app }

// puller is who pulls the image and creates the log stream.
func (d draft) puller() caller {
	if d.execRole == noRole {
		return byInstance
	}
	return byExec
}
