package snippet

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"whystopped/internal/iampolicy"
)

// shell runs snippets with an aws that tells its calls.
type shell struct {
	account string // whose credentials there are
	policy  string // what the reading calls print
	refuses bool   // the reading calls fail
	dir     string // a new one by default
	name    string // sh by default
}

type heard struct {
	calls  [][]string // all but that for the account
	stdout string
	stderr string
	failed bool // the snippet's last status
}

const stub = `aws() {
  if [ "$1" = sts ]; then printf '%s\n' "$ACCOUNT"; return; fi
  { printf '%s\0' "$@"; printf '\n\0'; } >> calls
  case $2 in
    put-*|set-*|modify-*|update-*|create-*|attach-*) ;;
    *) if [ -n "$REFUSES" ]; then echo denied >&2; return 255; fi; printf '%s\n' "$POLICY" ;;
  esac
}
`

func (s shell) run(t *testing.T, snippet string) heard {
	t.Helper()
	if s.dir == "" {
		s.dir = t.TempDir()
	}
	if s.name == "" {
		s.name = "sh"
	}
	calls := filepath.Join(s.dir, "calls")
	if err := os.WriteFile(calls, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	// What follows runs only where the snippet leaves the shell alive.
	cmd := exec.Command(s.name, "-c", stub+snippet+"\necho status $? >&2\n")
	cmd.Dir, cmd.Env = s.dir, []string{"PATH=" + os.Getenv("PATH"), "ACCOUNT=" + s.account, "POLICY=" + s.policy}
	if s.refuses {
		cmd.Env = append(cmd.Env, "REFUSES=1")
	}
	var out, failure strings.Builder
	cmd.Stdout, cmd.Stderr = &out, &failure
	if err := cmd.Run(); err != nil {
		t.Fatalf("%s: %v: %s\n%s", s.name, err, failure.String(), snippet)
	}
	text, status, ended := strings.Cut(failure.String(), "status ")
	if !ended {
		t.Fatalf("the snippet ends the shell:\n%s", snippet)
	}
	got := heard{stdout: out.String(), stderr: text, failed: strings.TrimSpace(status) != "0"}
	b, err := os.ReadFile(calls)
	if err != nil {
		t.Fatal(err)
	}
	for _, call := range strings.Split(strings.TrimSuffix(string(b), "\n\x00"), "\n\x00") {
		if call != "" {
			got.calls = append(got.calls, strings.Split(strings.TrimSuffix(call, "\x00"), "\x00"))
		}
	}
	return got
}

// documentIn is the document among the arguments of a call.
func documentIn(t *testing.T, call []string) iampolicy.Document {
	t.Helper()
	var doc iampolicy.Document
	for _, arg := range call {
		if text, ok := strings.CutPrefix(arg, "--policy-document="); ok {
			if err := json.Unmarshal([]byte(text), &doc); err != nil {
				t.Fatal(err)
			}
		}
	}
	return doc
}

func TestCLI(t *testing.T) {
	id := regexp.MustCompile(`whystopped-\w{8}`)
	tests := []struct {
		of   string
		want [][]string
	}{
		{"role", [][]string{{"iam", "put-role-policy", "--role-name=api", "--policy-name=ID", "DOCUMENT"}}},
		{"role of China", [][]string{{"iam", "put-role-policy", "--role-name=api", "--policy-name=ID", "DOCUMENT"}}},
		{"session", [][]string{{"iam", "put-role-policy", "--role-name=api", "--policy-name=ID", "DOCUMENT"}}},
		{"name of an option", [][]string{{"iam", "put-role-policy", "--role-name=--profile=prod", "--policy-name=ID", "DOCUMENT"}}},
		{"user", [][]string{{"iam", "put-user-policy", "--user-name=deploy", "--policy-name=ID", "DOCUMENT"}}},
		{"role, managed", [][]string{{"iam", "create-policy", "--policy-name=ID", "DOCUMENT"}, {"iam", "attach-role-policy", "--role-name=api", "--policy-arn=arn:aws-us-gov:iam::111122223333:policy/ID"}}},
		{"user, managed", [][]string{{"iam", "create-policy", "--policy-name=ID", "DOCUMENT"}, {"iam", "attach-user-policy", "--user-name=deploy", "--policy-arn=arn:aws:iam::111122223333:policy/ID"}}},
		{"trust, whole", [][]string{{"iam", "update-assume-role-policy", "--role-name=api", "DOCUMENT"}}},
	}
	for _, tt := range tests {
		t.Run(tt.of, func(t *testing.T) {
			r := renderings()[tt.of]
			got := shell{account: "111122223333"}.run(t, Render(r).CLI)
			if got.failed || got.stderr != "" || got.stdout != "" {
				t.Errorf("it prints %q, %q, failed %v", got.stdout, got.stderr, got.failed)
			}
			for _, call := range got.calls {
				for i, arg := range call {
					if strings.HasPrefix(arg, "--policy-document=") {
						if diff := cmp.Diff(r.Document, documentIn(t, call)); diff != "" {
							t.Errorf("document (-want +got)\n%s", diff)
						}
						call[i] = "DOCUMENT"
					}
					call[i] = id.ReplaceAllString(call[i], "ID")
				}
			}
			if diff := cmp.Diff(tt.want, got.calls); diff != "" {
				t.Errorf("calls (-want +got)\n%s", diff)
			}
		})
	}
}

// TestCLIAsPasted runs every snippet as it is. In another account it calls
// nothing but what tells the account, and says so; a snippet that adds to a
// policy only reads it, and one with words to replace does nothing.
func TestCLIAsPasted(t *testing.T) {
	shells := []string{"sh"}
	for _, name := range []string{"bash", "zsh", "ksh"} {
		if _, err := exec.LookPath(name); err == nil {
			shells = append(shells, name)
		}
	}
	for name, r := range renderings() {
		snippet := Render(r).CLI
		if snippet == "" {
			continue
		}
		for _, sh := range shells {
			if out, err := exec.Command(sh, "-n", "-c", snippet).CombinedOutput(); err != nil {
				t.Errorf("%s: %s -n: %v: %s\n%s", name, sh, err, out, snippet)
			}
			elsewhere := shell{name: sh, account: "999999999999"}.run(t, snippet)
			if len(elsewhere.calls) > 0 || !elsewhere.failed || !strings.Contains(elsewhere.stderr, "Nothing was changed: ") {
				t.Errorf("%s in another account: calls %q, %q", name, elsewhere.calls, elsewhere.stderr)
			}
			here := shell{name: sh, account: ownerOr(r, "111122223333"), policy: "{}"}.run(t, snippet)
			for _, call := range here.calls {
				reads := strings.HasPrefix(call[1], "get-") || strings.HasPrefix(call[1], "describe-")
				if added := r.Target.Kind == iampolicy.KindIdentity || r.Target.Whole; !reads && (!added || strings.Contains(snippet, "# Replace")) {
					t.Errorf("%s calls %q", name, call)
				}
			}
			if isMerge(r) && (!here.failed || !strings.Contains(here.stderr, "Nothing was changed: add the statement") && !strings.Contains(snippet, "ACCOUNT_ID")) {
				t.Errorf("%s: %q", name, here.stderr)
			}
		}
	}
}

func isMerge(r Part) bool { return r.Target.Kind != iampolicy.KindIdentity && !r.Target.Whole }

func ownerOr(r Part, account string) string {
	if owner := r.Target.Owner(); owner != "" {
		return owner
	}
	return account
}

// TestCLIComments: zsh without INTERACTIVE_COMMENTS runs the words of comments,
// so that these must be such as mean nothing to it.
func TestCLIComments(t *testing.T) {
	plain := regexp.MustCompile(`^#[A-Za-z0-9_ .,-]*$`)
	for name, r := range renderings() {
		for line := range strings.Lines(Render(r).CLI) {
			if line = strings.TrimRight(line, "\n"); strings.HasPrefix(strings.TrimSpace(line), "#") && !plain.MatchString(line) {
				t.Errorf("%s: %q", name, line)
			}
		}
	}
}

// TestCLIWords replaces words: everywhere at once, as an editor does, and each
// for itself.
func TestCLIWords(t *testing.T) {
	snippet := render(form(), Target{Kind: iampolicy.KindIdentity, Account: "111122223333"}).CLI
	if !strings.HasPrefix(snippet, "# Replace ROLE_NAME, BUCKET_NAME and OBJECT_NAME first\n") {
		t.Errorf("the words are not told:\n%s", snippet)
	}
	fill := map[string]string{"ROLE_NAME": "api", "BUCKET_NAME": "stuff", "OBJECT_NAME": "k"}
	everywhere := snippet
	for word, name := range fill {
		everywhere = strings.ReplaceAll(everywhere, word, name)
	}
	got := shell{account: "111122223333"}.run(t, everywhere)
	if len(got.calls) != 1 || got.failed || documentIn(t, got.calls[0]).Statement[0].Resource[0] != "arn:aws:s3:::stuff/k" {
		t.Errorf("replaced everywhere, it calls %q, %s", got.calls, got.stderr)
	}
	for missing := range fill {
		some := snippet
		for word, name := range fill {
			if word != missing {
				some = strings.ReplaceAll(some, word, name)
			}
		}
		if got := (shell{account: "111122223333"}).run(t, some); len(got.calls) > 0 || !got.failed || !strings.Contains(got.stderr, missing) {
			t.Errorf("without %s it calls %q, and says %q", missing, got.calls, got.stderr)
		}
	}
}

// TestCLIMerges goes through the steps of a snippet that adds to a policy.
func TestCLIMerges(t *testing.T) {
	reads := map[string][]string{
		"key":            {"kms", "get-key-policy", "--key-id=arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab", "--policy-name=default", "--query=Policy", "--output=text", "--region=eu-west-1"},
		"endpoint":       {"ec2", "describe-vpc-endpoints", "--vpc-endpoint-ids=vpce-0a1b2c", "--query=VpcEndpoints[0].PolicyDocument", "--output=text", "--region=eu-west-1"},
		"endpoint by id": {"ec2", "describe-vpc-endpoints", "--vpc-endpoint-ids=vpce-0a1b2c", "--query=VpcEndpoints[0].PolicyDocument", "--output=text"},
		"repository":     {"ecr", "get-repository-policy", "--registry-id=444455556666", "--repository-name=team/api", "--query=policyText", "--output=text", "--region=eu-west-1"},
		"registry":       {"ecr", "get-registry-policy", "--query=policyText", "--output=text", "--region=eu-west-1"},
		"secret":         {"secretsmanager", "get-resource-policy", "--secret-id=arn:aws:secretsmanager:us-east-1:111122223333:secret:db", "--query=ResourcePolicy", "--output=text", "--region=us-east-1"},
		"trust":          {"iam", "get-role", "--role-name=api", "--query=Role.AssumeRolePolicyDocument", "--output=json"},
		"boundary":       {"iam", "get-policy-version", "--policy-arn=arn:aws:iam::111122223333:policy/boundary", "--version-id={\"old\"}", "--query=PolicyVersion.Document", "--output=json"},
		"table":          {"dynamodb", "get-resource-policy", "--resource-arn=arn:aws:dynamodb:eu-west-1:111122223333:table/t", "--query=Policy", "--output=text", "--region=eu-west-1"},
	}
	for name, want := range reads {
		t.Run(name, func(t *testing.T) {
			r, dir := renderings()[name], t.TempDir()
			snippet := Render(r).CLI
			sh := shell{account: ownerOr(r, ""), dir: dir, policy: `{"old"}`}
			got := sh.run(t, snippet)
			if len(got.calls) == 0 || !slices.Equal(got.calls[len(got.calls)-1], want) {
				t.Errorf("it reads by %q, want %q", got.calls, want)
			}
			var printed iampolicy.Document
			if err := json.Unmarshal([]byte(got.stdout), &printed); err != nil || cmp.Diff(r.Document, printed) != "" {
				t.Errorf("it prints %s, %v", got.stdout, err)
			}
			_, last, _ := strings.Cut(snippet, "\n# 3. ")
			file := regexp.MustCompile(`whystopped-\w{8}\.json`).FindString(last)
			if err := os.WriteFile(filepath.Join(dir, file), []byte(`{"old and new"}`), 0o600); err != nil {
				t.Fatal(err)
			}
			put := sh.run(t, "# "+last)
			if put.failed || len(put.calls) != 1 || !slices.ContainsFunc(put.calls[0], func(arg string) bool { return strings.HasSuffix(arg, "=file://"+file) }) {
				t.Errorf("it puts by %q, %s", put.calls, put.stderr)
			}
			sh.account = "999999999999"
			if other := sh.run(t, "# "+last); len(other.calls) > 0 || !other.failed {
				t.Errorf("in another account it puts by %q", other.calls)
			}
		})
	}
}

// TestCLIMergesNothing: what could not be read is not written.
func TestCLIMergesNothing(t *testing.T) {
	r := renderings()["key"]
	dir := t.TempDir()
	got := shell{account: "111122223333", dir: dir, refuses: true}.run(t, Render(r).CLI)
	if len(got.calls) != 1 || !got.failed {
		t.Errorf("it calls %q", got.calls)
	}
	// a repository without a policy: the document is all of it
	r = renderings()["repository"]
	snippet := Render(r).CLI
	sh := shell{account: "444455556666", dir: dir, refuses: true}
	sh.run(t, snippet)
	_, last, _ := strings.Cut(snippet, "\n# 3. ")
	file := regexp.MustCompile(`whystopped-\w{8}\.json`).FindString(last)
	if err := os.WriteFile(filepath.Join(dir, file), []byte(`{"new"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	if got := sh.run(t, "# "+last); got.failed || len(got.calls) != 1 || got.stderr != "" {
		t.Errorf("it calls %q, %s", got.calls, got.stderr)
	}
}

// TestCLIMergesWords: a word that is left in the file holds the last step up.
func TestCLIMergesWords(t *testing.T) {
	dir := t.TempDir()
	snippet := render(form(), Target{Kind: iampolicy.KindEndpoint, Resource: "vpce-0a1b2c", Account: "111122223333"}).CLI
	_, last, _ := strings.Cut(snippet, "\n# 3. ")
	file := filepath.Join(dir, regexp.MustCompile(`whystopped-\w{8}\.json`).FindString(last))
	sh := shell{account: "111122223333", dir: dir, policy: "{}"}
	sh.run(t, snippet)
	for text, calls := range map[string]int{`{"arn:aws:s3:::BUCKET_NAME/k"}`: 0, `{"arn:aws:s3:::stuff/OBJECT_NAME"}`: 0, `{"arn:aws:s3:::stuff/k"}`: 1} {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if got := sh.run(t, "# "+last); len(got.calls) != calls || got.failed != (calls == 0) {
			t.Errorf("%s: it calls %q, %s", text, got.calls, got.stderr)
		}
	}
}
