package diagnose_test

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"go.yaml.in/yaml/v3"

	"whystopped/internal/arn"
	"whystopped/internal/diagnose"
	"whystopped/internal/diagnose/proof"
	"whystopped/internal/iampolicy"
)

// refused is evidence of a task in account 111122223333 whose program was denied.
func refused(principal, action, resource, because string) string {
	sentence := fmt.Sprintf("User: %s is not authorized to perform: %s on resource: %s because %s allows the %s action", principal, action, resource, because, action)
	record, err := json.Marshal(map[string]any{
		"eventSource": strings.Split(action, ":")[0] + ".amazonaws.com", "eventName": strings.Split(action, ":")[1], "errorCode": "AccessDenied", "errorMessage": sentence,
		"eventTime": "2026-11-20T10:00:00Z", "awsRegion": "eu-west-1", "userIdentity": map[string]any{"type": "AssumedRole", "arn": principal},
	})
	if err != nil {
		panic(err)
	}
	return `{"task": {"taskArn": "` + taskARN + `", "stopCode": "EssentialContainerExited", "containers": [{"name": "app", "exitCode": 1}]}, "taskDefinition": {` + roles + `}, "cloudtrail": [` + string(record) + `], "logs": [{"container": "app", "lines": [` + fmt.Sprintf("%q", sentence) + `]}]}`
}

// TestSnippetsOfTheDecidingPolicy: each policy has its own, there are none for
// another account, and the fix has those of what was denied.
func TestSnippetsOfTheDecidingPolicy(t *testing.T) {
	const (
		task    = "arn:aws:sts::111122223333:assumed-role/orders-task/0f1e2d3c4b5a69788796a5b4c3d2e1f0"
		foreign = "arn:aws:sts::999999999999:assumed-role/orders-task/me"
		key     = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
	)
	tests := map[string]struct {
		evidence string
		policies []string // kind of each, "purpose kind", and whether it has snippets
		command  string   // a part of the fix's command; "" where it has none
	}{
		"the role's own": {
			refused(task, "s3:GetObject", "arn:aws:s3:::orders/a", "no identity-based policy"),
			[]string{"denied identity-policy true", "denied-pattern identity-policy true"},
			"aws iam put-role-policy",
		},
		"a role of that name in another account": {
			refused(foreign, "s3:GetObject", "arn:aws:s3:::orders/a", "no identity-based policy"),
			[]string{"denied identity-policy false", "denied-pattern identity-policy false"},
			"",
		},
		"the key's": {
			refused(task, "kms:Decrypt", key, "no resource-based policy"),
			[]string{"denied key-policy true"},
			"aws kms put-key-policy \\\n    --key-id='" + key + "'",
		},
		"another account's key": {
			refused(task, "kms:Decrypt", strings.ReplaceAll(key, "111122223333", "444455556666"), "no resource-based policy"),
			[]string{"denied key-policy false"},
			"",
		},
		"the queue's": { // whose policy no one command puts
			refused(task, "sqs:SendMessage", "arn:aws:sqs:eu-west-1:111122223333:orders", "no resource-based policy"),
			[]string{"denied resource-policy true"},
			"",
		},
		"the secret's": {
			refused(task, "secretsmanager:GetSecretValue", "arn:aws:secretsmanager:eu-west-1:111122223333:secret:db-Ab12Cd", "no resource-based policy"),
			[]string{"denied resource-policy true"},
			"aws secretsmanager put-resource-policy \\\n    --secret-id='arn:aws:secretsmanager:eu-west-1:111122223333:secret:db-Ab12Cd'",
		},
		"the endpoint's": {
			refused(task, "s3:GetObject", "arn:aws:s3:::orders/a", "no VPC endpoint policy"),
			[]string{"denied endpoint-policy true"},
			"--vpc-endpoint-id=VPC_ENDPOINT_ID",
		},
		"the boundary's": {
			refused(task, "s3:GetObject", "arn:aws:s3:::orders/a", "no permissions boundary"),
			[]string{"denied boundary true"},
			"--policy-arn=BOUNDARY_ARN",
		},
		"a repository of another account, at start": {
			startDenied("CannotPullContainerError: User: arn:aws:sts::111122223333:assumed-role/ledger-exec/3b2a190807f6e5d4c3b2a190807f6e5d is not authorized to perform: ecr:BatchGetImage on resource: arn:aws:ecr:eu-north-1:444455556666:repository/ledger because no resource-based policy allows the ecr:BatchGetImage action", `"image": "444455556666.dkr.ecr.eu-north-1.amazonaws.com/ledger:2"`),
			[]string{"denied resource-policy false"},
			"",
		},
		"the whole start beside one call": {
			startOf(`"image": "111122223333.dkr.ecr.eu-north-1.amazonaws.com/ledger:2"`),
			[]string{"denied identity-policy true", "startup-complete identity-policy true"},
			"secret:ledger/first-Ab12Cd",
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			fix := diagnose.Diagnose(mustDecode(t, tt.evidence)).Fix
			var got []string
			for _, p := range fix.Policies {
				got = append(got, fmt.Sprintf("%s %s %v", p.Purpose, p.Kind, p.Snippets != (iampolicy.Snippets{})))
			}
			if diff := cmp.Diff(tt.policies, got); diff != "" {
				t.Errorf("policies, and whether they have snippets (-want +got):\n%s", diff)
			}
			if tt.command == "" && fix.Snippets.CLI != "" || !strings.Contains(fix.Snippets.CLI, tt.command) {
				t.Errorf("no %q in the command of the fix:\n%s", tt.command, fix.Snippets.CLI)
			}
		})
	}
}

