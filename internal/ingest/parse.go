package ingest

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"whystopped/internal/arn"
	"whystopped/internal/casebook"
	"whystopped/internal/diagnose/evidence"
	"whystopped/internal/taskref"
	"whystopped/internal/words"
)

// Batch is what a body holds.
type Batch struct {
	// Events are those that tell of a task's run or end, or of what a service
	// could not do.
	Events []casebook.Event
	// Ignored is how many others there are.
	Ignored int
	// NotAllowed is how many are of accounts or Regions that may not be read; see
	// Within.
	NotAllowed int
}

// Within is the batch without the events of what may not be read.
func (b Batch) Within(bounds taskref.Bounds) Batch {
	all := len(b.Events)
	b.Events = slices.DeleteFunc(slices.Clone(b.Events), func(e casebook.Event) bool {
		return !bounds.Excludes(e.Ref).IsZero()
	})
	b.NotAllowed += all - len(b.Events)
	return b
}

// Error says why a body isn't taken for events. It quotes nothing of the body, so
// that it can be logged.
type Error struct {
	// Malformed is set if the body is no JSON at all.
	Malformed bool
	// Path leads to the part at fault ("[3].detail.taskArn"); "" for the whole.
	Path string
	// Problem is the end of the message's ID, and Args are its arguments but for
	// the path.
	Problem string
	Args    words.Args
}

// Said returns the sentence for whoever sent the body.
func (e *Error) Said() words.Text {
	args := words.Args{"path": e.Path}
	maps.Copy(args, e.Args)
	return words.Say("event."+e.Problem, args)
}

// Error returns the sentence in English.
func (e *Error) Error() string { return e.Said().English }

// maxEvent is the largest event that EventBridge hands on, in bytes: 256 KiB
// when PutEvents takes it, and four times as much for a message of SQS.
// Source: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html
const maxEvent = 1 << 20

// Parse reads an event of EventBridge as it delivers it, or a list of them.
// Properties that are not known pass, and so does all that neither ECS said nor
// a diagnosis could use: it is counted and left out. Where one event of a list
// cannot be read, none is taken. Every error is an *Error.
func Parse(body []byte) (Batch, error) {
	if !json.Valid(body) {
		return Batch{}, &Error{Malformed: true, Problem: "malformed"}
	}
	body = bytes.TrimSpace(body)
	if body[0] != '[' {
		var b Batch
		err := b.add(body)
		return b, err
	}
	var items []json.RawMessage
	if err := json.Unmarshal(body, &items); err != nil || len(items) == 0 {
		return Batch{}, &Error{Problem: "empty"}
	}
	var b Batch
	for i, item := range items {
		if err := b.add(item); err != nil {
			e := *err.(*Error)
			place := fmt.Sprintf("[%d]", i)
			e.Path = strings.TrimSuffix(place+"."+e.Path, ".")
			return Batch{}, &e
		}
	}
	return b, nil
}

// add reads one event.
func (b *Batch) add(raw []byte) error {
	event, err := read(raw)
	switch {
	case err != nil:
		return err
	case event == nil:
		b.Ignored++
	default:
		b.Events = append(b.Events, *event)
	}
	return nil
}

// envelope is what EventBridge puts around every event.
// Source: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-events-structure.html
type envelope struct {
	ID         string          `json:"id"`
	Source     string          `json:"source"`
	DetailType string          `json:"detail-type"`
	Account    string          `json:"account"`
	Region     string          `json:"region"`
	Time       json.RawMessage `json:"time"`
	Resources  []string        `json:"resources"`
	Detail     json.RawMessage `json:"detail"`
}

// read returns nil for an event that is to be ignored.
func read(raw []byte) (*casebook.Event, error) {
	if len(raw) > maxEvent {
		return nil, &Error{Problem: "too-large", Args: words.Args{"most": maxEvent}}
	}
	var e envelope
	if err := json.Unmarshal(raw, &e); err != nil {
		return nil, &Error{Problem: "none"}
	}
	for _, part := range []struct{ name, value string }{{"source", e.Source}, {"detail-type", e.DetailType}, {"detail", string(e.Detail)}} {
		if part.value == "" || part.value == "null" {
			return nil, &Error{Problem: "part", Args: words.Args{"part": part.name}}
		}
	}
	if e.Source != "aws.ecs" {
		return nil, nil // only AWS itself may name this source, so that another one claims nothing
	}
	switch e.DetailType {
	case "ECS Task State Change":
		return e.task(raw)
	case "ECS Service Action":
		return e.action(raw)
	}
	return nil, nil
}

