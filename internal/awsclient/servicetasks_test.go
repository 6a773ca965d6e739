package awsclient_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"whystopped/internal/awsclient/awsfake"
	"whystopped/internal/problem"
	"whystopped/internal/taskref"
)

func TestStoppedTasksOfAService(t *testing.T) {
	s := world()
	s.Clusters[0].Tasks = nil
	for age := range 130 { // more than one call can list or describe
		s.Clusters[0].Tasks = append(s.Clusters[0].Tasks, serviceTask((age*7)%130, "TaskFailedToStart", "x", nil))
	}
	other := serviceTask(-5, "TaskFailedToStart", "newer, of another service", nil)
	other.Group = "service:other"
	s.Clusters[0].Tasks = append(s.Clusters[0].Tasks, other)
	_, collector := serve(t, s)

	got, err := collector.StoppedTasks(t.Context(), serviceRef(), 3)
	if err != nil {
		t.Fatal(err)
	}
	var want []taskref.Ref
	for age := range 3 {
		ref := serviceRef()
		ref.TaskID = serviceTaskID(age)
		want = append(want, ref)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("tasks (-want +got):\n%s", diff)
	}
	withoutCluster := serviceRef()
	withoutCluster.Cluster = ""
	if got, err := collector.StoppedTasks(t.Context(), withoutCluster, 3); err != nil || !slices.Equal(got, want) {
		t.Errorf("without its cluster: %v, %v, want the same", got, err)
	}
	if got, err := collector.StoppedTasks(t.Context(), serviceRef(), 1000); err != nil || len(got) != 130 {
		t.Errorf("all: %d tasks, %v, want 130", len(got), err)
	}
}

func TestStoppedTasksThatCannotBeListed(t *testing.T) {
	fake, collector := serve(t, world())
	unknown := serviceRef()
	unknown.Group = "service:nothing"
	_, err := collector.StoppedTasks(t.Context(), unknown, 3)
	checkError(t, err, problem.UnknownTask, []string{"nothing"})
	fake.SetFault("ecs:ListTasks", awsfake.Fault{Deny: true})
	_, err = collector.StoppedTasks(t.Context(), serviceRef(), 3)
	checkError(t, err, problem.Refused, []string{"ecs:ListTasks"})
}
