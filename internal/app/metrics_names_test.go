package app

import (
	"context"
	"errors"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"
)

// TestTheListOfFiguresIsTrue: deploy/alerts/metrics.txt has every figure of ours
// with its labels. test/deploy holds the alerts and the dashboard to that list.
func TestTheListOfFiguresIsTrue(t *testing.T) {
	list, err := os.ReadFile("../../deploy/alerts/metrics.txt")
	if err != nil {
		t.Fatal(err)
	}
	m := newMetrics()
	m.add(statsCollector{})
	form := regexp.MustCompile(`fqName: "(\w+)".*variableLabels: \{([\w,]*)\}`)
	var given []string
	for _, c := range m.own {
		described := make(chan *prometheus.Desc, 100)
		c.Describe(described)
		close(described)
		for d := range described {
			parts := form.FindStringSubmatch(d.String())
			if parts == nil {
				t.Fatalf("%s cannot be read", d)
			}
			labels := strings.FieldsFunc(parts[2], func(r rune) bool { return r == ',' })
			slices.Sort(labels)
			given = append(given, strings.Join(append([]string{parts[1]}, labels...), " "))
		}
	}
	slices.Sort(given)
	if diff := cmp.Diff(strings.Split(strings.TrimSpace(string(list)), "\n"), given); diff != "" {
		t.Errorf("figures and their labels (-metrics.txt +given):\n%s", diff)
	}
}

func TestAFigureIsCountedNowAndThen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var counted int
		takes, fails := time.Millisecond, error(nil)
		l := lately[int]{count: func(context.Context) (int, error) {
			counted++
			time.Sleep(takes)
			return counted, fails
		}}
		check := func(want int, wantOK bool) {
			t.Helper()
			if got, ok := l.get(); ok != wantOK || ok && got != want {
				t.Errorf("got %d, %v, want %d, %v", got, ok, want, wantOK)
			}
		}
		check(1, true)
		check(1, true) // as it was
		time.Sleep(keepFigure)
		takes = 2 * time.Second
		check(2, true)
		time.Sleep(keepFigure)
		check(2, true) // counting takes long
		time.Sleep(keepShare * takes)
		fails = errors.New("the database is away")
		check(0, false)
		fails = nil
		check(0, false) // nobody waits for it at every scrape
		time.Sleep(keepShare * takes)
		check(4, true)
	})
}
