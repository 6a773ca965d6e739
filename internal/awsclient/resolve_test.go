package awsclient_test

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"whystopped/internal/awsclient"
	"whystopped/internal/awsclient/awsfake"
	"whystopped/internal/problem"
	"whystopped/internal/taskref"
)

func TestResolve(t *testing.T) {
	task := func(change func(*taskref.Ref)) taskref.Ref {
		r := ref()
		change(&r)
		return r
	}
	tests := []struct {
		name string
		in   taskref.Ref
		want taskref.Ref
	}{
		{name: "complete", in: ref(), want: ref()},
		{name: "cluster and id", in: taskref.Ref{Cluster: "prod", TaskID: taskID}, want: ref()},
		{
			name: "console link of another region and partition",
			in:   taskref.Ref{Region: "cn-north-1", Cluster: "prod", TaskID: taskID},
			want: task(func(r *taskref.Ref) { r.Partition, r.Region = "aws-cn", "cn-north-1" }),
		},
		{name: "short ARN", in: task(func(r *taskref.Ref) { r.Cluster = "" }), want: ref()},
		{
			name: "short ARN of a task that is gone",
			in:   task(func(r *taskref.Ref) { r.Cluster, r.TaskID = "", "ffffffffffffffffffffffffffffffff" }),
			want: task(func(r *taskref.Ref) { r.Cluster, r.TaskID = "", "ffffffffffffffffffffffffffffffff" }),
		},
		{name: "service", in: serviceRef(), want: task(func(r *taskref.Ref) { r.Group = "service:api" })},
		{name: "old service ARN", in: func() taskref.Ref { r := serviceRef(); r.Cluster = ""; return r }(), want: task(func(r *taskref.Ref) { r.Group = "service:api" })},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := world()
			for i := range 30 {
				s.Clusters = append(s.Clusters, awsfake.Cluster{Name: fmt.Sprintf("other-%d", i)})
			}
			slices.Reverse(s.Clusters) // the one with the task comes last
			_, collector := serve(t, s, awsfake.WithPageSize(7))
			got, err := collector.Resolve(t.Context(), tt.in)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("reference (-want +got):\n%s", diff)
			}
		})
	}
}

func TestResolveSaysWhatIsMissing(t *testing.T) {
	tests := []struct {
		name   string
		in     taskref.Ref
		op     string
		fault  awsfake.Fault
		region string
		want   problem.Kind
		says   []string
	}{
		{name: "no region anywhere", in: taskref.Ref{Cluster: "prod", TaskID: taskID}, region: "-", want: problem.UnknownTask, says: []string{"AWS_REGION"}},
		{
			name: "clusters may not be listed", in: taskref.Ref{Region: region, TaskID: taskID},
			op: "ecs:ListClusters", fault: awsfake.Fault{Deny: true},
			want: problem.Refused, says: []string{"ecs:ListClusters", "CLUSTER/TASK-ID"},
		},
		{
			name: "no cluster may be asked", in: taskref.Ref{Region: region, TaskID: taskID},
			op: "ecs:DescribeTasks", fault: awsfake.Fault{Deny: true},
			want: problem.Refused, says: []string{"ecs:DescribeTasks"},
		},
		{
			name: "empty answer", in: taskref.Ref{Region: region, TaskID: taskID},
			op: "ecs:ListClusters", fault: awsfake.Fault{Empty: true}, want: problem.Unreachable, says: []string{"proxy"},
		},
		{name: "service's tasks may not be listed", in: serviceRef(), op: "ecs:ListTasks", fault: awsfake.Fault{Deny: true}, want: problem.Refused, says: []string{"ecs:ListTasks"}},
		{name: "service's tasks may not be described", in: serviceRef(), op: "ecs:DescribeTasks", fault: awsfake.Fault{Deny: true}, want: problem.Refused, says: []string{"ecs:DescribeTasks"}},
		{name: "service's tasks: empty answer", in: serviceRef(), op: "ecs:ListTasks", fault: awsfake.Fault{Empty: true}, want: problem.Unreachable, says: []string{"proxy"}},
		{name: "service's tasks: empty description", in: serviceRef(), op: "ecs:DescribeTasks", fault: awsfake.Fault{Empty: true}, want: problem.Unreachable, says: []string{"proxy"}},
		{name: "unknown service", in: func() taskref.Ref { r := serviceRef(); r.Group = "service:nope"; return r }(), want: problem.UnknownTask, says: []string{"nope", "prod"}},
		{name: "unknown service, no cluster", in: func() taskref.Ref { r := serviceRef(); r.Group, r.Cluster = "service:nope", ""; return r }(), want: problem.UnknownTask, says: []string{"nope"}},
		{name: "service of an unknown cluster", in: func() taskref.Ref { r := serviceRef(); r.Cluster = "nope"; return r }(), want: problem.UnknownTask, says: []string{"nope"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			fake, collector := serve(t, world())
			if tt.op != "" {
				fake.SetFault(tt.op, tt.fault)
			}
			if tt.region == "-" {
				opts := options("http://127.0.0.1:0")
				opts.Config.Region = ""
				collector = awsclient.New(opts)
			}
			_, err := collector.Resolve(t.Context(), tt.in)
			checkError(t, err, tt.want, tt.says)
		})
	}
}

