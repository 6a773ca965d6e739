package snippet

import (
	"encoding/json"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/hashicorp/hcl/v2/hclwrite"
	"github.com/zclconf/go-cty/cty"
	"go.yaml.in/yaml/v3"

	"whystopped/internal/arn"

	"whystopped/internal/iampolicy"
)

var here = iampolicy.Context{Partition: "aws", Region: "eu-west-1", Account: "111122223333"}

// startUp is a document with every kind of part.
func startUp() iampolicy.Document {
	doc, _ := iampolicy.Allow([]iampolicy.Request{
		{Action: "secretsmanager:GetSecretValue", Resource: "arn:aws:secretsmanager:eu-west-1:111122223333:secret:prod/db-a1B2c3"},
		{Action: "kms:Decrypt", Resource: "1234abcd-12ab-34cd-56ef-1234567890ab", ViaService: "secretsmanager.eu-west-1.amazonaws.com"},
		{Action: "ecr:GetAuthorizationToken"},
		{Action: "ecr:BatchGetImage", Resource: "api"},
		{Action: "ecr:GetDownloadUrlForLayer", Resource: "api"},
	}, here)
	return doc
}

// form is a document with words to replace.
func form() iampolicy.Document {
	doc, _ := iampolicy.Allow([]iampolicy.Request{{Action: "s3:GetObject"}}, here)
	return doc
}

const theRole = "arn:aws:iam::111122223333:role/team/api"

