package awsclient

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
)

func TestBackoffIsBounded(t *testing.T) {
	for attempt, want := range map[int]time.Duration{1: 500 * time.Millisecond, 2: time.Second, 3: time.Second, 100: time.Second} {
		for range 100 {
			got, err := newRetryer().RetryDelay(attempt, nil)
			if err != nil || got < want/2 || got > want {
				t.Fatalf("attempt %d waits %s, want from %s to %s (error %v)", attempt, got, want/2, want, err)
			}
		}
	}
}

func TestClientsOfARegionAreKeptAndBounded(t *testing.T) {
	c := New(Options{Config: aws.Config{Region: "eu-west-1"}})
	first := c.region("eu-west-1")
	if again := c.region("eu-west-1"); again != first {
		t.Error("the clients of a region are made twice")
	}
	for i := range maxRegions {
		c.region("xx-test-" + string(rune('A'+i)))
	}
	if c.region("eu-west-1") == first {
		t.Error("clients are kept for ever")
	}
}

func TestRetriesThatWereConfiguredStay(t *testing.T) {
	configured := aws.NopRetryer{}
	cfg := prepare(aws.Config{Retryer: func() aws.Retryer { return configured }})
	if got := cfg.Retryer(); got != configured {
		t.Errorf("got retryer %T, want the configured one", got)
	}
	if cfg := prepare(aws.Config{RetryMode: aws.RetryModeAdaptive}); cfg.Retryer != nil {
		t.Error("adaptive retries, which were asked for, are replaced")
	}
}
