package source

import (
	"cmp"
	"context"
	"strings"
	"time"

	"whystopped/internal/diagnose/evidence"
	"whystopped/internal/taskref"
)

// ReadLogsByGuess looks for the logs of a task that nobody remembers. Where its
// execution role made the streams itself, as on Fargate, CloudTrail names them.
// Else they should be where those of its service's tasks are now; a stream's
// name holds the task's id, so that a wrong guess finds nothing. The definition
// that led there is not the task's own, and only its line is given.
func (r *Reader) ReadLogsByGuess(
	ctx context.Context, service ServiceAnswer, calls *Pending[TrailAnswer],
) (DefinitionAnswer, []LogAnswer) {
	soonEnough, cancel := HalfTime.Of(ctx)
	defer cancel()
	records := calls.WaitWithin(soonEnough).Records
	if streams := r.streamsOfRecords(records); len(streams) > 0 {
		return DefinitionAnswer{}, r.ReadLogs(ctx, streams, r.recordsBegin(records))
	}
	revision := service.TaskDefinitionARN
	if name := serviceNamedBy(records); revision == "" && r.Ref.Service() == "" && r.Ref.Cluster != "" && name != "" {
		revision = r.DescribeService(ctx, name, r.Recent()).TaskDefinitionARN
	}
	if revision == "" {
		return DefinitionAnswer{}, nil
	}
	definition := r.DescribeDefinition(ctx, revision)
	standIn := &evidence.Task{TaskARN: cmp.Or(r.Ref.ARN(), "arn:aws:ecs:::task/"+r.Ref.TaskID)}
	logs := r.ReadLogs(ctx, LogStreams(standIn, definition.Definition, r.Ref.Region), r.recordsBegin(records))
	definition.Definition = nil
	return definition, logs
}

// recordsBegin is when the logs of a task that made these calls cannot have
// begun before.
func (r *Reader) recordsBegin(records []evidence.Record) (since time.Time) {
	if len(records) == 0 {
		return since
	}
	return records[0].At().Add(-clockLead)
}

// streamsOfRecords are the log streams that were made for the task.
func (r *Reader) streamsOfRecords(records []evidence.Record) []logStream {
	var streams []logStream
	for _, rec := range records {
		stream := parameter(rec, "logStreamName")
		if rec.EventName != "CreateLogStream" || !strings.HasSuffix(stream, "/"+r.Ref.TaskID) {
			continue
		}
		// prefix/container/task; the prefix may have slashes of its own
		path := strings.Split(stream, "/")
		if len(path) < 3 {
			continue
		}
		streams = append(streams, logStream{
			container: path[len(path)-2],
			group:     parameter(rec, "logGroupName"),
			stream:    stream,
			region:    cmp.Or(rec.AWSRegion, r.Ref.Region),
		})
	}
	return streams
}

// serviceNamedBy is the service that one of the calls names as its own: a call
// to ECS about a group or a service.
func serviceNamedBy(records []evidence.Record) string {
	for _, rec := range records {
		if rec.EventSource != "ecs.amazonaws.com" {
			continue
		}
		if name := taskref.ServiceOf(parameter(rec, "group")); name != "" {
			return name
		}
		if name := cmp.Or(parameter(rec, "service"), parameter(rec, "serviceName")); name != "" {
			return name[strings.LastIndexByte(name, '/')+1:]
		}
	}
	return ""
}

// parameter is a text among the parameters of a recorded call.
func parameter(rec evidence.Record, name string) string {
	parameters, _ := rec.RequestParameters.(map[string]any)
	text, _ := parameters[name].(string)
	return text
}
