package diagnose_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"whystopped/internal/diagnose"
	"whystopped/internal/diagnose/catalogue"
	"whystopped/internal/diagnose/cause"
	"whystopped/internal/diagnose/evidence"
	"whystopped/internal/diagnose/verdict"
	"whystopped/internal/iampolicy"
	"whystopped/internal/redact"
	"whystopped/internal/words"
)

// fixture is testdata/causes/CODE.txtar: a paragraph that says what it shows,
// evidence that the cause must lead (hit*.json), evidence that must not lead to
// it though it looks alike (miss*.json), and what is wanted of every hit: lines
// of "field: value", with fields phase, identity, category, confidence, title,
// policy (the actions of the "denied" policy) and resource.
type fixture struct {
	code         string
	hits, misses []txtar.File
	want         map[string]string
}

func readFixtures(t *testing.T) map[string]fixture {
	t.Helper()
	paths, err := filepath.Glob("testdata/causes/*.txtar")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no fixtures found: %v", err)
	}
	all := map[string]fixture{}
	for _, path := range paths {
		f := readFixture(t, path)
		all[f.code] = f
	}
	return all
}

func readFixture(t *testing.T, path string) fixture {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	a := txtar.Parse(raw)
	f := fixture{code: strings.TrimSuffix(filepath.Base(path), ".txtar"), want: map[string]string{}}
	if len(strings.Fields(string(a.Comment))) < 4 {
		t.Errorf("%s: the first paragraph must say what the fixture shows", path)
	}
	for _, file := range a.Files {
		switch {
		case strings.HasPrefix(file.Name, "hit"):
			f.hits = append(f.hits, file)
		case strings.HasPrefix(file.Name, "miss"):
			f.misses = append(f.misses, file)
		case file.Name == "want":
			for line := range strings.Lines(string(file.Data)) {
				if key, value, ok := strings.Cut(strings.TrimSpace(line), ": "); ok {
					f.want[key] = value
				}
			}
		default:
			t.Errorf("%s: unknown part %q", path, file.Name)
		}
	}
	return f
}

func decode(t *testing.T, file txtar.File) evidence.Evidence {
	t.Helper()
	ev, err := evidence.Decode(file.Data)
	if err != nil {
		t.Fatalf("%s: %v", file.Name, err)
	}
	return ev
}

func TestCatalogueIsComplete(t *testing.T) {
	fixtures := readFixtures(t)
	seen := map[string]bool{}
	for _, k := range catalogue.All() {
		if seen[k.Code] {
			t.Errorf("%s: the code is used twice", k.Code)
		}
		seen[k.Code] = true
		for _, problem := range incomplete(k) {
			t.Errorf("%s: %s", k.Code, problem)
		}
		if f, ok := fixtures[k.Code]; !ok || len(f.hits) == 0 || len(f.misses) == 0 {
			t.Errorf("%s: testdata/causes/%s.txtar needs a hit and a near miss", k.Code, k.Code)
		}
	}
	for code := range fixtures {
		if !seen[code] {
			t.Errorf("testdata/causes/%s.txtar belongs to no cause", code)
		}
	}
}

func incomplete(k *cause.Cause) []string {
	var problems []string
	if len(k.Title) > 110 || strings.HasSuffix(k.Title, ".") || k.Title == "" {
		problems = append(problems, "the title must be a phrase of at most 110 bytes without a full stop")
	}
	if !strings.HasSuffix(k.Meaning, ".") {
		problems = append(problems, "the meaning must be sentences")
	}
	if k.Phase == "" || k.Category == "" || k.Identity == "" || k.Confidence == "" || k.Area == "" || k.When == nil {
		problems = append(problems, "a field is missing")
	}
	if len(k.Docs) == 0 {
		problems = append(problems, "an AWS page is missing")
	}
	for _, d := range k.Docs {
		if !strings.HasPrefix(d, "https://docs.aws.amazon.com/") {
			problems = append(problems, d+" is no AWS page")
		}
	}
	if k.Category.IsIAM() && k.Identity != verdict.UnknownIdentity && k.Reason == "" && k.Identity != verdict.NoIdentity {
		problems = append(problems, "Reason must say why that identity")
	}
	return problems
}

