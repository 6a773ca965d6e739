package iampolicy

import (
	"encoding/json"
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/hashicorp/hcl/v2/hclwrite"
	"github.com/zclconf/go-cty/cty"
)

// startUp is a document with every kind of part.
func startUp() Document {
	doc, _ := Allow([]Request{
		{Action: "secretsmanager:GetSecretValue", Resource: "arn:aws:secretsmanager:eu-west-1:111122223333:secret:prod/db-a1B2c3"},
		{Action: "kms:Decrypt", Resource: "1234abcd-12ab-34cd-56ef-1234567890ab", ViaService: "secretsmanager.eu-west-1.amazonaws.com"},
		{Action: "ecr:GetAuthorizationToken"},
		{Action: "ecr:BatchGetImage", Resource: "api"},
		{Action: "ecr:GetDownloadUrlForLayer", Resource: "api"},
	}, here)
	return doc
}

// renderings are documents of every kind with their targets.
func renderings() map[string]struct {
	doc    Document
	target Target
} {
	const image = "arn:aws:ecr:eu-west-1:444455556666:repository/team/api"
	pull := []Request{{Action: "ecr:BatchGetImage", Resource: image}}
	repository, _ := ResourcePolicy("arn:aws:iam::111122223333:role/api", pull, here)
	endpoint, _ := EndpointPolicy("arn:aws:iam::111122223333:role/api", pull, here)
	key, _ := ResourcePolicy("arn:aws:iam::111122223333:role/api", []Request{{Action: "kms:Decrypt", Resource: "1234abcd-12ab-34cd-56ef-1234567890ab"}}, here)
	pass, _ := Allow([]Request{{Action: "iam:PassRole", Resource: "arn:aws:iam::111122223333:role/a", PassedTo: ECSTasks}}, here)
	return map[string]struct {
		doc    Document
		target Target
	}{
		"role":       {startUp(), Target{Kind: KindIdentity, RoleARN: "arn:aws:iam::111122223333:role/team/api", PolicyName: "ApiStartUp"}},
		"user":       {pass, Target{Kind: KindIdentity, RoleARN: "arn:aws:iam::111122223333:user/deploy"}},
		"trust":      {TrustPolicy(ECSTasks), Target{Kind: KindTrust, RoleName: "api"}},
		"repository": {repository, Target{Kind: KindResource, Resource: image}},
		"key":        {key, Target{Kind: KindKey, Resource: "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"}},
		"endpoint":   {endpoint, Target{Kind: KindEndpoint, Resource: "vpce-0a1b2c"}},
		"boundary":   {startUp(), Target{Kind: KindBoundary, Resource: "arn:aws:iam::111122223333:policy/boundary"}},
		"scp":        {startUp(), Target{Kind: KindSCP, Resource: "p-0a1b2c3d"}},
		"unknown":    {startUp(), Target{Kind: KindResource}},
	}
}

func TestRenderCLI(t *testing.T) {
	args := shellArguments(t, Render(startUp(), Target{Kind: KindIdentity, RoleName: "team/api", PolicyName: "ApiStartUp"}).CLI)
	want := []string{"aws", "iam", "put-role-policy", "--role-name", "api", "--policy-name", "ApiStartUp", "--policy-document"}
	if len(args) != len(want)+1 {
		t.Fatalf("the shell sees %q", args)
	}
	if diff := cmp.Diff(want, args[:len(want)]); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	var doc Document
	if err := json.Unmarshal([]byte(args[len(want)]), &doc); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(startUp(), doc); diff != "" {
		t.Errorf("document (-want +got)\n%s", diff)
	}
}

// shellArguments has a shell read a snippet in which aws is a function that
// prints its arguments.
func shellArguments(t *testing.T, snippet string) []string {
	t.Helper()
	cmd := exec.Command("sh", "-c", "aws() { printf 'aws\\0'; printf '%s\\0' \"$@\"; }\n"+snippet)
	cmd.Dir, cmd.Env = t.TempDir(), []string{"PATH=/nowhere"}
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("sh: %v: %s\n%s", err, out, snippet)
	}
	return strings.Split(strings.TrimSuffix(string(out), "\x00"), "\x00")
}

func TestRenderTerraform(t *testing.T) {
	for name, r := range renderings() {
		text := Render(r.doc, r.target).Terraform
		if got := string(hclwrite.Format([]byte(text))); got != text {
			t.Errorf("%s: terraform fmt would change it:\n%s", name, cmp.Diff(text, got))
		}
		if _, diags := hclsyntax.ParseConfig([]byte(text), name+".tf", hcl.InitialPos); diags.HasErrors() {
			t.Errorf("%s: %v\n%s", name, diags, text)
		}
	}
}

