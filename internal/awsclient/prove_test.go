package awsclient_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"whystopped/internal/awsclient"
	"whystopped/internal/awsclient/awsfake"
	"whystopped/internal/diagnose"
	"whystopped/internal/diagnose/evidence"
	"whystopped/internal/diagnose/proof"
	"whystopped/internal/diagnose/verdict"
	"whystopped/internal/iampolicy"
	"whystopped/internal/words"
)

// prove has the fix of a diagnosis tried, as the casebook does.
func prove(c *awsclient.Collector, ctx context.Context, d diagnose.Diagnosis) diagnose.Diagnosis {
	var rounds [][]proof.Result
	var line evidence.Source
	for trials := proof.Trials(d); len(trials) > 0; trials = proof.Trials(d, rounds...) {
		results, asked := c.Simulate(ctx, d.Task.Ref(), trials)
		asked.Calls += line.Calls
		line = asked
		if results == nil {
			break
		}
		rounds = append(rounds, results)
	}
	judged, ok := proof.Judged(d, rounds...)
	if !ok {
		judged = proof.NotProven(d, line)
	}
	if line.Name != "" {
		judged.Sources = append(slices.Clone(d.Sources), line)
	}
	return judged
}

const (
	secretDB   = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:db-??????"
	repository = "arn:aws:ecr:eu-west-1:111122223333:repository/api"
)

// provable is a diagnosis with a policy for the execution role of an account:
// two calls on a repository, and one on a secret.
func provable(account string) diagnose.Diagnosis {
	return diagnose.Diagnosis{
		Task: diagnose.TaskView{ID: taskID, Account: account, Region: region, Partition: "aws"},
		Fix: diagnose.Fix{Policies: []diagnose.Policy{{
			Purpose: "denied", Kind: "identity-policy", AttachTo: &diagnose.AttachTo{Kind: verdict.ExecutionRole, ARN: "arn:aws:iam::" + account + ":role/api-exec", Name: "api-exec"},
			Document: iampolicy.Document{Version: iampolicy.Version, Statement: []iampolicy.Statement{
				{Effect: "Allow", Action: []string{"ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"}, Resource: []string{repository}},
				{Effect: "Allow", Action: []string{"secretsmanager:GetSecretValue"}, Resource: []string{secretDB}},
			}},
		}}},
		Sources: []evidence.Source{{Name: "ecs:DescribeTasks", Status: evidence.SourceOK}},
		Caveats: []words.Text{},
	}
}

func withRole(r awsfake.Role) awsfake.Scenario {
	r.Name = "api-exec"
	s := world()
	s.Roles = []awsfake.Role{r}
	return s
}

func policyOf(effect, action, more string) string {
	return `{"Statement":{"Effect":"` + effect + `","Action":"` + action + `","Resource":"*"` + more + `}}`
}

const anything = `{"Effect":"Allow","Action":"*","Resource":"*"}`

// fenced is a service control policy that denies everything under a condition.
func fenced(condition string) string {
	return `{"Statement":[` + anything + `,{"Effect":"Deny","Action":"*","Resource":"*","Condition":{` + condition + `}}]}`
}

