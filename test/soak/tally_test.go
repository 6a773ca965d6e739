//go:build soak

package soak_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// ofAWS are the problems that are AWS's, or those of too much at once, and not
// the service's own: with their statuses.
var ofAWS = map[string]int{
	"urn:whystopped:problem:aws-unreachable": http.StatusBadGateway,
	"urn:whystopped:problem:aws-refused":     http.StatusBadGateway,
	"urn:whystopped:problem:too-busy":        http.StatusServiceUnavailable,
}

// judge says in a word what an answer is, and whether the service may answer so
// while AWS is as it is here.
func judge(r request, status int, body string) (outcome string, fine bool) {
	var problem struct {
		Type   string
		Status int
	}
	if r.kind == "stream, kept" || r.kind == "stream anew" {
		_, data, failed := strings.Cut(body, "event: problem\ndata: ")
		switch {
		case failed:
			body, status = strings.SplitN(data, "\n", 2)[0], http.StatusBadGateway
		case status == http.StatusOK && !strings.Contains(body, "event: diagnosis\n"):
			return "a stream without an end", false
		}
	}
	if strings.Contains(body, "Something broke on our side") { // also in a page that had begun before
		return fmt.Sprintf("%d page: something broke", status), false
	}
	if status < http.StatusBadRequest {
		return "", true
	}
	if json.Unmarshal([]byte(body), &problem) == nil && problem.Type != "" {
		want, known := ofAWS[problem.Type]
		return fmt.Sprintf("%d %s", problem.Status, problem.Type), r.asksAWS && known && problem.Status == want
	}
	// A page says in words what is wrong, its status the rest.
	return fmt.Sprintf("%d page", status), r.asksAWS && (status == http.StatusBadGateway || status == http.StatusServiceUnavailable)
}

// tally counts answers.
type tally struct {
	mu       sync.Mutex
	took     map[string][]time.Duration // by kind of request
	outcomes map[string]int             // other than well, by kind and outcome
	wrong    map[string]int             // those that must not be
	missed   int                        // requests that were not sent
}

func newTally() *tally {
	t := &tally{}
	t.clear()
	return t
}

func (t *tally) clear() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.took, t.outcomes, t.wrong, t.missed = map[string][]time.Duration{}, map[string]int{}, map[string]int{}, 0
}

func (t *tally) add(kind string, took time.Duration, outcome string, fine bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.took[kind] = append(t.took[kind], took)
	key := kind + ": " + outcome
	if outcome != "" {
		t.outcomes[key]++
	}
	if !fine {
		t.wrong[key]++
	}
}

func (t *tally) unsent() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.missed++
}

func sum(of map[string]int) (n int) {
	for _, v := range of {
		n += v
	}
	return n
}

func (t *tally) total() (n int) {
	for _, took := range t.took {
		n += len(took)
	}
	return n
}

// counts are how many were answered, and how many not sent.
func (t *tally) counts() (answers, missed int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.total(), t.missed
}

// line is how things stand.
func (t *tally) line() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return fmt.Sprintf("%d answers, %d of them AWS's errors, %d wrong, %d not sent", t.total(), sum(t.outcomes)-sum(t.wrong), sum(t.wrong), t.missed)
}

// table is all that was counted.
func (t *tally) table() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	var b strings.Builder
	fmt.Fprintf(&b, "%-24s %9s %9s %9s %9s\n", "request", "answers", "p50", "p99", "longest")
	for _, kind := range slices.Sorted(maps.Keys(t.took)) {
		took := slices.Sorted(slices.Values(t.took[kind]))
		at := func(percent int) time.Duration { return took[(len(took)-1)*percent/100].Round(100 * time.Microsecond) }
		fmt.Fprintf(&b, "%-24s %9d %9s %9s %9s\n", kind, len(took), at(50), at(99), at(100))
	}
	for _, key := range slices.Sorted(maps.Keys(t.outcomes)) {
		word := "AWS's"
		if t.wrong[key] > 0 {
			word = "WRONG"
		}
		fmt.Fprintf(&b, "%s %7d %s\n", word, t.outcomes[key], key)
	}
	fmt.Fprintf(&b, "%d answers, %d wrong, %d requests not sent", t.total(), sum(t.wrong), t.missed)
	return b.String()
}

// check holds that no answer is wrong, and that what was sent is the load that
// was meant.
func (t *tally) check(test *testing.T) {
	test.Helper()
	t.mu.Lock()
	defer t.mu.Unlock()
	for key, n := range t.wrong {
		test.Errorf("%d times %s", n, key)
	}
	if t.missed*10 > t.total() {
		test.Errorf("%d requests were not sent since so many were under way, and %d were answered: it bears less than was measured", t.missed, t.total())
	}
}
