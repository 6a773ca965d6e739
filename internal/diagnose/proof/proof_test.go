package proof_test

import (
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"whystopped/internal/diagnose/evidence"
	"whystopped/internal/diagnose/proof"
	"whystopped/internal/diagnose/report"
	"whystopped/internal/diagnose/verdict"
	"whystopped/internal/iampolicy"
	"whystopped/internal/words"
)

const (
	provenRole = "arn:aws:iam::111122223333:role/svc/api-exec"
	dbSecret   = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:db-??????"
	repository = "arn:aws:ecr:eu-west-1:111122223333:repository/api"
	logGroup   = "arn:aws:logs:eu-west-1:111122223333:log-group:/ecs/api:*"
)

func allowing(resource string, actions ...string) iampolicy.Statement {
	return iampolicy.Statement{Effect: "Allow", Action: actions, Resource: []string{resource}}
}

func identityPolicy(purpose string, statements ...iampolicy.Statement) report.Policy {
	return report.Policy{
		Purpose: purpose, Kind: "identity-policy", AttachTo: &report.AttachTo{Kind: verdict.ExecutionRole, ARN: provenRole, Name: "api-exec"},
		Document: iampolicy.Document{Version: iampolicy.Version, Statement: statements},
		Verified: report.Verified{Status: "not-verified", Detail: words.Plain("as it was")},
	}
}

// diagnosed is a diagnosis of a denial by the role's own policies, with the
// policies as its fix.
func diagnosed(policies ...report.Policy) report.Diagnosis {
	return report.Diagnosis{
		Task:     report.TaskView{Account: "111122223333", Region: "eu-west-1", Partition: "aws"},
		Findings: []report.Finding{{Primary: true, Denied: []report.DeniedCall{{Action: "secretsmanager:GetSecretValue", PolicyType: verdict.PolicyIdentity}}}},
		Fix:      report.Fix{Summary: words.Plain("Attach this policy to the execution role api-exec."), Policies: policies},
		Caveats:  words.PlainLines("before"),
	}
}

// simulator answers by a rule for single calls; with is set for those that are
// tried with a policy.
func simulator(rule func(action, resource string, with bool) proof.Outcome) proof.Simulate {
	return func(trials []proof.Trial) ([]proof.Result, error) {
		results := make([]proof.Result, len(trials))
		for i, trial := range trials {
			for _, action := range trial.Actions {
				for _, resource := range trial.Resources {
					o := rule(action, resource, trial.With != nil)
					o.Action, o.Resource = action, resource
					results[i].Outcomes = append(results[i].Outcomes, o)
				}
			}
		}
		return results, nil
	}
}

// trying answers each trial by a rule, the same for all of its calls.
func trying(rule func(proof.Trial) proof.Outcome) proof.Simulate {
	return func(trials []proof.Trial) ([]proof.Result, error) {
		var results []proof.Result
		for _, trial := range trials {
			answers, _ := simulator(func(string, string, bool) proof.Outcome { return rule(trial) })([]proof.Trial{trial})
			results = append(results, answers...)
		}
		return results, nil
	}
}

// always answers the same before, and the same with any policy.
func always(before, with proof.Outcome) proof.Simulate {
	return simulator(func(_, _ string, tried bool) proof.Outcome {
		if tried {
			return with
		}
		return before
	})
}

