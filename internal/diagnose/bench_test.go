package diagnose_test

import (
	"strings"
	"testing"
	"time"

	"whystopped/internal/diagnose"
	"whystopped/internal/diagnose/evidence"
)

// typical is a task as most are: a definition, two containers, 200 log lines, a
// denial at the end, a few CloudTrail records.
func typical(b testing.TB) evidence.Evidence {
	ev := mustDecode(b, `{"task": {"taskArn": "`+taskARN+`", "launchType": "FARGATE", "stopCode": "EssentialContainerExited", "stoppedReason": "Essential container in task exited", "startedAt": 1795336200, "stoppedAt": 1795336800, "containers": [{"name": "app", "exitCode": 1}, {"name": "proxy", "exitCode": 143}]}, "taskDefinition": {`+roles+`, "containerDefinitions": [{"name": "app", "image": "111122223333.dkr.ecr.eu-west-1.amazonaws.com/orders:7", "essential": true, "logConfiguration": {"logDriver": "awslogs", "options": {"awslogs-group": "/ecs/orders", "awslogs-region": "eu-west-1"}}}]}, "logs": [{"container": "app", "lines": `+lines(nil, 200, sqsDeny)+`}], "cloudtrail": [{"eventSource": "ecr.amazonaws.com", "eventName": "GetAuthorizationToken"}, {"eventSource": "logs.amazonaws.com", "eventName": "CreateLogStream"}], "serviceEvents": ["(service orders) has started 1 tasks: (task 0f1e2d3c4b5a69788796a5b4c3d2e1f0)."]}`)
	diagnose.Diagnose(ev) // the catalogue is compiled once a process
	return ev
}

func BenchmarkTypicalTask(b *testing.B) {
	ev := typical(b)
	b.ReportAllocs()
	for b.Loop() {
		diagnose.Diagnose(ev)
	}
}

// BenchmarkQuietLog is a log in which nothing of the catalogue stands.
func BenchmarkQuietLog(b *testing.B) {
	line := "2026-11-22T08:00:00.000Z INFO  [http-nio-8080-exec-3] o.e.orders.Handler : order 4711 accepted, 3 items, 12 ms"
	ev := typical(b)
	ev.Logs = []evidence.Log{{Container: "app"}}
	size := 0
	for size < 8<<20 {
		ev.Logs[0].Lines = append(ev.Logs[0].Lines, evidence.LogLine{Text: line, At: time.Unix(1795336700, 0)})
		size += len(line) + 1
	}
	b.SetBytes(int64(size))
	b.ReportAllocs()
	for b.Loop() {
		diagnose.Diagnose(ev)
	}
}

// BenchmarkNoisyLog is a log of nothing but refusals: the worst case must stay linear.
func BenchmarkNoisyLog(b *testing.B) {
	ev := typical(b)
	text := strings.Repeat(sqsDeny+"\n", 1)
	ev.Logs = []evidence.Log{{Container: "app"}}
	size := 0
	for size < 8<<20 {
		ev.Logs[0].Lines = append(ev.Logs[0].Lines, evidence.LogLine{Text: text})
		size += len(text)
	}
	b.SetBytes(int64(size))
	for b.Loop() {
		diagnose.Diagnose(ev)
	}
}

func BenchmarkFirstDiagnosis(b *testing.B) {
	for b.Loop() {
		diagnose.Diagnose(evidence.Evidence{Text: "x"})
	}
}
