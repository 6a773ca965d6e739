package awsclient_test

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"text/tabwriter"
	"time"

	"whystopped/internal/awsclient"
	"whystopped/internal/awsclient/awsfake"
	"whystopped/internal/diagnose"
	"whystopped/internal/diagnose/evidence"
	"whystopped/internal/diagnose/verdict"
	"whystopped/internal/problem"
	"whystopped/internal/taskref"
)

// matrixCall is one use of an AWS call: a world in which it is made, and where
// what came of it is told.
type matrixCall struct {
	name   string
	op     string // the call that fails
	world  func(*testing.T) awsfake.Scenario
	change func(*awsclient.Options)
	// source is its line in the evidence, or "" where the call is made before
	// there is evidence.
	source string
	ask    func(context.Context, *awsclient.Collector) (answered, error)
	// orError is the kind of problem where nothing is known without the call; ""
	// where there always is an answer.
	orError func(awsfake.Fault) problem.Kind
}

// answered is what a person would get.
type answered struct {
	sources   []evidence.Source
	evidence  evidence.Evidence
	diagnosis diagnose.Diagnosis
}

func collectAll(ctx context.Context, c *awsclient.Collector) (answered, error) {
	ev, err := c.Collect(ctx, ref(), nil, nil)
	if err != nil {
		return answered{}, err
	}
	return answered{ev.Sources, ev, diagnose.Diagnose(ev)}, nil
}

func proveOne(ctx context.Context, c *awsclient.Collector) (answered, error) {
	d := prove(c, ctx, provable(account))
	return answered{sources: d.Sources, diagnosis: d}, nil
}

// resolve only fills in a reference: whether it worked is all there is to tell.
func resolve(r taskref.Ref) func(context.Context, *awsclient.Collector) (answered, error) {
	return func(ctx context.Context, c *awsclient.Collector) (answered, error) {
		_, err := c.Resolve(ctx, r)
		return answered{}, err
	}
}

func plain(*testing.T) awsfake.Scenario { return world() }

