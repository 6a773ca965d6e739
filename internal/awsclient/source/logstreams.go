package source

import (
	"cmp"
	"fmt"

	"whystopped/internal/arn"
	"whystopped/internal/diagnose/evidence"
)

// logStream is where one container's lines are, or why they cannot be read.
type logStream struct {
	container             string
	group, stream, region string
	unreadable            string // a sentence; empty when the stream is known
}

// Source names the stream as a place that is asked.
func (s logStream) Source() Source { return Log.of(s.container) }

// LogStreams finds, for each container of the definition, the stream that the
// awslogs driver writes for this task.
// Source: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/using_awslogs.html
func LogStreams(t *evidence.Task, d *evidence.TaskDefinition, region string) []logStream {
	if d == nil {
		return nil
	}
	streams := make([]logStream, len(d.ContainerDefinitions))
	for i, c := range d.ContainerDefinitions {
		streams[i] = logStreamOf(t, c, region)
	}
	return streams
}

func logStreamOf(t *evidence.Task, c evidence.ContainerDefinition, region string) logStream {
	s := logStream{container: c.Name}
	if s.unreadable = notAwslogs(c.LogConfiguration); s.unreadable != "" {
		return s
	}
	options := c.LogConfiguration.Options
	s.group = options["awslogs-group"]
	s.region = cmp.Or(options["awslogs-region"], region)
	if prefix := options["awslogs-stream-prefix"]; prefix != "" {
		s.stream = prefix + "/" + c.Name + "/" + TaskIDOf(t)
	} else {
		// Without a prefix the stream is named after the container's runtime id.
		s.stream = runtimeIDOf(t, c.Name)
	}
	switch {
	case !arn.IsRegion(s.region) || arn.PartitionOf(s.region) != arn.PartitionOf(region):
		// Who registers a task definition writes it; it would become a part of a host's name.
		s.unreadable = fmt.Sprintf("The log configuration's awslogs-region, %.40q, isn't a Region of the task's partition.", s.region)
	case s.group == "":
		s.unreadable = "The container's log configuration names no awslogs-group."
	case s.stream == "":
		s.unreadable = "The log configuration has no awslogs-stream-prefix, and the container never got the runtime id that its stream would be named after."
	}
	return s
}

// notAwslogs says why a container's lines are not in CloudWatch Logs, or "".
func notAwslogs(l *evidence.LogConfiguration) string {
	switch {
	case l == nil || l.LogDriver == "":
		return "The container has no log configuration, so that its lines are not in CloudWatch Logs."
	case l.LogDriver == "awsfirelens":
		return "The container logs through FireLens; its lines are wherever the log router sends them."
	case l.LogDriver != "awslogs":
		return "The container logs with the driver " + l.LogDriver + ", which cannot be read from here."
	}
	return ""
}

// TaskIDOf is the id of a task.
func TaskIDOf(t *evidence.Task) string {
	a, _ := arn.Parse(t.TaskARN)
	return a.Name()
}

func runtimeIDOf(t *evidence.Task, container string) string {
	for _, c := range t.Containers {
		if c.Name == container {
			return c.RuntimeID
		}
	}
	return ""
}
