//go:build moto

// Package moto_test runs the service against moto_server, an AWS server that
// others wrote. It holds that what we understand of AWS's answers is no
// invention of our own double, and that a diagnosis is made of what there is
// when answers lack half of what AWS sends or a call is not there at all.
//
// Moto does not run containers: tasks stop when they are told to, have no
// times and no stop code, and their exit code is always 0.
package moto_test

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// runTime bounds the whole run; when it is over both servers are killed. It is
// meant for slow machines.
const runTime = 4 * time.Minute

func TestServiceOnMoto(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), runTime)
	defer cancel()
	endpoint := startMoto(ctx, t)
	w := newWorld(t, endpoint)
	service, address := startService(ctx, t, endpoint)
	for _, tt := range []struct {
		name string
		run  func(*testing.T, *world, client)
	}{
		{"the application was denied", deniedAtRunTime},
		{"the task was denied at its start", deniedAtStart},
		{"a user stopped the task", stoppedByUser},
		{"the task still runs", stillRunning},
		{"a denial long before the end of the log", deniedLongAgo},
		{"references of every form", references},
		{"a service", aService},
		{"a service without a stopped task", aQuietService},
		{"what AWS does not know", unknown},
		{"a diagnosis is kept", kept},
	} {
		t.Run(tt.name, func(t *testing.T) { tt.run(t, w, client{address}) })
	}
	t.Run("SIGTERM ends the service", func(t *testing.T) { terminate(t, service) })
}

// denied is the sentence with which AWS refuses a call to the family's task role.
func denied(family, id, action, resource string) string {
	return fmt.Sprintf("User: arn:aws:sts::%s:assumed-role/%s-task/%s is not authorized to perform: %s on resource: %q because no identity-based policy allows the %[4]s action", account, family, id, action, resource)
}

const (
	essentialExited = "Essential container in task exited"
	stoppedByHand   = "Task stopped by user"
)

func deniedAtRunTime(t *testing.T, w *world, c client) {
	const (
		family = "archive"
		object = "arn:aws:s3:::shop-archive/2026/orders.json"
	)
	w.define(t, family)
	arn := w.run(t, family, "")
	last := "botocore.exceptions.ClientError: An error occurred (AccessDenied) when calling the PutObject operation: " +
		denied(family, taskID(arn), "s3:PutObject", object)
	stream := w.write(t, family, arn,
		"INFO 214 orders to archive",
		"Traceback (most recent call last):",
		`  File "/app/archive.py", line 31, in <module>`,
		`    bucket.put_object(Key=key, Body=body)`,
		last)
	w.stop(t, arn, essentialExited)

	d := c.diagnose(t, arn)
	role := identity{Kind: "task-role", ARN: taskRole(family)}
	wantVerdict(t, d, verdict{Cause: "runtime.denied", Phase: "runtime", Identity: role, Category: "iam-permission", Confidence: "confirmed"})
	wantTask(t, d, task{ARN: arn, Group: "family:" + family, StoppedReason: essentialExited}, family)
	wantFinding(t, d, "runtime.denied",
		quote{Source: "log.app", Text: last, Ref: logGroup(family) + "/" + stream},
		denial{
			Principal: "arn:aws:sts::" + account + ":assumed-role/" + family + "-task/" + taskID(arn),
			Action:    "s3:PutObject", Resource: object, PolicyType: "identity",
		})
	wantPolicy(t, d, role, "s3:PutObject", object)
	wantSources(t, d, map[string]string{
		"ecs:DescribeTasks": "ok", "ecs:DescribeTaskDefinition": "ok",
		"logs:GetLogEvents app": "ok", "logs:GetLogEvents proxy": "empty", // the proxy wrote nothing
		"cloudtrail:LookupEvents": "failed",
	})
	wantCloudTrailMissed(t, d)
}

func deniedAtStart(t *testing.T, w *world, c client) {
	const family = "checkout"
	w.define(t, family)
	arn := w.run(t, family, "")
	principal := "arn:aws:sts::" + account + ":assumed-role/" + family + "-execution/" + taskID(arn)
	reason := "ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: " +
		"unable to retrieve secret from asm: service call has been retried 1 time(s): failed to fetch secret " + secretARN + " from secrets manager: " +
		"AccessDeniedException: User: " + principal + " is not authorized to perform: secretsmanager:GetSecretValue on resource: " + secretARN +
		" because no identity-based policy allows the secretsmanager:GetSecretValue action"
	w.stop(t, arn, reason)

	d := c.diagnose(t, arn)
	role := identity{Kind: "execution-role", ARN: executionRole(family)}
	wantVerdict(t, d, verdict{Cause: "startup.secretsmanager.denied", Phase: "startup", Identity: role, Category: "iam-permission", Confidence: "confirmed"})
	wantTask(t, d, task{ARN: arn, Group: "family:" + family, StoppedReason: reason}, family)
	wantFinding(t, d, "startup.secretsmanager.denied",
		quote{Source: "task.stoppedReason", Text: reason},
		denial{Principal: principal, Action: "secretsmanager:GetSecretValue", Resource: secretARN, PolicyType: "identity"})
	wantPolicy(t, d, role, "secretsmanager:GetSecretValue", secretARN)
	wantCloudTrailMissed(t, d)
}

