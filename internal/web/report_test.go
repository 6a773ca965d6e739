package web

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/html"

	"whystopped/internal/diagnose"
	"whystopped/internal/diagnose/evidence"
	"whystopped/internal/diagnose/verdict"
	"whystopped/internal/iampolicy"
	"whystopped/internal/web/roles"
	"whystopped/internal/words"
)

func reportDoc(t *testing.T, d diagnose.Diagnosis) *html.Node {
	t.Helper()
	return parsePage(t, get(t, newHandler(t, options(always(d))), "/d/"+d.ID))
}

func TestReportLeadsWithTheVerdict(t *testing.T) {
	doc := reportDoc(t, secretDenied())
	want := map[string][]string{
		".badge":      {"Task execution role orders-exec used by ECS to start the task"},
		"h1":          {"The execution role may not read the secret ledger/db"},
		".said .sure": {"Confirmed"},
		".where":      {"task 0f1e2d3c… · service ledger-api · cluster prod · eu-west-1 · account 111122223333 · stopped 7 min ago"},
		".call":       {"Task execution role orders-exec isn't allowed to call secretsmanager:GetSecretValue on " + secretARN + " no identity-based policy allows it"},
		"h2":          {"Fix", "Evidence", "What we couldn't check", "Also found", "Roles and API calls", "Timeline", "Data sources", "Containers", "Task", "This report"},
	}
	for path, texted := range want {
		if diff := cmp.Diff(texted, texts(doc, path)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", path, diff)
		}
	}
	if got := texts(doc, ".said .chips")[0]; !strings.Contains(got, "Startup") || !strings.Contains(got, "IAM permission") {
		t.Errorf("chips = %q, want phase and category", got)
	}
	if got := attr(one(t, doc, "article"), "class"); got != "report exec" {
		t.Errorf("class of the report = %q, want the actor's", got)
	}
}

func TestReportPolicyCanBeCopied(t *testing.T) {
	d := secretDenied()
	doc := reportDoc(t, d)
	for i, p := range d.Fix.Policies {
		want, err := json.Marshal(p.Document)
		if err != nil {
			t.Fatal(err)
		}
		code := byID(t, doc, "policy-"+string(rune('0'+i)))
		var shown any
		if err := json.Unmarshal([]byte(rawText(code)), &shown); err != nil {
			t.Fatalf("the text that is copied is no JSON: %v\n%s", err, rawText(code))
		}
		got, err := json.Marshal(shown)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(decoded(t, want), decoded(t, got)); diff != "" {
			t.Errorf("policy %d (-want +got):\n%s", i, diff)
		}
		if !strings.HasPrefix(rawText(code), "{\n  \"Version\": \"2012-10-17\",\n  \"Statement\": [\n    {\n") {
			t.Errorf("policy %d is not indented:\n%s", i, rawText(code))
		}
	}
}

func decoded(t *testing.T, b []byte) (v any) {
	t.Helper()
	if err := json.Unmarshal(b, &v); err != nil {
		t.Fatal(err)
	}
	return v
}

func byID(t *testing.T, doc *html.Node, id string) *html.Node {
	t.Helper()
	for n := range doc.Descendants() {
		if n.Type == html.ElementNode && attr(n, "id") == id {
			return n
		}
	}
	t.Fatalf("no element has the id %q", id)
	return nil
}

func TestReportFormats(t *testing.T) {
	doc := reportDoc(t, secretDenied())
	tabs := []string{"Policy", "AWS CLI", "Terraform", "CloudFormation", "CDK"}
	if diff := cmp.Diff(append(tabs, tabs...), texts(doc, ".tabs label")); diff != "" { // of the denied policy, and of the whole start
		t.Errorf("tabs (-want +got):\n%s", diff)
	}
	checked := map[string]int{}
	for _, input := range find(doc, ".tabs input") {
		if attr(input, "type") != "radio" {
			t.Errorf("a tab is a %q, want a radio button: they work without JavaScript", attr(input, "type"))
		}
		if hasAttr(input, "checked") {
			checked[attr(input, "name")]++
		}
	}
	if diff := cmp.Diff(map[string]int{"format": 1, "format-1": 1}, checked); diff != "" {
		t.Errorf("chosen tabs of each group (-want +got):\n%s", diff)
	}
	for id, policy := range map[string]int{"code-cli": 0, "code-cli-1": 1} {
		if got, want := rawText(byID(t, doc, id)), secretDenied().Fix.Policies[policy].Snippets.CLI; got != want {
			t.Errorf("%s = %q, want %q", id, got, want)
		}
	}
	if got := texts(doc, ".proof"); len(got) != 2 || !strings.HasPrefix(got[0], "Verified in the IAM policy simulator. before: implicitDeny") || !strings.HasPrefix(got[1], "Not verified. ") {
		t.Errorf("proofs = %q", got)
	}
}

