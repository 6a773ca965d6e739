package diagnose_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"whystopped/internal/diagnose"
	"whystopped/internal/diagnose/evidence"
	"whystopped/internal/diagnose/verdict"
	"whystopped/internal/words"
)

const exitedOrders = `"task": {"taskArn": "arn:aws:ecs:eu-west-1:111122223333:task/prod/TASK", "lastStatus": "STOPPED", "launchType": "FARGATE", "stopCode": "EssentialContainerExited", "stoppedReason": "Essential container in task exited", "stoppedAt": "2026-11-22T08:00:00Z", "containers": [{"name": "app", "exitCode": 1}]}, "taskDefinition": {` + roles + `}`

// shallow is a diagnosis from a task's own facts, deep one with its log.
func shallow(t *testing.T, id string) diagnose.Diagnosis {
	t.Helper()
	ev := mustDecode(t, `{`+strings.Replace(exitedOrders, "TASK", id, 1)+`}`)
	ev.Sources = []evidence.Source{{Name: "ecs:DescribeTasks", Status: evidence.SourceOK}, {Name: "cloudtrail:LookupEvents", Status: evidence.SourceSkipped}}
	return diagnose.Diagnose(ev)
}

func deep(t *testing.T, id, line string) diagnose.Diagnosis {
	t.Helper()
	line = strings.ReplaceAll(line, "0f1e2d3c4b5a69788796a5b4c3d2e1f0", id) // ECS names sessions after their task
	line = strings.ReplaceAll(line, "0f1e2d3c4b5a69788796a5b4c3d2e1f0", id) // ECS names sessions after their task
	ev := mustDecode(t, `{`+strings.Replace(exitedOrders, "TASK", id, 1)+`, "logs": [{"container": "app", "group": "/ecs/orders", "stream": "app/app/`+id+`", "lines": ["`+line+`"]}]}`)
	ev.Sources = []evidence.Source{
		{Name: "ecs:DescribeTasks", Status: evidence.SourceOK},
		{Name: "cloudtrail:LookupEvents", Status: evidence.SourceTimeout},
		{Name: "logs:GetLogEvents app", Status: evidence.SourceOK},
	}
	return diagnose.Diagnose(ev)
}

func TestSiblingsExplain(t *testing.T) {
	d := diagnose.Alongside(shallow(t, oneTask), []diagnose.Diagnosis{deep(t, anotherTask, sqsDeny), deep(t, "aa"+anotherTask[2:], sqsDeny)})
	if d.Verdict.Cause != "runtime.denied" || d.Verdict.Identity.Kind != verdict.TaskRole || d.Verdict.Confidence != verdict.Likely {
		t.Errorf("verdict %s, %s, %s, want the siblings' denial, likely at most", d.Verdict.Cause, d.Verdict.Identity.Kind, d.Verdict.Confidence)
	}
	if d.Task.ID != oneTask || len(d.Fix.Policies) == 0 {
		t.Errorf("task %s with %d policies, want its own id and the siblings' fix", d.Task.ID, len(d.Fix.Policies))
	}
	first := d.Findings[0]
	if !first.Primary || first.Confidence != verdict.Likely || first.Evidence[0].Task != anotherTask || first.Evidence[0].Source != "log.app" {
		t.Errorf("the first finding is %+v, want one whose quote names the sibling", first)
	}
	if last := first.Evidence[len(first.Evidence)-1]; last.Source != "task.stoppedReason" || last.Task != "" {
		t.Errorf("the last quote is %+v, want the task's own reason", last)
	}
	for _, f := range d.Findings[1:] {
		if f.Primary {
			t.Errorf("two findings are primary: %s too", f.Cause)
		}
	}
	if !strings.Contains(strings.Join(words.Lines(d.Caveats), " "), "evidence of 2 tasks") {
		t.Errorf("no caveat tells whose evidence it is: %q", d.Caveats)
	}
	want := []evidence.Source{
		{Name: "ecs:DescribeTasks", Status: evidence.SourceOK},
		{Name: "cloudtrail:LookupEvents", Status: evidence.SourceSkipped, Detail: words.Plain("Not read for this task, and not available for the tasks that stopped for the same reason.")},
		{Name: "logs:GetLogEvents app", Status: evidence.SourceSkipped, Detail: words.Plain("Not read for this task: it was read for 2 tasks that stopped for the same reason.")},
	}
	if diff := cmp.Diff(want, d.Sources); diff != "" {
		t.Errorf("sources (-want +got):\n%s", diff)
	}
	for _, e := range d.Timeline {
		if e.Kind == "log" {
			t.Errorf("a sibling's line is in the task's own timeline: %+v", e)
		}
	}
}

func TestASiblingsFactsAreNotTheTasks(t *testing.T) {
	d := shallow(t, oneTask)
	d.Sources[0] = evidence.Source{Name: evidence.TaskSource, Status: evidence.SourceSkipped, Detail: words.Plain("Known from an event.")}
	got := diagnose.Alongside(d, []diagnose.Diagnosis{deep(t, anotherTask, sqsDeny)}).Sources[0]
	if diff := cmp.Diff(d.Sources[0], got); diff != "" {
		t.Errorf("the line of the task itself (-own +got):\n%s", diff)
	}
}

