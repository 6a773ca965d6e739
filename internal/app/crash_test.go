package app

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"whystopped/internal/awsclient/awsfake"
	"whystopped/internal/config"
	"whystopped/internal/slack/channels"
	"whystopped/internal/slack/slackfake"
	"whystopped/internal/store/pgtest"
)

const (
	eventsKey = "made-up-key-of-thirty-two-letters"
	// patience is how long a whole crash test may take on a machine that has
	// much else to do.
	patience = 6 * time.Minute
)

// failing are the kinds of end in the stream of events: what is known of each
// stands in the event itself, but for the first, of which the logs tell.
var failing = []struct{ service, code, reason, container string }{
	{"orders", "EssentialContainerExited", "Essential container in task exited", ""},
	{"billing", "TaskFailedToStart", "ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: unable to retrieve secret from asm: service call has been retried 1 time(s): failed to fetch secret arn:aws:secretsmanager:eu-west-1:111122223333:secret:billing-AbCdEf from secrets manager: AccessDeniedException: User: arn:aws:sts::111122223333:assumed-role/billing-execution/%s is not authorized to perform: secretsmanager:GetSecretValue on resource: arn:aws:secretsmanager:eu-west-1:111122223333:secret:billing-AbCdEf because no identity-based policy allows the secretsmanager:GetSecretValue action status code: 400, request id: 0", ""},
	{"search", "EssentialContainerExited", "Essential container in task exited", "OutOfMemoryError: Container killed due to memory usage"},
	{"mail", "TaskFailedToStart", "CannotPullContainerError: pull image manifest has been retried 1 time(s): failed to resolve ref docker.io/example/mail:9: docker.io/example/mail:9: not found", ""},
}

// scaledInService has only orderly ends.
const scaledInService = "web"

// endEvent is ECS's event of the i-th task's end, as EventBridge sends it.
func endEvent(service, code, reason, container string, i int) []byte {
	arn := orderTask(i)
	if service != "orders" {
		arn = fmt.Sprintf("arn:aws:ecs:eu-west-1:111122223333:task/prod/%s", orderID(0x10000*len(service)+i))
	}
	id := arn[strings.LastIndexByte(arn, '/')+1:]
	if strings.Contains(reason, "%s") {
		reason = fmt.Sprintf(reason, id)
	}
	now := time.Now().UTC()
	app := map[string]any{"name": "app", "lastStatus": "STOPPED", "reason": container}
	if code != "TaskFailedToStart" {
		app["exitCode"] = 1
	}
	event, err := json.Marshal(map[string]any{
		"version": "0", "id": "event-" + id, "detail-type": "ECS Task State Change", "source": "aws.ecs", "account": "111122223333",
		"time": now.Format(time.RFC3339), "region": "eu-west-1", "resources": []string{arn},
		"detail": map[string]any{
			"taskArn": arn, "clusterArn": "arn:aws:ecs:eu-west-1:111122223333:cluster/prod", "group": "service:" + service,
			"taskDefinitionArn": "arn:aws:ecs:eu-west-1:111122223333:task-definition/" + service + ":8", "launchType": "FARGATE",
			"lastStatus": "STOPPED", "desiredStatus": "STOPPED", "stopCode": code, "stoppedReason": reason, "version": 5,
			"createdAt": now.Add(-2 * time.Minute).Format(time.RFC3339Nano), "stoppedAt": now.Format(time.RFC3339Nano),
			"containers": []any{app},
		},
	})
	if err != nil {
		panic(err) // it is made of strings
	}
	return event
}

// streamOfEnds is n ends of each failing service and n orderly ones, mixed, and
// every tenth of them twice.
func streamOfEnds(n int, random *rand.Rand) [][]byte {
	var events [][]byte
	for i := range n {
		for _, f := range failing {
			events = append(events, endEvent(f.service, f.code, f.reason, f.container, i))
		}
		events = append(events, endEvent(scaledInService, "ServiceSchedulerInitiated", "Scaling activity initiated by (deployment ecs-svc/1234567890123456789)", "", i))
	}
	for i := 0; i < len(events); i += 10 {
		events = append(events, events[i])
	}
	random.Shuffle(len(events), func(i, j int) { events[i], events[j] = events[j], events[i] })
	return events
}

