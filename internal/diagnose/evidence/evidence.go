// Package evidence is the input of a diagnosis: what ECS, CloudWatch Logs, CloudTrail,
// and IAM said of one task, and what couldn't be read. Start with Evidence; Decode
// reads the JSON forms of people and AWS. It does no I/O.
package evidence

import (
	"time"

	"whystopped/internal/taskref"
	"whystopped/internal/words"
)

// Evidence is what is known of one stopped task. Every part may be missing.
type Evidence struct {
	// Now is when the evidence was collected; the zero time where that is
	// unknown, as for evidence that was brought by hand.
	Now time.Time `json:"-"`
	// Ref is the task's address, or that of a service that gets no task.
	Ref taskref.Ref `json:"-"`

	Task           *Task           `json:"task,omitempty"`
	TaskDefinition *TaskDefinition `json:"taskDefinition,omitempty"`
	Logs           []Log           `json:"logs,omitempty"`
	CloudTrail     []Record        `json:"cloudtrail,omitempty"`
	ServiceEvents  []ServiceEvent  `json:"serviceEvents,omitempty"`
	// Text is anything else that was pasted.
	Text string `json:"text,omitempty"`

	// Roles are what IAM says of the roles in question; see RolesInQuestion.
	Roles []Role `json:"-"`

	// Deployments are those of the task's service.
	Deployments []Deployment `json:"-"`
	// Others are the definitions of other revisions than the task's own that
	// seem to work in its place: those of Deployments that do.
	Others []TaskDefinition `json:"-"`

	// Sources tells, per place that was asked, what came of it.
	Sources []Source `json:"-"`

	// Left is what was there and not read; see Bound.
	Left []Left `json:"-"`
}

// SourceStatus says what came of asking one source.
type SourceStatus string

// What can come of asking a source.
const (
	SourceOK        SourceStatus = "ok"
	SourceEmpty     SourceStatus = "empty"
	SourceDenied    SourceStatus = "denied" // our own permission is missing, never the task's
	SourceThrottled SourceStatus = "throttled"
	SourceTimeout   SourceStatus = "timeout"
	SourceFailed    SourceStatus = "failed"
	SourceSkipped   SourceStatus = "skipped"
	SourceTooEarly  SourceStatus = "too-early" // CloudTrail may not have caught up
	SourceTruncated SourceStatus = "truncated" // more was there than was read
)

// Source is one place that was asked for evidence.
type Source struct {
	// Name is service:Operation as IAM writes the permission, e.g.
	// "cloudtrail:LookupEvents", and for logs also the container:
	// "logs:GetLogEvents app".
	Name   string       `json:"name"`
	Status SourceStatus `json:"status"`
	Calls  int          `json:"calls"`
	TookMS int64        `json:"tookMs"`
	// Detail says more of what came of it; it may have no words.
	Detail words.Text `json:"detail,omitzero"`
	// MissingPermission is the IAM action that we lacked, if we lacked one.
	MissingPermission *string `json:"missingPermission"`
}

// Log is what one container wrote, oldest line first.
type Log struct {
	Container string    `json:"container"`
	Lines     []LogLine `json:"lines"`
	// Group, Stream and Region say where the lines were read; empty for
	// lines that were pasted.
	Group  string `json:"group,omitempty"`
	Stream string `json:"stream,omitempty"`
	Region string `json:"region,omitempty"`
	// Truncated is set where older lines than these exist and were not read.
	Truncated bool `json:"truncated,omitempty"`
}

// LogLine is one event of a log stream; it may hold line breaks.
type LogLine struct {
	At   time.Time `json:"at,omitzero"`
	Text string    `json:"text"`
}

// ServiceEvent is one message of DescribeServices' events.
type ServiceEvent struct {
	At   time.Time `json:"at,omitzero"`
	ID   string    `json:"id,omitempty"`
	Text string    `json:"text"`
}