// terraformPolicy evaluates the argument of jsonencode in a role's policy.
func terraformPolicy(t *testing.T, text string) cty.Value {
	t.Helper()
	file, diags := hclsyntax.ParseConfig([]byte(text), "policy.tf", hcl.InitialPos)
	if diags.HasErrors() {
		t.Fatalf("%v\n%s", diags, text)
	}
	block := file.Body.(*hclsyntax.Body).Blocks[0]
	call := block.Body.Attributes["policy"].Expr.(*hclsyntax.FunctionCallExpr)
	value, diags := call.Args[0].Value(nil)
	if diags.HasErrors() {
		t.Fatalf("%v\n%s", diags, text)
	}
	return value
}

func TestRenderCloudFormation(t *testing.T) {
	got := Render(startUp(), renderings()["role"].target).CloudFormation
	const want = `Resources:
  ApiStartUp:
    Type: AWS::IAM::RolePolicy
    Properties:
      RoleName: "api"
      PolicyName: "ApiStartUp"
      PolicyDocument:
        Version: "2012-10-17"
        Statement:
          - Sid: "SecretsmanagerGetSecretValue"
            Effect: "Allow"
            Action:
              - "secretsmanager:GetSecretValue"
            Resource:
              - "arn:aws:secretsmanager:eu-west-1:111122223333:secret:prod/db-a1B2c3"
          - Sid: "KmsDecrypt"
            Effect: "Allow"
            Action:
              - "kms:Decrypt"
            Resource:
              - "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
            Condition:
              StringEquals:
                "kms:ViaService":
                  - "secretsmanager.eu-west-1.amazonaws.com"
`
	if !strings.HasPrefix(got, want) {
		t.Errorf("(-want +got)\n%s", cmp.Diff(want, got))
	}
}