func TestProofOfWhatWasDenied(t *testing.T) {
	var (
		allowed  = proof.Outcome{Decision: "allowed"}
		implicit = proof.Outcome{Decision: "implicitDeny"}
		explicit = proof.Outcome{Decision: "explicitDeny", Policies: []string{"guardrail", ""}}
	)
	const by = "iam:SimulatePrincipalPolicy"
	tests := []struct {
		name     string
		simulate proof.Simulate
		want     report.Verified
		caveat   string // a part of the caveat; empty for none
		summary  string // a part of the new summary; empty for the old one
	}{
		{
			name: "the policy mends it", simulate: always(implicit, allowed),
			want: report.Verified{Status: "allowed", By: by, Before: "implicitDeny", Detail: words.Plain("Before: implicitDeny. With this policy: allowed.")},
		},
		{
			name: "it is allowed already", simulate: always(allowed, allowed),
			want:   report.Verified{Status: "allowed", By: by, Before: "allowed", Detail: words.Plain("Before: allowed. With this policy: allowed.")},
			caveat: "most likely fixed since", summary: "Before you attach anything: according to IAM's simulator, the task execution role api-exec already has this permission.",
		},
		{
			name: "a boundary stops it", simulate: always(implicit, proof.Outcome{Decision: "implicitDeny", ByBoundary: true}),
			want:   report.Verified{Status: "still-denied", By: by, Before: "implicitDeny", Detail: words.Plain("Before: implicitDeny. With this policy: implicitDeny. The permissions boundary of the role stops it.")},
			caveat: "The permissions boundary of the role stops it",
		},
		{
			name: "a deny of the role's own", simulate: always(explicit, explicit),
			want:   report.Verified{Status: "still-denied", By: by, Before: "explicitDeny", Detail: words.Plain("Before: explicitDeny. With this policy: explicitDeny. A policy of the role denies it explicitly. Policies: guardrail.")},
			caveat: "denies it explicitly",
		},
		{
			name: "nobody knows why", simulate: always(implicit, implicit),
			want:   report.Verified{Status: "still-denied", By: by, Before: "implicitDeny", Detail: words.Plain("Before: implicitDeny. With this policy: implicitDeny. IAM still finds no statement that allows it.")},
			caveat: "isn't enough",
		},
		{
			name: "conditions that cannot be judged", simulate: always(implicit, proof.Outcome{Decision: "allowed", Missing: []string{"aws:SourceVpce", "aws:SourceIp"}}),
			want: report.Verified{Status: "not-verified", By: by, Before: "implicitDeny", Detail: words.Plain("Before: implicitDeny. With this policy: allowed. Conditions of the role's policies need values that whystopped doesn't know. Condition keys: aws:SourceIp and aws:SourceVpce.")},
		},
		{
			name: "allowed already, under conditions", simulate: always(proof.Outcome{Decision: "allowed", Missing: []string{"aws:SourceIp"}}, allowed),
			want: report.Verified{Status: "not-verified", By: by, Before: "allowed", Detail: words.Plain("Before: allowed. With this policy: allowed. Conditions of the role's policies need values that whystopped doesn't know. Condition keys: aws:SourceIp.")},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			old := diagnosed(identityPolicy("denied", allowing(dbSecret, "secretsmanager:GetSecretValue")))
			d, err := proof.Proven(old, tt.simulate)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, d.Fix.Policies[0].Verified); diff != "" {
				t.Errorf("verified (-want +got):\n%s", diff)
			}
			caveats := strings.Join(words.Lines(d.Caveats[1:]), "\n")
			if tt.caveat == "" && caveats != "" || !strings.Contains(caveats, tt.caveat) {
				t.Errorf("caveats %q, want %q", caveats, tt.caveat)
			}
			if tt.summary == "" {
				tt.summary = old.Fix.Summary.English
			}
			if !strings.HasPrefix(d.Fix.Summary.English, tt.summary) {
				t.Errorf("summary %q, want %q", d.Fix.Summary, tt.summary)
			}
			if diff := cmp.Diff(diagnosed(identityPolicy("denied", allowing(dbSecret, "secretsmanager:GetSecretValue"))), old); diff != "" {
				t.Errorf("the diagnosis that was given is changed (-want +got):\n%s", diff)
			}
		})
	}
}

