package cause

import (
	"strings"
	"testing"
)

// TestWasCut tells lengths at which AWS cuts from those that happen to be alike.
func TestWasCut(t *testing.T) {
	tests := []struct {
		name  string
		place Place
		raw   string
		want  bool
	}{
		{"a reason of 255 bytes", Reason, strings.Repeat("x", 255), true},
		{"a stopped reason of 1,024 bytes", Stopped, strings.Repeat("x", 1024), true},
		{"a short reason", Reason, strings.Repeat("x", 249), false},
		{"a reason between the borders", Stopped, strings.Repeat("x", 600), false},
		{"an event that is just as long", Event, strings.Repeat("x", 255), false},
		{"an event that ends in dots", Event, "(service orders) was unable to place a task. Reason: Cannot…", true},
		{"pasted, and ends in dots", Pasted, "User: arn:aws:sts::111122223333:assumed-rol...", true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := wasCut(&Text{Place: test.place, Raw: test.raw}); got != test.want {
				t.Errorf("wasCut = %t, want %t", got, test.want)
			}
		})
	}
}
