package lifeline

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"whystopped/internal/diagnose"
	"whystopped/internal/diagnose/verdict"
	"whystopped/internal/web/drawing"
	"whystopped/internal/words"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// ran is a diagnosis of a task that ran for an hour and was then refused.
func ran() diagnose.Diagnosis {
	at := func(s int) time.Time { return noon.Add(time.Duration(s) * time.Second) }
	var d diagnose.Diagnosis
	d.Task.CreatedAt, d.Task.PullStartedAt, d.Task.PullStoppedAt, d.Task.StartedAt = at(0), at(10), at(22), at(25)
	d.Task.StoppingAt, d.Task.ExecutionStoppedAt, d.Task.StoppedAt = at(3625), at(3624), at(3650)
	d.Verdict.Phase, d.Verdict.Identity = verdict.PhaseRuntime, verdict.Identity{Kind: verdict.TaskRole, ARN: "arn:aws:iam::111122223333:role/orders-task"}
	d.Verdict.Title = words.Plain("The task role may not send to the queue orders")
	d.Findings = []diagnose.Finding{{Primary: true, Identity: d.Verdict.Identity, Denied: []diagnose.DeniedCall{{Action: "sqs:SendMessage"}}}}
	d.Timeline = []diagnose.TimelineEntry{
		{At: at(0), Kind: "task", Label: words.Plain("Task created")},
		{At: at(0), Kind: "service-event", Label: words.Plain("(service orders) has started 1 tasks: (task 0f1e).")},
		{At: at(9), Kind: "api-call", Label: words.Plain("GetAuthorizationToken"), Action: "ecr:GetAuthorizationToken", Identity: verdict.ExecutionRole},
		{At: at(10), Kind: "container", Label: words.Plain("Image pull began")},
		{At: at(24), Kind: "api-call", Label: words.Plain("CreateLogStream"), Action: "logs:CreateLogStream", Identity: verdict.ExecutionRole},
		{At: at(24), Kind: "api-call", Label: words.Plain("CreateLogStream"), Action: "logs:CreateLogStream", Identity: verdict.ExecutionRole},
		{At: at(900), Kind: "api-call", Label: words.Plain("ListQueues"), Action: "sqs:ListQueues", Actor: verdict.ActorCode},
		{At: at(1800), Kind: "service-event", Label: words.Plain("(service orders) (port 80) is unhealthy in (target-group x)")},
		{At: at(3620), Kind: "log", Label: words.Plain("The task role may not send"), Action: "sqs:SendMessage", Identity: verdict.TaskRole, Actor: verdict.ActorCode, Denied: true},
		{At: at(3624), Kind: "container", Moment: verdict.MomentContainerStopped, Actor: verdict.ActorCode, Container: "app", ExitCode: new(1)},
		{At: at(9000), Kind: "log", Label: words.Plain("after the end")},
	}
	return d
}

// kinds of marks, in short, for comparison.
func marksOf(l life) []string {
	var out []string
	for _, m := range l.Marks {
		s := fmt.Sprintf("%s %s: %s", laneActors[m.Lane].who, m.Kind, m.Label)
		if m.Decides {
			s += " (decides)"
		}
		out = append(out, s)
	}
	return out
}

func phasesOf(l life) []string {
	var out []string
	for _, p := range l.Phases {
		out = append(out, p.Name+" "+l.lasted(p.To.Sub(p.From)))
	}
	return out
}

func TestLife(t *testing.T) {
	l, ok := lifeOf(ran(), words.English())
	if !ok {
		t.Fatal("there is no picture")
	}
	if diff := cmp.Diff([]string{"Preparing 10 s", "Image pull 12 s", "Starting 3 s", "Running 1 h", "Stopping 25 s"}, phasesOf(l)); diff != "" {
		t.Errorf("phases (-want +got):\n%s", diff)
	}
	want := []string{
		"ecs call: GetAuthorizationToken",
		"ecs call: CreateLogStream",
		"code call: ListQueues",
		"ecs event: is unhealthy in (target-group x)",
		"code refused: SendMessage denied (decides)",
		"code end: exited: app, exit code 1",
	}
	if diff := cmp.Diff(want, marksOf(l)); diff != "" {
		t.Errorf("marks (-want +got):\n%s", diff)
	}
	if l.NeverRan {
		t.Error("the code is said never to have run")
	}
}