// TestReportOfOneSnippetForAll: reports of before have none for each policy.
func TestReportOfOneSnippetForAll(t *testing.T) {
	d := secretDenied()
	d.Fix.Policies = slices.Clone(d.Fix.Policies)
	for i := range d.Fix.Policies {
		d.Fix.Policies[i].Snippets = iampolicy.Snippets{}
	}
	if got, want := rawText(byID(t, reportDoc(t, d), "code-cli")), d.Fix.Snippets.CLI; got != want {
		t.Errorf("CLI = %q, want %q", got, want)
	}
}

// TestReportOfSeveralPolicies: each format has those of all that it can carry,
// with what they are for.
func TestReportOfSeveralPolicies(t *testing.T) {
	d := secretDenied()
	d.Fix.Policies = slices.Clone(d.Fix.Policies)
	d.Fix.Policies[1].Purpose, d.Fix.Policies[1].Kind, d.Fix.Policies[1].AttachTo = "denied", "key-policy", nil
	d.Fix.Policies[1].Resource, d.Fix.Policies[1].Snippets.CLI = "arn:aws:kms:eu-west-1:444455556666:key/k", ""
	doc := reportDoc(t, d)
	want := []string{
		"Add this to the policy of the KMS key arn:aws:kms:eu-west-1:444455556666:key/k", // the documents
		"Attach this policy to orders-exec",                                              // the one command
	}
	for range 3 {
		want = append(want, "Attach this policy to orders-exec", "Add this to the policy of the KMS key arn:aws:kms:eu-west-1:444455556666:key/k")
	}
	if diff := cmp.Diff(want, texts(doc, ".next")); diff != "" {
		t.Errorf("what they are for (-want +got):\n%s", diff)
	}
}

// TestReportOfWiderPolicies: what allows more than what was denied is a choice of
// its own, in parts where it came in parts.
func TestReportOfWiderPolicies(t *testing.T) {
	d := secretDenied()
	next, part := d.Fix.Policies[0], d.Fix.Policies[1]
	next.Purpose, next.Detail = "denied-pattern", words.Plain("For the next task.")
	d.Fix.Policies = append(slices.Clone(d.Fix.Policies), part, next)
	doc := reportDoc(t, d)
	if diff := cmp.Diff([]string{"Or grant all startup permissions", "Or allow it for the next task too"}, texts(doc, ".whole summary")); diff != "" {
		t.Errorf("choices (-want +got):\n%s", diff)
	}
	wider := find(doc, ".whole")
	if len(wider) != 2 || len(find(wider[0], ".policy .lines")) != 2 || len(find(wider[1], ".policy .lines")) != 1 || hasAttr(wider[0], "open") || !hasAttr(wider[1], "open") {
		t.Errorf("%d choices", len(wider))
	}
	if got := len(find(doc, ".verdict button.copy")); got != 1 {
		t.Errorf("%d buttons copy the exact policy, want 1", got)
	}
}

// TestReportNamesTheWordsToReplace on every button that copies them.
func TestReportNamesTheWordsToReplace(t *testing.T) {
	d := secretDenied()
	d.Fix.Policies = slices.Clone(d.Fix.Policies)
	d.Fix.Policies[0].Placeholders = []string{"BUCKET_NAME", "OBJECT_NAME"}
	d.Fix.Policies[0].Detail = words.Plain("Words to know.")
	doc := reportDoc(t, d)
	var got []string
	for _, label := range texts(doc, "button.copy") {
		if strings.Contains(label, "replace") {
			got = append(got, label)
		}
	}
	const first = " (replace BUCKET_NAME and OBJECT_NAME first)"
	want := []string{"Copy policy" + first, "Copy policy" + first, "Copy command" + first, "Copy Terraform" + first, "Copy template" + first, "Copy CDK" + first}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("buttons (-want +got):\n%s", diff)
	}
	if !strings.Contains(text(doc), d.Fix.Policies[0].Detail.English) {
		t.Error("the detail is not beside the policy")
	}
}

