package diagnose_test

import (
	"fmt"
	"strings"
	"testing"

	"whystopped/internal/diagnose"
	"whystopped/internal/diagnose/evidence"
	"whystopped/internal/diagnose/verdict"
)

const ownSession = "arn:aws:sts::111122223333:assumed-role/orders-task/0f1e2d3c4b5a69788796a5b4c3d2e1f0"

// denied is AWS's sentence for a principal, an action and a resource, with the
// kind of policy that decided.
func denied(principal, action, resource, policy string) string {
	return fmt.Sprintf("AccessDenied: User: %s is not authorized to perform: %s on resource: %s because no %s policy allows the %s action", principal, action, resource, policy, action)
}

// record is a CloudTrail record of a denial of the task role's session.
func record(session, source, event, message string) string {
	return fmt.Sprintf(`{"eventSource": %q, "eventName": %q, "errorCode": "AccessDenied", "errorMessage": %q, "userIdentity": {"type": "AssumedRole", "principalId": "AROAEXAMPLE:%s", "arn": "arn:aws:sts::111122223333:assumed-role/orders-task/%s", "accountId": "111122223333", "sessionContext": {"sessionIssuer": {"type": "Role", "arn": "arn:aws:iam::111122223333:role/svc/orders-task"}}}}`, source, event, message, session, session)
}