func TestProve(t *testing.T) {
	tests := []struct {
		name   string
		world  awsfake.Scenario
		scp    string
		unsaid bool // of the organization
		status string
		detail string
	}{
		{name: "it mends it", world: withRole(awsfake.Role{}), status: "allowed", detail: "Before: implicitDeny. With this policy: allowed."},
		{name: "half of it is there", world: withRole(awsfake.Role{Policies: []string{policyOf("Allow", "ecr:*", "")}}), status: "allowed", detail: "Before: implicitDeny. With this policy: allowed."},
		{name: "it is there already", world: withRole(awsfake.Role{Policies: []string{policyOf("Allow", "*", "")}}), status: "allowed", detail: "Before: allowed. With this policy: allowed."},
		{name: "a boundary", world: withRole(awsfake.Role{BoundaryARN: edge, Boundary: policyOf("Allow", "ecr:*", "")}), status: "still-denied", detail: "Before: implicitDeny. With this policy: implicitDeny. The permissions boundary of the role stops it. Calls: secretsmanager:GetSecretValue."},
		{name: "the organization", world: withRole(awsfake.Role{}), scp: policyOf("Deny", "*", ""), status: "not-verified", detail: "Before: explicitDeny. With this policy: explicitDeny. A service control policy denies it in the simulation. Its conditions may depend on values"},
		{
			name: "the organization, and IAM doesn't say so", world: withRole(awsfake.Role{}), scp: policyOf("Deny", "*", ""), unsaid: true, status: "not-verified",
			detail: "Before: explicitDeny. With this policy: explicitDeny. Most likely a service control policy denies it in the simulation: IAM reports an explicit deny, and no policy of the role that holds it. ",
		},
		{
			name: "the organization denies one of the calls", world: withRole(awsfake.Role{}), status: "not-verified",
			scp:    `{"Statement":[` + anything + `,{"Effect":"Deny","Action":"ecr:BatchGetImage","Resource":"*"}]}`,
			detail: "Before: explicitDeny. With this policy: explicitDeny. A service control policy denies it in the simulation. Its conditions may depend on values that whystopped doesn't know; IAM doesn't report which. Calls: ecr:BatchGetImage.",
		},
		{
			name: "the organization asks for what is known", world: withRole(awsfake.Role{}), status: "allowed", detail: "Before: implicitDeny. With this policy: allowed.",
			scp: fenced(`"StringNotEquals":{"aws:RequestedRegion":"eu-west-1","aws:PrincipalAccount":"111122223333"},"Bool":{"aws:SecureTransport":"true","aws:ViaAWSService":"false"}`),
		},
		{
			name: "the organization asks for what is not known", world: withRole(awsfake.Role{}), status: "not-verified",
			scp:    fenced(`"StringNotEquals":{"aws:SourceVpce":"vpce-1"}`),
			detail: "Before: explicitDeny. With this policy: explicitDeny. A service control policy denies it in the simulation. Its conditions may depend on values that whystopped doesn't know; IAM doesn't report which. Condition keys: aws:PrincipalOrgID, aws:ResourceOrgID, aws:SourceIp, aws:SourceVpc, and aws:SourceVpce. Without service control policies it's allowed.",
		},
		{
			name: "the organization's condition hides a boundary", world: withRole(awsfake.Role{BoundaryARN: edge, Boundary: policyOf("Allow", "ecr:*", "")}), status: "still-denied",
			scp:    fenced(`"StringNotEquals":{"aws:SourceVpce":"vpce-1"}`),
			detail: "Before: explicitDeny. With this policy: explicitDeny. The permissions boundary of the role stops it. Calls: secretsmanager:GetSecretValue.",
		},
		{name: "a deny of the role's", world: withRole(awsfake.Role{Policies: []string{policyOf("Deny", "ecr:Batch*", "")}}), status: "still-denied", detail: "Before: explicitDeny. With this policy: explicitDeny. A policy of the role denies it explicitly. Policies: role_api-exec_1. Calls: ecr:BatchGetImage."},
		{
			name: "a condition on what is known", world: withRole(awsfake.Role{Policies: []string{policyOf("Deny", "*", `,"Condition":{"StringNotEquals":{"aws:RequestedRegion":"eu-west-1","aws:PrincipalAccount":"111122223333"}}`)}}),
			status: "allowed", detail: "Before: implicitDeny. With this policy: allowed.",
		},
		{
			name: "a condition on what is not known", world: withRole(awsfake.Role{Policies: []string{policyOf("Deny", "*", `,"Condition":{"StringNotEquals":{"aws:SourceVpce":"vpce-1"}}`)}}),
			status: "not-verified", detail: "Before: explicitDeny. With this policy: explicitDeny. Conditions of the role's policies need values that whystopped doesn't know. Condition keys: aws:SourceVpce.",
		},
		{name: "a role that only has a path", world: withRole(awsfake.Role{Path: "/svc/"}), status: "not-verified", detail: "IAM has nothing with the name arn:aws:iam::111122223333:role/api-exec. If the evidence names only a role's session, the role's path isn't known."},
		{
			name: "policies that cannot be evaluated", world: withRole(awsfake.Role{Policies: []string{policyOf("Allow", "*", `,"Condition":{"DateLessThan":{"aws:RequestedRegion":"x"}}`)}}),
			status: "not-verified", detail: "IAM couldn't evaluate the role's policies.",
		},
		{name: "a policy that is none", world: withRole(awsfake.Role{Policies: []string{"-"}}), status: "not-verified", detail: "IAM's simulator doesn't take the call: Syntax errors in policy."},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if tt.scp != "" {
				tt.world.SCPs = []awsfake.Policy{{Document: tt.scp}}
			}
			tt.world.OrganizationUnsaid = tt.unsaid
			_, collector := serve(t, tt.world)
			old := provable(account)
			d := prove(collector, t.Context(), old)
			got := d.Fix.Policies[0].Verified
			if got.Status != tt.status || !strings.HasPrefix(got.Detail.English, tt.detail) {
				t.Errorf("verified %+v, want %s: %s", got, tt.status, tt.detail)
			}
			if tried := strings.HasPrefix(tt.detail, "Before: "); tried != (got.By == "iam:SimulatePrincipalPolicy") {
				t.Errorf("by %q of %q", got.By, got.Detail)
			}
			if src := d.Sources[len(d.Sources)-1]; src.Name != "iam:SimulatePrincipalPolicy" || src.Status != evidence.SourceOK || src.Calls == 0 {
				t.Errorf("source %+v", src)
			}
			if diff := cmp.Diff(provable(account), old); diff != "" {
				t.Errorf("the diagnosis that was given is changed (-want +got):\n%s", diff)
			}
		})
	}
}

