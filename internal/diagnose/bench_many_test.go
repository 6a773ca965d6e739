package diagnose_test

import (
	"encoding/json"
	"fmt"
	"syscall"
	"testing"
	"time"

	"whystopped/internal/diagnose"
	"whystopped/internal/diagnose/evidence"
)

// manyThings are evidence with n of one thing, each of which a diagnosis has to look
// at: more than Decode lets through, since the work has to be linear all the same.
var manyThings = map[string]func(b testing.TB, n int) evidence.Evidence{
	"secrets": func(b testing.TB, n int) evidence.Evidence {
		ev := mustDecode(b, `{"task": {"taskArn": "`+taskARN+`", "stopCode": "TaskFailedToStart", "stoppedReason": "User: arn:aws:sts::111122223333:assumed-role/orders-exec/0f1e2d3c4b5a69788796a5b4c3d2e1f0 is not authorized to perform: secretsmanager:GetSecretValue on resource: x"}, "taskDefinition": {`+roles+`, "containerDefinitions": [{"name": "app"}]}}`)
		for i := range n {
			ev.TaskDefinition.ContainerDefinitions[0].Secrets = append(ev.TaskDefinition.ContainerDefinitions[0].Secrets, evidence.Secret{Name: "S", ValueFrom: fmt.Sprintf("%06x", i)})
		}
		return ev
	},
	"records": func(b testing.TB, n int) evidence.Evidence {
		ev := typical(b)
		for i := range n {
			ev.CloudTrail = append(ev.CloudTrail, refusedRecord(b, i))
		}
		return ev
	},
	"logs": func(b testing.TB, n int) evidence.Evidence {
		ev := typical(b)
		ev.Logs = nil
		for i := range n {
			ev.Logs = append(ev.Logs, evidence.Log{Container: fmt.Sprintf("c%d", i), Lines: []evidence.LogLine{{Text: refusedSecret(i)}}})
		}
		return ev
	},
	"events": func(b testing.TB, n int) evidence.Evidence {
		ev := typical(b)
		for i := range n {
			ev.ServiceEvents = append(ev.ServiceEvents, evidence.ServiceEvent{Text: "(service orders) was unable to place a task. Reason: " + refusedSecret(i)})
		}
		return ev
	},
	"lines": func(b testing.TB, n int) evidence.Evidence {
		ev := typical(b)
		for i := range n {
			ev.Logs[0].Lines = append(ev.Logs[0].Lines, evidence.LogLine{Text: refusedSecret(i)})
		}
		return ev
	},
}

func refusedSecret(i int) string {
	return fmt.Sprintf("AccessDeniedException: User: arn:aws:sts::111122223333:assumed-role/orders-task/0f1e2d3c4b5a69788796a5b4c3d2e1f0 is not authorized to perform: secretsmanager:GetSecretValue on resource: arn:aws:secretsmanager:eu-west-1:111122223333:secret:s%06d-AbCdEf because no identity-based policy allows the secretsmanager:GetSecretValue action", i)
}

func refusedRecord(b testing.TB, i int) evidence.Record {
	var r evidence.Record
	text := fmt.Sprintf(`{"eventID": "%08d", "eventTime": "2026-11-22T08:39:%02dZ", "eventSource": "secretsmanager.amazonaws.com", "eventName": "GetSecretValue", "errorCode": "AccessDenied", "errorMessage": %q, "userIdentity": {"arn": "arn:aws:sts::111122223333:assumed-role/orders-task/0f1e2d3c4b5a69788796a5b4c3d2e1f0"}, "requestParameters": {"secretId": "s%06d"}}`, i, i%60, refusedSecret(i), i)
	if err := json.Unmarshal([]byte(text), &r); err != nil {
		b.Fatal(err)
	}
	return r
}

// BenchmarkMany is the cost and the size of the answer of much of one thing.
func BenchmarkMany(b *testing.B) {
	for _, name := range []string{"secrets", "records", "logs", "events", "lines"} {
		for _, n := range []int{1000, 16000} {
			b.Run(fmt.Sprintf("%s-%d", name, n), func(b *testing.B) {
				ev := manyThings[name](b, n)
				var d diagnose.Diagnosis
				before := cpuTime(b)
				for b.Loop() {
					d = diagnose.Diagnose(ev)
				}
				b.ReportMetric(float64((cpuTime(b)-before).Milliseconds())/float64(b.N), "cpu-ms/op")
				answer, err := json.Marshal(d)
				if err != nil {
					b.Fatal(err)
				}
				b.ReportMetric(float64(len(answer)), "answer-bytes")
			})
		}
	}
}

// cpuTime returns what the process has used so far: on a busy machine that says
// more than the time that passed.
func cpuTime(b *testing.B) time.Duration {
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		b.Fatal(err)
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}
