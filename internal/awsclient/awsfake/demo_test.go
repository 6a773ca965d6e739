package awsfake_test

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"
	trailtypes "github.com/aws/aws-sdk-go-v2/service/cloudtrail/types"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/google/go-cmp/cmp"

	"whystopped/internal/awsclient/awsfake/samples"
	"whystopped/internal/diagnose/verdict"
)

var sampleARN = regexp.MustCompile(`^arn:aws:ecs:eu-west-1:111122223333:(task/(production|batch)/[0-9a-f]{32}|service/production/[a-z-]+)$`)

func TestDemoSamplesAreComplete(t *testing.T) {
	_, shown := samples.Demo(noon)
	if len(shown) < 22 {
		t.Errorf("got %d samples, want at least 22", len(shown))
	}
	arns, names, titles := map[string]bool{}, map[string]bool{}, map[string]bool{}
	for _, s := range shown {
		if !sampleARN.MatchString(s.ARN) {
			t.Errorf("%s: ARN %q is none of a task or a service", s.Name, s.ARN)
		}
		if s.Name == "" || s.Title == "" || s.Kind == "" || s.WantIdentity == "" || s.WantPhase == "" || s.WantCategory == "" {
			t.Errorf("a field is missing: %+v", s)
		}
		arns[s.ARN], names[s.Name], titles[s.Title] = true, true, true
	}
	if len(arns) != len(shown) || len(names) != len(shown) || len(titles) != len(shown) {
		t.Errorf("%d samples have %d ARNs, %d names and %d titles", len(shown), len(arns), len(names), len(titles))
	}
}

// Every kind of identity, phase and category that the double shows is there.
func TestDemoCoversTheKinds(t *testing.T) {
	_, shown := samples.Demo(noon)
	categories, identities := map[verdict.Category]bool{}, map[verdict.IdentityKind]bool{}
	for _, s := range shown {
		categories[s.WantCategory], identities[s.WantIdentity] = true, true
	}
	for _, c := range []verdict.Category{
		verdict.IAMPermission, verdict.IAMTrust, verdict.KMS, verdict.Network, verdict.ImageNotFound, verdict.ImagePlatform,
		verdict.LogGroupMissing, verdict.OOM, verdict.AppCrash, verdict.HealthCheck, verdict.Capacity, verdict.Spot, verdict.UserStop, verdict.Deployment,
	} {
		if !categories[c] {
			t.Errorf("no sample of the category %s", c)
		}
	}
	for _, i := range []verdict.IdentityKind{verdict.ExecutionRole, verdict.TaskRole, verdict.InstanceRole, verdict.NoIdentity} {
		if !identities[i] {
			t.Errorf("no sample of the identity %s", i)
		}
	}
}

func TestDemoIsStable(t *testing.T) {
	_, first := samples.Demo(noon)
	_, later := samples.Demo(noon.Add(48 * time.Hour))
	if diff := cmp.Diff(first, later); diff != "" {
		t.Errorf("two days later the samples differ (-first +later):\n%s", diff)
	}
}

// demoTasks reads every task of the demo through the SDK.
func demoTasks(t *testing.T, client *ecs.Client) map[string]types.Task {
	t.Helper()
	tasks := map[string]types.Task{}
	clusters, err := client.ListClusters(t.Context(), &ecs.ListClustersInput{})
	if err != nil {
		t.Fatal(err)
	}
	for _, cluster := range clusters.ClusterArns {
		for _, status := range []types.DesiredStatus{types.DesiredStatusRunning, types.DesiredStatusStopped} {
			list, err := client.ListTasks(t.Context(), &ecs.ListTasksInput{Cluster: aws.String(cluster), DesiredStatus: status})
			if err != nil {
				t.Fatal(err)
			}
			if len(list.TaskArns) == 0 {
				continue
			}
			out, err := client.DescribeTasks(t.Context(), &ecs.DescribeTasksInput{Cluster: aws.String(cluster), Tasks: list.TaskArns})
			if err != nil {
				t.Fatal(err)
			}
			for _, task := range out.Tasks {
				tasks[aws.ToString(task.TaskArn)] = task
			}
		}
	}
	return tasks
}