// renderings are documents of every kind with their targets.
func renderings() map[string]Part {
	const image = "arn:aws:ecr:eu-west-1:444455556666:repository/team/api"
	pull := []iampolicy.Request{{Action: "ecr:BatchGetImage", Resource: image}}
	repository, _ := iampolicy.ResourcePolicy(theRole, pull, here)
	registry, _ := iampolicy.ResourcePolicy(theRole, []iampolicy.Request{{Action: "ecr:BatchImportUpstreamImage", Resource: image}}, here)
	endpoint, _ := iampolicy.EndpointPolicy(theRole, pull, here)
	key, _ := iampolicy.ResourcePolicy(theRole, []iampolicy.Request{{Action: "kms:Decrypt", Resource: "1234abcd-12ab-34cd-56ef-1234567890ab"}}, here)
	secret, _ := iampolicy.ResourcePolicy(theRole, []iampolicy.Request{{Action: "secretsmanager:GetSecretValue", Resource: "arn:aws:secretsmanager:eu-west-1:111122223333:secret:db-a1B2c3"}}, here)
	bucket, _ := iampolicy.ResourcePolicy(theRole, []iampolicy.Request{{Action: "s3:GetObject", Resource: "arn:aws:s3:::stuff/k"}}, here)
	pass, _ := iampolicy.Allow([]iampolicy.Request{{Action: "iam:PassRole", Resource: "arn:aws:iam::111122223333:role/a", PassedTo: iampolicy.ECSTasks}}, here)
	const keyARN = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
	return map[string]Part{
		"role":              {startUp(), Target{Kind: iampolicy.KindIdentity, RoleARN: theRole}},
		"role of China":     {startUp(), Target{Kind: iampolicy.KindIdentity, RoleARN: "arn:aws-cn:iam::111122223333:role/team/api"}},
		"role, managed":     {startUp(), Target{Kind: iampolicy.KindIdentity, RoleARN: "arn:aws-us-gov:iam::111122223333:role/team/api", Managed: true}},
		"role, form":        {form(), Target{Kind: iampolicy.KindIdentity, RoleARN: theRole}},
		"role, unknown":     {form(), Target{Kind: iampolicy.KindIdentity}},
		"session":           {startUp(), Target{Kind: iampolicy.KindIdentity, RoleName: "api", RoleARN: "arn:aws:sts::111122223333:assumed-role/api/0123"}},
		"user":              {pass, Target{Kind: iampolicy.KindIdentity, RoleARN: "arn:aws:iam::111122223333:user/deploy"}},
		"user, managed":     {pass, Target{Kind: iampolicy.KindIdentity, RoleARN: "arn:aws:iam::111122223333:user/deploy", Managed: true}},
		"trust":             {iampolicy.TrustPolicy(iampolicy.ECSTasks), Target{Kind: iampolicy.KindTrust, RoleName: "api", Account: "111122223333"}},
		"trust, whole":      {iampolicy.TrustPolicy(iampolicy.ECSTasks), Target{Kind: iampolicy.KindTrust, RoleARN: theRole, Whole: true}},
		"repository":        {repository, Target{Kind: iampolicy.KindResource, Resource: image}},
		"registry":          {registry, Target{Kind: iampolicy.KindResource, Resource: image}},
		"secret":            {secret, Target{Kind: iampolicy.KindResource, Resource: "arn:aws:secretsmanager:us-east-1:111122223333:secret:db-??????"}},
		"bucket":            {bucket, Target{Kind: iampolicy.KindResource, Resource: "arn:aws:s3:::stuff/k"}},
		"queue":             {bucket, Target{Kind: iampolicy.KindResource, Resource: "arn:aws:sqs:eu-west-1:111122223333:q"}},
		"topic":             {bucket, Target{Kind: iampolicy.KindResource, Resource: "arn:aws:sns:eu-west-1:111122223333:t"}},
		"table":             {bucket, Target{Kind: iampolicy.KindResource, Resource: "arn:aws:dynamodb:eu-west-1:111122223333:table/t"}},
		"stream":            {bucket, Target{Kind: iampolicy.KindResource, Resource: "arn:aws:kinesis:eu-west-1:111122223333:stream/s"}},
		"file system":       {bucket, Target{Kind: iampolicy.KindResource, Resource: "arn:aws:elasticfilesystem:eu-west-1:111122223333:file-system/fs-1"}},
		"key":               {key, Target{Kind: iampolicy.KindKey, Resource: keyARN}},
		"alias":             {key, Target{Kind: iampolicy.KindKey, Resource: "arn:aws:kms:eu-west-1:111122223333:alias/app"}},
		"endpoint":          {endpoint, Target{Kind: iampolicy.KindEndpoint, Resource: "arn:aws:ec2:eu-west-1:111122223333:vpc-endpoint/vpce-0a1b2c"}},
		"endpoint by id":    {endpoint, Target{Kind: iampolicy.KindEndpoint, Resource: "vpce-0a1b2c", Account: "111122223333"}},
		"endpoint, form":    {form(), Target{Kind: iampolicy.KindEndpoint}},
		"boundary":          {startUp(), Target{Kind: iampolicy.KindBoundary, Resource: "arn:aws:iam::111122223333:policy/boundary"}},
		"boundary, any":     {startUp(), Target{Kind: iampolicy.KindBoundary, Account: "111122223333"}},
		"scp":               {startUp(), Target{Kind: iampolicy.KindSCP, Resource: "p-0a1b2c3d", Account: "111122223333"}},
		"resource, any":     {startUp(), Target{Kind: iampolicy.KindResource}},
		"name of an option": {startUp(), Target{Kind: iampolicy.KindIdentity, RoleName: "--profile=prod", Account: "111122223333"}},
	}
}

// render is Render of one document.
func render(doc iampolicy.Document, target Target) iampolicy.Snippets {
	return Render(Part{doc, target})
}

// TestRenderForms: each form of each kind is there, but for the commands of
// services that have none.
func TestRenderForms(t *testing.T) {
	for name, r := range renderings() {
		s := Render(r)
		if got, want := s.CLI == "", name == "queue" || name == "resource, any"; got != want {
			t.Errorf("%s: the command is missing: %v, want %v", name, got, want)
		}
		if s.Terraform == "" || s.CloudFormation == "" || s.CDK == "" {
			t.Errorf("%s: a form is missing: %+v", name, s)
		}
	}
}

