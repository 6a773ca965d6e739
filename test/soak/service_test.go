//go:build soak

package soak_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

const eventsKey = "made-up-key-of-thirty-two-letters"

// build makes the program.
func build(t *testing.T) string {
	t.Helper()
	binary := filepath.Join(t.TempDir(), "whystopped")
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", binary, "whystopped/cmd/server").CombinedOutput(); err != nil {
		t.Fatalf("build the service: %v\n%s", err, out)
	}
	return binary
}

// service is the program in a process of its own.
type service struct {
	base  string
	cmd   *exec.Cmd
	log   warnings
	ended chan error
}

func start(t *testing.T, binary, database string, w *world) *service {
	t.Helper()
	s := &service{cmd: exec.Command(binary, "-listen=127.0.0.1:0", "-log-level=warn"), ended: make(chan error, 1)}
	s.cmd.Env = []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + t.TempDir(),
		"AWS_ENDPOINT_URL=" + w.awsURL, "AWS_REGION=eu-west-1", "AWS_ACCESS_KEY_ID=example", "AWS_SECRET_ACCESS_KEY=example", "AWS_EC2_METADATA_DISABLED=true",
		"WHYSTOPPED_DATABASE_URL=" + database, "WHYSTOPPED_EVENTS_KEY=" + eventsKey,
		"WHYSTOPPED_SLACK_API_URL=" + w.slackURL + "/api/", "WHYSTOPPED_SLACK_BOT_TOKEN=made-up", "WHYSTOPPED_SLACK_CHANNELS=default=#ecs",
	}
	s.cmd.Stderr = &s.log
	out, err := s.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := s.cmd.Start(); err != nil {
		t.Fatalf("start the service: %v", err)
	}
	line, err := bufio.NewReader(out).ReadString('\n') // ends with the process at the latest
	go func() { s.ended <- s.cmd.Wait() }()
	t.Cleanup(func() { s.cmd.Process.Kill() }) // it has ended where the test got so far
	base, ok := strings.CutPrefix(strings.TrimSpace(line), "whystopped answers on ")
	if err != nil || !ok {
		t.Fatalf("the service says %q (%v), want its address; its log: %v", line, err, s.log.counts())
	}
	s.base = base
	return s
}

// end stops the service, which has to leave in time and in order.
func (s *service) end(t *testing.T) {
	t.Helper()
	began := time.Now()
	if err := s.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatalf("stop the service: %v", err)
	}
	select {
	case err := <-s.ended:
		report("stopped within %s: %v", time.Since(began).Round(time.Millisecond), err)
		if err != nil {
			t.Errorf("the service ended with %v", err)
		}
	case <-time.After(10 * time.Second):
		t.Error("the service does not end within ten seconds")
	}
	for _, line := range s.log.counts() {
		report("log: %s", line)
		if strings.Contains(line, "panic") {
			t.Errorf("the log has %s", line)
		}
	}
}

// sample is what the process takes at a time.
type sample struct {
	rss, heap, goroutines, files float64 // in bytes, bytes, and numbers
	jobs                         float64 // that are under way or ready
}

func (s sample) String() string {
	return fmt.Sprintf("RSS %.0f MiB, heap %.0f MiB, %.0f goroutines, %.0f descriptors, %.0f jobs", s.rss/(1<<20), s.heap/(1<<20), s.goroutines, s.files, s.jobs)
}

// sample asks /metrics for what Go knows, and the kernel for the rest.
func (s *service) sample(t *testing.T) sample {
	t.Helper()
	resp, err := http.Get(s.base + "/metrics")
	if err != nil {
		t.Fatalf("ask for the figures: %v", err)
	}
	defer resp.Body.Close()
	figures := map[string]float64{}
	var got sample
	for lines := bufio.NewScanner(resp.Body); lines.Scan(); {
		name, value, _ := strings.Cut(lines.Text(), " ")
		if n, err := strconv.ParseFloat(value, 64); err == nil {
			figures[name] = n
			if strings.HasPrefix(name, "whystopped_jobs{") && (strings.Contains(name, `"ready"`) || strings.Contains(name, `"running"`)) {
				got.jobs += n
			}
		}
	}
	got.heap, got.goroutines = figures["go_memstats_heap_inuse_bytes"], figures["go_goroutines"]
	proc := fmt.Sprintf("/proc/%d/", s.cmd.Process.Pid)
	files, err := os.ReadDir(proc + "fd")
	if err != nil {
		t.Fatalf("count the descriptors: %v", err)
	}
	got.files = float64(len(files))
	status, err := os.ReadFile(proc + "status")
	if err != nil {
		t.Fatalf("read the memory: %v", err)
	}
	for line := range strings.Lines(string(status)) {
		if f := strings.Fields(line); len(f) > 1 && f[0] == "VmRSS:" {
			kb, err := strconv.ParseFloat(f[1], 64)
			if err != nil {
				t.Fatalf("read the memory: %v", err)
			}
			got.rss = kb * 1024
		}
	}
	if got.heap == 0 || got.goroutines == 0 || got.rss == 0 {
		t.Fatalf("figures are missing: %s", got)
	}
	return got
}

// idle is what the process takes before anybody asks: the most of some samples,
// since parts of it begin their work a little later.
func (s *service) idle(t *testing.T) sample {
	t.Helper()
	most := s.sample(t)
	for range 10 {
		rest(t.Context(), time.Second)
		now := s.sample(t)
		most.goroutines, most.files = max(most.goroutines, now.goroutines), max(most.files, now.files)
	}
	return most
}

