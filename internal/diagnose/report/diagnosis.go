// Package report has the types of a diagnosis, and what can be said of one by
// itself: its sentences, its size, who takes part. How it comes about it does not
// know.
package report

import (
	"time"

	"whystopped/internal/diagnose/evidence"
	"whystopped/internal/diagnose/verdict"
	"whystopped/internal/iampolicy"
	"whystopped/internal/taskref"
	"whystopped/internal/words"
)

// Diagnosis is the answer to "why did this task stop, and whose permission was
// missing". Its JSON form is public.
type Diagnosis struct {
	ID        string    `json:"id"`
	CreatedAt time.Time `json:"createdAt,omitzero"`
	// Engine is the version of the rules that made it.
	Engine   string          `json:"engine"`
	Task     TaskView        `json:"task"`
	Verdict  Verdict         `json:"verdict"`
	Findings []Finding       `json:"findings"`
	Fix      Fix             `json:"fix"`
	Timeline []TimelineEntry `json:"timeline"`
	// Calls are the API calls that the task made or needed, with the identity of
	// each.
	Calls   []Call            `json:"calls"`
	Sources []evidence.Source `json:"sources"`
	// Caveats say what could not be seen, and what that might hide.
	Caveats []words.Text `json:"caveats"`
	// CompleteAfter is when CloudTrail should have caught up; nil where
	// looking again would bring nothing new.
	CompleteAfter *time.Time `json:"completeAfter"`
	// Supersedes is the id of an older diagnosis of the task, whose place this
	// one takes; "" where there is none.
	Supersedes string `json:"supersedes,omitempty"`
	// Glance is set where only the task's own facts were looked at: its logs,
	// CloudTrail and the rest may tell more.
	Glance bool `json:"glance,omitempty"`
	// Incident is what the stop is one of; nil where that was not looked at.
	Incident *Incident `json:"incident,omitempty"`
	// Kept is set where the diagnosis can be found by its ID again. One that is
	// not kept has no ID.
	Kept bool `json:"kept"`
	// Brought is set where somebody provided the evidence and nothing was read
	// from AWS. BroughtBy says who; "" without a login.
	Brought   bool   `json:"brought"`
	BroughtBy string `json:"broughtBy"`
	// Messages are what the sentences were made from, by the JSON Pointer of each.
	// They are filled in when the diagnosis is written as JSON.
	Messages map[string]words.Message `json:"messages"`
}

// Incident is stops of one service, revision and cause.
type Incident struct {
	// ID is that of the incident as of the time of the diagnosis; "" where
	// there is none, as for a stop in which nothing failed.
	ID string `json:"id,omitempty"`
	// Siblings are the ids of the tasks whose evidence stands in for this
	// task's own; none where its own was read.
	Siblings []string `json:"siblings,omitempty"`
}

// TaskView is the task as the diagnosis shows it: roles are the effective ones.
type TaskView struct {
	ARN               string    `json:"arn,omitempty"`
	ID                string    `json:"id,omitempty"`
	Cluster           string    `json:"cluster,omitempty"`
	Account           string    `json:"account,omitempty"`
	Region            string    `json:"region,omitempty"`
	Partition         string    `json:"partition,omitempty"`
	LaunchType        string    `json:"launchType,omitempty"`
	Group             string    `json:"group,omitempty"`
	TaskDefinitionARN string    `json:"taskDefinitionArn,omitempty"`
	ExecutionRoleARN  string    `json:"executionRoleArn,omitempty"`
	TaskRoleARN       string    `json:"taskRoleArn,omitempty"`
	LastStatus        string    `json:"lastStatus,omitempty"`
	StopCode          string    `json:"stopCode,omitempty"`
	StoppedReason     string    `json:"stoppedReason,omitempty"`
	CreatedAt         time.Time `json:"createdAt,omitzero"`
	PullStartedAt     time.Time `json:"pullStartedAt,omitzero"`
	PullStoppedAt     time.Time `json:"pullStoppedAt,omitzero"`
	StartedAt         time.Time `json:"startedAt,omitzero"`
	StoppingAt        time.Time `json:"stoppingAt,omitzero"`
	// ExecutionStoppedAt is when the first essential container ended.
	ExecutionStoppedAt time.Time `json:"executionStoppedAt,omitzero"`
	StoppedAt          time.Time `json:"stoppedAt,omitzero"`
	// StartupActions are the IAM actions that this task definition asks of
	// its execution role before the code runs; none where it was not read.
	StartupActions []string        `json:"startupActions,omitempty"`
	Containers     []ContainerView `json:"containers"`
}