// TestLifeMarksWhatDecided holds the mark of what no entry of the timeline has.
func TestLifeMarksWhatDecided(t *testing.T) {
	at := func(s int) time.Time { return noon.Add(time.Duration(s) * time.Second) }
	start := diagnose.TaskView{CreatedAt: at(0), StoppingAt: at(20), StoppedAt: at(40)}
	running := start
	running.StartedAt, running.ExecutionStoppedAt = at(10), at(20)
	ended := []diagnose.TimelineEntry{{At: at(20), Kind: "container", Moment: verdict.MomentContainerStopped, Actor: verdict.ActorCode, Container: "app", ExitCode: new(137)}}
	denied := []diagnose.Finding{{Primary: true, Denied: []diagnose.DeniedCall{{Action: "ssm:GetParameters"}}}}
	for _, tt := range []struct {
		name string
		d    diagnose.Diagnosis
		want []string
	}{
		{"refused at start-up", diagnose.Diagnosis{Task: start, Findings: denied, Verdict: diagnose.Verdict{Category: verdict.IAMPermission, Identity: verdict.Identity{Kind: verdict.ExecutionRole}}}, []string{"ecs refused: GetParameters denied (decides)"}},
		{"the host's role", diagnose.Diagnosis{Task: start, Verdict: diagnose.Verdict{Category: verdict.IAMPermission, Identity: verdict.Identity{Kind: verdict.InstanceRole}}}, []string{"host failed: permission missing (decides)"}},
		{"no role to be had", diagnose.Diagnosis{Task: start, Verdict: diagnose.Verdict{Category: verdict.IAMTrust, Identity: verdict.Identity{Kind: verdict.ExecutionRole}}}, []string{"ecs failed: role not assumed (decides)"}},
		{"network", diagnose.Diagnosis{Task: start, Verdict: diagnose.Verdict{Category: verdict.Network, Phase: verdict.PhaseStartup, Identity: verdict.Identity{Kind: verdict.NoIdentity}}}, []string{"ecs failed: network unreachable (decides)"}},
		{"memory", diagnose.Diagnosis{Task: running, Timeline: ended, Verdict: diagnose.Verdict{Category: verdict.OOM, Phase: verdict.PhaseRuntime, Identity: verdict.Identity{Kind: verdict.NoIdentity}}}, []string{"code end: exited: app, exit code 137", "host failed: Out of memory (decides)"}},
		{"crash", diagnose.Diagnosis{Task: running, Timeline: ended, Verdict: diagnose.Verdict{Category: verdict.AppCrash, Phase: verdict.PhaseRuntime, Identity: verdict.Identity{Kind: verdict.NoIdentity}}}, []string{"code failed: exited: app, exit code 137 (decides)"}},
		{"crash, with its last words", diagnose.Diagnosis{Task: running, Timeline: []diagnose.TimelineEntry{{At: at(19), Kind: "log", Actor: verdict.ActorCode, Cause: "app.crash"}}, Verdict: diagnose.Verdict{Cause: "app.crash", Category: verdict.AppCrash, Phase: verdict.PhaseRuntime, Identity: verdict.Identity{Kind: verdict.NoIdentity}}}, []string{"code failed: Application crash (decides)"}},
		{"stopped by someone", diagnose.Diagnosis{Task: running, Verdict: diagnose.Verdict{Category: verdict.UserStop, Phase: verdict.PhaseShutdown, Identity: verdict.Identity{Kind: verdict.NoIdentity}}}, []string{"ecs failed: Stopped by a user (decides)"}},
		{"still running", diagnose.Diagnosis{CreatedAt: at(90), Task: diagnose.TaskView{CreatedAt: at(0), StartedAt: at(10), LastStatus: "RUNNING"}}, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			l, ok := lifeOf(tt.d, words.English())
			if !ok {
				t.Fatal("there is no picture")
			}
			if diff := cmp.Diff(tt.want, marksOf(l)); diff != "" {
				t.Errorf("marks (-want +got):\n%s", diff)
			}
		})
	}
}

