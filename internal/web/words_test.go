package web

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestAgo(t *testing.T) {
	c := clock{now: noon}
	tests := []struct {
		before time.Duration
		want   string
	}{
		{30 * time.Second, "just now"},
		{time.Minute, "1 min ago"},
		{59*time.Minute + 59*time.Second, "59 min ago"},
		{time.Hour, "1 h ago"},
		{47 * time.Hour, "47 h ago"},
		{48 * time.Hour, "on Nov 20, 2026"},
		{-time.Hour, "on Nov 22, 2026"},
	}
	for _, tt := range tests {
		if got := c.ago(noon.Add(-tt.before)).Text; got != tt.want {
			t.Errorf("%s ago = %q, want %q", tt.before, got, tt.want)
		}
	}
	if c.ago(time.Time{}) != nil {
		t.Error("an unknown time has a text")
	}
}

func TestOffset(t *testing.T) {
	tests := []struct {
		d    time.Duration
		want string
	}{
		{0, "+0 s"},
		{1499 * time.Millisecond, "+1 s"},
		{61 * time.Second, "+1 min 1 s"},
		{3*time.Hour + 7*time.Minute, "+3 h 7 min"},
	}
	for _, tt := range tests {
		if got := offset(tt.d); got != tt.want {
			t.Errorf("offset(%s) = %q, want %q", tt.d, got, tt.want)
		}
	}
}

func TestGroups(t *testing.T) {
	got := groups([]Sample{{Title: "a", Note: "x"}, {Title: "b", Note: "x"}, {Title: "c", Note: "y"}, {Title: "d", Note: "x"}})
	want := []sampleGroup{
		{Note: "x", Samples: []Sample{{Title: "a", Note: "x"}, {Title: "b", Note: "x"}}},
		{Note: "y", Samples: []Sample{{Title: "c", Note: "y"}}},
		{Note: "x", Samples: []Sample{{Title: "d", Note: "x"}}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestSourceTitle(t *testing.T) {
	for name, want := range map[string]string{
		"ecs:DescribeTasks":                  "Task (ECS)",
		"logs:GetLogEvents app":              "Log of container app",
		"logs:FilterLogEvents app":           "Denials in the log of container app",
		"logs:FilterLogEvents (trail)":       "API calls of the task (log group of a trail)",
		"logs:FilterLogEvents (task events)": "Last task event (event capture)",
		"cloudtrail:LookupEvents (host)":     "API calls of the container instance (CloudTrail)",
		"new:Operation x":                    "new:Operation x",
	} {
		if got := sourceTitle(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
}
