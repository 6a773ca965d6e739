package source

import (
	"cmp"

	"whystopped/internal/arn"
	"whystopped/internal/diagnose/evidence"
	"whystopped/internal/words"
)

// logStream is where one container's lines are, or why they cannot be read.
type logStream struct {
	container             string
	group, stream, region string
	unreadable            words.Text // zero when the stream is known
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
	if s.unreadable = notAwslogs(c.LogConfiguration); !s.unreadable.IsZero() {
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
		s.unreadable = words.Say("detail.not-a-log-region", words.Args{"region": s.region})
	case s.group == "":
		s.unreadable = words.Say("detail.no-awslogs-group", nil)
	case s.stream == "":
		s.unreadable = words.Say("detail.no-stream-name", nil)
	}
	return s
}

// notAwslogs says why a container's lines are not in CloudWatch Logs; the zero Text
// where they are.
func notAwslogs(l *evidence.LogConfiguration) words.Text {
	switch {
	case l == nil || l.LogDriver == "":
		return words.Say("detail.no-log-configuration", nil)
	case l.LogDriver == "awsfirelens":
		return words.Say("detail.firelens", nil)
	case l.LogDriver != "awslogs":
		return words.Say("detail.log-driver", words.Args{"driver": l.LogDriver})
	}
	return words.Text{}
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