// TestRenderNothing: nobody can edit these, or there is nothing to attach.
func TestRenderNothing(t *testing.T) {
	tests := map[string]Target{
		"service-linked role": {Kind: iampolicy.KindIdentity, RoleARN: "arn:aws:iam::111122223333:role/aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS"},
		"Identity Center":     {Kind: iampolicy.KindIdentity, RoleARN: "arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Dev_0123"},
		"its session":         {Kind: iampolicy.KindIdentity, RoleName: "AWSReservedSSO_Dev_0123", RoleARN: "arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Dev_0123/me"},
		"by its session":      {Kind: iampolicy.KindIdentity, RoleARN: "arn:aws:sts::111122223333:assumed-role/AWSServiceRoleForECS/ecs-service-scheduler"},
		"without its path":    {Kind: iampolicy.KindIdentity, RoleARN: "arn:aws:iam::111122223333:role/AWSServiceRoleForECS"},
		"its trust":           {Kind: iampolicy.KindTrust, RoleARN: "arn:aws:iam::111122223333:role/aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS"},
		"root":                {Kind: iampolicy.KindIdentity, RoleARN: "arn:aws:iam::111122223333:root"},
		"federated user":      {Kind: iampolicy.KindIdentity, RoleARN: "arn:aws:sts::111122223333:federated-user/bob"},
		"trust of a user":     {Kind: iampolicy.KindTrust, RoleARN: "arn:aws:iam::111122223333:user/bob"},
		"no ARN":              {Kind: iampolicy.KindIdentity, RoleARN: "bob"},
		"AWS's policy":        {Kind: iampolicy.KindBoundary, Resource: "arn:aws:iam::aws:policy/PowerUserAccess"},
	}
	for name, target := range tests {
		if got := render(startUp(), target); got != (iampolicy.Snippets{}) {
			t.Errorf("%s: %+v", name, got)
		}
	}
	if got := render(iampolicy.Document{}, Target{Kind: iampolicy.KindIdentity, RoleARN: theRole}); got != (iampolicy.Snippets{}) {
		t.Errorf("a document without statements gives %+v", got)
	}
	if got := Render(); got != (iampolicy.Snippets{}) {
		t.Errorf("no document gives %+v", got)
	}
}

func TestTargetOwner(t *testing.T) {
	for _, tt := range []struct {
		target Target
		want   string
	}{
		{Target{Kind: iampolicy.KindIdentity, RoleARN: theRole, Account: "444455556666"}, "111122223333"},
		{Target{Kind: iampolicy.KindIdentity, RoleName: "api", Account: "444455556666"}, "444455556666"},
		{Target{Kind: iampolicy.KindIdentity, RoleName: "api", Account: "4444"}, ""},
		{Target{Kind: iampolicy.KindKey, RoleARN: theRole, Resource: "arn:aws:kms:eu-west-1:444455556666:key/k"}, "444455556666"},
		{Target{Kind: iampolicy.KindResource, RoleARN: theRole, Resource: "arn:aws:s3:::bucket"}, ""},
		{Target{Kind: iampolicy.KindEndpoint, RoleARN: theRole}, ""},
	} {
		if got := tt.target.Owner(); got != tt.want {
			t.Errorf("%+v: %q, want %q", tt.target, got, tt.want)
		}
	}
}

var digests = regexp.MustCompile(`[Ww]hystopped[-_]?([0-9a-f]{8})`)