func TestResolveWorksWithoutItsOwnAccount(t *testing.T) {
	fake, collector := serve(t, world())
	fake.SetFault("sts:GetCallerIdentity", awsfake.Fault{Deny: true})
	for range 3 {
		got, err := collector.Resolve(t.Context(), taskref.Ref{Cluster: "prod", TaskID: taskID})
		if err != nil {
			t.Fatal(err)
		}
		if got.Account != "" || got.Region != region {
			t.Errorf("resolved to %+v", got)
		}
		ev, err := collector.Collect(t.Context(), got, nil, nil)
		if err != nil {
			t.Fatal(err)
		}
		if ev.Ref.Account != account || ev.Ref.ARN() != taskARN {
			t.Errorf("the evidence is of %+v, want what the task says of itself", ev.Ref)
		}
	}
	if n := fake.Calls()["sts:GetCallerIdentity"]; n != 1 {
		t.Errorf("asked %d times for an account that AWS does not tell", n)
	}
}

func TestTheNewestTaskOfAServiceThatFailed(t *testing.T) {
	exit := func(code int) []awsfake.Container { return []awsfake.Container{{Name: "app", ExitCode: &code}} }
	type stop struct {
		code, reason string
		containers   []awsfake.Container
	}
	tests := []struct {
		name  string
		stops []stop // newest first; the last one is wanted
	}{
		{name: "only one", stops: []stop{{code: "EssentialContainerExited", containers: exit(1)}}},
		{name: "scaled in after it", stops: []stop{
			{code: "ServiceSchedulerInitiated", reason: "Scaling activity initiated by (deployment ecs-svc/1234567890123456789)", containers: exit(143)},
			{code: "EssentialContainerExited", containers: exit(1)},
		}},
		{name: "stopped by a person after it", stops: []stop{
			{code: "UserInitiated", reason: "Task stopped by user", containers: exit(137)},
			{code: "TaskFailedToStart", reason: "CannotPullContainerError: x"},
		}},
		{name: "ended well after it", stops: []stop{
			{code: "EssentialContainerExited", containers: exit(0)},
			{code: "ServiceSchedulerInitiated", reason: "Task failed ELB health checks in (target-group arn:aws:x)", containers: exit(143)},
		}},
		{name: "without a stop code", stops: []stop{{containers: exit(0)}, {containers: exit(2)}}},
		{name: "Spot took it", stops: []stop{{code: "UserInitiated"}, {code: "SpotInterruption", reason: "Your Spot Task was interrupted."}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := world()
			s.Clusters[0].Tasks = nil
			for i, stop := range tt.stops {
				s.Clusters[0].Tasks = append(s.Clusters[0].Tasks, serviceTask(i, stop.code, stop.reason, stop.containers))
			}
			for i := range 250 { // older ones, more than one call can describe
				s.Clusters[0].Tasks = append(s.Clusters[0].Tasks, serviceTask(300+i, "TaskFailedToStart", "older", nil))
			}
			other := serviceTask(-5, "TaskFailedToStart", "newer, of another service", nil)
			other.Group = "service:other"
			s.Clusters[0].Tasks = append(s.Clusters[0].Tasks, other)
			fake, collector := serve(t, s)
			got, err := collector.Resolve(t.Context(), serviceRef())
			if err != nil {
				t.Fatal(err)
			}
			if want := serviceTaskID(len(tt.stops) - 1); got.TaskID != want {
				t.Errorf("resolved to task %s, want %s", got.TaskID, want)
			}
			if n := fake.Calls()["ecs:DescribeTasks"]; n != 3 {
				t.Errorf("%d calls for %d tasks", n, len(s.Clusters[0].Tasks))
			}
		})
	}
}

func TestResolveLeavesTimeToCollect(t *testing.T) {
	fake, collector := serve(t, world())
	fake.SetFault("ecs:ListTasks", awsfake.Fault{Hang: true})
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	_, err := collector.Resolve(ctx, serviceRef())
	checkError(t, err, problem.Unreachable, []string{"no answer in time"})
	if ctx.Err() != nil {
		t.Error("nothing is left of the time")
	}
}

func TestTasksThatOtherServersListForAService(t *testing.T) {
	s := world()
	other := serviceTask(-5, "TaskFailedToStart", "newer, of no service", nil)
	other.Group = "family:api"
	s.Clusters[0].Tasks = append(s.Clusters[0].Tasks, other)
	collector := answering(t, s, "ListTasks", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/x-amz-json-1.1")
		fmt.Fprintf(w, `{"taskArns":[%q,%q]}`, taskARN, other.TaskARN) // moto lists the whole cluster
	})
	got, err := collector.Resolve(t.Context(), serviceRef())
	if err != nil {
		t.Fatal(err)
	}
	if got.TaskID != taskID {
		t.Errorf("resolved to task %s, want the one of the service", got.TaskID)
	}
}

func TestTheNewestStoppedTaskWhereNoneFailed(t *testing.T) {
	s := world()
	s.Clusters[0].Tasks = []awsfake.Task{
		serviceTask(9, "UserInitiated", "older", nil),
		serviceTask(2, "UserInitiated", "newest", nil),
		serviceTask(5, "ServiceSchedulerInitiated", "Scaling activity initiated by (deployment ecs-svc/1)", nil),
	}
	_, collector := serve(t, s)
	got, err := collector.Resolve(t.Context(), serviceRef())
	if err != nil {
		t.Fatal(err)
	}
	if want := serviceTaskID(2); got.TaskID != want {
		t.Errorf("resolved to task %s, want %s", got.TaskID, want)
	}
}

func serviceTaskID(age int) string { return fmt.Sprintf("%032x", age+1000) }

// serviceTask is a stopped task of the service; the age is in seconds.
func serviceTask(age int, stopCode, reason string, containers []awsfake.Container) awsfake.Task {
	t := stoppedTask()
	t.TaskARN = "arn:aws:ecs:eu-west-1:111122223333:task/prod/" + serviceTaskID(age)
	t.StopCode, t.StoppedReason, t.Containers = stopCode, reason, containers
	t.StoppedAt = epochAgo(time.Hour/2 + time.Duration(age)*time.Second)
	return t
}