func stoppedByUser(t *testing.T, w *world, c client) {
	const family = "reports"
	w.define(t, family)
	arn := w.run(t, family, "")
	w.write(t, family, arn, "INFO listening on :8080", "INFO got SIGTERM, bye")
	w.stop(t, arn, stoppedByHand)

	d := c.diagnose(t, arn)
	wantVerdict(t, d, verdict{Cause: "stop.user", Phase: "shutdown", Identity: identity{Kind: "none"}, Category: "user-stop", Confidence: "confirmed"})
	wantTask(t, d, task{ARN: arn, Group: "family:" + family, StoppedReason: stoppedByHand}, family)
	wantNoPolicy(t, d)
	wantCloudTrailMissed(t, d)
}

func stillRunning(t *testing.T, w *world, c client) {
	const family = "search"
	w.define(t, family)
	arn := w.run(t, family, "")
	w.write(t, family, arn, "INFO listening on :8080")

	d := c.diagnose(t, arn)
	wantVerdict(t, d, verdict{Cause: "running", Phase: "unknown", Identity: identity{Kind: "none"}, Category: "other", Confidence: "confirmed"})
	wantTask(t, d, task{ARN: arn, Group: "family:" + family}, family)
	wantNoPolicy(t, d)
	wantCaveat(t, d, "hasn't stopped")

	// What is said of a running task must not outlive its run.
	w.stop(t, arn, stoppedByHand)
	if again := c.lookUp(t, arn); again.Verdict.Cause != "stop.user" {
		t.Errorf("after the task was stopped the cause is %s, want stop.user", again.Verdict.Cause)
	}
}

// deniedLongAgo: a denial that the newest lines no longer show is found, and
// since the application went on after it, it is no more than a finding.
func deniedLongAgo(t *testing.T, w *world, c client) {
	const family = "mailer"
	w.define(t, family)
	arn := w.run(t, family, "")
	first := "AccessDenied: " + denied(family, taskID(arn), "ses:SendEmail", "arn:aws:ses:"+region+":"+account+":identity/shop.example.com")
	lines := []string{first}
	for i := range 5000 {
		lines = append(lines, fmt.Sprintf("INFO mail %d queued", i))
	}
	w.write(t, family, arn, lines...)
	w.stop(t, arn, stoppedByHand)

	d := c.diagnose(t, arn)
	if d.Verdict.Cause != "stop.user" {
		t.Errorf("the cause is %s, want stop.user: the application survived the denial", d.Verdict.Cause)
	}
	f := d.finding(t, "runtime.denied")
	if len(f.Evidence) == 0 || f.Evidence[0].Text != first {
		t.Errorf("the denial's evidence is %+v, want %q", f.Evidence, first)
	}
	// Moto knows no filter patterns of several words and gives every line, so
	// that there may be more than we keep.
	if got := d.source(t, "logs:FilterLogEvents app").Status; got != "ok" && got != "truncated" {
		t.Errorf("the search for older denials is %q", got)
	}
}

func references(t *testing.T, w *world, c client) {
	const family = "stock"
	w.define(t, family)
	arn := w.run(t, family, "")
	w.stop(t, arn, stoppedByHand)
	id := taskID(arn)
	for name, ref := range map[string]string{
		"cluster and id":  cluster + "/" + id,
		"with spaces":     "  " + arn + "\n",
		"the short ARN":   "arn:aws:ecs:" + region + ":" + account + ":task/" + id,
		"the console":     "https://" + region + ".console.aws.amazon.com/ecs/v2/clusters/" + cluster + "/tasks/" + id + "/logs?region=" + region,
		"the old console": "https://console.aws.amazon.com/ecs/home?region=" + region + "#/clusters/" + cluster + "/tasks/" + id + "/details",
	} {
		t.Run(name, func(t *testing.T) {
			d := c.diagnose(t, ref)
			wantTask(t, d, task{ARN: arn, Group: "family:" + family, StoppedReason: stoppedByHand}, family)
		})
	}
}