func matrixCalls() []matrixCall {
	withoutCluster, withoutAccount := ref(), ref()
	withoutCluster.Cluster, withoutAccount.Account = "", ""
	long := func(*testing.T) awsfake.Scenario {
		s := world()
		s.LogGroups[0].Streams[0].Events = lines(2500, ago(43*time.Minute))
		s.LogGroups[0].Streams[0].Events[0].Message = denial
		return s
	}
	trail := func(t *testing.T) awsfake.Scenario {
		s := world()
		s.LogGroups = append(s.LogGroups, awsfake.LogGroup{Name: "trail", Streams: []awsfake.LogStream{{Events: []awsfake.LogEvent{
			recorded(t, "e", "GetObject", taskID, "AccessDenied", ago(35*time.Minute)),
		}}}})
		return s
	}
	gone := func(t *testing.T) awsfake.Scenario {
		s := world()
		s.Clusters[0].Tasks = nil
		s.LogGroups = append(s.LogGroups, captured(taskEvent(t, ago(31*time.Minute), 7, "STOPPED", "Essential container in task exited")))
		return s
	}
	host := func(*testing.T) awsfake.Scenario {
		s := onHost()
		s.Clusters[0].Tasks[0].Containers[0].Reason = "AccessDeniedException"
		return s
	}
	reads := func(s func(*testing.T) awsfake.Scenario) func(*testing.T) awsfake.Scenario {
		return func(t *testing.T) awsfake.Scenario {
			w := s(t)
			w.Readers = []awsfake.Reader{{ARN: reader}}
			return w
		}
	}
	return []matrixCall{
		{name: "task", op: "ecs:DescribeTasks", world: plain, source: evidence.TaskSource, ask: collectAll},
		{name: "definition", op: "ecs:DescribeTaskDefinition", world: plain, source: "ecs:DescribeTaskDefinition", ask: collectAll},
		{name: "service", op: "ecs:DescribeServices", world: plain, source: "ecs:DescribeServices", ask: collectAll},
		{name: "log", op: "logs:GetLogEvents", world: plain, source: "logs:GetLogEvents app", ask: collectAll},
		{name: "denials in a long log", op: "logs:FilterLogEvents", world: long, source: "logs:FilterLogEvents app", ask: collectAll},
		{name: "calls", op: "cloudtrail:LookupEvents", world: plain, source: "cloudtrail:LookupEvents", ask: collectAll},
		{
			name: "trail's log group", op: "logs:FilterLogEvents", world: trail, source: evidence.TrailLogSource, ask: collectAll,
			change: func(o *awsclient.Options) { o.TrailLogGroup = "trail" },
		},
		{name: "events of a forgotten task", op: "logs:FilterLogEvents", world: gone, source: evidence.TaskEventsSource, ask: collectAll},
		{name: "instance", op: "ecs:DescribeContainerInstances", world: host, source: "ecs:DescribeContainerInstances", ask: collectAll},
		{name: "calls of the host", op: "cloudtrail:LookupEvents", world: host, source: evidence.HostTrailSource, ask: collectAll},
		{name: "roles", op: "iam:GetRole", world: func(*testing.T) awsfake.Scenario { return refused() }, source: "iam:GetRole", ask: collectAll},
		{name: "proof", op: "iam:SimulatePrincipalPolicy", world: func(*testing.T) awsfake.Scenario { return withRole(awsfake.Role{}) }, source: "iam:SimulatePrincipalPolicy", ask: proveOne},
		{
			name: "role of the account", op: "sts:AssumeRole", world: reads(plain), ask: collectAll, orError: kindOfFault,
			change: func(o *awsclient.Options) { o.AssumeRole = reader },
		},
		{name: "our own account", op: "sts:GetCallerIdentity", world: plain, ask: resolve(withoutAccount), orError: func(f awsfake.Fault) problem.Kind {
			if f.ExpiredToken { // then nothing else can be had either
				return problem.BadCredentials
			}
			return ""
		}},
		{name: "clusters", op: "ecs:ListClusters", world: plain, ask: resolve(withoutCluster), orError: kindOfFault},
		{name: "stopped tasks", op: "ecs:ListTasks", world: plain, ask: resolve(serviceRef()), orError: kindOfFault},
	}
}

// kindOfFault is the error where all depends on the call that fails.
func kindOfFault(f awsfake.Fault) problem.Kind {
	switch {
	case f.Deny:
		return problem.Refused
	case f.ExpiredToken:
		return problem.BadCredentials
	case f.ClockSkew, f.Throttle > 0:
		return ""
	}
	return problem.Unreachable
}

// Whatever call fails, in whatever way: there is an answer in time that tells
// which source failed and how, that never takes a denial of ours for the task's,
// and that is never surer than what was seen. -v prints the table.
func TestFaultMatrix(t *testing.T) {
	var mu sync.Mutex
	cells := map[string]string{}
	for _, call := range matrixCalls() {
		whole := matrixWhole(t, call)
		for _, f := range faults {
			t.Run(call.name+"/"+f.name, func(t *testing.T) {
				onOwnClock(t, call.world(t), call.change, func(ctx context.Context, fake *awsfake.Server, c *awsclient.Collector) {
					cell := matrixCell(t, ctx, fake, c, call, f.fault, f.want, whole)
					mu.Lock()
					defer mu.Unlock()
					cells[call.name+"/"+f.name] = cell
				})
			})
		}
	}
	t.Log(matrixTable(cells))
}

