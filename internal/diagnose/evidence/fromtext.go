package evidence

import (
	"cmp"
	"encoding/json"
	"reflect"
	"slices"
	"strings"
)

// FromText makes evidence of whatever a person pasted: an EventBridge event,
// what the AWS CLI printed for a task, a task definition, a service, log events
// or CloudTrail, evidence in our own form, or else plain text. An error means
// that the JSON was recognised but does not hold what it should; it is a
// *DecodeError.
func FromText(s string) (Evidence, error) {
	text := strings.TrimSpace(strings.TrimPrefix(s, "\ufeff"))
	if text == "" {
		return Evidence{}, problem("", "nothing", nil)
	}
	raw := json.RawMessage(text)
	part := recognise(raw)
	if part == "" || onlyFailures(properties(raw)) {
		return Evidence{Text: text}, nil
	}
	if part == whole {
		return Decode(raw)
	}
	var ev Evidence
	var err error
	switch part {
	case "services":
		err = ev.readServices(raw)
	case "logEvents":
		err = ev.readLogEvents(raw)
	default:
		err = ev.read(part, raw)
	}
	if err == nil && reflect.DeepEqual(ev, Evidence{}) {
		ev.Text = text
	}
	if err == nil {
		err = ev.bounded()
	}
	return ev, err
}

// OpenText returns the evidence with its pasted text replaced by what it holds,
// where that is JSON which FromText recognises. Text that contradicts another
// part, or cannot be read beside one, stays text. Every error is a *DecodeError.
func (ev Evidence) OpenText() (Evidence, error) {
	if raw := json.RawMessage(ev.Text); recognise(raw) == "" || onlyFailures(properties(raw)) {
		return ev, nil
	}
	found, err := FromText(ev.Text)
	alone := reflect.DeepEqual(ev, Evidence{Now: ev.Now, Text: ev.Text})
	switch {
	case err != nil && alone:
		return ev, err
	case err != nil, found.Task != nil && ev.Task != nil, found.TaskDefinition != nil && ev.TaskDefinition != nil:
		return ev, nil
	}
	ev.Task = cmp.Or(ev.Task, found.Task)
	ev.TaskDefinition = cmp.Or(ev.TaskDefinition, found.TaskDefinition)
	ev.Logs = slices.Concat(ev.Logs, found.Logs)
	ev.CloudTrail = slices.Concat(ev.CloudTrail, found.CloudTrail)
	ev.ServiceEvents = slices.Concat(ev.ServiceEvents, found.ServiceEvents)
	ev.Text = found.Text
	return ev, nil
}

// whole is what recognise says of evidence in our own form.
const whole = "evidence"

// recognise names the part of the evidence that JSON holds: one of Fields,
// "services" for DescribeServices, "logEvents" for GetLogEvents, whole for our
// own form, and "" for everything else.
func recognise(raw json.RawMessage) string {
	if !isList(raw) {
		if isWhole(raw) {
			return whole
		}
		return shape(properties(raw))
	}
	switch part := shape(first(raw)); part {
	case "task", "cloudtrail", "event":
		return part
	}
	return ""
}

// onlyFailures tells an answer of RunTask or of a Describe call that holds
// nothing but why it holds nothing. Those reasons are what is diagnosed then.
// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/api_failures_messages.html
func onlyFailures(props map[string]json.RawMessage) bool {
	var failures []json.RawMessage
	if json.Unmarshal(props["failures"], &failures) != nil || len(failures) == 0 {
		return false
	}
	for name, raw := range props {
		var items []json.RawMessage
		if name != "failures" && (json.Unmarshal(raw, &items) != nil || len(items) > 0) {
			return false
		}
	}
	return true
}

// shape is recognise for the properties of an object that is not in our own form.
func shape(props map[string]json.RawMessage) string {
	switch {
	case has(props, "detail") && has(props, "detail-type"):
		return "event"
	case has(props, "tasks"), has(props, "taskarn"), has(props, "stoppedreason"), has(props, "stopcode"):
		return "task"
	case has(props, "taskdefinition"), has(props, "containerdefinitions"):
		return "taskDefinition"
	case has(props, "services"):
		return "services"
	case has(props, "events") && has(first(props["events"]), "message"):
		return "logEvents"
	case has(props, "records"), has(props, "events"), has(props, "cloudtrailevent"), has(props, "eventsource") && has(props, "eventname"):
		return "cloudtrail"
	}
	return ""
}

// first returns the properties of a list's first item.
func first(raw json.RawMessage) map[string]json.RawMessage {
	var items []json.RawMessage
	if json.Unmarshal(raw, &items) != nil || len(items) == 0 {
		return nil
	}
	return properties(items[0])
}

// isWhole reports whether every property is a field of ours.
func isWhole(raw json.RawMessage) bool {
	var exact map[string]json.RawMessage
	if json.Unmarshal(raw, &exact) != nil || len(exact) == 0 {
		return false
	}
	for name := range exact {
		if !slices.Contains(Fields, name) {
			return false
		}
	}
	return true
}

// readServices takes the events out of an answer of DescribeServices.
func (ev *Evidence) readServices(raw json.RawMessage) error {
	var answer struct {
		Services []struct{ Events json.RawMessage }
	}
	if err := into("services", raw, &answer); err != nil {
		return err
	}
	for _, s := range answer.Services {
		if len(s.Events) == 0 || isNull(s.Events) {
			continue
		}
		if err := ev.read("serviceEvents", s.Events); err != nil {
			return err
		}
	}
	if len(ev.ServiceEvents) == 0 {
		return problem("services", "no-events", nil)
	}
	return nil
}

// readLogEvents takes the lines out of an answer of GetLogEvents or FilterLogEvents.
func (ev *Evidence) readLogEvents(raw json.RawMessage) error {
	lines, err := list("events", properties(raw)["events"], "Log.Lines", decodeLine)
	if err != nil {
		return err
	}
	ev.Logs = []Log{{Lines: lines}}
	return nil
}