func TestDemoTasksAreCoherent(t *testing.T) {
	scenario, shown := samples.Demo(noon)
	_, cfg := start(t, scenario)
	client := ecs.NewFromConfig(cfg)
	tasks := demoTasks(t, client)
	for _, s := range shown {
		if _, ok := tasks[s.ARN]; !ok && strings.Contains(s.ARN, ":task/") {
			t.Errorf("%s: no list has %s", s.Name, s.ARN)
		}
	}
	for arn, task := range tasks {
		checkTimes(t, arn, task)
		def, err := client.DescribeTaskDefinition(t.Context(), &ecs.DescribeTaskDefinitionInput{TaskDefinition: task.TaskDefinitionArn})
		if err != nil {
			t.Errorf("%s: its definition: %v", arn, err)
			continue
		}
		if got, want := len(task.Containers), len(def.TaskDefinition.ContainerDefinitions); got != want {
			t.Errorf("%s has %d containers, its definition %d", arn, got, want)
		}
		for _, c := range task.Containers {
			if strings.ContainsAny(aws.ToString(c.Reason), "{}") {
				t.Errorf("%s: a placeholder is left in the reason %q", arn, *c.Reason)
			}
			ended := task.StartedAt != nil && task.StoppedAt != nil
			if ended && (c.ExitCode == nil || c.RuntimeId == nil) {
				t.Errorf("%s: container %s ran and has no exit code or runtime id", arn, *c.Name)
			}
		}
		if strings.ContainsAny(aws.ToString(task.StoppedReason), "{}") {
			t.Errorf("%s: a placeholder is left in the reason %q", arn, *task.StoppedReason)
		}
	}
}

// checkTimes holds the order of a task's times, and that none is to come.
func checkTimes(t *testing.T, arn string, task types.Task) {
	t.Helper()
	var last time.Time
	for _, at := range []*time.Time{
		task.CreatedAt, task.ConnectivityAt, task.PullStartedAt, task.PullStoppedAt, task.StartedAt,
		task.StoppingAt, task.ExecutionStoppedAt, task.StoppedAt,
	} {
		if at == nil {
			continue
		}
		if at.Before(last) {
			t.Errorf("%s: %v comes after %v", arn, at, last)
		}
		last = *at
	}
	if task.CreatedAt == nil || last.After(noon) {
		t.Errorf("%s: created %v, last seen %v; it is %v", arn, task.CreatedAt, last, noon)
	}
}

// Samples are younger and older than CloudTrail's usual delay.
func TestDemoHasYoungAndOldTasks(t *testing.T) {
	scenario, _ := samples.Demo(noon)
	_, cfg := start(t, scenario)
	var young, old int
	for _, task := range demoTasks(t, ecs.NewFromConfig(cfg)) {
		switch age := noon.Sub(aws.ToTime(task.StoppedAt)); {
		case task.StoppedAt == nil:
		case age < 5*time.Minute:
			young++
		case age > 15*time.Minute:
			old++
		}
	}
	if young == 0 || old == 0 {
		t.Errorf("%d tasks stopped within 5 minutes and %d before 15, want some of each", young, old)
	}
}

