package limit

import (
	"testing"
	"time"
)

func TestBackoffIsBounded(t *testing.T) {
	for attempt, want := range map[int]time.Duration{1: 500 * time.Millisecond, 2: time.Second, 3: time.Second, 100: time.Second} {
		for range 100 {
			got, err := NewRetries("", nil)().RetryDelay(attempt, nil)
			if err != nil || got < want/2 || got > want {
				t.Fatalf("attempt %d waits %s, want from %s to %s (error %v)", attempt, got, want/2, want, err)
			}
		}
	}
}