// What IAM says of a call that a service control policy denies: it names no
// statement, and may say nothing of the organization. The trial lacks values
// that the policy's conditions may ask for, so that it is never taken for sure.
func TestAServiceControlPolicyDeniesInTheSimulation(t *testing.T) {
	const (
		keys = "Its conditions may depend on values that whystopped doesn't know; IAM doesn't report which. Condition keys: aws:PrincipalOrgID, aws:ResourceOrgID, aws:SourceIp, aws:SourceVpc, and aws:SourceVpce."
		said = "A service control policy denies it in the simulation. " + keys
		seen = "Most likely a service control policy denies it in the simulation: IAM reports an explicit deny, and no policy of the role that holds it. " + keys
		only = " Without service control policies it's allowed."
	)
	var (
		allowed  = proof.Outcome{Decision: "allowed"}
		implicit = proof.Outcome{Decision: "implicitDeny"}
		boundary = proof.Outcome{Decision: "implicitDeny", ByBoundary: true}
		role     = proof.Outcome{Decision: "explicitDeny", Policies: []string{"guardrail"}}
	)
	tests := []struct {
		name         string
		with, noSCPs proof.Outcome
		status       string
		detail       string // behind the decisions
	}{
		{"IAM says so", proof.Outcome{Decision: "explicitDeny", ByOrganization: true}, allowed, "not-verified", said + only},
		{"IAM says so beside a boundary", proof.Outcome{Decision: "explicitDeny", ByOrganization: true, ByBoundary: true}, allowed, "not-verified", said + only},
		{"none of them allows it", proof.Outcome{Decision: "implicitDeny", ByOrganization: true}, allowed, "not-verified", said + only},
		{"a deny without a statement", proof.Outcome{Decision: "explicitDeny"}, allowed, "not-verified", seen + only},
		{"nothing is known without them", proof.Outcome{Decision: "explicitDeny"}, proof.Outcome{Decision: "explicitDeny"}, "not-verified", seen},
		{"without them nothing allows it", proof.Outcome{Decision: "explicitDeny"}, implicit, "not-verified", seen},
		{"without them a boundary stops it", proof.Outcome{Decision: "explicitDeny"}, boundary, "still-denied", "The permissions boundary of the role stops it."},
		{"without them the role denies it", proof.Outcome{Decision: "explicitDeny", ByOrganization: true}, role, "still-denied", "A policy of the role denies it explicitly. Policies: guardrail."},
		{"without them a key is missing", proof.Outcome{Decision: "explicitDeny"}, proof.Outcome{Decision: "explicitDeny", Policies: []string{"a"}, Missing: []string{"aws:SourceIp"}}, "not-verified", seen},
		{"a deny without a statement is the boundary's", proof.Outcome{Decision: "explicitDeny", ByBoundary: true}, allowed, "still-denied", "The permissions boundary of the role stops it."},
		{"a deny with a statement is the role's", proof.Outcome{Decision: "explicitDeny", ByOrganization: true, Policies: []string{"guardrail"}}, allowed, "still-denied", "A policy of the role denies it explicitly. Policies: guardrail."},
		{"a deny of a policy without a name is the role's", proof.Outcome{Decision: "explicitDeny", Policies: []string{""}}, allowed, "still-denied", "A policy of the role denies it explicitly."},
		{"a key that is missing is named first", proof.Outcome{Decision: "explicitDeny", Missing: []string{"aws:SourceVpce"}}, allowed, "not-verified", "Conditions of the role's policies need values that whystopped doesn't know. Condition keys: aws:SourceVpce."},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d, err := proof.Proven(diagnosed(identityPolicy("denied", allowing(dbSecret, "secretsmanager:GetSecretValue"))), trying(func(trial proof.Trial) proof.Outcome {
				switch {
				case trial.With == nil:
					return implicit
				case trial.Without == nil:
					return tt.with
				}
				if diff := cmp.Diff([]proof.Exclusion{{Type: verdict.PolicySCP}}, trial.Without); diff != "" {
					t.Errorf("left out (-want +got):\n%s", diff)
				}
				return tt.noSCPs
			}))
			if err != nil {
				t.Fatal(err)
			}
			got := d.Fix.Policies[0].Verified
			if want := "Before: implicitDeny. With this policy: " + tt.with.Decision + ". " + tt.detail; got.Status != tt.status || got.Detail.English != want {
				t.Errorf("verified %+v, want %s: %s", got, tt.status, want)
			}
		})
	}
}