func TestRenderCDK(t *testing.T) {
	r := renderings()["user"]
	const want = `import * as iam from "aws-cdk-lib/aws-iam";

const principal = iam.User.fromUserArn(this, "WhystoppedUser", "arn:aws:iam::111122223333:user/deploy");
principal.addToPrincipalPolicy(new iam.PolicyStatement({
  sid: "IamPassRole",
  effect: iam.Effect.ALLOW,
  actions: ["iam:PassRole"],
  resources: ["arn:aws:iam::111122223333:role/a"],
  conditions: {
    "StringEquals": {
      "iam:PassedToService": ["ecs-tasks.amazonaws.com"],
    },
  },
}));
`
	if diff := cmp.Diff(want, Render(r.doc, r.target).CDK); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestRenderPlaceholders(t *testing.T) {
	for _, name := range []string{"", "$(rm -rf /)", "a b", strings.Repeat("x", 200)} {
		out := Render(startUp(), Target{Kind: KindIdentity, RoleName: name, PolicyName: name})
		for form, text := range map[string]string{"cli": out.CLI, "terraform": out.Terraform, "cloudformation": out.CloudFormation, "cdk": out.CDK} {
			if !strings.Contains(text, unknownRole) {
				t.Errorf("role %q: %s has no %s:\n%s", name, form, unknownRole, text)
			}
		}
	}
	if got := Render(Document{}, Target{Kind: KindIdentity}); got != (Snippets{}) {
		t.Errorf("a document without statements gives %+v", got)
	}
}

// Texts that would end a string, a line or an element, or be expanded, in one
// of the forms.
var hostile = []string{
	`'; touch x; '`, `"; touch x; "`, "a\nrm -rf /\n", "$(touch x)", "${touch}", "`touch x`", `\`, `\"`, `'\''`, `"""`,
	"</script><script>alert(1)</script>", "<!--", "-->", "%{ if true }", "${file(\"/etc/passwd\")}", "$${x}",
	": - {a: b} #", "*a &b !c", "{{resolve:ssm:x}}", "${Token[TOKEN.1]}", "\u2028alert()\u2029", "\u202eabc", "\x00", "\x1b[2J",
	"\xff\xfe", "EOF\n", "!Sub ${x}", "\r\nRole: x", "\U000e0001",
}

func TestRenderHostile(t *testing.T) {
	for _, text := range hostile {
		checkHostile(t, text)
	}
}

func FuzzRender(f *testing.F) {
	for _, text := range hostile {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > 300 {
			t.Skip()
		}
		checkHostile(t, text)
	})
}

// checkHostile holds that a text in every place of a document and target leaves
// all of a snippet but its strings as it is, and comes out of it whole.
func checkHostile(t *testing.T, text string) {
	t.Helper()
	doc := func(resource string) Document {
		return Document{Version: Version, Statement: []Statement{{
			Sid: "A", Effect: "Allow", Principal: Principal{"AWS": {resource}},
			Action: []string{"s3:GetObject"}, Resource: []string{resource},
			Condition: Condition{"StringEquals": {"aws:PrincipalTag/x": {resource}}},
		}}}
	}
	for _, kind := range []Kind{KindIdentity, KindTrust, KindResource, KindKey, KindEndpoint, KindBoundary, KindSCP} {
		got := Render(doc(text), Target{Kind: kind, RoleName: text, RoleARN: "arn:aws:iam::111122223333:role/" + text, PolicyName: text, Resource: text})
		plain := Render(doc("x"), Target{Kind: kind, RoleName: "a b"})
		same := Render(doc(text), Target{Kind: kind, RoleName: text, PolicyName: text})
		for _, form := range []struct{ name, got, plain string }{
			{"terraform", same.Terraform, plain.Terraform},
			{"cloudformation", same.CloudFormation, plain.CloudFormation},
			{"cdk", same.CDK, plain.CDK},
		} {
			if fits(iamName, text, maxName) || text == "*" || form.got == "" {
				continue // names that IAM allows show, "*" is everybody
			}
			if diff := cmp.Diff(skeleton(form.plain), skeleton(form.got)); diff != "" {
				t.Errorf("%s of %s with %q (-want +got)\n%s", form.name, kind, text, diff)
			}
		}
		for _, snippet := range []string{got.CLI, got.Terraform, got.CloudFormation, got.CDK} {
			if strings.Contains(snippet, "</") || strings.Contains(snippet, "<!") || unseen.MatchString(snippet) {
				t.Errorf("%s with %q:\n%q", kind, text, snippet)
			}
		}
	}
	checkShell(t, doc(text))
	checkHCL(t, text)
}

// unseen are characters that a reader would not see, or that turn the line.
var unseen = regexp.MustCompile("[\x00-\x08\x0b-\x1f\x7f\u2028\u2029\u202a-\u202e\u2066-\u2069]")

var quoted = regexp.MustCompile(`"(?:[^"\\\n]|\\.)*"`)

// skeleton is a snippet without what stands in its strings.
func skeleton(snippet string) string { return quoted.ReplaceAllString(snippet, `""`) }

// checkShell holds that a shell takes the document as one argument, with the
// same texts in it.
func checkShell(t *testing.T, doc Document) {
	t.Helper()
	args := shellArguments(t, Render(doc, Target{Kind: KindIdentity, RoleName: "api"}).CLI)
	if len(args) != 9 {
		t.Fatalf("the shell sees %d arguments: %q", len(args), args)
	}
	var got Document
	if err := json.Unmarshal([]byte(args[8]), &got); err != nil {
		t.Fatalf("%v: %s", err, args[8])
	}
	if text := doc.Statement[0].Resource[0]; got.Statement[0].Resource[0] != readable(text) {
		t.Errorf("%q came out as %q", text, got.Statement[0].Resource[0])
	}
}

// checkHCL holds that Terraform sees the text that was put in.
func checkHCL(t *testing.T, text string) {
	t.Helper()
	doc := Document{Version: Version, Statement: []Statement{{Effect: "Allow", Action: []string{"s3:GetObject"}, Resource: []string{text}}}}
	policy := terraformPolicy(t, Render(doc, Target{Kind: KindIdentity, RoleName: "api"}).Terraform)
	statement := policy.GetAttr("Statement").Index(cty.NumberIntVal(0))
	got := statement.GetAttr("Resource").Index(cty.NumberIntVal(0)).AsString()
	if want := cty.StringVal(readable(text)).AsString(); got != want { // cty normalizes to NFC
		t.Errorf("Terraform reads %q as %q", want, got)
	}
}

// readable is a text as JSON can carry it.
func readable(text string) string {
	var b strings.Builder
	for _, r := range text {
		if r > 0xffff && quote(string(r)) == "\"\ufffd\"" {
			r = '\ufffd'
		}
		b.WriteRune(r)
	}
	return b.String()
}