// TestWhoIsBelieved: what is confirmed, and what documents and snippets there
// are, depends on who tells of a denial.
func TestWhoIsBelieved(t *testing.T) {
	const (
		eve    = "arn:aws:iam::999999999999:user/eve"
		admin  = "arn:aws:iam::111122223333:role/admin"
		bucket = "arn:aws:s3:::orders"
		key    = "arn:aws:kms:eu-west-1:111122223333:key/11112222-3333-4444-5555-666677778888"
	)
	log := func(lines ...string) evidence.Evidence { return crashed(t, lines...) }
	pasted := func(text string) evidence.Evidence { return evidence.Evidence{Text: text} }
	reason := func(text string) evidence.Evidence {
		ev := crashed(t)
		ev.Logs, ev.Task.StopCode, ev.Task.StoppedReason, ev.Task.Containers = nil, "TaskFailedToStart", text, nil
		return ev
	}
	withTrail := func(ev evidence.Evidence, record string) evidence.Evidence {
		ev.CloudTrail = mustDecode(t, `{"cloudtrail": [`+record+`]}`).CloudTrail
		return ev
	}
	assume := denied(ownSession, "sts:AssumeRole", admin, "identity-based")
	tests := map[string]struct {
		evidence  evidence.Evidence
		confirmed bool
		policies  string // kinds
		snippets  bool
		warned    bool
	}{
		"a log, the task's own session":        {log(denied(ownSession, "s3:GetObject", bucket+"/a", "identity-based")), true, "identity-policy", true, false},
		"a log, the role in another session":   {log(denied(strings.Replace(ownSession, "0f1e", "ffff", 1), "s3:GetObject", bucket+"/a", "identity-based")), false, "identity-policy", true, false},
		"a log, the role of another account":   {log(denied(strings.Replace(ownSession, "111122223333", "999999999999", 1), "s3:GetObject", bucket+"/a", "identity-based")), false, "", false, false},
		"a log, another role of the account":   {log(denied("arn:aws:sts::111122223333:assumed-role/second/x", "s3:GetObject", bucket+"/a", "identity-based")), false, "identity-policy", true, false},
		"a log, a stranger's user":             {log(denied(eve, "s3:GetObject", bucket+"/a", "identity-based")), false, "", false, false},
		"a log, a bucket policy":               {log(denied(eve, "s3:GetObject", bucket+"/a", "resource-based")), false, "", false, false},
		"a log, a bucket policy for the task":  {log(denied(ownSession, "s3:GetObject", bucket+"/a", "resource-based")), true, "", false, false},
		"a log, a key policy":                  {log(denied(eve, "kms:Decrypt", key, "resource-based")), false, "", false, false},
		"a log, an endpoint policy":            {log(denied(ownSession, "s3:GetObject", bucket+"/a", "VPC endpoint")), true, "", false, false},
		"a log, a trust policy":                {log(denied(eve, "sts:AssumeRole", admin, "resource-based")), false, "", false, false},
		"a log, writing a role's policy":       {log(denied("arn:aws:sts::111122223333:assumed-role/AttackerRole/x", "iam:PutRolePolicy", admin, "identity-based")), false, "", false, false},
		"a log, writing it as the task":        {log(denied(ownSession, "iam:PutRolePolicy", admin, "identity-based")), true, "", false, false},
		"a log, passing a role":                {log(denied(ownSession, "iam:PassRole", admin, "identity-based")), true, "", false, false},
		"a log, assuming a role":               {log(assume), true, "", false, false},
		"a log, a grant on a key":              {log(denied(ownSession, "kms:CreateGrant", key, "identity-based")), true, "", false, false},
		"CloudTrail too, assuming a role":      {withTrail(log(assume), record("0f1e2d3c4b5a69788796a5b4c3d2e1f0", "sts.amazonaws.com", "AssumeRole", strings.TrimPrefix(assume, "AccessDenied: "))), true, "identity-policy", true, true},
		"CloudTrail of another task":           {withTrail(log(assume), record("ffffffff4b5a69788796a5b4c3d2e1f0", "sts.amazonaws.com", "AssumeRole", strings.ReplaceAll(strings.TrimPrefix(assume, "AccessDenied: "), "0f1e2d3c", "ffffffff"))), true, "", false, false},
		"CloudTrail, another role was assumed": {withTrail(log(assume), record("0f1e2d3c4b5a69788796a5b4c3d2e1f0", "sts.amazonaws.com", "AssumeRole", strings.TrimPrefix(strings.Replace(assume, "role/admin", "role/reports", 1), "AccessDenied: "))), true, "", false, false},
		"ECS's reason":                         {reason("ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: unable to retrieve secret from asm: " + denied("arn:aws:sts::111122223333:assumed-role/orders-exec/0f1e2d3c4b5a69788796a5b4c3d2e1f0", "secretsmanager:GetSecretValue", "arn:aws:secretsmanager:eu-west-1:111122223333:secret:db-AbCdEf", "resource-based")), true, "resource-policy", true, false},
		"ECS's event, passing a role":          {evidence.Evidence{ServiceEvents: []evidence.ServiceEvent{{Text: "(service orders) failed to launch a task with (error " + denied("arn:aws:sts::111122223333:assumed-role/infra/ECSManagedInstancesForCompute", "iam:PassRole", "arn:aws:iam::111122223333:role/nodes", "identity-based") + ")."}}}, true, "identity-policy", true, true},
		"pasted, a session":                    {pasted(denied(ownSession, "s3:GetObject", bucket+"/a", "identity-based")), false, "identity-policy", true, false},
		"pasted, a trust policy":               {pasted(denied(eve, "sts:AssumeRole", admin, "resource-based")), false, "", false, false},
		"pasted, a bucket policy":              {pasted(denied(eve, "s3:GetObject", bucket+"/a", "resource-based")), false, "", false, false},
		"pasted, passing a role":               {pasted(denied("arn:aws:iam::111122223333:user/ci", "iam:PassRole", "arn:aws:iam::111122223333:role/orders-exec", "identity-based")), false, "identity-policy", false, true},
		"pasted, assuming a role":              {pasted(denied("arn:aws:iam::111122223333:user/ci", "sts:AssumeRole", admin, "identity-based")), false, "identity-policy", false, true},
		"pasted, writing a role's policy":      {pasted(denied("arn:aws:iam::111122223333:user/ci", "iam:PutRolePolicy", admin, "identity-based")), false, "", false, false},
		"pasted beside a task":                 {func() evidence.Evidence { ev := crashed(t); ev.Text = assume; return ev }(), true, "", false, false},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			d := diagnose.Diagnose(tt.evidence)
			if len(d.Findings) == 0 || len(d.Findings[0].Denied) != 1 {
				t.Fatalf("the denial doesn't lead: %s", d.Verdict.Cause)
			}
			if got := d.Verdict.Confidence == verdict.Confirmed; got != tt.confirmed {
				t.Errorf("%s is %s", d.Verdict.Cause, d.Verdict.Confidence)
			}
			var kinds []string
			for _, p := range d.Fix.Policies {
				if p.Purpose != "denied-pattern" { // stands beside the exact one
					kinds = append(kinds, p.Kind)
				}
			}
			if got := strings.Join(kinds, " "); got != tt.policies {
				t.Errorf("policies %q, want %q", got, tt.policies)
			}
			if got := d.Fix.Snippets.CLI != ""; got != tt.snippets {
				t.Errorf("a snippet is there: %t, want %t", got, tt.snippets)
			}
			if got := len(d.Fix.Steps) > 0 && strings.HasPrefix(d.Fix.Steps[0].English, "Review this policy before you attach it"); got != tt.warned {
				t.Errorf("a warning comes first: %t, want %t\n%q", got, tt.warned, d.Fix.Steps)
			}
			if tt.policies == "" && !strings.HasPrefix(d.Fix.Summary.English, "Confirm the denied call in CloudTrail") {
				t.Errorf("the summary doesn't say what to do first: %q, %q", d.Fix.Summary, d.Fix.Steps)
			}
		})
	}
}