// The trials without service control policies only explain. Where they fail, the
// others hold.
func TestTheLastRoundFails(t *testing.T) {
	d, err := proof.Proven(diagnosed(identityPolicy("denied", allowing(dbSecret, "secretsmanager:GetSecretValue"))), func(trials []proof.Trial) ([]proof.Result, error) {
		if trials[0].Without != nil {
			return nil, errors.New("throttled")
		}
		return always(proof.Outcome{Decision: "implicitDeny"}, proof.Outcome{Decision: "implicitDeny", ByOrganization: true})(trials)
	})
	if got := d.Fix.Policies[0].Verified; err != nil || got.Status != "not-verified" || !strings.Contains(got.Detail.English, "A service control policy denies it") {
		t.Errorf("verified %+v, error %v", got, err)
	}
}

func TestAllowedBesideADenialThatNamesNoPolicy(t *testing.T) {
	d := diagnosed(identityPolicy("denied", allowing(dbSecret, "secretsmanager:GetSecretValue")))
	d.Findings[0].Denied[0].PolicyType = verdict.PolicyUnknown
	d, err := proof.Proven(d, always(proof.Outcome{Decision: "allowed"}, proof.Outcome{}))
	if err != nil {
		t.Fatal(err)
	}
	for _, elsewhere := range []string{"resource's own policy", "VPC endpoint policy", "session policy", "resource control policy", "service control policy whose condition", "fixed since"} {
		if !strings.Contains(d.Fix.Summary.English, elsewhere) || !strings.Contains(d.Caveats[1].English, elsewhere) {
			t.Errorf("summary %q and caveat %q do not name the %s", d.Fix.Summary, d.Caveats[1], elsewhere)
		}
	}
}

func TestSomeCallsOfAPolicyStayDenied(t *testing.T) {
	d := diagnosed(identityPolicy("denied", allowing(repository, "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer")))
	d, err := proof.Proven(d, simulator(func(action, _ string, with bool) proof.Outcome {
		if with && action == "ecr:BatchGetImage" {
			return proof.Outcome{Decision: "allowed"}
		}
		return proof.Outcome{Decision: "implicitDeny", ByBoundary: true}
	}))
	if err != nil {
		t.Fatal(err)
	}
	if got, want := d.Fix.Policies[0].Verified.Detail, "Before: implicitDeny. With this policy: implicitDeny. The permissions boundary of the role stops it. Calls: ecr:GetDownloadUrlForLayer."; got.English != want {
		t.Errorf("detail %q, want %q", got, want)
	}
}