func TestEveryHitIsLedByItsCause(t *testing.T) {
	for code, f := range readFixtures(t) {
		t.Run(code, func(t *testing.T) {
			for _, hit := range f.hits {
				d := diagnose.Diagnose(decode(t, hit))
				if d.Verdict.Cause != code {
					t.Errorf("%s leads to %s (%s)", hit.Name, d.Verdict.Cause, d.Verdict.Title)
					continue
				}
				checkWanted(t, hit.Name, f.want, d)
				checkTexts(t, hit.Name, d)
				if got := redact.Text(string(hit.Data)); got != string(hit.Data) {
					t.Errorf("%s: redaction changes the fixture, so it would eat evidence:\n%s", hit.Name, got)
				}
			}
			for _, miss := range f.misses {
				if d := diagnose.Diagnose(decode(t, miss)); d.Verdict.Cause == code {
					t.Errorf("%s must not lead to its cause", miss.Name)
				}
			}
		})
	}
}

func checkWanted(t *testing.T, name string, want map[string]string, d diagnose.Diagnosis) {
	t.Helper()
	got := map[string]string{
		"phase": string(d.Verdict.Phase), "identity": string(d.Verdict.Identity.Kind), "category": string(d.Verdict.Category),
		"confidence": string(d.Verdict.Confidence), "title": d.Verdict.Title.English,
	}
	for _, p := range d.Fix.Policies {
		if p.Purpose != "denied" {
			continue
		}
		for _, s := range p.Document.Statement {
			got["policy"] = strings.TrimSpace(got["policy"] + " " + strings.Join(s.Action, " "))
			got["resource"] = strings.TrimSpace(got["resource"] + " " + strings.Join(s.Resource, " "))
		}
	}
	for _, key := range []string{"phase", "identity", "category"} {
		if want[key] == "" {
			t.Errorf("want lacks %s", key)
		}
	}
	for key, value := range want {
		if got[key] != value {
			t.Errorf("%s: %s is %q, want %q", name, key, got[key], value)
		}
	}
}

// checkTexts: no capture is left unfilled, and IAM words stand only with IAM.
func checkTexts(t *testing.T, name string, d diagnose.Diagnosis) {
	t.Helper()
	texts := append([]string{d.Verdict.Title.English, d.Verdict.Summary.English, d.Fix.Summary.English}, words.Lines(d.Fix.Steps)...)
	for _, s := range texts {
		if strings.ContainsAny(s, "{}") || strings.Contains(s, "  ") {
			t.Errorf("%s: a capture was left over in %q", name, s)
		}
	}
	if !d.Verdict.Category.IsIAM() && len(d.Fix.Policies) > 0 {
		t.Errorf("%s: offers a policy for what is no IAM matter", name)
	}
	if len(d.Findings) == 0 || !d.Findings[0].Primary {
		t.Errorf("%s: the first finding is not the primary one", name)
	}
}

func TestCatalogueIsSortedAndPublic(t *testing.T) {
	list := diagnose.Catalogue()
	if !slices.IsSortedFunc(list, func(a, b diagnose.CauseInfo) int { return strings.Compare(a.Code, b.Code) }) {
		t.Error("the public catalogue is not sorted by code")
	}
	for _, c := range list {
		if strings.ContainsAny(c.Title.English+c.Meaning.English+strings.Join(words.Lines(c.Fix), ""), "{}") {
			t.Errorf("%s: a capture shows in the public text: %s / %s", c.Code, c.Title, c.Meaning)
		}
	}
}

// TestEveryOfferedPolicyIsValid: grammar, known actions, resources that fit
// their actions, and IAM's limits of size.
func TestEveryOfferedPolicyIsValid(t *testing.T) {
	documents := 0
	for code, f := range readFixtures(t) {
		for _, hit := range f.hits {
			for _, p := range diagnose.Diagnose(decode(t, hit)).Fix.Policies {
				documents++
				for _, problem := range iampolicy.Validate(p.Document, iampolicy.Kind(p.Kind)) {
					t.Errorf("%s/%s: %s policy: %s", code, hit.Name, p.Kind, problem)
				}
			}
		}
	}
	if documents < 50 {
		t.Errorf("only %d documents were offered by all fixtures", documents)
	}
}
