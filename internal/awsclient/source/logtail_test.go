package source

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
)

// randomStream is a stream in order of time, with several events at some
// instants, all of them different.
func randomStream(r *rand.Rand) []logEvent {
	events := make([]logEvent, r.IntN(12))
	at := int64(0)
	for i := range events {
		at += int64(r.IntN(3))
		events[i] = logEvent{at: at, text: fmt.Sprint(i)}
	}
	return events
}

func TestJoinsNeverLosesNorRepeatsAnEvent(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	joined := 0
	for range 20_000 {
		stream := randomStream(r)
		oldest := stream[:r.IntN(len(stream)+1)]
		newest := tail{events: slices.Clone(stream[r.IntN(len(stream)+1):])}
		if !newest.joins(oldest) {
			continue
		}
		joined++
		if !slices.Equal(newest.events, stream) || !newest.complete {
			t.Fatalf("oldest page %v joined the newest to %v, the stream is %v", oldest, newest.events, stream)
		}
	}
	if joined == 0 {
		t.Error("no pages were ever joined")
	}
}

func TestJoinOlderKeepsEveryEventOnce(t *testing.T) {
	older := []logEvent{{1, "denied"}, {5, "denied"}, {5, "denied too"}, {9, "denied later"}}
	newest := []logEvent{{5, "denied"}, {5, "other"}, {9, "denied later"}}
	want := []logEvent{{1, "denied"}, {5, "denied too"}, {5, "denied"}, {5, "other"}, {9, "denied later"}}
	if got := joinOlder(older, newest); !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestTrimKeepsTheNewest(t *testing.T) {
	big := string(make([]byte, maxLogBytes))
	tests := []struct {
		name      string
		events    []logEvent
		want      int
		truncated bool
	}{
		{"none", nil, 0, false},
		{"few", make([]logEvent, 3), 3, false},
		{"as many as may be", make([]logEvent, maxLines), maxLines, false},
		{"too many", make([]logEvent, maxLines+1), maxLines, true},
		{"one that is as large as may be", []logEvent{{1, big}}, 1, false},
		{"one that is too large", []logEvent{{1, big + "x"}}, 1, false},
		{"two that are too large together", []logEvent{{1, "x"}, {2, big}}, 1, true},
	}
	for _, tt := range tests {
		got := tail{events: tt.events, complete: true}.trim()
		if len(got.events) != tt.want || got.complete == tt.truncated {
			t.Errorf("%s: kept %d, complete %v; want %d, %v", tt.name, len(got.events), got.complete, tt.want, !tt.truncated)
		}
	}
}

func TestDenialPatternIsShortEnough(t *testing.T) {
	// Source: https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_FilterLogEvents.html
	if n := len(denialPattern); n > 1024 {
		t.Errorf("the pattern has %d characters, CloudWatch Logs takes 1024", n)
	}
}
