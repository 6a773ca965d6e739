package storetest

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"whystopped/internal/casebook"
)

// atOnce runs n things at the same time and waits for them.
func atOnce(n int, do func(i int)) {
	var wg sync.WaitGroup
	begin := make(chan struct{})
	for i := range n {
		wg.Go(func() {
			<-begin
			do(i)
		})
	}
	close(begin)
	wg.Wait()
}

// testOpenAtOnce lets several bring the same empty database up to date.
func testOpenAtOnce(t *testing.T, url string) {
	const n = 4
	var worlds [n]*world
	atOnce(n, func(i int) {
		var err error
		if worlds[i], err = tryWorld(t.Context(), url); err != nil {
			t.Errorf("open: %v", err)
		}
	})
	for i, w := range worlds {
		if w.Store == nil {
			continue
		}
		saveStops(t, w, stop{n: i, task: fmt.Sprint(i), at: i, cause: "s3"})
		if err := w.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	}
}

func testOpenAgain(t *testing.T, url string) {
	first := openWorld(t, url)
	saveStops(t, first, stop{n: 1, task: "a", at: 0, cause: "s3"})
	if err := first.Close(); err != nil {
		t.Errorf("close: %v", err)
	}
	again := openWorld(t, url)
	if _, err := again.Get(t.Context(), id(1)); err != nil {
		t.Errorf("what was kept before: %v", err)
	}
}

// testOneKeyOneIncident lets two instances open the same incident at the same
// time, again and again.
func testOneKeyOneIncident(t *testing.T, url string) {
	instances := [2]*world{openWorld(t, url), openWorld(t, url)}
	const rounds = 20
	for round := range rounds {
		atOnce(len(instances), func(i int) {
			s := stop{n: 2*round + i, task: fmt.Sprint(round, i), at: 0, cause: fmt.Sprint("cause ", round)}
			if _, err := instances[i].Save(t.Context(), s.kept()); err != nil {
				t.Errorf("Save: %v", err)
			}
		})
	}
	all := incidents(t, instances[0], casebook.Filter{})
	if len(all) != rounds {
		t.Errorf("%d keys opened %d incidents", rounds, len(all))
	}
	for _, in := range all {
		if in.Count != len(instances) {
			t.Errorf("incident %s has %d stops, want %d", in.Cause, in.Count, len(instances))
		}
	}
	if tell := owed(t, instances[0]); len(tell) != rounds {
		t.Errorf("%d incidents are to be told %d times", rounds, len(tell))
	}
}

// testAllAtOnce mixes everything that takes the same rows: stops that move from
// one incident to another, events of the same tasks, and tellings.
func testAllAtOnce(t *testing.T, url string) {
	instances := [2]*world{openWorld(t, url), openWorld(t, url)}
	const workers, tasks = 8, 6
	causes := []string{"unknown", "s3", "oom"}
	atOnce(workers, func(i int) {
		w := instances[i%len(instances)]
		for n := range tasks * len(causes) {
			task := (n + i) % tasks // everyone in another order
			s := stop{n: 1000*n + i, task: fmt.Sprint(task), at: task, cause: causes[(n+i)%len(causes)]}
			k := s.kept()
			k.Good = []string{"api:6", "api:5"}
			d, err := w.Save(t.Context(), k)
			if err != nil {
				t.Errorf("Save: %v", err)
				return
			}
			e := taskEvent(fmt.Sprint("e", n), n+1, "STOPPED", "UNKNOWN")
			if err := w.Accept(t.Context(), []casebook.Event{e, taskEvent(fmt.Sprint("h", i), 1, "RUNNING", "HEALTHY")}); err != nil {
				t.Errorf("Accept: %v", err)
			}
			if _, err := w.ClaimUpdate(t.Context(), d.Incident.ID); err != nil {
				t.Errorf("News: %v", err)
			}
		}
	})
	// Whatever came last: each incident has the stops that say they are in it.
	total := 0
	found, err := instances[0].Incidents(t.Context(), casebook.IncidentFilter{}, "", 100)
	if err != nil {
		t.Fatalf("Incidents: %v", err)
	}
	for _, in := range found {
		stops, _, err := instances[1].Stops(t.Context(), casebook.StopFilter{Incident: in.ID}, "", 100)
		if err != nil || len(stops) != in.Count {
			t.Errorf("incident %s counts %d stops and has %d, %v", in.Verdict.Cause, in.Count, len(stops), err)
			continue
		}
		if first, last := stops[len(stops)-1].At, stops[0].At; !in.First.Equal(first) || !in.Last.Equal(last) {
			t.Errorf("incident %s went on from %s to %s, its stops from %s to %s", in.Verdict.Cause, in.First, in.Last, first, last)
		}
		total += in.Count
	}
	if total != tasks {
		t.Errorf("%d tasks are in incidents %d times", tasks, total)
	}
}

func testOneMayTell(t *testing.T, url string) {
	instances := [2]*world{openWorld(t, url), openWorld(t, url)}
	for round := range 20 {
		var given [8]bool
		now := noon.Add(time.Duration(round) * time.Hour)
		atOnce(len(given), func(i int) {
			telling, err := instances[i%len(instances)].Claim(t.Context(), "incident", now, now.Add(time.Hour))
			if err != nil {
				t.Errorf("Claim: %v", err)
			}
			given[i] = err == nil && telling.Busy.IsZero()
		})
		holders := 0
		for _, ok := range given {
			if ok {
				holders++
			}
		}
		if holders != 1 {
			t.Fatalf("%d hold the claim at once", holders)
		}
	}
}
