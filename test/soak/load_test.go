//go:build soak

package soak_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

const (
	// workers is how many ask at once while it is measured what it bears.
	workers = 16
	// atOnce bounds the requests that are under way; what would be one more is
	// not sent, and counted.
	atOnce = 400
	// lookEvery is how often AWS has to be asked anew: CloudTrail takes two calls
	// in a second, of which each look needs at least one.
	lookEvery = 1250 * time.Millisecond
	// deployEvery is how often a bad deploy begins, and badTasks how many tasks
	// it ends.
	deployEvery = 20 * time.Second
	badTasks    = 40
)

// request is one kind of request.
type request struct {
	kind, method, path, body string
	// asksAWS is set where AWS may have to be asked for an answer.
	asksAWS bool
}

// load asks the service for everything it can be asked for.
type load struct {
	base   string
	client *http.Client
	world  *world
	tally  *tally
	bodies []string
	// rate is how many quick requests are sent in a second, and most what it was
	// at first.
	rate atomic.Int64
	most int64

	mu  sync.Mutex
	ids []string // of kept diagnoses, the newest ones
}

func newLoad(base string, w *world) *load {
	l := &load{base: base, world: w, tally: newTally(), client: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: atOnce, IdleConnTimeout: 5 * time.Second}, Timeout: time.Minute}}
	for kind := range ends {
		task := stoppedTask(kind, taskID(kind, 1<<20), time.Now().Add(-time.Hour))
		lines := []string{}
		for i := range 40 {
			lines = append(lines, fmt.Sprintf("2026-11-22T08:00:%02dZ INFO handled request %d in 12 ms", i, i))
		}
		body, err := json.Marshal(map[string]any{"task": task, "logs": []any{map[string]any{"container": "app", "lines": lines}}})
		if err != nil {
			panic(err) // it is made of strings
		}
		l.bodies = append(l.bodies, string(body))
	}
	return l
}

// keep remembers a diagnosis that was given.
func (l *load) keep(body []byte) {
	var d struct{ ID string }
	if json.Unmarshal(body, &d) != nil || d.ID == "" {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.ids) == 1000 {
		l.ids = l.ids[1:]
	}
	l.ids = append(l.ids, d.ID)
}

func (l *load) keptID() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.ids) == 0 {
		return ""
	}
	return l.ids[rand.N(len(l.ids))]
}

// someTask is a task of the account; few of them are asked for again and again.
func someTask(of int) string { return taskARN(taskID(rand.N(len(ends)), rand.N(of))) }

// known are the tasks of each kind that quick requests ask for: their diagnoses
// are kept but for the first time.
const known = 20

// quickOne is a request that needs no look at AWS, or hardly ever.
func (l *load) quickOne() request {
	task := url.QueryEscape(someTask(known))
	switch n := rand.N(100); {
	case n < 40:
		return request{"evaluate", "POST", "/api/v1/evaluate", l.bodies[rand.N(len(l.bodies))], false}
	case n < 52:
		return request{"diagnose, kept", "GET", "/api/v1/diagnoses?task=" + task, "", true}
	case n < 57:
		return request{"stream, kept", "GET", "/api/v1/diagnoses/stream?task=" + task, "", true}
	case n < 62:
		return request{"page of a task", "GET", "/diagnose?task=" + task, "", true}
	case n < 75:
		if id := l.keptID(); id != "" {
			return request{"report", "GET", "/d/" + id, "", false}
		}
		return request{"start page", "GET", "/", "", false}
	case n < 80:
		return request{"list", "GET", "/api/v1/diagnoses?limit=50&service=" + ends[rand.N(len(ends))].service, "", false}
	case n < 84:
		return request{"stops", "GET", "/api/v1/stops?limit=50", "", false}
	case n < 88:
		return request{"incidents", "GET", "/api/v1/incidents", "", false}
	}
	pages := []string{"/", "/diagnoses", "/incidents", "/causes", "/docs", "/readyz"}
	page := pages[rand.N(len(pages))]
	return request{"page " + page, "GET", page, "", false}
}

// bears finds out how many quick requests a second are answered at most, beside
// the looks and deploys.
func (l *load) bears(ctx context.Context, lasts time.Duration) float64 {
	ctx, end := context.WithTimeout(ctx, lasts)
	defer end()
	var asking sync.WaitGroup
	asking.Go(func() { l.looks(ctx) })
	asking.Go(func() { l.deploys(ctx) })
	var answered atomic.Int64
	for range workers {
		asking.Go(func() {
			for ctx.Err() == nil {
				l.send(ctx, l.quickOne(), time.Now())
				answered.Add(1)
			}
		})
	}
	rest(ctx, lasts/4) // connections are made, and diagnoses for the first time
	before, began := answered.Load(), time.Now()
	asking.Wait()
	return float64(answered.Load()-before) / time.Since(began).Seconds()
}