// TestRenderNames: names are of the document and where it goes, so that one fix
// does not replace another and one form of it fits beside another.
func TestRenderNames(t *testing.T) {
	id := func(doc iampolicy.Document, target Target) string {
		t.Helper()
		s, ids := render(doc, target), map[string]bool{}
		for _, m := range digests.FindAllStringSubmatch(s.CLI+s.Terraform+s.CloudFormation+s.CDK, -1) {
			ids[m[1]] = true
		}
		if len(ids) != 1 {
			t.Fatalf("%d names in the forms of one policy: %v", len(ids), ids)
		}
		return slices.Collect(maps.Keys(ids))[0]
	}
	role := Target{Kind: iampolicy.KindIdentity, RoleARN: theRole}
	other := Target{Kind: iampolicy.KindIdentity, RoleARN: "arn:aws:iam::111122223333:role/other"}
	inTask := func(task string) Target { return Target{Kind: iampolicy.KindIdentity, RoleARN: theRole, Apart: task} }
	trust := Target{Kind: iampolicy.KindTrust, RoleARN: theRole}
	if a, b := id(startUp(), role), id(startUp(), role); a != b {
		t.Errorf("the same fix has the names %s and %s", a, b)
	}
	if a, b := id(startUp(), inTask("1")), id(startUp(), inTask("2")); a != b {
		t.Errorf("the same fix of two tasks has the names %s and %s", a, b)
	}
	for what, pair := range map[string][2]string{
		"documents":     {id(startUp(), role), id(form(), role)},
		"roles":         {id(startUp(), role), id(startUp(), other)},
		"kinds":         {id(iampolicy.TrustPolicy(iampolicy.ECSTasks), role), id(iampolicy.TrustPolicy(iampolicy.ECSTasks), trust)},
		"forms to fill": {id(form(), inTask("1")), id(form(), inTask("2"))},
	} {
		if pair[0] == pair[1] {
			t.Errorf("two %s have one name %s", what, pair[0])
		}
	}
}

// asJSON is a document, or its list of statements, as any parser gives it.
func asJSON(t *testing.T, v any) any {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	var out any
	if err := json.Unmarshal(b, &out); err != nil {
		t.Fatal(err)
	}
	return out
}

func parseHCL(t *testing.T, name, text string) *hclsyntax.Body {
	t.Helper()
	if got := string(hclwrite.Format([]byte(text))); got != text {
		t.Errorf("%s: terraform fmt would change it:\n%s", name, cmp.Diff(text, got))
	}
	file, diags := hclsyntax.ParseConfig([]byte(text), name+".tf", hcl.InitialPos)
	if diags.HasErrors() {
		t.Fatalf("%s: %v\n%s", name, diags, text)
	}
	return file.Body.(*hclsyntax.Body)
}

// addresses are what the blocks of a module are known by, those that Terraform
// wants but once. Blocks of locals are known by their names.
func addresses(body *hclsyntax.Body) []string {
	var all []string
	for _, b := range body.Blocks {
		if b.Type == "locals" {
			for name := range b.Body.Attributes {
				all = append(all, "local."+name)
			}
			continue
		}
		all = append(all, b.Type+" "+strings.Join(b.Labels, "."))
		for _, inner := range b.Body.Blocks {
			if inner.Type == "data" {
				all = append(all, "data "+strings.Join(inner.Labels, "."))
			}
		}
	}
	return all
}

// TestTerraform: all snippets fit into one module, each with a check of its
// account.
func TestTerraform(t *testing.T) {
	var module strings.Builder
	for name, r := range renderings() {
		text := Render(r).Terraform
		parseHCL(t, name, text)
		module.WriteString(text + "\n")
		account := r.Target.Owner()
		if account == "" {
			account = "ACCOUNT_ID"
		}
		if want := ".account_id == \"" + account + "\""; strings.Count(text, want) != 1 || strings.Count(text, "data \"aws_caller_identity\"") != 1 {
			t.Errorf("%s: no check of account %s:\n%s", name, account, text)
		}
	}
	all := addresses(parseHCL(t, "module", strings.TrimSuffix(module.String(), "\n")))
	slices.Sort(all)
	if once := slices.Compact(slices.Clone(all)); len(once) != len(all) || len(all) < len(renderings()) {
		t.Errorf("blocks of one address in %q", all)
	}
}

// terraformPolicy evaluates the argument of jsonencode in a role's policy.
func terraformPolicy(t *testing.T, text string) cty.Value {
	t.Helper()
	for _, block := range parseHCL(t, "policy", text).Blocks {
		if policy := block.Body.Attributes["policy"]; policy != nil {
			value, diags := policy.Expr.(*hclsyntax.FunctionCallExpr).Args[0].Value(nil)
			if diags.HasErrors() {
				t.Fatalf("%v\n%s", diags, text)
			}
			return value
		}
	}
	t.Fatalf("no policy in\n%s", text)
	return cty.Value{}
}