func TestReportWithoutPolicy(t *testing.T) {
	doc := reportDoc(t, outOfMemory())
	if n := len(find(doc, ".formats")) + len(find(doc, ".call")) + len(find(doc, "button.copy")); n != 0 {
		t.Errorf("%d elements speak of policies or refused calls in a report without any", n)
	}
	if diff := cmp.Diff(words.Lines(outOfMemory().Fix.Steps), texts(doc, "ol.steps li")); diff != "" {
		t.Errorf("steps (-want +got):\n%s", diff)
	}
	if got := texts(doc, ".badge b"); !slices.Equal(got, []string{"Not an IAM problem"}) {
		t.Errorf("badge = %q", got)
	}
	if got := texts(doc, "tbody td"); len(got) != 1 || !strings.HasPrefix(got[0], "137 killed (SIGKILL)") {
		t.Errorf("exit code = %q", got)
	}
}

func TestReportSaysNothingTwice(t *testing.T) {
	d := outOfMemory()
	for _, steps := range [][]string{{d.Fix.Summary.English}, {d.Fix.Summary.English, "Then wait."}} {
		d.Fix.Steps = words.PlainLines(steps...)
		if got := strings.Count(text(reportDoc(t, d)), d.Fix.Summary.English); got != 1 {
			t.Errorf("steps %q: the summary is said %d times", steps, got)
		}
	}
}

// TestVerdictOffersThePolicy holds that what to paste, and where, stands on the
// first screen, unless pasting one policy is not the fix.
func TestVerdictOffersThePolicy(t *testing.T) {
	for _, tt := range []struct {
		name   string
		change func(*diagnose.Fix)
		copies int
		where  []string
	}{
		{"one policy", func(*diagnose.Fix) {}, 1, []string{"Go to the fix"}},
		{"one that is not enough", func(f *diagnose.Fix) { f.Policies[0].Verified.Status = "still-denied" }, 0, []string{"Go to the fix"}},
		{"one that adds nothing", func(f *diagnose.Fix) { f.Policies[0].Verified.Before = "allowed" }, 0, []string{"Go to the fix"}},
		{"two for two places", func(f *diagnose.Fix) { f.Policies[1].Purpose = "denied" }, 0, []string{"Go to the fix"}},
		{"none", func(f *diagnose.Fix) { f.Policies = nil }, 0, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := secretDenied()
			tt.change(&d.Fix)
			doc := reportDoc(t, d)
			if got := len(find(doc, ".verdict button.copy")); got != tt.copies {
				t.Errorf("%d buttons copy a policy, want %d", got, tt.copies)
			}
			if diff := cmp.Diff(tt.where, texts(doc, ".verdict .act a")); diff != "" {
				t.Errorf("where to paste it (-want +got):\n%s", diff)
			}
		})
	}
}

func TestVerdictLinksTheService(t *testing.T) {
	links := find(reportDoc(t, secretDenied()), ".where a")
	if len(links) != 1 || text(links[0]) != "service ledger-api" || attr(links[0], "href") != serviceURL(secretDenied().Task.Ref()) {
		t.Errorf("%d links lead to the service's stopped tasks", len(links))
	}
}

func TestReportMarksTheDecidingWords(t *testing.T) {
	doc := reportDoc(t, secretDenied())
	want := []string{
		"arn:aws:sts::111122223333:assumed-role/orders-exec",
		"is not authorized to perform: secretsmanager:GetSecretValue",
		"because no identity-based policy allows",
		"AccessDenied",
		"Access Denied", // in the finding that was survived
	}
	if diff := cmp.Diff(want, texts(doc, "mark")); diff != "" {
		t.Errorf("marked words (-want +got):\n%s", diff)
	}
	if got, want := rawText(find(doc, "blockquote")[0]), secretDenied().Findings[0].Evidence[0].Text; got != want {
		t.Errorf("quote is not word for word:\n got %q\nwant %q", got, want)
	}
}

func TestReportSources(t *testing.T) {
	doc := reportDoc(t, secretDenied())
	got := texts(doc, ".sources .asked")
	want := []string{
		"Task (ECS) read the task",
		"Task definition read ledger-api:42",
		"Log of container api no data no stream: the container never started, which itself points at start-up",
		"API calls of the task (CloudTrail) not available yet 1 refused call; more may follow until 12:07",
		"Service events and deployments access denied Grant whystopped's own role ecs:DescribeServices to include it.",
		"IAM policy simulator not needed",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("sources (-want +got):\n%s", diff)
	}
}

func TestReportTimeline(t *testing.T) {
	doc := reportDoc(t, secretDenied())
	got := texts(doc, ".timeline .at")
	want := []string{"11:52:00 UTC", "11:52:18 UTC +18 s", "11:52:20 UTC +20 s", "11:52:25 UTC +25 s", "11:52:29 UTC +29 s", "11:52:31 UTC +31 s"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("times (-want +got):\n%s", diff)
	}
}

