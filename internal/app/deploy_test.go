package app

import (
	"bytes"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"

	"whystopped/internal/awsclient"
	"whystopped/internal/awsclient/awsfake"
	"whystopped/internal/casebook"
	"whystopped/internal/diagnose"
	"whystopped/internal/diagnose/verdict"
	"whystopped/internal/store/storetest"
	"whystopped/internal/taskref"
)

const (
	badRevision = "arn:aws:ecs:eu-west-1:111122223333:task-definition/orders:8"
	ordersRole  = "arn:aws:iam::111122223333:role/orders-task"
)

func orderID(i int) string { return fmt.Sprintf("%032x", 0xabc000+i) }

func orderTask(i int) string { return "arn:aws:ecs:eu-west-1:111122223333:task/prod/" + orderID(i) }

// badDeploy is an account in which n tasks of one revision stopped alike 20
// minutes ago: their task role may not do what their log complains of.
func badDeploy(n int) awsfake.Scenario {
	stopped := awsfake.Epoch{Time: time.Now().Add(-20 * time.Minute)}
	cluster := awsfake.Cluster{Name: "prod", Services: []awsfake.Service{{ServiceName: "orders", Status: "ACTIVE", TaskDefinition: badRevision}}}
	group := awsfake.LogGroup{Name: "/ecs/orders"}
	var trail []awsfake.TrailRecord
	for i := range n {
		session := "arn:aws:sts::111122223333:assumed-role/orders-task/" + orderID(i)
		denial := "User: " + session + " is not authorized to perform: sqs:CreateQueue on resource: arn:aws:sqs:eu-west-1:111122223333:orders because no identity-based policy allows the sqs:CreateQueue action"
		cluster.Tasks = append(cluster.Tasks, awsfake.Task{
			TaskARN: orderTask(i), ClusterARN: "arn:aws:ecs:eu-west-1:111122223333:cluster/prod", TaskDefinitionARN: badRevision,
			Group: "service:orders", LaunchType: "FARGATE", LastStatus: "STOPPED", DesiredStatus: "STOPPED",
			StopCode: "EssentialContainerExited", StoppedReason: "Essential container in task exited",
			CreatedAt: awsfake.Epoch{Time: stopped.Add(-time.Minute)}, StartedAt: awsfake.Epoch{Time: stopped.Add(-30 * time.Second)}, StoppedAt: stopped,
			Containers: []awsfake.Container{{Name: "app", TaskARN: orderTask(i), RuntimeID: orderID(i) + "-1", LastStatus: "STOPPED", ExitCode: new(1)}},
		})
		group.Streams = append(group.Streams, awsfake.LogStream{Name: "ecs/app/" + orderID(i), Events: []awsfake.LogEvent{{At: stopped.Add(-time.Second), Message: "fatal: AccessDenied: " + denial}}})
		trail = append(trail, awsfake.TrailRecord{
			EventTime: stopped.Add(-time.Second), EventSource: "sqs.amazonaws.com", EventName: "CreateQueue", ErrorCode: "AccessDenied", ErrorMessage: denial,
			UserIdentity: awsfake.TrailIdentity{Type: "AssumedRole", ARN: session},
		})
	}
	return awsfake.Scenario{
		Clusters:  []awsfake.Cluster{cluster},
		LogGroups: []awsfake.LogGroup{group},
		Trail:     trail,
		TaskDefinitions: []awsfake.TaskDefinition{{
			TaskDefinitionARN: badRevision, Family: "orders", Revision: 8, Status: "ACTIVE", TaskRoleARN: ordersRole,
			ContainerDefinitions: []awsfake.ContainerDefinition{{
				Name: "app", Image: "orders:8", Essential: true,
				LogConfiguration: &awsfake.LogConfiguration{LogDriver: "awslogs", Options: map[string]string{"awslogs-group": "/ecs/orders", "awslogs-region": "eu-west-1", "awslogs-stream-prefix": "ecs"}},
			}},
		}},
		Roles: []awsfake.Role{{Name: "orders-task"}},
	}
}

// strictAWS is a double behind 50 ms of network, with CloudTrail's quota. It
// counts the answers that tell of throttling.
type strictAWS struct {
	*awsfake.Server
	throttled atomic.Int64
}

func newStrictAWS(s awsfake.Scenario) *strictAWS {
	aws := &strictAWS{Server: awsfake.New(s)}
	aws.SetFault(awsfake.EveryOperation, awsfake.Fault{Latency: 50 * time.Millisecond})
	aws.SetFault("cloudtrail:LookupEvents", awsfake.Fault{Latency: 50 * time.Millisecond, PerSecond: 2})
	return aws
}

func (a *strictAWS) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	a.Server.ServeHTTP(throttleCounter{w, a}, r)
}