// aService: moto lists the tasks of the whole cluster as those of a service, so
// this also holds that no task of another one is taken for its own.
func aService(t *testing.T, w *world, c client) {
	const family, name = "cart", "cart-service"
	w.define(t, family)
	service := w.createService(t, name, family)
	arn := w.run(t, family, name)
	w.stop(t, arn, "Task failed container health checks")
	w.run(t, family, name) // its successor runs
	other := w.run(t, family, "cart-service-canary")
	w.stop(t, other, "Task failed container health checks")

	for _, ref := range []string{
		service,
		"https://" + region + ".console.aws.amazon.com/ecs/v2/clusters/" + cluster + "/services/" + name + "/health?region=" + region,
	} {
		d := c.diagnose(t, ref)
		wantTask(t, d, task{ARN: arn, Group: "service:" + name, StoppedReason: "Task failed container health checks"}, family)
		if d.Verdict.Category != "health-check" {
			t.Errorf("%s: the category is %s, want health-check", ref, d.Verdict.Category)
		}
		wantSources(t, d, map[string]string{"ecs:DescribeServices": "empty"}) // moto writes no events
	}
}

func aQuietService(t *testing.T, w *world, c client) {
	const family, name = "quiet", "quiet-service"
	w.define(t, family)
	d := c.diagnose(t, w.createService(t, name, family))
	if d.Verdict.Cause != "unknown" || d.Verdict.Confidence != "unknown" || d.Task.ID != "" {
		t.Errorf("a service without a stopped task: %+v of task %q, want that nothing is known", d.Verdict, d.Task.ID)
	}
	if s := d.source(t, "ecs:DescribeTasks"); s.Status != "skipped" || !strings.Contains(s.Detail, "no stopped task") {
		t.Errorf("the sources do not say that there is no stopped task: %+v", s)
	}
}

func unknown(t *testing.T, _ *world, c client) {
	const id = "0f1e2d3c4b5a69788796a5b4c3d2e1f0"
	prefix := "arn:aws:ecs:" + region + ":"
	tests := map[string]struct {
		ref    string
		status int
		says   []string
	}{
		"a task":           {prefix + account + ":task/" + cluster + "/" + id, http.StatusNotFound, []string{id, cluster, "about an hour"}},
		"a task, by id":    {cluster + "/" + id, http.StatusNotFound, []string{id, cluster}},
		"a short ARN":      {prefix + account + ":task/" + id, http.StatusNotFound, []string{id, "No cluster"}},
		"a cluster":        {prefix + account + ":task/shpo/" + id, http.StatusNotFound, []string{`no cluster "shpo"`, region}},
		"a service":        {prefix + account + ":service/" + cluster + "/nobody", http.StatusNotFound, []string{"nobody", cluster}},
		"another account":  {prefix + "111122223333:task/" + cluster + "/" + id, http.StatusNotFound, []string{"111122223333", account}},
		"another resource": {prefix + account + ":task-definition/cart:1", http.StatusUnprocessableEntity, []string{"task definition"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			p := c.refused(t, tt.ref, tt.status)
			for _, words := range tt.says {
				if !strings.Contains(p.Detail, words) {
					t.Errorf("%q is not in the detail: %s", words, p.Detail)
				}
			}
		})
	}
}

func kept(t *testing.T, w *world, c client) {
	const family = "ledger"
	w.define(t, family)
	arn := w.run(t, family, "")
	w.stop(t, arn, stoppedByHand)
	made := c.diagnose(t, arn)
	if made.ID == "" {
		t.Fatal("the diagnosis has no id")
	}
	var read diagnosis
	c.get(t, "/diagnoses/"+made.ID, nil, &read)
	if diff := cmp.Diff(made, read); diff != "" {
		t.Errorf("the kept diagnosis is not the one that was made (-made +kept):\n%s", diff)
	}
	var list struct {
		Items []diagnosis `json:"items"`
	}
	c.get(t, "/diagnoses", url.Values{"cluster": {cluster}, "limit": {"1"}}, &list)
	if len(list.Items) != 1 || list.Items[0].ID != made.ID {
		t.Errorf("the newest kept diagnosis is %+v, want %s", list.Items, made.ID)
	}
}

func terminate(t *testing.T, p *process) {
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatalf("send SIGTERM: %v", err)
	}
	<-p.ended // at the latest when the run's time is over
	if p.err != nil {
		t.Errorf("the service ended with %v, want exit code 0", p.err)
	}
}