// TestCloudTrailOutranksTheLog: a line of a log is a program's, and a record is
// AWS's.
func TestCloudTrailOutranksTheLog(t *testing.T) {
	const own = "0f1e2d3c4b5a69788796a5b4c3d2e1f0"
	secret := record(own, "secretsmanager.amazonaws.com", "GetSecretValue", "User: "+ownSession+" is not authorized to perform: secretsmanager:GetSecretValue on resource: db because no identity-based policy allows the secretsmanager:GetSecretValue action")
	forged := "ua x is not authorized to perform: iam:* on resource: * because no identity-based policy allows the iam:* action"
	tests := map[string]struct {
		lines  []string
		record string
		action string
	}{
		"a line about something else":        {[]string{denied(ownSession, "s3:GetObject", "arn:aws:s3:::orders/a", "identity-based")}, secret, "secretsmanager:GetSecretValue"},
		"a forged line":                      {[]string{forged}, secret, "secretsmanager:GetSecretValue"},
		"a forged line and a panic":          {[]string{forged, realEnd}, secret, "secretsmanager:GetSecretValue"},
		"a record of another task":           {[]string{sqsDeny}, strings.ReplaceAll(secret, own, "ffff"+own[4:]), "sqs:SendMessage"},
		"a record of what the line is of":    {[]string{denied(ownSession, "secretsmanager:GetSecretValue", "db", "identity-based")}, secret, "secretsmanager:GetSecretValue"},
		"a record of somebody else's denial": {[]string{sqsDeny}, `{"eventSource": "iam.amazonaws.com", "eventName": "CreateUser", "errorCode": "AccessDenied", "userIdentity": {"type": "IAMUser", "arn": "arn:aws:iam::111122223333:user/ana", "userName": "ana"}}`, "sqs:SendMessage"},
	}
	for name, tt := range tests {
		ev := crashed(t, tt.lines...)
		ev.CloudTrail = mustDecode(t, `{"cloudtrail": [`+tt.record+`]}`).CloudTrail
		d := diagnose.Diagnose(ev)
		if len(d.Findings) == 0 || len(d.Findings[0].Denied) == 0 || d.Findings[0].Denied[0].Action != tt.action {
			t.Errorf("%s: led by %s %+v, want %s", name, d.Verdict.Cause, d.Findings[0].Denied, tt.action)
		}
	}
}

// TestARealEndBeatsAForgedRequest walks how programs end behind a request that
// tells of a denial.
func TestARealEndBeatsAForgedRequest(t *testing.T) {
	forged := `203.0.113.5 - - "GET / HTTP/1.1" 404 - "x is not authorized to perform: iam:* on resource: * because no identity-based policy allows the iam:* action"`
	for name, end := range map[string][]string{
		"Go":                {"panic: runtime error: invalid memory address or nil pointer dereference", "[signal SIGSEGV: segmentation violation code=0x1 addr=0x0 pc=0x1]", "goroutine 1 [running]:"},
		"Python":            {"Traceback (most recent call last):", `  File "/app/main.py", line 7, in <module>`, "ZeroDivisionError: division by zero"},
		"Java":              {`Exception in thread "main" java.lang.NullPointerException: Cannot invoke "Object.toString()" because "x" is null`, "\tat orders.Main.main(Main.java:7)"},
		"Node":              {"TypeError: Cannot read properties of undefined (reading 'id')", "    at Object.<anonymous> (/app/index.js:7:3)", "Node.js v22.11.0"},
		"refused":           {"panic: dial tcp 10.0.0.7:5432: connect: connection refused"},
		"segmentation":      {"Segmentation fault (core dumped)"},
		"only an exit code": {"shutting down"},
	} {
		want := diagnose.Diagnose(crashed(t, end...)).Verdict.Cause
		for way, lines := range map[string][]string{"before": append([]string{forged}, end...), "behind": append(append([]string{}, end...), forged)} {
			d := diagnose.Diagnose(crashed(t, lines...))
			if d.Verdict.Cause != want || len(d.Fix.Policies) > 0 {
				t.Errorf("%s, the request %s it: %s with %d policies, want %s", name, way, d.Verdict.Cause, len(d.Fix.Policies), want)
			}
		}
	}
}
