package snippet

import (
	"bytes"
	"encoding/json"
	"os/exec"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"whystopped/internal/iampolicy"
)

// A double of the parts of the CDK that the snippets have. It runs each snippet
// as the body of a method, in which nothing is declared twice.
const cdkDouble = `
"use strict";
const snippets = JSON.parse(require("fs").readFileSync(0, "utf8"));
const principal = (kind) => class { constructor(name) { this.principal = kind === "*" ? "*" : { [kind]: [name] }; } };
const run = (snippet) => {
  const seen = { stacks: [], policies: [], statements: [] };
  class Stack { constructor(scope, id, props) { if (!scope) throw new Error("no scope"); seen.stacks.push({ id, account: props.env.account }); } }
  class PolicyStatement {
    constructor(p) {
      const s = { Sid: p.sid, Effect: p.effect, Action: p.actions, Resource: p.resources, Condition: p.conditions };
      if (p.principals) s.Principal = p.principals[0].principal;
      this.s = s;
    }
  }
  const policy = (managed) => class {
    constructor(scope, id, p) {
      if (!(scope instanceof Stack) || id !== "Policy") throw new Error("no stack");
      seen.policies.push({ managed, name: p.policyName ?? p.managedPolicyName, to: (p.roles ?? p.users)[0], statements: p.statements.map((s) => s.s) });
    }
  };
  const from = (kind) => ({
    [` + "`from${kind}Arn`" + `]: (scope, id, arn) => arn, [` + "`from${kind}Name`" + `]: (scope, id, name) => name,
  });
  const iam = {
    PolicyStatement, Policy: policy(false), ManagedPolicy: policy(true), Effect: { ALLOW: "Allow", DENY: "Deny" }, Role: from("Role"), User: from("User"),
    ArnPrincipal: principal("AWS"), ServicePrincipal: principal("Service"), FederatedPrincipal: principal("Federated"), AnyPrincipal: principal("*"),
  };
  const lists = [...snippet.matchAll(/^const (\w+) = \[$/gm)].map((m) => m[1]);
  const body = "\"use strict\";\n" + snippet + "\nreturn [" + lists.join(", ") + "];";
  for (const list of new Function("Stack", "iam", body).call({}, Stack, iam)) seen.statements.push(list.map((s) => s.s));
  return seen;
};
console.log(JSON.stringify(snippets.map(run)));
`

// built is what a snippet of the CDK makes.
type built struct {
	Stacks   []struct{ ID, Account string }
	Policies []struct {
		Managed    bool
		Name, To   string
		Statements []iampolicy.Statement
	}
	Statements [][]iampolicy.Statement
}

func runCDK(t *testing.T, snippets []string) []built {
	t.Helper()
	in, err := json.Marshal(snippets)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("node", "-e", cdkDouble)
	var failure bytes.Buffer
	cmd.Stdin, cmd.Stderr = bytes.NewReader(in), &failure
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("node: %v\n%s", err, failure.Bytes())
	}
	var got []built
	if err := json.Unmarshal(out, &got); err != nil || len(got) != len(snippets) {
		t.Fatalf("%d of %d, %v", len(got), len(snippets), err)
	}
	return got
}

func TestCDK(t *testing.T) {
	var names, snippets []string
	for name, r := range renderings() {
		names, snippets = append(names, name), append(snippets, Render(r).CDK)
	}
	for i, got := range runCDK(t, snippets) {
		r := renderings()[names[i]]
		if r.Target.Kind != iampolicy.KindIdentity {
			if len(got.Statements) != 1 {
				t.Fatalf("%s: %+v in\n%s", names[i], got, snippets[i])
			}
			if diff := cmp.Diff(r.Document.Statement, got.Statements[0]); diff != "" {
				t.Errorf("%s (-want +got)\n%s", names[i], diff)
			}
			continue
		}
		if len(got.Policies) != 1 || len(got.Stacks) != 1 {
			t.Fatalf("%s: %+v in\n%s", names[i], got, snippets[i])
		}
		policy := got.Policies[0]
		if got.Stacks[0].Account != ownerOr(r, "ACCOUNT_ID") || policy.Managed != r.Target.Managed || !strings.HasPrefix(policy.Name, "whystopped-") {
			t.Errorf("%s: %+v", names[i], got)
		}
		if r.Target.RoleARN != "" && policy.To != r.Target.RoleARN && policy.To != r.Target.RoleName {
			t.Errorf("%s: for %s", names[i], policy.To)
		}
		if diff := cmp.Diff(r.Document.Statement, policy.Statements); diff != "" {
			t.Errorf("%s (-want +got)\n%s", names[i], diff)
		}
	}
	// all of them in one method
	if got := runCDK(t, []string{strings.Join(snippets, "\n")})[0]; len(got.Policies)+len(got.Statements) != len(snippets) {
		t.Errorf("%d policies and %d lists of %d snippets", len(got.Policies), len(got.Statements), len(snippets))
	}
}

func TestCDKText(t *testing.T) {
	const want = `// At the top of the file: import { Stack, aws_iam as iam } from "aws-cdk-lib";

// A stack of its own, in your app or in a stack of it: the CDK deploys it to this account only.
const CONST = new Stack(this, "ID", { env: { account: "111122223333" } });
new iam.Policy(CONST, "Policy", {
  policyName: "NAME",
  users: [iam.User.fromUserArn(CONST, "User", "arn:aws:iam::111122223333:user/deploy")],
  statements: [
    new iam.PolicyStatement({
      sid: "IamPassRole",
      effect: iam.Effect.ALLOW,
      actions: ["iam:PassRole"],
      resources: ["arn:aws:iam::111122223333:role/a"],
      conditions: {
        "StringEquals": {
          "iam:PassedToService": ["ecs-tasks.amazonaws.com"],
        },
      },
    }),
  ],
});
`
	got := Render(renderings()["user"]).CDK
	id := digests.FindStringSubmatch(got)[1]
	got = strings.NewReplacer("whystopped-"+id, "NAME", "Whystopped"+id, "ID", "whystopped"+id, "CONST").Replace(got)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}