// ease is called every minute. Where not all could be sent the machine bears less
// than it did, since others use it too: the load is the same share of that then,
// and grows again a little with each minute that goes well.
func (l *load) ease() (tooMuch bool) {
	answers, tooMuch := l.tally.minute()
	now := l.rate.Load()
	if tooMuch {
		l.rate.Store(int64(share * float64(answers) / 60))
		report("not all could be sent: %d a second from now on", l.rate.Load())
	} else if next := min(l.most, now+now/10); next > now {
		l.rate.Store(next)
		report("%d a second from now on", next)
	}
	return tooMuch
}

// quick sends quick requests at the rate, whether or not those before were
// answered.
func (l *load) quick(ctx context.Context) {
	var asking sync.WaitGroup
	defer asking.Wait()
	places := make(chan struct{}, atOnce)
	for due := time.Now(); ctx.Err() == nil; due = due.Add(time.Second / time.Duration(max(l.rate.Load(), 1))) {
		rest(ctx, time.Until(due))
		select {
		case places <- struct{}{}:
			asking.Go(func() {
				l.send(ctx, l.quickOne(), due)
				<-places
			})
		default:
			l.tally.unsent()
		}
	}
}

// looks asks for tasks anew, so that AWS has to be asked.
func (l *load) looks(ctx context.Context) {
	var asking sync.WaitGroup
	defer asking.Wait()
	for ctx.Err() == nil {
		task := someTask(tasksEach)
		var r request
		switch rand.N(5) {
		case 0, 1:
			r = request{"diagnose anew", "POST", "/api/v1/diagnoses", `{"refresh":true,"task":"` + task + `"}`, true}
		case 2:
			r = request{"stream anew", "GET", "/api/v1/diagnoses/stream?refresh=true&task=" + url.QueryEscape(task), "", true}
		case 3:
			r = request{"page anew", "GET", "/diagnose?task=" + url.QueryEscape(task), "", true}
		default:
			r = request{"service", "GET", "/service?ref=" + url.QueryEscape("arn:aws:ecs:eu-west-1:111122223333:service/prod/"+ends[rand.N(len(ends))].service), "", true}
		}
		asking.Go(func() { l.send(ctx, r, time.Now()) })
		rest(ctx, lookEvery)
	}
}

// deploys lets one revision after the other fail: ECS tells of the end of each
// task, one by one. Of every second one ECS itself knows the tasks.
func (l *load) deploys(ctx context.Context) {
	for n := 0; ctx.Err() == nil; n++ {
		kind := rand.N(len(ends))
		for i := range badTasks {
			id := taskID(kind, rand.N(tasksEach))
			number := running
			if n%2 == 0 {
				id = fmt.Sprintf("%016x%016x", rand.Uint64(), rand.Uint64())
				number = running + 1 + n/2%newRevisions
			}
			l.send(ctx, request{"event", "POST", "/api/v1/events", string(endEvent(kind, number, id, time.Now().UTC())), false}, time.Now())
			if i%10 == 0 {
				rest(ctx, 200*time.Millisecond)
			}
		}
		rest(ctx, deployEvery)
	}
}

// send sends a request and counts what came of it.
func (l *load) send(ctx context.Context, r request, due time.Time) {
	req, err := http.NewRequest(r.method, l.base+r.path, strings.NewReader(r.body)) // goes on when the load ends
	if err != nil {
		panic(err) // the test's own mistake
	}
	if r.kind == "event" {
		req.Header.Set("x-api-key", eventsKey)
	}
	if r.body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	resp, err := l.client.Do(req)
	if err != nil {
		l.tally.add(r.kind, time.Since(due), "no answer: "+err.Error(), wrong)
		return
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		l.tally.add(r.kind, time.Since(due), "half an answer: "+err.Error(), wrong)
		return
	}
	outcome, is := judge(r, resp.StatusCode, string(body))
	l.tally.add(r.kind, time.Since(due), outcome, is)
	if resp.StatusCode == http.StatusOK && strings.Contains(resp.Header.Get("Content-Type"), "json") {
		l.keep(body)
	}
}