// outside is what a service under test talks to: AWS, Slack and a database. each
// is called with every request to either, before it is answered and once more
// when what it asks for is done but not told yet.
type outside struct {
	aws, slack *httptest.Server
	messages   *slackfake.Server
	database   string
	began      time.Time
	each       func()
}

func newOutside(t *testing.T, database string, tasks int) *outside {
	t.Helper()
	o := &outside{database: database, began: time.Now(), each: func() {}}
	double := awsfake.New(badDeploy(tasks))
	o.aws = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		o.each()
		double.ServeHTTP(w, r)
	}))
	t.Cleanup(o.aws.Close)
	o.messages = slackfake.New()
	o.messages.Now = hurriedClock{o.began}.Now
	o.slack = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		o.each()
		o.messages.ServeHTTP(w, r)
		o.each()
	}))
	t.Cleanup(o.slack.Close)
	return o
}

// environ are the settings of a service that talks to it.
func (o *outside) environ(home string) []string {
	return []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + home, asService + "=" + fmt.Sprint(o.began.UnixMilli()),
		"AWS_ENDPOINT_URL=" + o.aws.URL, "AWS_REGION=eu-west-1", "AWS_ACCESS_KEY_ID=example", "AWS_SECRET_ACCESS_KEY=example", "AWS_EC2_METADATA_DISABLED=true",
		"WHYSTOPPED_LISTEN=127.0.0.1:0", "WHYSTOPPED_DATABASE_URL=" + o.database, "WHYSTOPPED_EVENTS_KEY=" + eventsKey,
		"WHYSTOPPED_SLACK_API_URL=" + o.slack.URL + "/api/", "WHYSTOPPED_SLACK_BOT_TOKEN=made-up", "WHYSTOPPED_SLACK_CHANNELS=default=#ecs",
	}
}

// send sends an event to a service, and tells whether it was taken.
func send(ctx context.Context, base string, event []byte) bool {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, base+"/api/v1/events", bytes.NewReader(event))
	if err != nil {
		panic(err) // the test's own mistake
	}
	r.Header.Set("x-api-key", eventsKey)
	r.Close = true
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return false
	}
	defer answer.Body.Close()
	io.Copy(io.Discard, answer.Body) // the status is all
	return answer.StatusCode == http.StatusAccepted
}

// told is what a service tells of what it knows.
type told struct {
	undiagnosed int
	stops       map[string]int // by service
	incidents   map[string]int // stops by service, of incidents
	ids         map[string]int // stops by incident
	several     []string       // services with several incidents
}

// getJSON reads an answer of a service.
func getJSON(ctx context.Context, address string, into any) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return err
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("status %d", answer.StatusCode)
	}
	return json.NewDecoder(answer.Body).Decode(into)
}

// askHistory reads all stops and incidents.
func askHistory(ctx context.Context, base string) (told, error) {
	h := told{stops: map[string]int{}, incidents: map[string]int{}, ids: map[string]int{}}
	for cursor := ""; ; {
		var page struct {
			Items []struct {
				Group, Diagnosis string
			}
			NextCursor *string
		}
		if err := getJSON(ctx, base+"/api/v1/stops?limit=100&cursor="+cursor, &page); err != nil {
			return h, err
		}
		for _, s := range page.Items {
			h.stops[strings.TrimPrefix(s.Group, "service:")]++
			if s.Diagnosis == "" {
				h.undiagnosed++
			}
		}
		if page.NextCursor == nil {
			break
		}
		cursor = *page.NextCursor
	}
	var page struct {
		Items []struct {
			ID, Group string
			Count     int
		}
	}
	if err := getJSON(ctx, base+"/api/v1/incidents?limit=100", &page); err != nil {
		return h, err
	}
	for _, in := range page.Items {
		service := strings.TrimPrefix(in.Group, "service:")
		if _, twice := h.incidents[service]; twice {
			h.several = append(h.several, service)
		}
		h.incidents[service] += in.Count
		h.ids[in.ID] = in.Count
	}
	return h, nil
}

// settled waits until a service has diagnosed all that it was sent and Slack
// shows it, and gives what it knows then.
func settled(t *testing.T, ctx context.Context, base func() string, o *outside) told {
	t.Helper()
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	var last told
	for {
		h, err := askHistory(ctx, base())
		if err == nil {
			last = h
		}
		if err == nil && h.undiagnosed == 0 && o.shows(h) {
			return h
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			t.Fatalf("it does not settle: %+v, %v; in Slack %s", last, err, o.overview())
		}
	}
}

