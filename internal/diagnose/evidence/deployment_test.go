package evidence

import "testing"

func TestDeploymentThatWorks(t *testing.T) {
	tests := []struct {
		name string
		d    Deployment
		want bool
	}{
		{name: "came to rest", d: Deployment{Status: "ACTIVE", RolloutState: "COMPLETED", RunningCount: 2}, want: true},
		{name: "came to rest, and is replaced", d: Deployment{Status: "INACTIVE", RolloutState: "COMPLETED"}, want: true},
		{name: "its tasks run", d: Deployment{Status: "PRIMARY", RolloutState: "IN_PROGRESS", RunningCount: 1}, want: true},
		{name: "its tasks run, of a task set or before ECS told of states", d: Deployment{Status: "ACTIVE", RunningCount: 1}, want: true},
		{name: "no task yet", d: Deployment{Status: "PRIMARY", RolloutState: "IN_PROGRESS"}},
		{name: "some tasks run and others fail", d: Deployment{Status: "PRIMARY", RolloutState: "IN_PROGRESS", RunningCount: 1, FailedTasks: 3}},
		{name: "failed, and its last tasks still run", d: Deployment{Status: "ACTIVE", RolloutState: "FAILED", RunningCount: 1}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := tt.d.Works(); got != tt.want {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
}