var policyName = regexp.MustCompile(`whystopped-[0-9a-f]{8}`)

// TestFixesStayBesideEachOther: the next denial of a role has another policy.
func TestFixesStayBesideEachOther(t *testing.T) {
	const task = "arn:aws:sts::111122223333:assumed-role/orders-task/0f1e2d3c4b5a69788796a5b4c3d2e1f0"
	names := map[string]string{}
	for _, resource := range []string{"arn:aws:s3:::orders/a", "arn:aws:s3:::orders/b", "arn:aws:s3:::orders/a"} {
		fix := diagnose.Diagnose(mustDecode(t, refused(task, "s3:GetObject", resource, "no identity-based policy"))).Fix
		name := policyName.FindString(fix.Snippets.CLI)
		if before, seen := names[resource]; name == "" || seen && before != name {
			t.Errorf("%s: the name %q, and %q before", resource, name, before)
		}
		names[resource] = name
	}
	if names["arn:aws:s3:::orders/a"] == names["arn:aws:s3:::orders/b"] {
		t.Errorf("two fixes have one name: %v", names)
	}
}

// TestLargeFixesAreManagedPolicies: what does not fit into the inline policies of
// a role is made apart and attached.
func TestLargeFixesAreManagedPolicies(t *testing.T) {
	var secrets []string
	for i := range 200 {
		secrets = append(secrets, fmt.Sprintf(`{"name": "S%d", "valueFrom": "arn:aws:secretsmanager:eu-north-1:111122223333:secret:ledger/settings/%03d-Ab12Cd"}`, i, i))
	}
	fix := diagnose.Diagnose(mustDecode(t, startOf(`"image": "busybox", "secrets": [`+strings.Join(secrets, ", ")+`]`))).Fix
	names := map[string]bool{}
	for _, p := range fix.Policies {
		inline := strings.Contains(p.Snippets.CLI, "aws iam put-role-policy")
		managed := strings.Contains(p.Snippets.CLI, "aws iam create-policy") && strings.Contains(p.Snippets.CLI, "aws iam attach-role-policy")
		if want := p.Purpose == "denied"; inline != want || managed == want {
			t.Errorf("%s: inline %v, managed %v", p.Purpose, inline, managed)
		}
		names[policyName.FindString(p.Snippets.CLI)] = true
	}
	if len(fix.Policies) < 4 || len(names) != len(fix.Policies) {
		t.Errorf("%d names of %d policies", len(names), len(fix.Policies))
	}
}