func TestReportOfARunningTask(t *testing.T) {
	tests := []struct {
		status  string
		stopped time.Time
		notice  bool
	}{
		{"RUNNING", time.Time{}, true},
		{"STOPPING", time.Time{}, true},
		{"STOPPED", noon, false},
		{"DEPROVISIONING", noon, false}, // its containers have ended: the verdict stands
		{"", time.Time{}, false},
	}
	for _, tt := range tests {
		d := outOfMemory()
		d.Task.LastStatus, d.Task.StoppedAt = tt.status, tt.stopped
		d.Task.Containers[0].ExitCode = nil
		doc := reportDoc(t, d)
		if got := len(find(doc, ".notice")) == 1; got != tt.notice {
			t.Errorf("status %q: notice shown: %t, want %t", tt.status, got, tt.notice)
		}
		if got := strings.HasPrefix(texts(doc, "tbody td")[0], "none yet"); got != tt.notice {
			t.Errorf("status %q: an exit code is awaited: %t, want %t", tt.status, got, tt.notice)
		}
	}
}

func TestReportCanBeUnfurled(t *testing.T) {
	o := options(always(secretDenied()))
	o.PublicURL = "https://why.example.com/"
	doc := parsePage(t, get(t, newHandler(t, o), "/diagnose?task="+sampleARN))
	got := map[string]string{}
	for _, m := range find(doc, "meta") {
		got[attr(m, "property")+attr(m, "name")] = attr(m, "content")
	}
	if want := secretDenied().Verdict.Title; got["og:title"] != want.English {
		t.Errorf("og:title = %q, want %q", got["og:title"], want)
	}
	for _, name := range []string{"description", "og:description"} {
		if !strings.HasPrefix(got[name], secretDenied().Verdict.Summary.English) {
			t.Errorf("%s = %q, want the summary", name, got[name])
		}
	}
	if want := "https://why.example.com/d/" + secretDenied().ID; got["og:url"] != want {
		t.Errorf("og:url = %q, want %q: the link that stays", got["og:url"], want)
	}
	if got["robots"] != "noindex" {
		t.Error("a report may be indexed")
	}
	if got := text(one(t, doc, "title")); got != secretDenied().Verdict.Title.English+" · whystopped" {
		t.Errorf("title = %q", got)
	}
}

func classOf(kind verdict.IdentityKind) string { return actorOf(verdict.Identity{Kind: kind}).Class }

func TestEveryActorHasItsShape(t *testing.T) {
	shapes := map[string]verdict.IdentityKind{}
	for _, kind := range roles.Kinds {
		d := outOfMemory()
		d.Verdict.Identity.Kind = kind
		doc := reportDoc(t, d)
		var b strings.Builder
		if err := html.Render(&b, find(doc, ".badge svg")[0]); err != nil {
			t.Fatal(err)
		}
		class := classOf(kind)
		if other, taken := shapes[b.String()]; taken && classOf(other) != class {
			t.Errorf("%s and %s have one shape: they differ by colour alone", kind, other)
		}
		shapes[b.String()] = kind
		if got := texts(doc, ".badge b")[0]; got != actorOf(verdict.Identity{Kind: kind}).Label {
			t.Errorf("%s is called %q, want %q", kind, got, actorOf(verdict.Identity{Kind: kind}).Label)
		}
	}
}

func TestValuesThatNobodyForesaw(t *testing.T) {
	d := outOfMemory()
	d.Verdict.Phase, d.Verdict.Category, d.Verdict.Confidence, d.Verdict.Identity.Kind = "limbo", "gremlins", "gut-feeling", "ghost-role"
	d.Sources = []evidence.Source{{Name: "ec2:DescribeInstances", Status: "puzzled"}}
	d.Timeline = []diagnose.TimelineEntry{{Kind: "omen", Label: words.Plain("a crow")}}
	d.Findings[0].Evidence[0].Source = "tea.leaves"
	page := text(reportDoc(t, d))
	for _, want := range []string{"limbo", "gremlins", "gut-feeling", "ghost-role", "ec2:DescribeInstances", "puzzled", "omen", "tea.leaves"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page does not show %q", want)
		}
	}
}

func TestEmptyDiagnosisHasAPage(t *testing.T) {
	doc := reportDoc(t, diagnose.Diagnosis{ID: "x"})
	if got := texts(doc, ".badge b"); !slices.Equal(got, []string{"Identity unknown"}) {
		t.Errorf("badge = %q", got)
	}
}