// Ref returns the task's address.
func (t TaskView) Ref() taskref.Ref {
	return taskref.Ref{Partition: t.Partition, Region: t.Region, Account: t.Account, Cluster: t.Cluster, Group: t.Group, TaskID: t.ID}
}

// ContainerView is one container as the diagnosis shows it.
type ContainerView struct {
	Name      string `json:"name"`
	Essential bool   `json:"essential"`
	ExitCode  *int   `json:"exitCode,omitempty"`
	Reason    string `json:"reason,omitempty"`
	Image     string `json:"image,omitempty"`
}

// Verdict is the one answer.
type Verdict struct {
	Cause      string             `json:"cause"`
	Phase      verdict.Phase      `json:"phase"`
	Identity   verdict.Identity   `json:"identity"`
	Category   verdict.Category   `json:"category"`
	Confidence verdict.Confidence `json:"confidence"`
	Title      words.Text         `json:"title"`
	Summary    words.Text         `json:"summary"`
}

// SaysSame reports whether two verdicts say the same of why a task stopped,
// whatever their words are.
func (v Verdict) SaysSame(other Verdict) bool {
	return v.Cause == other.Cause && v.Identity == other.Identity && v.Confidence == other.Confidence
}

// Split returns the findings that made the verdict, and the others.
func (d *Diagnosis) Split() (primary, others []Finding) {
	for _, f := range d.Findings {
		if f.Primary {
			primary = append(primary, f)
		} else {
			others = append(others, f)
		}
	}
	return primary, others
}

// Finding is one thing that was found; the primary one made the verdict.
type Finding struct {
	Cause      string             `json:"cause"`
	Phase      verdict.Phase      `json:"phase"`
	Identity   verdict.Identity   `json:"identity"`
	Category   verdict.Category   `json:"category"`
	Confidence verdict.Confidence `json:"confidence"`
	Primary    bool               `json:"primary"`
	Title      words.Text         `json:"title"`
	Summary    words.Text         `json:"summary"`
	// Why says in a sentence how the identity was decided.
	Why      words.Text   `json:"why,omitzero"`
	Evidence []Quote      `json:"evidence"`
	Denied   []DeniedCall `json:"denied"`
	Docs     []string     `json:"docs"`
}

// Quote is evidence word for word, with where it stood.
type Quote struct {
	// Source names the place: "task.stoppedReason", "container.app.reason",
	// "log.app", "event.service", "cloudtrail", "pasted".
	Source string    `json:"source"`
	Text   string    `json:"text"`
	At     time.Time `json:"at,omitzero"`
	// Ref is the log group and stream, or an event id.
	Ref string `json:"ref,omitempty"`
	// Log is the stream that Ref names, in its parts; nil for other places.
	Log *LogStream `json:"log,omitempty"`
	// Task is the id of the sibling task that the quote was read of; "" for
	// the task itself.
	Task string `json:"task,omitempty"`
	// Marks are the byte ranges of Text that decided, for highlighting.
	Marks [][2]int `json:"marks,omitempty"`
}

// LogStream is where a log was read.
type LogStream struct {
	Group  string `json:"group"`
	Stream string `json:"stream"`
	Region string `json:"region,omitempty"`
}

// DeniedCall is one call that was refused.
type DeniedCall struct {
	Principal  string             `json:"principal,omitempty"`
	Action     string             `json:"action,omitempty"`
	Resource   string             `json:"resource,omitempty"`
	Explicit   bool               `json:"explicit"`
	PolicyType verdict.PolicyType `json:"policyType"`
	PolicyARN  *string            `json:"policyArn"`
}