// watch takes samples until ctx ends, and tells of the last minute every minute.
// It gives those of the minutes that were not too much for the machine.
func (s *service) watch(t *testing.T, ctx context.Context, l *load) []sample {
	t.Helper()
	const every, perMinute = 5 * time.Second, 12
	tick := time.NewTicker(every)
	defer tick.Stop()
	var samples, minute []sample
	for n := 1; ; {
		select {
		case <-ctx.Done():
			if tooMuch := l.ease(); !tooMuch {
				samples = append(samples, minute...)
			}
			return samples
		case err := <-s.ended:
			t.Fatalf("the service ended: %v; its log: %v", err, s.log.counts())
		case <-tick.C:
		}
		minute = append(minute, s.sample(t))
		if len(minute) < perMinute {
			continue
		}
		report("%3d min: %s; %s", n, medians(minute), l.tally.line())
		if tooMuch := l.ease(); !tooMuch {
			samples = append(samples, minute...)
		}
		n, minute = n+1, nil
	}
}

// medians is the middle of each figure.
func medians(of []sample) sample {
	middle := func(get func(sample) float64) float64 {
		var all []float64
		for _, s := range of {
			all = append(all, get(s))
		}
		slices.Sort(all)
		return all[len(all)/2]
	}
	return sample{
		middle(func(s sample) float64 { return s.rss }), middle(func(s sample) float64 { return s.heap }),
		middle(func(s sample) float64 { return s.goroutines }), middle(func(s sample) float64 { return s.files }),
		middle(func(s sample) float64 { return s.jobs }),
	}
}

// checkFlat holds that the last third of the run takes no more than the first
// one, but for a part of it and a little: caches fill, and the load is not the
// same at all times. The first fifth is left out, in which it warms up.
func checkFlat(t *testing.T, samples []sample) {
	t.Helper()
	warm := samples[len(samples)/5:]
	third := len(warm) / 3
	if third == 0 {
		t.Fatalf("%d samples are too few", len(samples))
	}
	first, last := medians(warm[:third]), medians(warm[len(warm)-third:])
	report("first third: %s", first)
	report("last third:  %s", last)
	for _, check := range []struct {
		what        string
		first, last float64
		little      float64
	}{
		{"resident memory", first.rss, last.rss, 16 << 20},
		{"heap", first.heap, last.heap, 16 << 20},
		{"goroutines", first.goroutines, last.goroutines, 50},
		{"descriptors", first.files, last.files, 20},
		{"what is owed", first.jobs, last.jobs, badTasks},
	} {
		if most := 1.2*check.first + check.little; check.last > most {
			t.Errorf("%s grows: %.0f in the first third, %.0f in the last, want %.0f at most", check.what, check.first, check.last, most)
		}
	}
}

// checkIdle holds that the process comes back to about what it took before.
func (s *service) checkIdle(t *testing.T, before sample) {
	t.Helper()
	http.DefaultClient.CloseIdleConnections()
	const few = 20 // connections to the database, and what begins with the first use
	tick := time.NewTicker(2 * time.Second)
	defer tick.Stop()
	var now sample
	for began := time.Now(); time.Since(began) < settling; <-tick.C {
		now = s.sample(t)
		if now.goroutines <= before.goroutines+few && now.files <= before.files+few {
			report("idle again after %s: %s", time.Since(began).Round(time.Second), now)
			return
		}
	}
	t.Errorf("it does not come to rest: %s before, %s now", before, now)
	s.dump(t)
}

// dump ends the process and tells what its goroutines did, by who began them.
func (s *service) dump(t *testing.T) {
	t.Helper()
	if err := s.cmd.Process.Signal(syscall.SIGQUIT); err != nil {
		t.Fatalf("ask for the goroutines: %v", err)
	}
	<-s.ended
	for _, line := range s.log.counts() {
		if strings.Contains(line, "created by") {
			report("%s", line)
		}
	}
	t.FailNow()
}

// ids are numbers of tasks and diagnoses.
var ids = regexp.MustCompile(`[0-9a-z]{24,}`)

// warnings counts the lines of the log, which is at the level of warnings, by
// what they say.
type warnings struct {
	mu   sync.Mutex
	rest []byte
	n    map[string]int
}

func (w *warnings) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.rest = append(w.rest, p...)
	for {
		line, rest, whole := bytes.Cut(w.rest, []byte("\n"))
		if !whole {
			return len(p), nil
		}
		w.rest = rest
		w.count(line)
	}
}

func (w *warnings) count(line []byte) {
	var said struct{ Level, Msg, Source, Status, Kind, Panic, Error string }
	who, _, _ := strings.Cut(string(line), " in goroutine ") // where it is a line of a dump
	key := "no JSON: " + who
	if json.Unmarshal(line, &said) == nil {
		key = strings.Join(strings.Fields(strings.Join([]string{said.Level, said.Msg, strings.SplitN(said.Source+" ", " ", 2)[0], said.Status, said.Kind, said.Panic}, " ")), " ")
		if said.Level == "ERROR" {
			key += ": " + ids.ReplaceAllString(said.Error[:min(len(said.Error), 300)], "…")
		}
	}
	if w.n == nil {
		w.n = map[string]int{}
	}
	w.n[key]++
}

// counts are the kinds of lines, the most frequent first, with their numbers.
func (w *warnings) counts() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	var all []string
	for key, n := range w.n {
		all = append(all, fmt.Sprintf("%7d %s", n, key))
	}
	slices.Sort(all)
	slices.Reverse(all)
	return all[:min(len(all), 100)]
}
