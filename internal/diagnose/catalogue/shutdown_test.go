package catalogue

import (
	"testing"

	"whystopped/internal/diagnose/evidence"
	"whystopped/internal/words"
)

// TestUnhealthyNamesTheContainer holds the health check's title to the container
// that failed it, and to none where several did.
func TestUnhealthyNamesTheContainer(t *testing.T) {
	var check *Cause
	for _, k := range All() {
		if k.Code == "health.container" {
			check = k
		}
	}
	tests := []struct {
		name   string
		health []string
		want   string
	}{
		{"one of two", []string{"HEALTHY", "UNHEALTHY"}, "Container b failed its health check"},
		{"both", []string{"UNHEALTHY", "UNHEALTHY"}, "Container of the task failed its health check"},
		{"not told", []string{"UNKNOWN", ""}, "Container of the task failed its health check"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			task := &evidence.Task{StoppedReason: "Task failed container health checks"}
			for i, health := range test.health {
				task.Containers = append(task.Containers, evidence.Container{Name: string(rune('a' + i)), HealthStatus: health})
			}
			found := check.When.Find(caseOf(t, evidence.Evidence{Task: task}))
			if len(found) == 0 {
				t.Fatal("the cause is not found")
			}
			if got := check.Said(argsFrom(found[0].Captures)).English; got != test.want {
				t.Errorf("title = %q, want %q", got, test.want)
			}
		})
	}
}

func caseOf(t *testing.T, ev evidence.Evidence) *Case {
	t.Helper()
	c, err := Book().NewCase(t.Context(), ev)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// argsFrom are captures as arguments.
func argsFrom(captures map[string]string) words.Args {
	args := words.Args{}
	for name, value := range captures {
		args[name] = value
	}
	return args
}