func TestWhatASimulationCannotTry(t *testing.T) {
	trust := report.Policy{Purpose: "denied", Kind: "trust-policy", Document: iampolicy.TrustPolicy(iampolicy.ECSTasks), Verified: report.Verified{Status: "allowed", By: "iam:GetRole"}}
	key := report.Policy{Purpose: "denied", Kind: "key-policy", Document: iampolicy.Document{Version: iampolicy.Version, Statement: []iampolicy.Statement{allowing("*", "kms:Decrypt")}}}
	nobody := identityPolicy("denied", allowing("*", "iam:PassRole"))
	nobody.AttachTo = &report.AttachTo{Kind: verdict.Caller}
	session := identityPolicy("denied", allowing("*", "iam:PassRole"))
	session.AttachTo = &report.AttachTo{Kind: verdict.Caller, ARN: "arn:aws:sts::111122223333:assumed-role/deploy/ci"}
	foreign := identityPolicy("denied", allowing("*", "iam:PassRole"))
	foreign.AttachTo = &report.AttachTo{Kind: verdict.Caller, ARN: "arn:aws:iam::444455556666:role/deploy"}
	form := identityPolicy("denied", allowing("arn:aws:dynamodb:eu-west-1:111122223333:table/TABLE_NAME", "dynamodb:GetItem"))
	var many []iampolicy.Statement
	for i := range 17 {
		many = append(many, allowing("arn:aws:s3:::bucket/"+string(rune('a'+i)), "s3:GetObject"))
	}
	d := diagnosed(trust, key, nobody, session, foreign, form, identityPolicy("denied", many...))
	wants := []string{"", "identity-based policies", "doesn't name the principal", "roles and users only", "belongs to account 444455556666", "doesn't name the whole resource", "more parts"}
	if proof.Provable(d) != true || proof.Provable(diagnosed(trust, key, nobody, session, foreign, form)) {
		t.Error("a diagnosis is provable if a policy is for a role or a user")
	}
	never := func([]proof.Trial) ([]proof.Result, error) { return nil, errors.New("asked") }
	tried, err := proof.Proven(d, never)
	if err != nil {
		t.Fatal(err)
	}
	for i, p := range tried.Fix.Policies {
		switch {
		case wants[i] == "" && !reflect.DeepEqual(p.Verified, trust.Verified):
			t.Errorf("what was proven otherwise is now %+v", p.Verified)
		case wants[i] != "" && (p.Verified.Status != "not-verified" || p.Verified.By != "" || !strings.Contains(p.Verified.Detail.English, wants[i])):
			t.Errorf("policy %d: %+v, want that it says %q", i, p.Verified, wants[i])
		}
	}
}

