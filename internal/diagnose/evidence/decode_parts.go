package evidence

import (
	"encoding/json"
	"strings"
	"time"

	"whystopped/internal/words"
)

// holdsNothing reports whether none of the properties that we know is set. An
// empty list is none.
func holdsNothing(v any) bool {
	text, err := json.Marshal(v)
	return err == nil && string(text) == "{}"
}

// decodeTask reads a task, or the whole answer of DescribeTasks, RunTask or
// StopTask when it holds one task. A task without anything we know gives nil.
func decodeTask(path string, raw json.RawMessage) (*Task, error) {
	props := properties(raw)
	switch {
	case isList(raw):
		return onlyTask(path, raw, nil)
	case has(props, "tasks"):
		return onlyTask(join(path, "tasks"), props["tasks"], props["failures"])
	case has(props, "task"):
		return bareTask(join(path, "task"), props["task"])
	}
	return bareTask(path, raw)
}

func bareTask(path string, raw json.RawMessage) (*Task, error) {
	var t Task
	if err := into(path, raw, &t); err != nil {
		return nil, err
	}
	if holdsNothing(t) {
		return nil, nil
	}
	return &t, nil
}

func onlyTask(path string, raw, failures json.RawMessage) (*Task, error) {
	tasks, err := list(path, raw, "answer.tasks", bareTask)
	if err != nil {
		return nil, err
	}
	if len(tasks) == 1 {
		return tasks[0], nil
	}
	if len(tasks) > 1 {
		return nil, problem(path, "tasks", words.Args{"n": len(tasks)})
	}
	var missing []struct{ ARN, Reason string }
	if failures != nil && json.Unmarshal(failures, &missing) == nil && len(missing) > 0 {
		return nil, problem(path, "empty", words.Args{"reason": missing[0].Reason, "arn": missing[0].ARN})
	}
	return nil, nil
}

// readEvent opens an EventBridge event: a task's change of state, a service's
// event, or a call that CloudTrail recorded.
func (ev *Evidence) readEvent(path string, raw json.RawMessage) error {
	if isList(raw) {
		var events []json.RawMessage
		if err := into(path, raw, &events); err != nil || len(events) != 1 {
			return problem(path, "one-event", nil)
		}
		raw = events[0]
	}
	var event struct {
		DetailType string          `json:"detail-type"`
		Time       Time            `json:"time"`
		Detail     json.RawMessage `json:"detail"`
	}
	if err := into(path, raw, &event); err != nil {
		return err
	}
	detail := join(path, "detail")
	if len(event.Detail) == 0 || isNull(event.Detail) {
		return problem(detail, "missing", nil)
	}
	var err error
	switch event.DetailType {
	case "", "ECS Task State Change":
		ev.Task, err = bareTask(detail, event.Detail)
	case "AWS API Call via CloudTrail":
		var record Record
		record, err = decodeRecord(detail, event.Detail)
		ev.CloudTrail = append(ev.CloudTrail, record)
	case "ECS Service Action", "ECS Deployment State Change":
		var said struct{ EventName, Reason string }
		err = into(detail, event.Detail, &said)
		text := strings.TrimSuffix(said.EventName+": "+said.Reason, ": ")
		ev.ServiceEvents = append(ev.ServiceEvents, ServiceEvent{At: event.Time.Time, Text: text})
	default:
		return problem(join(path, "detail-type"), "detail-type", words.Args{"type": event.DetailType})
	}
	return err
}

// decodeTaskDefinition reads a task definition, or the whole answer of
// DescribeTaskDefinition.
func decodeTaskDefinition(path string, raw json.RawMessage) (*TaskDefinition, error) {
	if props := properties(raw); has(props, "taskdefinition") {
		path, raw = join(path, "taskDefinition"), props["taskdefinition"]
	}
	var d TaskDefinition
	if err := into(path, raw, &d); err != nil {
		return nil, err
	}
	if holdsNothing(d) {
		return nil, nil
	}
	return &d, nil
}

// decodeLogs reads logs, as long as they have not too many lines together.
func decodeLogs(path string, raw json.RawMessage) ([]Log, error) {
	n := 0
	return list(path, raw, "Evidence.Logs", func(path string, raw json.RawMessage) (Log, error) {
		l, err := decodeLog(path, raw)
		if n += len(l.Lines); err == nil && n > maxLines {
			err = listBounds["Log.Lines"].overfull(join(path, "lines"), n)
		}
		return l, err
	})
}