// TestDrawingsHoldTogether draws lives of all kinds, also impossible ones, and
// fails where something lies outside, overlaps or is too small to read.
func TestDrawingsHoldTogether(t *testing.T) {
	labels := []string{"GetSecretValue", "a", "größer als 5 MiB → s3", "<b>&amp;</b>", strings.Repeat("W", 80), "東京リージョンのタスク", "BatchGetImage refused by somebody else"}
	kinds := []string{"task", "container", "log", "api-call", "service-event", "omen"}
	who := []verdict.IdentityKind{"", verdict.ExecutionRole, verdict.TaskRole, verdict.InstanceRole, verdict.Caller}
	for seed := range uint64(120) {
		r := rand.New(rand.NewPCG(seed, 1))
		spans := []int{40, 90, 4000, 900_000}
		length := spans[r.IntN(len(spans))]
		sometime := func() time.Time {
			if r.IntN(4) == 0 {
				return time.Time{}
			}
			return noon.Add(time.Duration(r.IntN(length)) * time.Second)
		}
		var d diagnose.Diagnosis
		d.Verdict.Title = words.Plain("The task execution role isn't allowed to read the secret ledger")
		d.Task.CreatedAt, d.Task.StoppedAt = noon, noon.Add(time.Duration(length)*time.Second)
		d.Task.PullStartedAt, d.Task.PullStoppedAt, d.Task.StartedAt = sometime(), sometime(), sometime()
		d.Task.StoppingAt, d.Task.ExecutionStoppedAt = sometime(), sometime()
		d.Timeline = nil
		for range r.IntN(40) {
			d.Timeline = append(d.Timeline, diagnose.TimelineEntry{
				At: noon.Add(time.Duration(r.IntN(length+20)-10) * time.Second), Kind: kinds[r.IntN(len(kinds))], Label: words.Plain(labels[r.IntN(len(labels))]),
				Action: "x:" + labels[r.IntN(len(labels))], Identity: who[r.IntN(len(who))], Denied: r.IntN(3) == 0,
			})
		}
		v := Of(d, words.English())
		if v == nil {
			t.Fatalf("seed %d: no picture", seed)
		}
		for _, drawing := range v.Drawings {
			if problem := faultOf(drawing); problem != "" {
				t.Errorf("seed %d, %s: %s", seed, drawing.Class, problem)
			}
		}
	}
}

// faultOf names what is wrong with a drawing.
func faultOf(d drawing.Drawing) string {
	type box struct{ left, right, top, bottom int }
	var boxes []box
	for _, text := range d.Texts {
		w := drawing.Width(text.Text)
		b := box{text.X, text.X + w, text.Y - 10, text.Y + 2}
		classes := strings.Fields(text.Class)
		switch {
		case slices.Contains(classes, "last"):
			b.left, b.right = text.X-w, text.X
		case slices.Contains(classes, "middle"):
			b.left, b.right = text.X-w/2, text.X+w/2
		}
		if b.left < 0 || b.right > d.Width || b.top < 0 || b.bottom > d.Height {
			return fmt.Sprintf("the text %q lies outside", text.Text)
		}
		for i, other := range boxes {
			if b.left < other.right && other.left < b.right && b.top < other.bottom && other.top < b.bottom {
				return fmt.Sprintf("the texts %q and %q overlap", d.Texts[i].Text, text.Text)
			}
		}
		boxes = append(boxes, b)
	}
	for _, m := range d.Marks {
		if m.X < 0 || m.X > d.Width || m.Y < 0 || m.Y > d.Height {
			return "a mark lies outside"
		}
	}
	for _, b := range d.Bars {
		if b.W <= 0 || b.H <= 0 || b.X < 0 || b.X+b.W > d.Width+2 {
			return fmt.Sprintf("the bar %+v lies outside", b)
		}
	}
	return ""
}

func TestLabelsFindPlaces(t *testing.T) {
	crowd := []label{{x: 150, text: "one of a crowd"}, {x: 165, text: "two of a crowd"}, {x: 180, text: "three of a crowd", keep: 3}}
	if levels := place(crowd, 0, 400); levels != 2 {
		t.Errorf("%d levels, want 2: two to the sides, one above", levels)
	}
	tight := []label{{x: 20, text: "does not fit in here", keep: 0}, {x: 40, text: "this", keep: 2}}
	if levels := place(tight, 0, 80); levels != 1 || tight[0].level != 0 || tight[1].level != 1 {
		t.Errorf("placed %+v on %d levels, want only the one that fits", tight, levels)
	}
}
