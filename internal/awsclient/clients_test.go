package awsclient

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
)

func TestBackoffIsBounded(t *testing.T) {
	for attempt, want := range map[int]time.Duration{1: 500 * time.Millisecond, 2: time.Second, 3: time.Second, 100: time.Second} {
		for range 100 {
			got, err := retriesOf("")().RetryDelay(attempt, nil)
			if err != nil || got < want/2 || got > want {
				t.Fatalf("attempt %d waits %s, want from %s to %s (error %v)", attempt, got, want/2, want, err)
			}
		}
	}
}

func TestClientsOfATargetAreKeptAndBounded(t *testing.T) {
	c := New(Options{})
	here := target{region: "eu-west-1"}
	first := c.at(here)
	if again := c.at(here); again != first {
		t.Error("the clients of a target are made twice")
	}
	if c.at(target{region: "eu-west-1", role: "arn:aws:iam::111122223333:role/reader"}) == first {
		t.Error("two roles share clients, and with them credentials")
	}
	for i := range maxTargets {
		c.at(target{region: "xx-test-" + string(rune('A'+i))})
	}
	if c.at(here) == first {
		t.Error("clients are kept for ever")
	}
}

func TestRetriesAreAdaptiveUnlessSetOtherwise(t *testing.T) {
	configured := aws.NopRetryer{}
	cfg := prepare(aws.Config{Retryer: func() aws.Retryer { return configured }})
	if got := cfg.Retryer(); got != configured {
		t.Errorf("got retryer %T, want the configured one", got)
	}
	if got, ok := prepare(aws.Config{}).Retryer().(*adaptive); !ok {
		t.Errorf("got retryer %T, want an adaptive one", got)
	}
	if got, ok := prepare(aws.Config{RetryMode: aws.RetryModeStandard}).Retryer().(*retry.Standard); !ok {
		t.Errorf("got retryer %T, want the standard one, which was asked for", got)
	}
}
