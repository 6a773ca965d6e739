package session

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
)

func TestClientsOfATargetAreKeptAndBounded(t *testing.T) {
	c := NewPool(Options{})
	here := Target{Region: "eu-west-1"}
	first := c.At(here)
	if again := c.At(here); again != first {
		t.Error("the clients of a target are made twice")
	}
	if c.At(Target{Region: "eu-west-1", Role: "arn:aws:iam::111122223333:role/reader"}) == first {
		t.Error("two roles share clients, and with them credentials")
	}
	for i := range maxTargets {
		c.At(Target{Region: "xx-test-" + string(rune('A'+i))})
	}
	if c.At(here) == first {
		t.Error("clients are kept for ever")
	}
}

func TestRetriesAreAdaptiveUnlessSetOtherwise(t *testing.T) {
	configured := aws.NopRetryer{}
	cfg := prepare(aws.Config{Retryer: func() aws.Retryer { return configured }}, nil)
	if got := cfg.Retryer(); got != configured {
		t.Errorf("got retryer %T, want the configured one", got)
	}
	if got, ok := prepare(aws.Config{}, nil).Retryer().(*retry.Standard); ok {
		t.Errorf("got retryer %T, want an adaptive one", got)
	}
	if got, ok := prepare(aws.Config{RetryMode: aws.RetryModeStandard}, nil).Retryer().(*retry.Standard); !ok {
		t.Errorf("got retryer %T, want the standard one, which was asked for", got)
	}
}