func TestTerraformOfARole(t *testing.T) {
	text := Render(renderings()["role, managed"]).Terraform
	const want = `data "aws_caller_identity" "ID" {}

resource "aws_iam_policy" "ID" {
  name = "NAME"

  policy = jsonencode({
`
	const last = `  })

  lifecycle {
    precondition {
      condition     = data.aws_caller_identity.ID.account_id == "111122223333"
      error_message = "This policy is for account 111122223333."
    }
  }
}

resource "aws_iam_role_policy_attachment" "ID" {
  role       = "api"
  policy_arn = aws_iam_policy.ID.arn
}
`
	text = regexp.MustCompile(`whystopped_\w{8}`).ReplaceAllString(regexp.MustCompile(`whystopped-\w{8}`).ReplaceAllString(text, "NAME"), "ID")
	if !strings.HasPrefix(text, want) || !strings.HasSuffix(text, last) {
		t.Errorf("got\n%s", text)
	}
}

// template is a CloudFormation template, as far as the snippets have it.
type template struct {
	Rules map[string]struct {
		Assertions []struct {
			Assert            map[string][]any `yaml:"Assert"`
			AssertDescription string           `yaml:"AssertDescription"`
		} `yaml:"Assertions"`
	} `yaml:"Rules"`
	Resources map[string]struct {
		Type       string         `yaml:"Type"`
		Properties map[string]any `yaml:"Properties"`
	} `yaml:"Resources"`
}

func TestCloudFormation(t *testing.T) {
	for name, r := range renderings() {
		text := Render(r).CloudFormation
		var got any
		if err := yaml.Unmarshal([]byte(text), &got); err != nil {
			t.Fatalf("%s: %v\n%s", name, err, text)
		}
		want := asJSON(t, r.Document.Statement)
		if r.Target.Kind == iampolicy.KindIdentity {
			got, want = templateOf(t, text, r), asJSON(t, r.Document)
		} else if r.Target.Whole {
			got, want = got.(map[string]any)["AssumeRolePolicyDocument"], asJSON(t, r.Document)
		}
		if diff := cmp.Diff(want, asJSON(t, got)); diff != "" {
			t.Errorf("%s (-want +got)\n%s", name, diff)
		}
	}
}

// templateOf returns the document in a template, whose rule is held to the account.
func templateOf(t *testing.T, text string, r Part) any {
	t.Helper()
	var got template
	if err := yaml.Unmarshal([]byte(text), &got); err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	account := r.Target.Owner()
	if account == "" {
		account = "ACCOUNT_ID"
	}
	for id, rule := range got.Rules {
		want := map[string][]any{"Fn::Equals": {map[string]any{"Ref": "AWS::AccountId"}, account}}
		if diff := cmp.Diff(want, rule.Assertions[0].Assert); diff != "" || rule.Assertions[0].AssertDescription == "" {
			t.Errorf("rule %s (-want +got)\n%s", id, diff)
		}
	}
	for id, resource := range got.Resources {
		if !regexp.MustCompile(`^[A-Za-z0-9]+$`).MatchString(id) || len(got.Rules) != len(got.Resources) {
			t.Errorf("resource %q with %d rules", id, len(got.Rules))
		}
		return resource.Properties["PolicyDocument"]
	}
	t.Fatalf("no resource in\n%s", text)
	return nil
}

