package permissions_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"whystopped/internal/permissions"
)

var (
	home  = permissions.Place{Account: "111122223333", Region: "eu-west-1", Home: true}
	other = permissions.Place{Account: "111122223333", Region: "us-east-1"}
)

// tester answers what a test put into it, each trial after a second.
type tester struct {
	places []permissions.Place
	err    error
	trials []permissions.Trial
	uses   []permissions.Use

	mu    sync.Mutex
	tried int
}

func (f *tester) Places(context.Context) ([]permissions.Place, error) { return f.places, f.err }
func (f *tester) Permissions() []permissions.Permission {
	return []permissions.Permission{
		{Action: "ecs:ListTasks", Required: true, Trial: true},
		{Action: "ecs:ListClusters", Required: true, Trial: true},
		{Action: "logs:GetLogEvents", Trial: true},
		{Action: "iam:GetRole", Trial: true},
		{Action: "sqs:ReceiveMessage", Required: true},
	}
}

func (f *tester) Uses() []permissions.Use { return f.uses }

func (f *tester) Try(ctx context.Context, _ permissions.Place) []permissions.Trial {
	f.mu.Lock()
	f.tried++
	f.mu.Unlock()
	select {
	case <-time.After(time.Second):
	case <-ctx.Done():
	}
	return f.trials
}

func TestKeeperTriesSeldom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &tester{places: []permissions.Place{home}, trials: []permissions.Trial{{Action: "ecs:ListTasks", State: permissions.Works}}}
		k := permissions.NewKeeper(f, time.Now)
		if _, ok := k.Last(); ok {
			t.Error("there is a report before the first trial")
		}
		var asking sync.WaitGroup
		for range 20 {
			asking.Go(func() {
				if r, err := k.Try(t.Context(), permissions.Fresh); err != nil || len(r.Places) != 1 {
					t.Errorf("report %+v, error %v", r, err)
				}
			})
		}
		asking.Wait()
		for _, step := range []struct {
			after, fresh time.Duration
			want         int
		}{
			{0, permissions.Again, 1},
			{permissions.Again, permissions.Fresh, 1},
			{0, permissions.Again, 2},
			{permissions.Fresh, permissions.Fresh, 3},
		} {
			time.Sleep(step.after)
			if _, err := k.Try(t.Context(), step.fresh); err != nil {
				t.Fatal(err)
			}
			if f.tried != step.want {
				t.Errorf("after %s more, a report younger than %s: tried %d times, want %d", step.after, step.fresh, f.tried, step.want)
			}
		}
	})
}

func TestWhoLeavesSpoilsNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &tester{places: []permissions.Place{home}}
		k := permissions.NewKeeper(f, time.Now)
		ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		defer cancel()
		if _, err := k.Try(ctx, permissions.Fresh); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("error %v", err)
		}
		if _, ok := k.Last(); ok {
			t.Error("a trial that was broken off is kept")
		}
		f.err = errors.New("the store is away")
		if _, err := k.Try(t.Context(), permissions.Fresh); !errors.Is(err, f.err) {
			t.Errorf("error %v", err)
		}
		f.err = nil
		if r, err := k.Try(t.Context(), permissions.Fresh); err != nil || len(r.Places) != 1 {
			t.Errorf("report %+v, error %v", r, err)
		}
	})
}

func TestKeeperTriesFewPlaces(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &tester{places: make([]permissions.Place, 8)}
		r, err := permissions.NewKeeper(f, time.Now).Try(t.Context(), permissions.Fresh)
		if err != nil || len(r.Places) != 5 || r.LeftOut != 3 || f.tried != 5 {
			t.Errorf("%d places, %d left out, %d tried, error %v", len(r.Places), r.LeftOut, f.tried, err)
		}
	})
}

