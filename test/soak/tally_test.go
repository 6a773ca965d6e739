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

// verdict tells whether the service may answer so.
type verdict int

const (
	fine  verdict = iota // with AWS as it is here
	busy                 // where there is more to do than can be done
	wrong                // never
)

// judge says in a word what an answer is, and whether the service may answer so.
func judge(r request, status int, body string) (outcome string, is verdict) {
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
			return "a stream without an end", wrong
		}
	}
	if strings.Contains(body, "Something failed in this service") { // also in a page that had begun before
		return fmt.Sprintf("%d page: something broke", status), wrong
	}
	if status < http.StatusBadRequest {
		return "", fine
	}
	if json.Unmarshal([]byte(body), &problem) == nil && problem.Type != "" {
		want, known := ofAWS[problem.Type]
		return fmt.Sprintf("%d %s", problem.Status, problem.Type), mayBe(r, problem.Status, known && problem.Status == want)
	}
	// A page says in words what is wrong, its status the rest.
	return fmt.Sprintf("%d page", status), mayBe(r, status, status == http.StatusBadGateway || status == http.StatusServiceUnavailable)
}

func mayBe(r request, status int, ofAWS bool) verdict {
	switch {
	case ofAWS && r.asksAWS:
		return fine
	case ofAWS && status == http.StatusServiceUnavailable:
		return busy
	}
	return wrong
}

// tally counts answers.
type tally struct {
	mu       sync.Mutex
	took     map[string][]time.Duration // by kind of request
	outcomes map[string]int             // other than well, by kind and outcome
	wrong    map[string]int             // those that must not be
	missed   int                        // requests that were not sent
	busy     int                        // answers that nothing but too much at once may excuse

	// In this minute. fair is what counts of busy from the minutes before.
	last struct{ answers, missed, busy int }
	fair int
}

func newTally() *tally {
	t := &tally{}
	t.clear()
	return t
}

func (t *tally) clear() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.took, t.outcomes, t.wrong, t.missed, t.busy = map[string][]time.Duration{}, map[string]int{}, map[string]int{}, 0, 0
	t.last, t.fair = struct{ answers, missed, busy int }{}, 0
}

func (t *tally) add(kind string, took time.Duration, outcome string, is verdict) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.took[kind] = append(t.took[kind], took)
	key := kind + ": " + outcome
	if outcome != "" {
		t.outcomes[key]++
	}
	switch is {
	case wrong:
		t.wrong[key]++
	case busy:
		t.busy++
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

// minute ends a minute, and tells how many were answered in it, and whether it was
// too much for the machine: not all could be sent. What was busy then is excused.
func (t *tally) minute() (answers int, tooMuch bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	answers, tooMuch = t.total()-t.last.answers, t.missed > t.last.missed
	if !tooMuch {
		t.fair += t.busy - t.last.busy
	}
	t.last.answers, t.last.missed, t.last.busy = t.total(), t.missed, t.busy
	return answers, tooMuch
}

// line is how things stand.
func (t *tally) line() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return fmt.Sprintf("%d answers, %d of them AWS's errors, %d wrong, %d busy, %d not sent", t.total(), sum(t.outcomes)-sum(t.wrong)-t.busy, sum(t.wrong), t.busy, t.missed)
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
		word := "     "
		if t.wrong[key] > 0 {
			word = "WRONG"
		}
		fmt.Fprintf(&b, "%s %7d %s\n", word, t.outcomes[key], key)
	}
	fmt.Fprintf(&b, "%d answers, %d wrong, %d busy, %d of these in minutes that were not too much for the machine, %d requests not sent", t.total(), sum(t.wrong), t.busy, t.fair, t.missed)
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
	if t.fair*1000 > t.total() {
		test.Errorf("%d of %d answers are that it is too busy, though everything could be sent", t.fair, t.total())
	}
	if t.missed*10 > t.total() {
		test.Errorf("%d requests were not sent since so many were under way, and %d were answered: it bears less than was measured", t.missed, t.total())
	}
}