// task reads a task's change of state. What lies between running and stopped
// tells nothing that the end does not tell.
func (e envelope) task(raw []byte) (*casebook.Event, error) {
	ev, err := asEvidence(raw)
	if err != nil {
		return nil, err
	}
	switch ev.Task.LastStatus {
	case "":
		return nil, &Error{Path: "detail.lastStatus", Problem: "missing"}
	case "STOPPED", "RUNNING":
	default:
		return nil, nil
	}
	ref, ok := refOf(taskref.KindTask, ev.Task.TaskARN, ev.Task.ClusterARN)
	if !ok {
		return nil, &Error{Path: "detail.taskArn", Problem: "task"}
	}
	ref.Group = ev.Task.Group
	return e.event(casebook.Event{Ref: ref, Task: ev.Task})
}

// action reads what ECS tells of a service, where that is a warning or an error:
// some of these never become a task, such as a role that cannot be assumed.
// Source: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_service_events.html
func (e envelope) action(raw []byte) (*casebook.Event, error) {
	var detail struct {
		EventType  string `json:"eventType"`
		EventName  string `json:"eventName"`
		ClusterARN string `json:"clusterArn"`
	}
	if err := json.Unmarshal(e.Detail, &detail); err != nil {
		return nil, &Error{Path: "detail", Problem: "form"}
	}
	if detail.EventType != "WARN" && detail.EventType != "ERROR" {
		return nil, nil
	}
	if detail.EventName == "" {
		return nil, &Error{Path: "detail.eventName", Problem: "missing"}
	}
	if len(e.Resources) == 0 {
		return nil, &Error{Path: "resources", Problem: "no-service"}
	}
	isService := func(resource string) bool { return isOf(taskref.KindService, resource) }
	i := slices.IndexFunc(e.Resources, isService)
	if i < 0 {
		return nil, nil // of something else than a service
	}
	ref, ok := refOf(taskref.KindService, e.Resources[i], detail.ClusterARN)
	if !ok {
		return nil, &Error{Path: fmt.Sprintf("resources[%d]", i), Problem: "service"}
	}
	ev, err := asEvidence(raw)
	if err != nil {
		return nil, err
	}
	return e.event(casebook.Event{Ref: ref, Action: &ev.ServiceEvents[0]})
}

// event completes an event by what the envelope says of it. EventBridge itself
// writes there who sent it from where: what it is about has to lie there.
func (e envelope) event(event casebook.Event) (*casebook.Event, error) {
	if e.Account != "" && e.Account != event.Ref.Account {
		return nil, &Error{Path: "account", Problem: "elsewhere"}
	}
	if e.Region != "" && e.Region != event.Ref.Region {
		return nil, &Error{Path: "region", Problem: "elsewhere"}
	}
	var at evidence.Time
	if len(e.Time) == 0 || json.Unmarshal(e.Time, &at) != nil || at.IsZero() {
		return nil, &Error{Path: "time", Problem: "time"}
	}
	if e.ID == "" {
		return nil, &Error{Path: "id", Problem: "missing"}
	}
	event.ID, event.At = e.ID, at.Time
	return &event, nil
}

// asEvidence reads an event in the way of all evidence.
func asEvidence(raw []byte) (evidence.Evidence, error) {
	ev, err := evidence.Decode(slices.Concat([]byte(`{"event":`), raw, []byte(`}`)))
	if err == nil {
		return ev, nil
	}
	path := "detail"
	if e, ok := errors.AsType[*evidence.DecodeError](err); ok {
		if inner, ok := strings.CutPrefix(e.Path, "event."); ok {
			path = inner
		}
	}
	return ev, &Error{Path: path, Problem: "form"}
}

// isOf reports whether a text is the ARN of a task or service, whole or not.
func isOf(kind taskref.Kind, text string) bool {
	a, ok := arn.Parse(text)
	return ok && a.Service == "ecs" && a.Type() == string(kind)
}

// refOf reads the ARN of a task or service. The old form does not name the
// cluster, which the event tells beside it.
func refOf(kind taskref.Kind, text, clusterARN string) (taskref.Ref, bool) {
	if !isOf(kind, text) {
		return taskref.Ref{}, false
	}
	ref, err := taskref.Parse(text)
	if err != nil {
		return ref, false
	}
	cluster, ok := arn.Parse(clusterARN)
	if !ok || cluster.Type() != "cluster" {
		return ref, ref.Cluster != ""
	}
	ref.Cluster = cmp.Or(ref.Cluster, cluster.ID())
	return ref, cluster.Account == ref.Account && cluster.Region == ref.Region && cluster.ID() == ref.Cluster
}