// decodeLog reads the log of one container.
func decodeLog(path string, raw json.RawMessage) (Log, error) {
	var l Log
	parts, err := members(path, raw, "container", "lines", "group", "stream", "region", "truncated")
	if err != nil {
		return l, err
	}
	for _, f := range []struct {
		name string
		to   any
	}{{"container", &l.Container}, {"group", &l.Group}, {"stream", &l.Stream}, {"region", &l.Region}, {"truncated", &l.Truncated}} {
		if value, ok := parts[f.name]; ok {
			if err := into(join(path, f.name), value, f.to); err != nil {
				return l, err
			}
		}
	}
	if lines, ok := parts["lines"]; ok {
		l.Lines, err = list(join(path, "lines"), lines, "Log.Lines", decodeLine)
	}
	return l, err
}

// decodeLine reads a line of a log: its text alone, or with its time.
func decodeLine(path string, raw json.RawMessage) (LogLine, error) {
	at, text, err := timedText(path, raw)
	return LogLine{At: at, Text: text}, err
}

// decodeServiceEvent reads a service's event: its text alone, or with its time.
func decodeServiceEvent(path string, raw json.RawMessage) (ServiceEvent, error) {
	at, text, err := timedText(path, raw)
	var id struct{ ID string }
	if err == nil && !isString(raw) {
		err = into(path, raw, &id)
	}
	return ServiceEvent{At: at, ID: id.ID, Text: text}, err
}

// timedText reads a string, our own {at, text}, or what GetLogEvents and
// DescribeServices print for an event.
func timedText(path string, raw json.RawMessage) (time.Time, string, error) {
	if isString(raw) {
		var text string
		err := into(path, raw, &text)
		return time.Time{}, text, err
	}
	if props := properties(raw); has(props, "message") {
		var aws struct {
			Timestamp, CreatedAt Time
			Message              string
		}
		err := into(path, raw, &aws)
		if at := aws.CreatedAt.Time; !at.IsZero() {
			return at, aws.Message, err
		}
		return aws.Timestamp.Time, aws.Message, err
	}
	parts, err := members(path, raw, "at", "text", "id")
	if err != nil {
		return time.Time{}, "", err
	}
	var at Time
	var text string
	if value, ok := parts["at"]; ok {
		err = into(join(path, "at"), value, &at)
	}
	if value, ok := parts["text"]; ok && err == nil {
		err = into(join(path, "text"), value, &text)
	} else if err == nil {
		err = problem(join(path, "text"), "missing", nil)
	}
	return at.Time, text, err
}

// decodeRecords reads CloudTrail records: a list, a trail's file, the answer of
// LookupEvents, or a single record.
func decodeRecords(path string, raw json.RawMessage) ([]Record, error) {
	props := properties(raw)
	switch {
	case isList(raw):
		return list(path, raw, "Evidence.CloudTrail", decodeRecord)
	case has(props, "records"):
		return list(join(path, "Records"), props["records"], "Evidence.CloudTrail", decodeRecord)
	case has(props, "events"):
		return list(join(path, "Events"), props["events"], "Evidence.CloudTrail", decodeRecord)
	}
	record, err := decodeRecord(path, raw)
	if err != nil {
		return nil, err
	}
	return []Record{record}, nil
}

// decodeRecord reads one record, out of the envelope of LookupEvents or
// EventBridge where it is in one.
func decodeRecord(path string, raw json.RawMessage) (Record, error) {
	props := properties(raw)
	if props == nil {
		return Record{}, problem(path, "record", nil)
	}
	if inner, ok := props["cloudtrailevent"]; ok && !isNull(inner) {
		var text string
		path = join(path, "CloudTrailEvent")
		if err := into(path, inner, &text); err != nil {
			return Record{}, err
		}
		raw = json.RawMessage(text)
	} else if inner, ok := props["detail"]; ok && has(props, "detail-type") {
		path, raw = join(path, "detail"), inner
	}
	var r Record
	err := into(path, raw, &r)
	return r, err
}