// matrixWhole is what is answered when nothing fails.
func matrixWhole(t *testing.T, call matrixCall) (whole answered) {
	t.Helper()
	t.Run(call.name+"/without a fault", func(t *testing.T) {
		onOwnClock(t, call.world(t), call.change, func(ctx context.Context, fake *awsfake.Server, c *awsclient.Collector) {
			var err error
			if whole, err = call.ask(ctx, c); err != nil {
				t.Fatal(err)
			}
			if fake.Calls()[call.op] == 0 {
				t.Errorf("%s is not called", call.op)
			}
		})
	})
	return whole
}

func matrixCell(t *testing.T, ctx context.Context, fake *awsfake.Server, c *awsclient.Collector, call matrixCall, fault awsfake.Fault, want evidence.SourceStatus, whole answered) string {
	t.Helper()
	fake.SetFault(call.op, fault)
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	got, err := call.ask(ctx, c)
	if ctx.Err() != nil {
		t.Error("the answer came after the deadline")
	}
	if call.source == "" {
		return matrixError(t, err, call, fault)
	}
	if err != nil {
		t.Fatal(err)
	}
	was, is := lineOf(whole.sources, call.source), lineOf(got.sources, call.source)
	if want == evidence.SourceOK {
		want = was.Status
	}
	if is.Status != want {
		t.Errorf("status %s (%s), want %s", is.Status, is.Detail, want)
	}
	checkPermission(t, is, call.op)
	checkNotOurs(t, got.evidence)
	checkNoSurer(t, whole.diagnosis, got.diagnosis)
	return string(is.Status)
}

// matrixError is for calls without which there is no evidence.
func matrixError(t *testing.T, err error, call matrixCall, fault awsfake.Fault) string {
	t.Helper()
	want := call.orError(fault)
	if want == "" {
		if err != nil {
			t.Errorf("error %v, want none", err)
		}
		return "ok"
	}
	checkError(t, err, want, nil)
	return string(want)
}

func lineOf(sources []evidence.Source, name string) evidence.Source {
	if i := slices.IndexFunc(sources, func(s evidence.Source) bool { return s.Name == name }); i >= 0 {
		return sources[i]
	}
	return evidence.Source{}
}

// checkNoSurer makes sure that a fault makes no verdict surer, and blames
// nobody whom the whole evidence does not blame.
func checkNoSurer(t *testing.T, whole, got diagnose.Diagnosis) {
	t.Helper()
	if got.Verdict.Confidence == verdict.Confirmed && got.Verdict.Cause != whole.Verdict.Cause {
		t.Errorf("confirmed %s; with all evidence it is %s", got.Verdict.Cause, whole.Verdict.Cause)
	}
	for _, f := range got.Findings {
		if f.Confidence == verdict.Confirmed && len(f.Evidence) == 0 {
			t.Errorf("%s is confirmed by nothing", f.Cause)
		}
		for _, d := range f.Denied {
			if strings.Contains(d.Principal, "whystopped") {
				t.Errorf("our own denial is reported as the task's: %+v", d)
			}
		}
	}
}

// matrixTable prints the matrix, a line for each call.
func matrixTable(cells map[string]string) string {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	fmt.Fprint(w, "\ncall\tfor")
	for _, f := range faults {
		fmt.Fprintf(w, "\t%s", f.name)
	}
	for _, call := range matrixCalls() {
		fmt.Fprintf(w, "\n%s\t%s", call.op, call.name)
		for _, f := range faults {
			fmt.Fprintf(w, "\t%s", cells[call.name+"/"+f.name])
		}
	}
	_ = w.Flush() // a strings.Builder takes everything
	return b.String()
}

// The double knows exactly the calls that are made, so that one which the matrix
// lacks is found here.
func TestTheMatrixHasEveryCall(t *testing.T) {
	var have []string
	for _, call := range matrixCalls() {
		have = append(have, call.op)
	}
	slices.Sort(have)
	if want := awsclient.EveryCall(); !reflect.DeepEqual(slices.Compact(have), want) {
		t.Errorf("the matrix has\n%v\nand the package makes\n%v", slices.Compact(have), want)
	}
}
