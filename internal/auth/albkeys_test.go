package auth

import (
	"errors"
	"fmt"
	"net/http"
	"sync"
	"testing"
	"time"

	"whystopped/internal/arn"
)

func TestALBKeysAreKept(t *testing.T) {
	k := newKeyServer(t)
	now := clock{now: began}
	keys := newALBKeys(k.URL, http.DefaultClient, now.Now)
	get := func(id string, want error) {
		t.Helper()
		if _, err := keys.get(t.Context(), id); !errors.Is(err, want) {
			t.Errorf("key %s: error %v, want %v", id, err, want)
		}
	}
	asked := func(want int) {
		t.Helper()
		if got := len(k.calls()); got != want {
			t.Errorf("AWS was asked %d times by now, want %d", got, want)
		}
	}
	const unknown = "00000000-0000-0000-0000-000000000000"
	get(albKeyID, nil)
	get(albKeyID, nil)
	get(unknown, errNoKey)
	get(unknown, errNoKey)
	asked(2)
	k.change(func() { k.down = true })
	get(albKeyID, nil)
	now.pass(unknownLife)
	get(unknown, errKeysUnavailable)
	asked(3)
	k.change(func() { k.down = false })
	now.pass(keyLife)
	get(albKeyID, nil)
	asked(4)
	for i := range 50 { // many names of keys that nobody has
		keys.get(t.Context(), fmt.Sprintf("00000000-0000-0000-0000-%012d", i+1))
	}
	if n := len(k.calls()) - 4; n > keysBurst {
		t.Errorf("AWS was asked %d times at once", n)
	}
	get(albKeyID, nil)
	for i := range 2 * maxKeys {
		keys.keep(fmt.Sprint(i), nil)
	}
	if len(keys.kept) > maxKeys {
		t.Errorf("%d keys are kept", len(keys.kept))
	}
	before := len(k.calls())
	get(albKeyID, nil)
	asked(before)
}

func TestManyWaitForOneKey(t *testing.T) {
	k := newKeyServer(t)
	keys := newALBKeys(k.URL, http.DefaultClient, time.Now)
	var waiting sync.WaitGroup
	for range 20 {
		waiting.Go(func() {
			if _, err := keys.get(t.Context(), albKeyID); err != nil {
				t.Errorf("get: %v", err)
			}
		})
	}
	waiting.Wait()
	if got := k.calls(); len(got) != 1 {
		t.Errorf("AWS was asked %d times", len(got))
	}
}

func TestWhereTheKeysAre(t *testing.T) {
	tests := []struct{ arn, want string }{
		{albARN, "https://public-keys.auth.elb.eu-west-1.amazonaws.com"},
		{"arn:aws-us-gov:elasticloadbalancing:us-gov-west-1:111122223333:loadbalancer/app/why/1", "https://s3-us-gov-west-1.amazonaws.com/aws-elb-public-keys-prod-us-gov-west-1"},
		{"arn:aws-us-gov:elasticloadbalancing:us-gov-east-1:111122223333:loadbalancer/app/why/1", "https://s3-us-gov-east-1.amazonaws.com/aws-elb-public-keys-prod-us-gov-east-1"},
		{"arn:aws-cn:elasticloadbalancing:cn-north-1:111122223333:loadbalancer/app/why/1", ""},
		{"arn:aws:elasticloadbalancing:evil.example/x:111122223333:loadbalancer/app/why/1", ""},
		{"arn:aws:elasticloadbalancing::111122223333:loadbalancer/app/why/1", ""},
	}
	for _, test := range tests {
		a, ok := arn.Parse(test.arn)
		if !ok {
			t.Fatalf("%s is no ARN", test.arn)
		}
		if got, _ := keysURL(a); got != test.want {
			t.Errorf("%s: keys at %q, want %q", test.arn, got, test.want)
		}
	}
}