// TestSnippetsFollowTheProof: the policy for the whole start has less once the
// simulator told what the role has.
func TestSnippetsFollowTheProof(t *testing.T) {
	d := diagnose.Diagnose(mustDecode(t, startOf(`"image": "111122223333.dkr.ecr.eu-north-1.amazonaws.com/ledger:2"`)))
	before := d.Fix.Policies[1].Snippets
	answer := func(trial proof.Trial) (r proof.Result) {
		for _, action := range trial.Actions {
			for _, resource := range trial.Resources {
				o := proof.Outcome{Action: action, Resource: resource, Decision: "implicitDeny"}
				if trial.With != nil || strings.HasPrefix(action, "ecr:") {
					o.Decision = "allowed"
				}
				r.Outcomes = append(r.Outcomes, o)
			}
		}
		return r
	}
	var rounds [][]proof.Result
	for trials := proof.Trials(d); len(trials) > 0; trials = proof.Trials(d, rounds...) {
		var results []proof.Result
		for _, trial := range trials {
			results = append(results, answer(trial))
		}
		rounds = append(rounds, results)
	}
	d, judged := proof.Judged(d, rounds...)
	if !judged {
		t.Fatal("not judged")
	}
	after := d.Fix.Policies[1]
	if !strings.Contains(before.Terraform, "ecr:BatchGetImage") || after.Snippets.Terraform == "" || strings.Contains(after.Snippets.Terraform, "ecr:BatchGetImage") {
		t.Errorf("before:\n%s\nafter:\n%s", before.Terraform, after.Snippets.Terraform)
	}
	checkSnippets(t, "the rest of the start", after)
}

// TestEverySnippet parses those of all policies that the fixtures lead to.
func TestEverySnippet(t *testing.T) {
	var commands, code strings.Builder
	seen := 0
	for name, f := range readFixtures(t) {
		for _, hit := range f.hits {
			d := diagnose.Diagnose(decode(t, hit))
			for _, p := range d.Fix.Policies {
				name := name + "/" + hit.Name
				checkSnippets(t, name, p)
				if p.Snippets != (iampolicy.Snippets{}) {
					seen++
				}
				commands.WriteString(p.Snippets.CLI + "\n")
				code.WriteString("(function () {\n" + p.Snippets.CDK + "\n})\n;\n")
			}
			commands.WriteString(d.Fix.Snippets.CLI + "\n")
			code.WriteString("(function () {\n" + d.Fix.Snippets.CDK + "\n})\n;\n")
		}
	}
	if seen < 50 {
		t.Errorf("only %d policies have snippets", seen)
	}
	for _, command := range [][]string{{"sh", "-n"}, {"bash", "-n"}, {"node", "--check"}} {
		file, text := filepath.Join(t.TempDir(), "snippets.js"), commands.String()
		if command[0] == "node" {
			text = code.String()
		}
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if out, err := exec.Command(command[0], command[1], file).CombinedOutput(); err != nil {
			t.Errorf("%q: %v\n%s", command, err, out)
		}
	}
}

// checkSnippets holds the forms of a policy that other parsers read here: they
// carry the document, and ask for its account.
func checkSnippets(t *testing.T, name string, p diagnose.Policy) {
	t.Helper()
	s := p.Snippets
	if s == (iampolicy.Snippets{}) {
		return
	}
	if _, diags := hclsyntax.ParseConfig([]byte(s.Terraform), "main.tf", hcl.InitialPos); diags.HasErrors() {
		t.Errorf("%s: %v\n%s", name, diags, s.Terraform)
	}
	var tree any
	if err := yaml.Unmarshal([]byte(s.CloudFormation), &tree); err != nil {
		t.Errorf("%s: %v\n%s", name, err, s.CloudFormation)
	}
	owner := "ACCOUNT_ID"
	if p.AttachTo != nil && p.Resource == "" {
		if a, ok := arn.Parse(p.AttachTo.ARN); ok {
			owner = a.Account
		}
	}
	if a, ok := arn.Parse(p.Resource); ok && a.Account != "" {
		owner = a.Account
	}
	for form, want := range map[string]string{s.CLI: `--output text)" = ` + owner + " ]", s.Terraform: `account_id == "` + owner + `"`} {
		if form != "" && !strings.Contains(form, want) {
			t.Errorf("%s, %s policy: no %q in\n%s", name, p.Kind, want, form)
		}
	}
	for _, action := range p.Document.Statement[0].Action {
		for _, form := range []string{s.CLI, s.Terraform, s.CloudFormation, s.CDK} {
			if form != "" && !strings.Contains(form, `"`+action+`"`) {
				t.Errorf("%s: %s is missing in\n%s", name, action, form)
			}
		}
	}
}
