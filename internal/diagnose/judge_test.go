//go:build judge

package diagnose_test

import (
	"bytes"
	"encoding/json"
	"os/exec"
	"strings"
	"testing"

	"whystopped/internal/arn"
	"whystopped/internal/diagnose"
	"whystopped/internal/iampolicy"
)

// trial is one request that the judge decides; see internal/iampolicy/judge.
type trial struct {
	Action         string              `json:"action"`
	Resource       string              `json:"resource"`
	Account        string              `json:"account"`
	Context        map[string]string   `json:"context,omitempty"`
	Identity       *iampolicy.Document `json:"identity,omitempty"`
	ResourcePolicy *iampolicy.Document `json:"resourcePolicy,omitempty"`

	name, want string
}

// TestJudgeOfEveryOfferedPolicy has another implementation of IAM decide each
// policy that the engine offers for a denial of the catalogue's fixtures: it
// allows that request, and neither the same action on a neighbour nor a
// neighbouring action on the same resource.
func TestJudgeOfEveryOfferedPolicy(t *testing.T) {
	var all []trial
	for code, f := range readFixtures(t) {
		for _, hit := range f.hits {
			d := diagnose.Diagnose(decode(t, hit))
			for _, p := range d.Fix.Policies {
				if p.Purpose == "denied" && p.Kind == string(iampolicy.KindIdentity) {
					all = append(all, trials(code+"/"+hit.Name, p.Document)...)
				}
			}
		}
	}
	if len(all) < 100 {
		t.Fatalf("only %d requests to judge", len(all))
	}
	judge(t, all)
}

func trials(name string, doc iampolicy.Document) []trial {
	var all []trial
	for _, s := range doc.Statement {
		for _, action := range s.Action {
			for _, pattern := range s.Resource {
				base := trial{Action: action, Resource: concrete(pattern), Account: accountOf(pattern), Identity: &doc, Context: contextOf(s)}
				switch {
				case strings.HasPrefix(action, "kms:"):
					base.ResourcePolicy = ownerLeavesItToIAM("kms:*")
				case action == "sts:AssumeRole": // the other role's trust is its owner's side
					base.ResourcePolicy = ownerLeavesItToIAM("sts:AssumeRole", "sts:TagSession")
				}
				all = append(all, base.wanting(name+" allows", "Allowed"))
				if near := neighbour(pattern); near != "" {
					other := base
					other.Resource = near
					all = append(all, other.wanting(name+" on a neighbour", "ImplicitlyDenied"))
				}
				if next := neighbouringAction(action, pattern, s.Action); next != "" {
					other := base
					other.Action = next
					all = append(all, other.wanting(name+" with "+next, "ImplicitlyDenied"))
				}
			}
		}
	}
	return all
}

func (tr trial) wanting(name, want string) trial {
	tr.name, tr.want = name, want
	return tr
}

// ownerLeavesItToIAM is the policy on a resource that leaves it to the policies
// of the caller's account, as the default policy of a KMS key does.
func ownerLeavesItToIAM(actions ...string) *iampolicy.Document {
	return &iampolicy.Document{Version: iampolicy.Version, Statement: []iampolicy.Statement{{
		Effect: "Allow", Principal: iampolicy.Principal{"AWS": {"arn:aws:iam::111122223333:root"}}, Action: actions, Resource: []string{"*"},
	}}}
}

// concrete is a resource that the pattern stands for.
func concrete(pattern string) string {
	if pattern == "*" {
		return pattern
	}
	pattern = strings.ReplaceAll(pattern, "-??????", "-Ab1Cd2")
	if group, ok := strings.CutSuffix(pattern, ":*"); ok && strings.Contains(pattern, ":logs:") {
		return group + ":log-stream:ecs/app/0f1e2d3c"
	}
	a, ok := arn.Parse(pattern)
	if !ok {
		return pattern
	}
	if a.Region == "*" {
		a.Region = "eu-west-1"
	}
	if a.Account == "*" {
		a.Account = "111122223333"
	}
	a.Resource = strings.ReplaceAll(a.Resource, "*", "any")
	return a.String()
}

// neighbour is a resource of the same kind that the pattern must not reach; ""
// where it is open on purpose.
func neighbour(pattern string) string {
	a, ok := arn.Parse(pattern)
	if !ok || strings.HasSuffix(a.Resource, "/*") || a.Resource == "*" {
		return ""
	}
	i := strings.IndexAny(a.Resource, "/:") + 1
	a.Resource = a.Resource[:i] + "other-" + a.Resource[i:]
	return concrete(a.String())
}

// neighbours are actions on the same type of resource, by service.
var neighbours = map[string][]string{
	"secretsmanager": {"secretsmanager:PutSecretValue", "secretsmanager:DeleteSecret"}, "ssm": {"ssm:DeleteParameter", "ssm:PutParameter"},
	"kms": {"kms:Encrypt", "kms:ScheduleKeyDeletion"}, "ecr": {"ecr:PutImage", "ecr:DeleteRepository"}, "logs": {"logs:DeleteLogGroup", "logs:PutRetentionPolicy"},
	"s3": {"s3:DeleteObjectVersion", "s3:DeleteBucket"}, "dynamodb": {"dynamodb:DeleteItem", "dynamodb:DeleteTable"}, "sqs": {"sqs:PurgeQueue", "sqs:DeleteQueue"},
	"sns": {"sns:Subscribe", "sns:DeleteTopic"}, "lambda": {"lambda:DeleteFunction"}, "iam": {"iam:DeleteRole"}, "sts": {"sts:TagSession"},
	"elasticfilesystem": {"elasticfilesystem:ClientRootAccess"}, "kinesis": {"kinesis:DeleteStream"}, "firehose": {"firehose:DeleteDeliveryStream"},
}

// neighbouringAction is an action beside the offered ones; "" where none is listed.
func neighbouringAction(action, resource string, offered []string) string {
	service, _, _ := strings.Cut(action, ":")
	if a, _ := arn.Parse(resource); service == "s3" && !strings.Contains(a.Resource, "/") {
		return "s3:DeleteBucket"
	}
	for _, other := range neighbours[service] {
		if !contains(offered, other) {
			return other
		}
	}
	return ""
}

func contains(list []string, s string) bool {
	for _, item := range list {
		if item == s {
			return true
		}
	}
	return false
}

func accountOf(resource string) string {
	if a, ok := arn.Parse(resource); ok && len(a.Account) == 12 {
		return a.Account
	}
	return "111122223333"
}

// contextOf gives the condition keys the values that the statement asks for:
// the real request has them.
func contextOf(s iampolicy.Statement) map[string]string {
	m := map[string]string{}
	for _, keys := range s.Condition {
		for key, values := range keys {
			m[key] = values[0]
		}
	}
	return m
}

func judge(t *testing.T, all []trial) {
	t.Helper()
	in, err := json.Marshal(all)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("node", "judge.mjs")
	cmd.Dir = "../iampolicy/judge"
	cmd.Stdin = bytes.NewReader(in)
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("run the judge (npm ci in internal/iampolicy/judge installs it): %v", err)
	}
	var decided []string
	if err := json.Unmarshal(out, &decided); err != nil || len(decided) != len(all) {
		t.Fatalf("the judge's answer: %v, %d of %d", err, len(decided), len(all))
	}
	for i, tr := range all {
		if decided[i] != tr.want {
			t.Errorf("%s: %s on %s is %s, want %s", tr.name, tr.Action, tr.Resource, decided[i], tr.want)
		}
	}
	t.Logf("%d requests judged", len(all))
}
