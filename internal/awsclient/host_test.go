package awsclient_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"whystopped/internal/awsclient/awsfake"
	"whystopped/internal/diagnose/evidence"
)

const (
	instance    = "i-0a1b2c3d4e5f60718"
	instanceARN = "arn:aws:ecs:eu-west-1:111122223333:container-instance/prod/0123456789abcdef0123456789abcdef"
	pullRefused = "CannotPullECRContainerError: AccessDeniedException: User: arn:aws:sts::111122223333:assumed-role/ecs-host/" + instance +
		" is not authorized to perform: ecr:GetAuthorizationToken on resource: * because no identity-based policy allows the ecr:GetAuthorizationToken action"
)

// onHost is the world with the task on an EC2 instance, without any role of its
// own, and with refused calls of the instance.
func onHost() awsfake.Scenario {
	s := world()
	task := &s.Clusters[0].Tasks[0]
	task.LaunchType, task.ContainerInstanceARN, task.StoppedReason = "EC2", instanceARN, "Task failed to start"
	task.Overrides.TaskRoleARN = ""
	s.TaskDefinitions[0].ExecutionRoleARN = ""
	s.Clusters[0].Instances = []awsfake.ContainerInstance{{ContainerInstanceARN: instanceARN, EC2InstanceID: instance}}
	s.LogGroups[0].Streams[0].Events = []awsfake.LogEvent{{At: ago(31 * time.Minute), Message: "starting"}}
	s.Trail = []awsfake.TrailRecord{
		hostCall("GetAuthorizationToken", ago(41*time.Minute), "AccessDenied"),
		hostCall("GetAuthorizationToken", ago(40*time.Minute), ""),
		hostCall("PutMetricData", ago(40*time.Minute), "AccessDenied"),
		hostCall("GetAuthorizationToken", ago(3*time.Hour), "AccessDenied"), // before the task's life
	}
	return s
}

func hostCall(name string, at time.Time, errorCode string) awsfake.TrailRecord {
	r := call(name, at, errorCode)
	r.UserIdentity.ARN = "arn:aws:sts::111122223333:assumed-role/ecs-host/" + instance
	return r
}

func TestCallsOfTheHost(t *testing.T) {
	reason := func(text string) func(*awsfake.Scenario) {
		return func(s *awsfake.Scenario) { s.Clusters[0].Tasks[0].Containers[0].Reason = text }
	}
	logged := func(text string) func(*awsfake.Scenario) {
		return func(s *awsfake.Scenario) { s.LogGroups[0].Streams[0].Events[0].Message = text }
	}
	withRoles := func(s *awsfake.Scenario) {
		s.TaskDefinitions[0].ExecutionRoleARN, s.TaskDefinitions[0].TaskRoleARN = execRole, taskRole
	}
	tests := []struct {
		name   string
		change []func(*awsfake.Scenario)
		want   []string
		asks   bool // which instance it was
	}{
		{name: "named by ECS", change: []func(*awsfake.Scenario){reason(pullRefused)}, want: []string{"GetAuthorizationToken"}},
		{name: "named by ECS, beside roles of the task", change: []func(*awsfake.Scenario){withRoles, reason(pullRefused)}, want: []string{"GetAuthorizationToken"}},
		{
			name:   "nobody is named, and there is no execution role",
			change: []func(*awsfake.Scenario){reason("CannotPullContainerError: AccessDeniedException")},
			want:   []string{"GetAuthorizationToken", "PutMetricData"}, asks: true,
		},
		{
			name:   "nobody is named in the log, and there is no task role",
			change: []func(*awsfake.Scenario){logged("An error occurred (AccessDenied) when calling the PutMetricData operation: no")},
			want:   []string{"PutMetricData"}, asks: true,
		},
		{
			name:   "an action that the host was not refused",
			change: []func(*awsfake.Scenario){logged("operation error S3: ListBuckets, api error AccessDenied: Access Denied")}, asks: true,
		},
		{name: "nobody is named, and the task has its roles", change: []func(*awsfake.Scenario){withRoles, logged("AccessDenied"), reason("AccessDeniedException")}},
		{name: "the task's own session is named", change: []func(*awsfake.Scenario){logged(denial)}},
		{name: "nothing was refused", change: []func(*awsfake.Scenario){reason("OutOfMemoryError: Container killed due to memory usage")}},
		{name: "on Fargate", change: []func(*awsfake.Scenario){reason(pullRefused), func(s *awsfake.Scenario) { s.Clusters[0].Tasks[0].ContainerInstanceARN = "" }}},
		{
			name:   "the instance is gone",
			change: []func(*awsfake.Scenario){reason("AccessDeniedException"), func(s *awsfake.Scenario) { s.Clusters[0].Instances = nil }}, asks: true,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := onHost()
			for _, change := range tt.change {
				change(&s)
			}
			fake, collector := serve(t, s)
			ev, err := collector.Collect(t.Context(), ref(), nil, nil)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, names(ev.CloudTrail)); diff != "" {
				t.Errorf("calls (-want +got):\n%s", diff)
			}
			if slices.ContainsFunc(ev.CloudTrail, func(r evidence.Record) bool { return r.Host != instance }) {
				t.Errorf("a record is not marked as the host's: %+v", ev.CloudTrail)
			}
			if asked := fake.Calls()["ecs:DescribeContainerInstances"] > 0; asked != tt.asks {
				t.Errorf("asked which instance it was: %v, want %v", asked, tt.asks)
			}
			if len(tt.want) > 0 {
				if src := sourceOf(t, ev, evidence.HostTrailSource); src.Status != evidence.SourceOK || !strings.Contains(src.Detail.English, instance) {
					t.Errorf("got %+v", src)
				}
			}
		})
	}
}

func TestAHostThatIsNotKnownInTime(t *testing.T) {
	s := onHost()
	s.Clusters[0].Tasks[0].StoppedAt = epochAgo(5 * time.Minute)
	s.Clusters[0].Tasks[0].Containers[0].Reason = "AccessDeniedException"
	s.Trail = nil
	_, collector := serve(t, s)
	ev, err := collector.Collect(t.Context(), ref(), nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	if src := sourceOf(t, ev, evidence.HostTrailSource); src.Status != evidence.SourceTooEarly {
		t.Errorf("got %+v, want too-early", src)
	}
}