// TestTrialsAndUses: what is said of a permission that was tried, or not, and of
// which real calls tell.
func TestTrialsAndUses(t *testing.T) {
	const (
		none     = permissions.State("")
		works    = permissions.Works
		lacks    = permissions.Lacks
		unknown  = permissions.Unknown
		minute   = time.Minute
		longAgo  = -2 * time.Hour
		inRegion = "eu-west-1"
	)
	type use struct {
		denied bool
		at     time.Duration // after the trial
		region string
	}
	for _, tt := range []struct {
		name    string
		action  string
		trial   permissions.State
		uses    []use
		want    permissions.State
		detail  string
		refused bool
	}{
		{"tried alone", "logs:GetLogEvents", works, nil, works, "", false},
		{"refused, and nothing else is known", "logs:GetLogEvents", lacks, nil, lacks, "", false},
		{"allowed, then refused in earnest", "logs:GetLogEvents", works, []use{{true, minute, inRegion}}, lacks, "limited to some resources", true},
		{"refused in earnest before it was mended", "logs:GetLogEvents", works, []use{{true, -minute, inRegion}}, works, "", true},
		{"refused in earnest, and allowed since", "logs:GetLogEvents", works, []use{{true, minute, inRegion}, {false, 2 * minute, inRegion}}, works, "", false},
		{"refused for what is made up, and used", "logs:GetLogEvents", lacks, []use{{false, minute, inRegion}}, works, "limited to some", false},
		{"refused, and used long ago", "logs:GetLogEvents", lacks, []use{{false, longAgo, inRegion}}, lacks, "", false},
		{"refused, and used elsewhere", "logs:GetLogEvents", lacks, []use{{false, minute, "us-east-1"}}, lacks, "", false},
		{"no answer, and refused in earnest", "logs:GetLogEvents", unknown, []use{{true, longAgo, inRegion}}, lacks, "", true},
		{"no answer, and used", "logs:GetLogEvents", unknown, []use{{false, longAgo, inRegion}}, works, "", false},
		{"told by use alone", "sqs:ReceiveMessage", none, []use{{false, longAgo, inRegion}}, works, "real calls", false},
		{"told by use alone to be missing", "sqs:ReceiveMessage", none, []use{{true, minute, inRegion}}, lacks, "real calls", true},
		{"neither tried nor used", "sqs:ReceiveMessage", none, nil, none, "", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := &tester{places: []permissions.Place{home}}
				if tt.trial != none {
					f.trials = []permissions.Trial{{Action: tt.action, State: tt.trial}}
				}
				tried := time.Now().Add(time.Second)
				for _, u := range tt.uses {
					f.uses = append(f.uses, permissions.Use{Action: tt.action, Region: u.region, Denied: u.denied, At: tried.Add(u.at)})
				}
				r, err := permissions.NewKeeper(f, time.Now).Try(t.Context(), permissions.Fresh)
				if err != nil {
					t.Fatal(err)
				}
				if tt.want == none {
					if len(r.Places[0].Findings) != 0 {
						t.Errorf("found %+v", r.Places[0].Findings)
					}
					return
				}
				got := r.Places[0].Findings[0]
				if got.Action != tt.action || got.State != tt.want || got.Detail.IsZero() != (tt.detail == "") || !strings.Contains(got.Detail.English, tt.detail) || got.Refused.IsZero() == tt.refused {
					t.Errorf("found %+v", got)
				}
			})
		})
	}
}

func TestLacking(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &tester{places: []permissions.Place{home, other}, trials: []permissions.Trial{
			{Action: "ecs:ListTasks", State: permissions.Lacks},
			{Action: "logs:GetLogEvents", State: permissions.Lacks},
			{Action: "iam:GetRole", State: permissions.Unknown},
			{Action: "ecs:ListClusters", State: permissions.Works},
		}}
		r, err := permissions.NewKeeper(f, time.Now).Try(t.Context(), permissions.Fresh)
		if err != nil {
			t.Fatal(err)
		}
		var lacking []string
		for _, p := range r.Lacking() {
			lacking = append(lacking, p.Action)
		}
		if diff := cmp.Diff([]string{"ecs:ListTasks", "logs:GetLogEvents"}, lacking); diff != "" {
			t.Errorf("lacking (-want +got):\n%s", diff)
		}
		if n := r.LackingRequired(); n != 1 {
			t.Errorf("%d required ones are lacking, want 1", n)
		}
	})
}