// shows reports whether each incident's message has the count that is true.
func (o *outside) shows(h told) bool {
	shown := map[string]bool{}
	for _, m := range o.messages.Messages("") {
		if id := incidentIn(m); m.ThreadTS == "" && strings.Contains(m.Text, fmt.Sprintf("%d tasks", h.ids[id])) {
			shown[id] = true
		}
	}
	return len(shown) == len(h.ids) && len(shown) > 0
}

// overview is what stands in Slack, a line each.
func (o *outside) overview() string {
	var b strings.Builder
	for _, m := range o.messages.Messages("") {
		fmt.Fprintf(&b, "\n%s %s %s %q", incidentIn(m), m.TS, m.ThreadTS, m.Text)
	}
	return b.String()
}

// incidentIn is of which incident a message tells; "" for none.
func incidentIn(m slackfake.Message) string {
	if m.Metadata == nil {
		return ""
	}
	id, _ := m.Metadata.EventPayload["incident"].(string)
	return id
}

// checkHistory holds that nothing was lost and nothing told twice, of n ends of
// each service.
func checkHistory(t *testing.T, h told, o *outside, n int) {
	t.Helper()
	wantStops, wantIncidents := map[string]int{scaledInService: n}, map[string]int{}
	for _, f := range failing {
		wantStops[f.service], wantIncidents[f.service] = n, n
	}
	if diff := cmp.Diff(wantStops, h.stops); diff != "" {
		t.Errorf("stops by service (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(wantIncidents, h.incidents); diff != "" || len(h.several) > 0 {
		t.Errorf("stops in incidents by service (-want +got):\n%s\nseveral incidents of %v", diff, h.several)
	}
	seen := map[string]bool{}
	for _, m := range o.messages.Messages("") {
		key := incidentIn(m)
		if m.ThreadTS != "" {
			key += " " + m.Text // a thread hears of each growth once
		}
		if seen[key] {
			t.Errorf("told twice: %s at %s, thread %s: %q", key, m.TS, m.ThreadTS, m.Text)
		}
		seen[key] = true
	}
}

// victim is a service in a process of its own, which is killed and started anew.
type victim struct {
	t       *testing.T
	outside *outside
	home    string
	log     lockedBuffer

	mu      sync.Mutex
	running *exec.Cmd
	base    string
	up      chan struct{} // closed while it runs
	kills   int
}

// lockedBuffer is written by one process after the other.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// keepRunning starts the service again whenever it has ended, until ctx ends.
func (v *victim) keepRunning(ctx context.Context) {
	for ctx.Err() == nil {
		cmd := exec.CommandContext(ctx, os.Args[0])
		cmd.Env, cmd.Stderr = v.outside.environ(v.home), &v.log
		out, err := cmd.StdoutPipe()
		if err == nil {
			err = cmd.Start()
		}
		if err != nil {
			v.t.Errorf("start the service: %v", err)
			return
		}
		lines := bufio.NewScanner(out)
		if lines.Scan() {
			v.mu.Lock()
			v.running, v.base = cmd, lines.Text()
			close(v.up)
			v.mu.Unlock()
		}
		io.Copy(io.Discard, out)
		cmd.Wait() // it was killed
		v.mu.Lock()
		if v.running != nil {
			v.running, v.up = nil, make(chan struct{})
		}
		v.mu.Unlock()
	}
}

// kill ends the process that runs, if one does.
func (v *victim) kill() {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.running != nil {
		v.running.Process.Kill()
		v.kills++
	}
}

func (v *victim) address() string {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.base
}

// whenUp waits until it runs.
func (v *victim) whenUp(ctx context.Context) string {
	v.mu.Lock()
	up := v.up
	v.mu.Unlock()
	select {
	case <-up:
	case <-ctx.Done():
	}
	return v.address()
}

// killer kills after a random number of steps, again and again.
type killer struct {
	steps atomic.Int64 // until the next kill; none where it is below zero
	left  atomic.Int64 // kills
	next  func() int64
	kill  func()
}

func (k *killer) step() {
	if k.left.Load() > 0 && k.steps.Add(-1) == 0 {
		k.left.Add(-1)
		k.steps.Store(k.next())
		k.kill()
	}
}

// TestNothingIsLostOrToldTwiceWhereverItIsKilled kills the service at random
// points under a stream of events: while it stores, reads AWS, or tells Slack,
// before what it asks for is done and after.
func TestNothingIsLostOrToldTwiceWhereverItIsKilled(t *testing.T) {
	const each, kills = 25, 10
	for _, db := range []struct {
		name string
		url  func(t *testing.T) string
	}{
		{"SQLite", func(t *testing.T) string { return "file:" + t.TempDir() + "/history.db" }},
		{"PostgreSQL", func(t *testing.T) string { return pgtest.URL(t) }},
	} {
		t.Run(db.name, func(t *testing.T) {
			seed := rand.Uint64()
			t.Logf("seed %d", seed)
			random := rand.New(rand.NewPCG(seed, 0))
			ctx, cancel := context.WithTimeout(t.Context(), patience)
			defer cancel()
			o := newOutside(t, db.url(t), each)
			v := &victim{t: t, outside: o, home: t.TempDir(), up: make(chan struct{})}
			var randomly sync.Mutex
			k := &killer{kill: v.kill, next: func() int64 {
				randomly.Lock()
				defer randomly.Unlock()
				return 4 + random.Int64N(40)
			}}
			events := streamOfEnds(each, random)
			k.left.Store(kills)
			k.steps.Store(k.next())
			o.each = k.step
			running, stop := context.WithCancel(ctx)
			var service sync.WaitGroup
			service.Go(func() { v.keepRunning(running) })
			defer service.Wait()
			defer stop()
			for _, e := range events {
				for !send(ctx, v.whenUp(ctx), e) && ctx.Err() == nil {
				}
				k.step()
			}
			h := settled(t, ctx, v.address, o)
			checkHistory(t, h, o, each)
			t.Logf("killed %d times, %d messages", v.kills, len(o.messages.Messages("")))
			if v.kills < kills/2 {
				t.Errorf("it was killed %d times only", v.kills)
			}
			if t.Failed() {
				t.Log(v.log.String())
			}
		})
	}
}

// TestTwoInstancesShareTheWork runs two services on one PostgreSQL, one of which
// is replaced by a newer one in the middle.
func TestTwoInstancesShareTheWork(t *testing.T) {
	const each = 40
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	o := newOutside(t, pgtest.URL(t), each)
	for name, value := range map[string]string{
		"AWS_ENDPOINT_URL": o.aws.URL, "AWS_REGION": "eu-west-1", "AWS_ACCESS_KEY_ID": "example", "AWS_SECRET_ACCESS_KEY": "example",
		"AWS_PROFILE": "", "AWS_CONFIG_FILE": t.TempDir() + "/config", "AWS_SHARED_CREDENTIALS_FILE": t.TempDir() + "/credentials", "AWS_EC2_METADATA_DISABLED": "true",
	} {
		t.Setenv(name, value)
	}
	begin := func() (base string, end func()) {
		a, err := newApp(ctx, config.Config{
			Listen: "127.0.0.1:0", Timeout: 10 * time.Second, DatabaseURL: config.Secret(o.database), EventsKey: eventsKey, Retention: time.Hour,
			SlackAPIURL: o.slack.URL + "/api/", SlackBotToken: "made-up", SlackChannels: channels.Rules{{Kind: channels.Default, Channel: "#ecs"}},
		}, slog.New(slog.DiscardHandler), hurried(o.began))
		if err != nil {
			t.Fatalf("start an instance: %v", err)
		}
		running, stop := context.WithCancel(ctx)
		ended := make(chan error, 1)
		go func() { ended <- a.Run(running) }()
		return a.URL(), func() {
			stop()
			if err := <-ended; err != nil {
				t.Errorf("an instance ended: %v", err)
			}
		}
	}
	one, endOne := begin()
	two, endTwo := begin()
	defer func() { endTwo() }()
	events := streamOfEnds(each, rand.New(rand.NewPCG(1, 2)))
	for i, e := range events {
		if i == len(events)/2 {
			endOne()
			one, endOne = begin()
			defer func() { endOne() }()
		}
		for !send(ctx, []string{one, two}[i%2], e) && ctx.Err() == nil {
		}
	}
	h := settled(t, ctx, func() string { return two }, o)
	checkHistory(t, h, o, each)
}