// Of several resources each has its own decision, while IAM speaks of the
// organization once for all of them.
func TestEachResourceDecides(t *testing.T) {
	other := strings.Replace(secretDB, "db-", "api-", 1)
	on := func(effect, resource string) string {
		return `{"Effect":"` + effect + `","Action":"*","Resource":"` + resource + `"}`
	}
	organized := func(role awsfake.Role) awsfake.Scenario {
		s := withRole(role)
		s.SCPs = []awsfake.Policy{{Document: `{"Statement":[` + anything + `,` + on("Deny", other) + `]}`}}
		return s
	}
	tests := []struct {
		name           string
		world          awsfake.Scenario
		status, detail string
	}{
		{"one is denied by the organization", organized(awsfake.Role{}), "not-verified", "A service control policy denies it in the simulation. Its conditions may depend on values that whystopped doesn't know; IAM doesn't report which. Calls: secretsmanager:GetSecretValue."},
		{
			"and the other by the role", organized(awsfake.Role{Policies: []string{`{"Statement":` + on("Deny", secretDB) + `}`}}),
			"still-denied", "A policy of the role denies it explicitly. Policies: role_api-exec_1. Calls: secretsmanager:GetSecretValue",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, collector := serve(t, tt.world)
			d := provable(account)
			d.Fix.Policies[0].Document.Statement = []iampolicy.Statement{{Effect: "Allow", Action: []string{"secretsmanager:GetSecretValue"}, Resource: []string{secretDB, other}}}
			got := prove(collector, t.Context(), d).Fix.Policies[0].Verified
			if want := "Before: explicitDeny. With this policy: explicitDeny. " + tt.detail; got.Status != tt.status || !strings.HasPrefix(got.Detail.English, want) {
				t.Errorf("verified %+v, want %s: %s", got, tt.status, want)
			}
		})
	}
}