// Do answers without a network between, for tests on a clock of their own.
func (a *strictAWS) Do(r *http.Request) (*http.Response, error) {
	w := httptest.NewRecorder()
	a.ServeHTTP(w, r)
	return w.Result(), r.Context().Err()
}

func (a *strictAWS) total() (calls int) {
	for _, n := range a.Calls() {
		calls += n
	}
	return calls
}

type throttleCounter struct {
	http.ResponseWriter
	aws *strictAWS
}

func (c throttleCounter) Write(b []byte) (int, error) {
	if bytes.Contains(b, []byte("Rate exceeded")) {
		c.aws.throttled.Add(1)
	}
	return c.ResponseWriter.Write(b)
}

// bookOn is a casebook that reads the double as the service does.
func bookOn(t *testing.T, a *strictAWS) *casebook.Casebook {
	t.Helper()
	reads := awsclient.New(awsclient.Options{Config: aws.Config{
		Region: "eu-west-1", BaseEndpoint: aws.String("http://aws.invalid"), HTTPClient: a,
		Credentials: credentials.NewStaticCredentialsProvider("example", "example", ""),
	}})
	return casebook.New(casebook.Options{
		Collector: reads, Simulator: reads, Store: storetest.Open(t),
		Log: slog.New(slog.DiscardHandler), Timeout: 10 * time.Second, Now: time.Now, NewID: casebook.NewID,
	})
}

// TestABadDeployOfAThousandTasks runs on a clock of its own: what it takes is
// waiting for AWS alone, and the same on every machine.
func TestABadDeployOfAThousandTasks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const tasks = 1000
		aws := newStrictAWS(badDeploy(tasks))
		book := bookOn(t, aws)
		began := time.Now()
		made := make([]diagnose.Diagnosis, tasks)
		var asking sync.WaitGroup
		for i := range made {
			asking.Go(func() {
				var err error
				if made[i], err = book.Diagnose(t.Context(), taskref.OfTask(orderTask(i), "", ""), false); err != nil {
					t.Errorf("task %d: %v", i, err)
				}
			})
		}
		asking.Wait()
		took := time.Since(began)
		sure := map[verdict.Confidence]int{}
		incidents := map[string]bool{}
		for i, d := range made {
			if d.Verdict.Cause != "runtime.denied" || d.Verdict.Identity.ARN != ordersRole || d.Task.ID != orderID(i) || len(d.Fix.Policies) == 0 || d.Incident == nil {
				t.Fatalf("task %d: %+v, incident %v, %d policies", i, d.Verdict, d.Incident, len(d.Fix.Policies))
			}
			sure[d.Verdict.Confidence]++
			incidents[d.Incident.ID] = true
		}
		t.Logf("%d verdicts after %s of waiting, with %d calls %v; %v", tasks, took, aws.total(), aws.Calls(), sure)
		if took > 10*time.Second || aws.total() > 60 || aws.throttled.Load() > 0 {
			t.Errorf("took %s and %d calls, of which AWS throttled %d; want 10s, 60 and none", took, aws.total(), aws.throttled.Load())
		}
		if few := sure[verdict.Confirmed]; few < 3 || few > 6 || sure[verdict.Likely] != tasks-few || len(incidents) != 1 {
			t.Errorf("%v in %d incidents, want a few that were looked into, and the others likely, in one", sure, len(incidents))
		}
		if s := book.Stats(); s.CohortTasks != tasks {
			t.Errorf("%d tasks were counted, want all %d", s.CohortTasks, tasks)
		}
		time.Sleep(time.Minute) // what is left behind comes to its end
	})
}

// BenchmarkABadDeploy asks the whole service for a thousand tasks at once.
func BenchmarkABadDeploy(b *testing.B) {
	const tasks = 1000
	for b.Loop() {
		aws := newStrictAWS(badDeploy(tasks))
		base := startForBenchmark(b, aws)
		var asking sync.WaitGroup
		for i := range tasks {
			asking.Go(func() {
				resp, err := http.Get(base + "/api/v1/diagnoses?task=" + url.QueryEscape(orderTask(i)))
				if err != nil {
					b.Errorf("task %d: %v", i, err)
					return
				}
				defer resp.Body.Close()
				if body, err := io.ReadAll(resp.Body); err != nil || resp.StatusCode != http.StatusOK || !bytes.Contains(body, []byte(`"runtime.denied"`)) {
					b.Errorf("task %d: status %d, %v, %s", i, resp.StatusCode, err, body)
				}
			})
		}
		asking.Wait()
		b.ReportMetric(float64(aws.total()), "aws-calls/op")
		b.ReportMetric(float64(aws.throttled.Load()), "throttled/op")
	}
}