// Fix is what to do.
type Fix struct {
	// Summary says what to do and who can do it.
	Summary  words.Text `json:"summary"`
	AttachTo *AttachTo  `json:"attachTo,omitempty"`
	Policies []Policy   `json:"policies"`
	// Snippets attach all policies of the purpose "denied" that are for the
	// task's account.
	Snippets iampolicy.Snippets `json:"snippets"`
	// WithoutPolicy is the policy that AWS named for its explicit deny, and
	// whether the call is allowed without it; nil where none is named.
	WithoutPolicy *WithoutPolicy `json:"withoutPolicy,omitempty"`
	// Steps are for what no policy fixes.
	Steps []words.Text `json:"steps"`
}

// AttachTo is the identity that a policy is for.
type AttachTo struct {
	Kind verdict.IdentityKind `json:"kind"`
	ARN  string               `json:"arn,omitempty"`
	Name string               `json:"name,omitempty"`
	// ConsoleURL opens the role in the partition's IAM console.
	ConsoleURL string `json:"consoleUrl,omitempty"`
}

// Policy is one document and where it goes.
type Policy struct {
	// Purpose is "denied" (exactly what was denied), "denied-pattern" (the same
	// for the next task) or "startup-complete" (everything the execution role
	// needs to start this task definition).
	Purpose string `json:"purpose"`
	// Kind is identity-policy, trust-policy, resource-policy, key-policy,
	// endpoint-policy, boundary, scp or rcp.
	Kind     string    `json:"kind"`
	AttachTo *AttachTo `json:"attachTo,omitempty"`
	// Resource is what a resource, key, endpoint or boundary policy is on, as an
	// ARN; "" where that is not known.
	Resource string             `json:"resource,omitempty"`
	Document iampolicy.Document `json:"document"`
	// Placeholders are the words in capitals in it that have to be replaced
	// before it can be attached; none where it is ready.
	Placeholders []string `json:"placeholders"`
	// Snippets attach this policy alone. They are empty for one of another
	// account than the task's, and for what nobody can edit.
	Snippets iampolicy.Snippets `json:"snippets"`
	Verified Verified           `json:"verified"`
	// Detail says what to know before attaching it: what a pattern allows beyond
	// what was denied, or that a statement is to be added; "" where nothing is.
	Detail words.Text `json:"detail,omitzero"`
	// NeededNext are the actions, beside the denied one, that the task would be
	// refused next; set for "startup-complete".
	NeededNext []string `json:"neededNext,omitempty"`
	// NeededCalls are the same with their resources, each pair for itself.
	NeededCalls []NeededCall `json:"neededCalls,omitempty"`
}

// NeededCall is an action on a resource, as the policy writes it.
type NeededCall struct {
	Action   string `json:"action"`
	Resource string `json:"resource"`
}

// Verified says whether the policy was tried.
type Verified struct {
	Status string `json:"status"` // allowed, still-denied, not-verified
	By     string `json:"by,omitempty"`
	// Before is what was decided without the policy: allowed, implicitDeny or
	// explicitDeny; "" where that was not tried.
	Before string     `json:"before,omitempty"`
	Detail words.Text `json:"detail,omitzero"`
}

// TimelineEntry is one thing that happened.
type TimelineEntry struct {
	At   time.Time `json:"at"`
	Kind string    `json:"kind"` // task, container, log, api-call, service-event
	// Moment is which point of the task's life it is; "" for what is none.
	Moment verdict.Moment `json:"moment,omitempty"`
	// Label says what happened; that of a service event is its own text.
	Label  words.Text `json:"label"`
	Source string     `json:"source"`
	// Action is the IAM action of a call, where that is known.
	Action string `json:"action,omitempty"`
	// Identity is who made the call; "" where that is not known.
	Identity verdict.IdentityKind `json:"identity,omitempty"`
	// Actor is who acted.
	Actor verdict.Actor `json:"actor,omitempty"`
	// Cause is the code of the finding that a log line made.
	Cause string `json:"cause,omitempty"`
	// Container is the container that stopped, with its exit code.
	Container string `json:"container,omitempty"`
	ExitCode  *int   `json:"exitCode,omitempty"`
	// Denied is set where the call was refused.
	Denied bool `json:"denied,omitempty"`
	// Ref is the id of CloudTrail's event.
	Ref string `json:"ref,omitempty"`
}