func TestSiblingsThatDisagree(t *testing.T) {
	denied, crashed := deep(t, anotherTask, sqsDeny), deep(t, "aa"+anotherTask[2:], "panic: runtime error: index out of range [3] with length 3")
	d := diagnose.Alongside(shallow(t, oneTask), []diagnose.Diagnosis{crashed, denied, denied})
	if d.Verdict.Cause != "runtime.denied" || d.Verdict.Confidence != verdict.Possible {
		t.Errorf("verdict %s, %s, want what most siblings have, possible at most", d.Verdict.Cause, d.Verdict.Confidence)
	}
	if !strings.Contains(strings.Join(words.Lines(d.Caveats), " "), "don't agree") {
		t.Errorf("no caveat tells that the siblings disagree: %q", d.Caveats)
	}
}

func TestSiblingsBearOut(t *testing.T) {
	reason := strings.Replace(`{"task": {"taskArn": "arn:aws:ecs:eu-west-1:111122223333:task/prod/TASK", "lastStatus": "STOPPED", "launchType": "FARGATE", "stopCode": "TaskFailedToStart", "stoppedReason": "ResourceInitializationError: unable to pull secrets or registry auth: AccessDeniedException: User: arn:aws:sts::111122223333:assumed-role/orders-exec/TASK is not authorized to perform: secretsmanager:GetSecretValue on resource: arn:aws:secretsmanager:eu-west-1:111122223333:secret:db-AbCdEf because no identity-based policy allows the secretsmanager:GetSecretValue action"}, "taskDefinition": {`+roles+`}}`, "TASK", oneTask, -1)
	own := diagnose.Diagnose(mustDecode(t, reason))
	sibling := diagnose.Diagnose(mustDecode(t, strings.ReplaceAll(reason, oneTask, anotherTask)))
	if len(own.Fix.Policies) == 0 {
		t.Fatal("the denial has no policy")
	}
	sibling.Fix.Policies[0].Verified.Status = "allowed"
	d := diagnose.Alongside(own, []diagnose.Diagnosis{sibling})
	if d.Verdict.Confidence != own.Verdict.Confidence || d.Verdict.Confidence != verdict.Confirmed {
		t.Errorf("confidence %s, want that of the task's own words, %s", d.Verdict.Confidence, own.Verdict.Confidence)
	}
	if d.Findings[0].Denied[0].Principal != own.Findings[0].Denied[0].Principal {
		t.Errorf("the refused principal is %s, want the task's own session", d.Findings[0].Denied[0].Principal)
	}
	if got := d.Fix.Policies[0].Verified.Status; got != "allowed" {
		t.Errorf("the same policy was tried for the sibling, and is %q here", got)
	}
}

func TestASiblingMakesNobodySure(t *testing.T) {
	sure := deep(t, anotherTask, sqsDeny)
	if sure.Verdict.Confidence != verdict.Confirmed {
		t.Fatalf("the sibling's verdict is %s, want one that could be taken over", sure.Verdict.Confidence)
	}
	unsure := sure
	unsure.Verdict.Confidence = verdict.Possible
	unsure.Findings = append([]diagnose.Finding{}, sure.Findings...)
	if got := diagnose.Alongside(unsure, []diagnose.Diagnosis{sure}).Verdict.Confidence; got != verdict.Likely {
		t.Errorf("borne out by a confirmed sibling: %s, want likely", got)
	}
	if got := diagnose.Alongside(sure, []diagnose.Diagnosis{unsure}).Verdict.Confidence; got != verdict.Confirmed {
		t.Errorf("confirmed by its own facts: %s, want that it stays so", got)
	}
}

func TestSiblingsThatKnowNothing(t *testing.T) {
	own, unknown := shallow(t, oneTask), diagnose.Diagnosis{Verdict: diagnose.Verdict{Cause: "unknown", Confidence: verdict.ConfidenceUnknown}}
	if got := diagnose.Alongside(own, []diagnose.Diagnosis{unknown}); !got.Verdict.SaysSame(own.Verdict) {
		t.Errorf("verdict %v, want the own %v", got.Verdict, own.Verdict)
	}
	if diff := cmp.Diff(own, diagnose.Alongside(own, nil)); diff != "" {
		t.Errorf("without siblings something changed (-want +got):\n%s", diff)
	}
}

func TestCompleteWithItsSiblings(t *testing.T) {
	early, late := time.Date(2026, 11, 22, 8, 10, 0, 0, time.UTC), time.Date(2026, 11, 22, 8, 15, 0, 0, time.UTC)
	a, b := deep(t, anotherTask, sqsDeny), deep(t, anotherTask, sqsDeny)
	a.CompleteAfter, b.CompleteAfter = &late, &early
	d := diagnose.Alongside(shallow(t, oneTask), []diagnose.Diagnosis{a, b, deep(t, anotherTask, sqsDeny)})
	if d.CompleteAfter == nil || !d.CompleteAfter.Equal(late) {
		t.Errorf("complete after %v, want %v", d.CompleteAfter, late)
	}
	if !strings.Contains(strings.Join(words.Lines(d.Caveats), " "), "CloudTrail hadn't caught up for those tasks") {
		t.Errorf("caveats %q", d.Caveats)
	}
}