// TestRenderTogether: several policies are one snippet in each form.
func TestRenderTogether(t *testing.T) {
	all := renderings()
	s := Render(all["role"], all["key"], all["role, form"], all["trust, whole"])
	var got template
	if err := yaml.Unmarshal([]byte(s.CloudFormation), &got); err != nil || len(got.Resources) != 2 || len(got.Rules) != 2 {
		t.Errorf("%d resources and %d rules, %v, in\n%s", len(got.Resources), len(got.Rules), err, s.CloudFormation)
	}
	for _, part := range []string{"# - Sid: \"KmsDecrypt\"", "# AssumeRolePolicyDocument:", "# Replace BUCKET_NAME and OBJECT_NAME first"} {
		if !strings.Contains(s.CloudFormation, part) {
			t.Errorf("no %q in\n%s", part, s.CloudFormation)
		}
	}
	if got := addresses(parseHCL(t, "together", s.Terraform)); len(got) != 2+2+3+3 {
		t.Errorf("blocks %q", got)
	}
	if got := strings.Count(s.CLI, "aws sts get-caller-identity"); got != 5 {
		t.Errorf("%d checks of the account in\n%s", got, s.CLI)
	}
	parts := runCDK(t, []string{s.CDK})[0]
	if len(parts.Policies) != 2 || len(parts.Statements) != 2 {
		t.Errorf("the CDK sees %+v", parts)
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
	doc := func(resource string) iampolicy.Document {
		return iampolicy.Document{Version: iampolicy.Version, Statement: []iampolicy.Statement{{
			Sid: "A", Effect: "Allow", Principal: iampolicy.Principal{"AWS": {resource}},
			Action: []string{"s3:GetObject"}, Resource: []string{resource},
			Condition: iampolicy.Condition{"StringEquals": {"aws:PrincipalTag/x": {resource}}},
		}}}
	}
	for _, kind := range []iampolicy.Kind{iampolicy.KindIdentity, iampolicy.KindTrust, iampolicy.KindResource, iampolicy.KindKey, iampolicy.KindEndpoint, iampolicy.KindBoundary, iampolicy.KindSCP} {
		got := render(doc(text), Target{Kind: kind, RoleName: text, RoleARN: "arn:aws:iam::111122223333:role/" + text, Resource: text, Account: text, Apart: text})
		plain := render(doc("x"), Target{Kind: kind, RoleName: "a b"})
		same := render(doc(text), Target{Kind: kind, RoleName: text, Account: text, Apart: text})
		for _, form := range []struct{ name, got, plain string }{
			{"terraform", same.Terraform, plain.Terraform},
			{"cloudformation", same.CloudFormation, plain.CloudFormation},
			{"cdk", same.CDK, plain.CDK},
		} {
			if len(text) <= maxName && iamName.MatchString(text) || arn.IsAccount(text) || text == "*" || form.got == "" || len(doc(text).Placeholders()) > 0 {
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
func skeleton(snippet string) string {
	return quoted.ReplaceAllString(digests.ReplaceAllString(snippet, "NAME"), `""`)
}

// checkShell holds that a shell takes the document as one argument, with the
// same texts in it.
func checkShell(t *testing.T, doc iampolicy.Document) {
	t.Helper()
	if len(doc.Placeholders()) > 0 {
		return
	}
	calls := shell{account: "111122223333"}.run(t, render(doc, Target{Kind: iampolicy.KindIdentity, RoleName: "api", Account: "111122223333"}).CLI).calls
	if len(calls) != 1 || len(calls[0]) != 5 {
		t.Fatalf("the shell sees %q", calls)
	}
	var got iampolicy.Document
	if err := json.Unmarshal([]byte(strings.TrimPrefix(calls[0][4], "--policy-document=")), &got); err != nil {
		t.Fatalf("%v: %s", err, calls[0][4])
	}
	if text := doc.Statement[0].Resource[0]; got.Statement[0].Resource[0] != readable(text) {
		t.Errorf("%q came out as %q", text, got.Statement[0].Resource[0])
	}
}

// checkHCL holds that Terraform sees the text that was put in.
func checkHCL(t *testing.T, text string) {
	t.Helper()
	doc := iampolicy.Document{Version: iampolicy.Version, Statement: []iampolicy.Statement{{Effect: "Allow", Action: []string{"s3:GetObject"}, Resource: []string{text}}}}
	policy := terraformPolicy(t, render(doc, Target{Kind: iampolicy.KindIdentity, RoleName: "api"}).Terraform)
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