func TestACallThatTheSimulatorDoesNotTake(t *testing.T) {
	d, err := proof.Proven(diagnosed(identityPolicy("denied", allowing(dbSecret, "secretsmanager:GetSecretValue"))), func([]proof.Trial) ([]proof.Result, error) {
		return []proof.Result{{Problem: words.Plain("IAM has no such role.")}}, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	want := report.Verified{Status: "not-verified", Detail: words.Plain("IAM has no such role.")}
	if diff := cmp.Diff(want, d.Fix.Policies[0].Verified); diff != "" {
		t.Errorf("verified (-want +got):\n%s", diff)
	}
}

func TestNotProven(t *testing.T) {
	trust := report.Policy{Kind: "trust-policy", Verified: report.Verified{Status: "allowed", By: "iam:GetRole"}}
	tests := []struct {
		source evidence.Source
		want   string
	}{
		{evidence.Source{Status: evidence.SourceDenied, Detail: words.Plain("We may not.")}, "whystopped isn't allowed to ask IAM's simulator: grant it iam:SimulatePrincipalPolicy to have this tried."},
		{evidence.Source{Status: evidence.SourceThrottled, Detail: words.Plain("AWS throttles us.")}, "AWS throttles us."},
	}
	for _, tt := range tests {
		d := proof.NotProven(diagnosed(identityPolicy("denied", allowing(dbSecret, "secretsmanager:GetSecretValue")), trust), tt.source)
		if got := d.Fix.Policies[0].Verified; got.Status != "not-verified" || got.Detail.English != tt.want {
			t.Errorf("%s: got %+v, want %q", tt.source.Status, got, tt.want)
		}
		if got := d.Fix.Policies[1].Verified; !reflect.DeepEqual(got, trust.Verified) {
			t.Errorf("%s: what was proven otherwise is now %+v", tt.source.Status, got)
		}
	}
}

func TestTheSimulatorFails(t *testing.T) {
	old := diagnosed(identityPolicy("denied", allowing(dbSecret, "secretsmanager:GetSecretValue")))
	broken := errors.New("broken")
	d, err := proof.Proven(old, func([]proof.Trial) ([]proof.Result, error) { return nil, broken })
	if !errors.Is(err, broken) {
		t.Errorf("error %v, want %v", err, broken)
	}
	if diff := cmp.Diff(old, d); diff != "" {
		t.Errorf("the diagnosis changed (-want +got):\n%s", diff)
	}
}

func TestTheWholeStartKeepsWhatTheRoleLacks(t *testing.T) {
	parameters := allowing("arn:aws:ssm:eu-west-1:111122223333:parameter/a", "ssm:GetParameters")
	parameters.Resource = append(parameters.Resource, "arn:aws:ssm:eu-west-1:111122223333:parameter/b")
	whole := []iampolicy.Statement{
		allowing("*", "ecr:GetAuthorizationToken"), allowing(repository, "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"),
		allowing(dbSecret, "secretsmanager:GetSecretValue"), allowing(logGroup, "logs:CreateLogStream", "logs:PutLogEvents"), parameters,
	}
	tests := []struct {
		name string
		has  []string // "action resource" as they are simulated; "*" for all
		want []iampolicy.Statement
		says string
	}{
		{name: "it has nothing", want: whole, says: "Before: implicitDeny. With this policy: allowed."},
		{
			name: "it has the managed policy, and one parameter",
			has: []string{
				"ecr:GetAuthorizationToken *", "ecr:BatchGetImage " + repository, "ecr:GetDownloadUrlForLayer " + repository,
				"logs:CreateLogStream arn:aws:logs:eu-west-1:111122223333:log-group:/ecs/api:log-stream:example", "logs:PutLogEvents arn:aws:logs:eu-west-1:111122223333:log-group:/ecs/api:log-stream:example",
				"ssm:GetParameters arn:aws:ssm:eu-west-1:111122223333:parameter/b",
			},
			want: []iampolicy.Statement{allowing(dbSecret, "secretsmanager:GetSecretValue"), allowing("arn:aws:ssm:eu-west-1:111122223333:parameter/a", "ssm:GetParameters")},
			says: "The role already has 6 calls of the startup; this is what it lacks. Before: implicitDeny. With this policy: allowed.",
		},
		{
			name: "it has one of two actions", has: []string{"ecr:BatchGetImage " + repository},
			want: slices.Concat(whole[:1], []iampolicy.Statement{allowing(repository, "ecr:GetDownloadUrlForLayer")}, whole[2:]),
			says: "The role already has 1 call of the startup; this is what it lacks. Before: implicitDeny. With this policy: allowed.",
		},
		{name: "it has everything", has: []string{"*"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d := diagnosed(identityPolicy("denied", allowing(dbSecret, "secretsmanager:GetSecretValue")), identityPolicy("startup-complete", whole...))
			d.Fix.Policies[1].NeededNext = []string{"ecr:GetAuthorizationToken", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer", "logs:CreateLogStream", "logs:PutLogEvents", "ssm:GetParameters"}
			d, err := proof.Proven(d, simulator(func(action, resource string, with bool) proof.Outcome {
				if with || slices.Contains(tt.has, action+" "+resource) || slices.Contains(tt.has, "*") {
					return proof.Outcome{Decision: "allowed"}
				}
				return proof.Outcome{Decision: "implicitDeny"}
			}))
			if err != nil {
				t.Fatal(err)
			}
			if tt.want == nil {
				if len(d.Fix.Policies) != 1 {
					t.Errorf("got %d policies, want only the denied one", len(d.Fix.Policies))
				}
				return
			}
			got := d.Fix.Policies[1]
			if diff := cmp.Diff(tt.want, got.Document.Statement); diff != "" {
				t.Errorf("statements (-want +got):\n%s", diff)
			}
			var next []string
			for _, s := range tt.want {
				next = append(next, slices.DeleteFunc(slices.Clone(s.Action), func(a string) bool { return a == "secretsmanager:GetSecretValue" })...)
			}
			if diff := cmp.Diff(next, got.NeededNext); diff != "" {
				t.Errorf("needed next (-want +got):\n%s", diff)
			}
			if got.Verified.Status != "allowed" || got.Verified.Detail.English != tt.says {
				t.Errorf("verified %+v, want %q", got.Verified, tt.says)
			}
		})
	}
}
