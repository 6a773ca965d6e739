package diagnose_test

import (
	"bytes"
	"compress/flate"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"whystopped/internal/diagnose"
	"whystopped/internal/diagnose/evidence"
)

// noise is text that no packing makes smaller: pieces of a megabyte of it, which
// is more than a packer looks back on.
type noise struct {
	*rand.Rand
	text string
}

func newNoise(seed uint64) noise {
	const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_+"
	n := noise{Rand: rand.New(rand.NewPCG(seed, 1))}
	b := make([]byte, 1<<20)
	for i := range b {
		b[i] = letters[n.IntN(len(letters))]
	}
	n.text = string(b)
	return n
}

func (n noise) word(size int) string {
	from := n.IntN(len(n.text) - size)
	return n.text[from : from+size]
}

// refusal is a sentence of AWS with names as long as they can be.
func (n noise) refusal(role, action string) string {
	return fmt.Sprintf("User: arn:aws:sts::111122223333:assumed-role/%s/%s is not authorized to perform: %s on resource: arn:aws:secretsmanager:eu-west-1:111122223333:secret:%s because no identity-based policy allows the %s action",
		role, n.word(32), action, n.word(1900), action)
}

// largest is evidence that is over every bound, so that each is met.
func largest(seed uint64, stopCode string) evidence.Evidence {
	n := newNoise(seed)
	at := time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC)
	t := &evidence.Task{
		TaskARN: taskARN, ClusterARN: n.word(2048), Group: "service:" + n.word(2000), StartedBy: n.word(2048), TaskDefinitionARN: n.word(2048), LaunchType: "FARGATE",
		StopCode: stopCode, StoppedReason: "ResourceInitializationError: " + n.refusal("orders-exec", "secretsmanager:GetSecretValue") + " " + n.word(4096),
		StoppedAt: evidence.At(at), LastStatus: "STOPPED", DesiredStatus: "STOPPED",
	}
	d := &evidence.TaskDefinition{TaskDefinitionARN: n.word(2048), ExecutionRoleARN: "arn:aws:iam::111122223333:role/orders-exec", TaskRoleARN: "arn:aws:iam::111122223333:role/orders-task"}
	for range 120 {
		name := n.word(600)
		code := 1
		t.Containers = append(t.Containers, evidence.Container{Name: name, Image: n.word(512), Reason: "CannotStartContainerError: " + n.word(4096), ExitCode: &code})
		t.Attachments = append(t.Attachments, evidence.Attachment{Type: n.word(2048), Details: []evidence.KeyValue{{Name: "statusReason", Value: n.word(5000)}}})
		cd := evidence.ContainerDefinition{Name: name, Image: "111122223333.dkr.ecr.eu-west-1.amazonaws.com/" + n.word(400)}
		for range 20 {
			cd.Secrets = append(cd.Secrets, evidence.Secret{Name: n.word(512), ValueFrom: "arn:aws:secretsmanager:eu-west-1:111122223333:secret:" + n.word(1900)})
		}
		cd.EnvironmentFiles = []evidence.EnvironmentFile{{Value: "arn:aws:s3:::" + n.word(2000)}}
		d.ContainerDefinitions = append(d.ContainerDefinitions, cd)
	}
	ev := evidence.Evidence{Task: t, TaskDefinition: d}
	for i := range 120 {
		l := evidence.Log{Container: t.Containers[i].Name, Group: n.word(2048), Stream: n.word(2048)}
		for j := range 20 {
			l.Lines = append(l.Lines, evidence.LogLine{At: at.Add(time.Duration(j-30) * time.Second), Text: "AccessDeniedException: " + n.refusal("orders-task", "secretsmanager:GetSecretValue") + n.word(5000)})
		}
		ev.Logs = append(ev.Logs, l)
	}
	for i := range 1050 {
		ev.ServiceEvents = append(ev.ServiceEvents, evidence.ServiceEvent{At: at.Add(time.Duration(i) * time.Second), Text: "(service orders) was unable to place a task. Reason: " + n.refusal("orders-exec", "secretsmanager:GetSecretValue") + n.word(4096)})
	}
	for i := range 1050 {
		ev.CloudTrail = append(ev.CloudTrail, evidence.Record{
			EventID: n.word(2048), EventTime: evidence.At(at.Add(time.Duration(-i) * time.Second)), EventSource: "secretsmanager.amazonaws.com", EventName: "GetSecretValue", ErrorCode: "AccessDenied",
			ErrorMessage: n.refusal("orders-task", "secretsmanager:GetSecretValue") + n.word(4096), RequestParameters: map[string]any{"secretId": n.word(2000)},
			UserIdentity: evidence.UserIdentity{ARN: "arn:aws:sts::111122223333:assumed-role/orders-task/" + n.word(2000)},
		})
	}
	ev.Text = strings.Repeat(n.word(1000)+"\n"+n.refusal("orders-task", "secretsmanager:GetSecretValue")+"\n", 100)
	return ev
}

// TestTheLargestAnswer: whatever is brought, an answer has at most 320 KiB, and
// 256 KiB in the database.
func TestTheLargestAnswer(t *testing.T) {
	for i, stopCode := range []string{"TaskFailedToStart", "UserInitiated"} {
		t.Run(stopCode, func(t *testing.T) {
			ev := largest(uint64(i), stopCode)
			ev.Bound()
			d := diagnose.Diagnose(ev)
			answer, err := json.Marshal(d)
			if err != nil {
				t.Fatal(err)
			}
			var packed bytes.Buffer
			w, err := flate.NewWriter(&packed, flate.DefaultCompression)
			if err != nil {
				t.Fatal(err)
			}
			w.Write(answer)
			w.Close()
			if len(answer) > 320<<10 || packed.Len() > 256<<10 {
				t.Errorf("an answer of %d bytes, %d packed", len(answer), packed.Len())
			}
			if len(d.Findings) == 0 || len(d.Findings[0].Evidence) == 0 || d.Fix.Summary.IsZero() {
				t.Errorf("the answer lacks what it is for: %+v", d.Verdict)
			}
			t.Logf("%s: %d bytes, %d packed", d.Verdict.Cause, len(answer), packed.Len())
		})
	}
}