// The logs are where the task definition says: with a prefix under
// prefix/container/task, without one under the runtime id.
func TestDemoLogsAreWhereTheDriverPutsThem(t *testing.T) {
	scenario, _ := samples.Demo(noon)
	_, cfg := start(t, scenario)
	client := ecs.NewFromConfig(cfg)
	logs := cloudwatchlogs.NewFromConfig(cfg)
	regions := map[string]bool{}
	for arn, task := range demoTasks(t, client) {
		if task.StartedAt == nil {
			continue
		}
		def, err := client.DescribeTaskDefinition(t.Context(), &ecs.DescribeTaskDefinitionInput{TaskDefinition: task.TaskDefinitionArn})
		if err != nil {
			t.Fatal(err)
		}
		for i, c := range def.TaskDefinition.ContainerDefinitions {
			options := c.LogConfiguration.Options
			stream := options["awslogs-stream-prefix"] + "/" + *c.Name + "/" + arn[strings.LastIndexByte(arn, '/')+1:]
			if options["awslogs-stream-prefix"] == "" {
				stream = *task.Containers[i].RuntimeId
			}
			regions[options["awslogs-region"]] = true
			out, err := logs.GetLogEvents(t.Context(), &cloudwatchlogs.GetLogEventsInput{
				LogGroupName: aws.String(options["awslogs-group"]), LogStreamName: aws.String(stream),
			}, func(o *cloudwatchlogs.Options) { o.Region = options["awslogs-region"] })
			if err != nil {
				t.Errorf("%s, container %s: %v", arn, *c.Name, err)
				continue
			}
			if len(out.Events) == 0 {
				t.Errorf("%s, container %s: nothing in its log", arn, *c.Name)
			}
		}
	}
	if len(regions) < 2 {
		t.Errorf("all logs are in %v, want one in another Region", slices.Collect(maps.Keys(regions)))
	}
}

// What only CloudTrail knows is found by the task's id.
func TestDemoDenialsInCloudTrail(t *testing.T) {
	scenario, shown := samples.Demo(noon)
	_, cfg := start(t, scenario)
	i := slices.IndexFunc(shown, func(s samples.Sample) bool { return s.Name == "denied-in-cloudtrail-only" })
	id := shown[i].ARN[strings.LastIndexByte(shown[i].ARN, '/')+1:]
	out, err := cloudtrail.NewFromConfig(cfg).LookupEvents(t.Context(), &cloudtrail.LookupEventsInput{
		LookupAttributes: []trailtypes.LookupAttribute{{AttributeKey: trailtypes.LookupAttributeKeyUsername, AttributeValue: aws.String(id)}},
	})
	if err != nil {
		t.Fatal(err)
	}
	var denied, answered int
	for _, e := range out.Events {
		text := aws.ToString(e.CloudTrailEvent)
		if strings.Contains(text, `"errorCode":"AccessDenied"`) && strings.Contains(text, "assumed-role/pricing-task/"+id+" is not authorized to perform: secretsmanager:GetSecretValue") {
			denied++
		} else {
			answered++
		}
	}
	if denied != 1 || answered < 4 {
		t.Errorf("found %d denials and %d answered calls, want one among several", denied, answered)
	}
}

// A service that gets no task is known by its events.
func TestDemoServicesWithoutTasks(t *testing.T) {
	scenario, shown := samples.Demo(noon)
	_, cfg := start(t, scenario)
	client := ecs.NewFromConfig(cfg)
	var seen int
	for _, s := range shown {
		_, name, ok := strings.Cut(s.ARN, ":service/production/")
		if !ok {
			continue
		}
		seen++
		out, err := client.DescribeServices(t.Context(), &ecs.DescribeServicesInput{Cluster: aws.String("production"), Services: []string{s.ARN}})
		if err != nil {
			t.Fatal(err)
		}
		if newest := aws.ToString(out.Services[0].Events[0].Message); !strings.HasPrefix(newest, "(service "+name+") ") {
			t.Errorf("%s: the newest event is %q", s.Name, newest)
		}
		list, err := client.ListTasks(t.Context(), &ecs.ListTasksInput{Cluster: aws.String("production"), ServiceName: aws.String(name), DesiredStatus: types.DesiredStatusStopped})
		if err != nil || len(list.TaskArns) != 0 {
			t.Errorf("%s has tasks %v (error %v)", s.Name, list.TaskArns, err)
		}
	}
	if seen == 0 {
		t.Error("no sample is a service")
	}
}