// Policies that AWS named for their explicit deny, left out by their ARN or type.
func TestProveWithoutThePolicyThatDenies(t *testing.T) {
	const (
		guardrail = "arn:aws:iam::111122223333:policy/security/guardrail"
		scp       = "arn:aws:organizations::444455556666:policy/o-exampleorgid/service_control_policy/p-example1"
		either    = "Another service control policy denies it too, or IAM's simulator can't leave out a single one. Without service control policies it's allowed."
	)
	deny, all := policyOf("Deny", "secretsmanager:*", ""), policyOf("Allow", "*", "")
	guarded := func(more ...string) awsfake.Scenario {
		return withRole(awsfake.Role{Policies: append(more, all), Attached: []awsfake.Policy{{ARN: guardrail, Document: deny}}})
	}
	bounded := withRole(awsfake.Role{Policies: []string{all}, BoundaryARN: edge, Boundary: deny})
	organized := func(denies ...string) awsfake.Scenario {
		s := withRole(awsfake.Role{Policies: []string{all}})
		s.SCPs = []awsfake.Policy{{ARN: "arn:aws:organizations::aws:policy/service_control_policy/p-FullAWSAccess", Document: all}}
		for _, arn := range denies {
			s.SCPs = append(s.SCPs, awsfake.Policy{ARN: arn, Document: deny})
		}
		return s
	}
	tests := []struct {
		name           string
		world          awsfake.Scenario
		kind           verdict.PolicyType
		arn            string
		status, detail string
	}{
		{"a managed policy", guarded(), verdict.PolicyIdentity, guardrail, "allowed", "Before: explicitDeny. Without this policy: allowed."},
		{"another denies too", guarded(deny), verdict.PolicyIdentity, guardrail, "still-denied", "Before: explicitDeny. Without this policy: explicitDeny. Another policy of the role denies it too. Policies: role_api-exec_1."},
		{"it was removed since", organized(), verdict.PolicyIdentity, guardrail, "not-verified", "Before: allowed. IAM's simulator doesn't find the deny: it was removed since, or its condition depends on a value that whystopped doesn't know."},
		{"a boundary", bounded, verdict.PolicyBoundary, edge, "allowed", "Before: explicitDeny. Without this policy: allowed."},
		{"a service control policy", organized(scp), verdict.PolicySCP, scp, "allowed", "Before: explicitDeny. Without this policy: allowed."},
		{"another one, too", organized(scp, scp+"2"), verdict.PolicySCP, scp, "not-verified", "Before: explicitDeny. Without this policy: explicitDeny. " + either},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, collector := serve(t, tt.world)
			d := provable(account)
			d.Fix.AttachTo, d.Fix.Policies = d.Fix.Policies[0].AttachTo, []diagnose.Policy{}
			d.Findings = []diagnose.Finding{{Primary: true, Denied: []diagnose.DeniedCall{{Action: "secretsmanager:GetSecretValue", Resource: secretDB, Explicit: true, PolicyType: tt.kind, PolicyARN: &tt.arn}}}}
			d.Fix.WithoutPolicy = &diagnose.WithoutPolicy{ARN: tt.arn, PolicyType: tt.kind}
			d = prove(collector, t.Context(), d)
			want := diagnose.Verified{Status: tt.status, By: "iam:SimulatePrincipalPolicy", Before: strings.Fields(strings.NewReplacer(";", "", ".", "").Replace(tt.detail))[1], Detail: words.Plain(tt.detail)}
			if diff := cmp.Diff(want, d.Fix.WithoutPolicy.Verified); diff != "" {
				t.Errorf("without the policy (-want +got):\n%s", diff)
			}
			if src := d.Sources[len(d.Sources)-1]; src.Status != evidence.SourceOK || src.Calls < 1 {
				t.Errorf("source %+v", src)
			}
		})
	}
}

func TestProveAsksOnceForEachKindOfThing(t *testing.T) {
	fake, collector := serve(t, withRole(awsfake.Role{}))
	d := prove(collector, t.Context(), provable(account))
	if n := fake.Calls()["iam:SimulatePrincipalPolicy"]; n != 4 || d.Sources[1].Calls != n {
		t.Errorf("asked %d times, counted %d; want two questions before and two with the policy", n, d.Sources[1].Calls)
	}
}

func TestProveReadsEveryPage(t *testing.T) {
	_, collector := serve(t, withRole(awsfake.Role{}), awsfake.WithPageSize(1))
	if got := prove(collector, t.Context(), provable(account)).Fix.Policies[0].Verified; got.Status != "allowed" {
		t.Errorf("verified %+v", got)
	}
}

func TestNothingToProveNoCall(t *testing.T) {
	fake, collector := serve(t, withRole(awsfake.Role{}))
	d := provable(account)
	d.Fix.Policies[0].AttachTo.ARN = ""
	got := prove(collector, t.Context(), d)
	if len(got.Sources) != 1 || fake.Calls()["iam:SimulatePrincipalPolicy"] != 0 {
		t.Errorf("sources %+v", got.Sources)
	}
	if v := got.Fix.Policies[0].Verified; v.Status != "not-verified" || v.Detail.English != "The evidence doesn't name the principal that this is for." {
		t.Errorf("verified %+v", v)
	}
}

func TestAProofFailsAndNothingElse(t *testing.T) {
	for _, f := range faults {
		t.Run(f.name, func(t *testing.T) {
			t.Parallel()
			fake, collector := serve(t, withRole(awsfake.Role{}))
			fake.SetFault("iam:SimulatePrincipalPolicy", f.fault)
			ctx := t.Context()
			if f.budget > 0 {
				var cancel context.CancelFunc
				ctx, cancel = context.WithTimeout(ctx, f.budget)
				defer cancel()
			}
			d := prove(collector, ctx, provable(account))
			if ctx.Err() != nil {
				t.Error("the answer came after the deadline")
			}
			src := d.Sources[len(d.Sources)-1]
			if src.Name != "iam:SimulatePrincipalPolicy" || src.Status != f.want {
				t.Errorf("source %+v, want %s", src, f.want)
			}
			checkNotOurs(t, evidence.Evidence{Sources: d.Sources})
			got := d.Fix.Policies[0].Verified
			switch {
			case f.want == evidence.SourceOK:
				if got.Status != "allowed" {
					t.Errorf("verified %+v", got)
				}
				return
			case got.Status != "not-verified" || got.By != "" || got.Detail.IsZero():
				t.Errorf("verified %+v, want not tried", got)
			case f.fault.Deny != strings.Contains(got.Detail.English, "grant it iam:SimulatePrincipalPolicy to have this tried"):
				t.Errorf("verified %+v", got)
			}
			if denied := src.MissingPermission != nil && *src.MissingPermission == "iam:SimulatePrincipalPolicy"; denied != f.fault.Deny {
				t.Errorf("missing permission %v", src.MissingPermission)
			}
			if diff := cmp.Diff(provable(account).Fix.Policies[0].Document, d.Fix.Policies[0].Document); diff != "" {
				t.Errorf("the policy changed (-want +got):\n%s", diff)
			}
		})
	}
}

func TestNoTimeIsLeftForAProof(t *testing.T) {
	fake, collector := serve(t, withRole(awsfake.Role{}))
	ctx, cancel := context.WithDeadline(t.Context(), time.Now().Add(-time.Second))
	defer cancel()
	d := prove(collector, ctx, provable(account))
	if got := d.Fix.Policies[0].Verified; got.Status != "not-verified" || fake.Calls()["iam:SimulatePrincipalPolicy"] != 0 {
		t.Errorf("verified %+v", got)
	}
	// That was no fault of IAM's, which the next diagnosis asks.
	if got := prove(collector, t.Context(), provable(account)).Fix.Policies[0].Verified; got.Status != "allowed" {
		t.Errorf("the next is verified %+v", got)
	}
}

// choosy stands before the double and takes one action at a time.
func choosy(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			panic(http.ErrAbortHandler)
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		if form, err := url.ParseQuery(string(body)); err == nil && form.Has("ActionNames.member.2") {
			w.Header().Set("Content-Type", "text/xml")
			w.WriteHeader(http.StatusBadRequest)
			fmt.Fprint(w, `<ErrorResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><Error><Type>Sender</Type><Code>InvalidInput</Code><Message>Invalid Input Actions: [ecr:BatchGetImage] and [ecr:GetDownloadUrlForLayer] require different authorization information.</Message></Error><RequestId>1</RequestId></ErrorResponse>`)
			return
		}
		next.ServeHTTP(w, r)
	})
}

func TestActionsThatIAMDoesNotTakeTogether(t *testing.T) {
	fake := awsfake.New(withRole(awsfake.Role{}))
	srv := httptest.NewServer(choosy(fake))
	t.Cleanup(srv.Close)
	d := prove(awsclient.New(options(srv.URL)), t.Context(), provable(account))
	if got := d.Fix.Policies[0].Verified; got.Status != "allowed" {
		t.Errorf("verified %+v", got)
	}
	if n := fake.Calls()["iam:SimulatePrincipalPolicy"]; n != 6 {
		t.Errorf("%d questions of one action were answered, want 3 before and 3 with the policy", n)
	}
}
