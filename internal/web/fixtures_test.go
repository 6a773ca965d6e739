package web

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/go-chi/chi/v5"

	"whystopped/internal/casebook"
	"whystopped/internal/diagnose"
	"whystopped/internal/diagnose/evidence"
	"whystopped/internal/diagnose/verdict"
	"whystopped/internal/iampolicy"
	"whystopped/internal/taskref"
	"whystopped/internal/words"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

const (
	sampleARN = "arn:aws:ecs:eu-west-1:111122223333:task/prod/0f1e2d3c4b5a69788796a5b4c3d2e1f0"
	execARN   = "arn:aws:iam::111122223333:role/service/orders-exec"
	taskARN   = "arn:aws:iam::111122223333:role/orders-task"
	secretARN = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:ledger/db-AbC9xZ"
)

// fakeCasebook answers with what a test put into it.
type fakeCasebook struct {
	diagnose func(task string, refresh bool) (diagnose.Diagnosis, error)
	evaluate func(ev evidence.Evidence) (diagnose.Diagnosis, error)
	kept     map[string]diagnose.Diagnosis
	listErr  error
	listNext string
	// stops are the stopped tasks of every service.
	stops    casebook.ServiceStops
	stopsErr error
	// history is that of every service, and all that is kept of incidents.
	history fakeHistory
	// newestErr is why no newest diagnosis can be told.
	newestErr error
	// steps happen before a diagnosis is there, and take their time.
	steps func(tell func(casebook.Step))
}

func (f *fakeCasebook) Follow(_ context.Context, asked taskref.Ref, refresh bool, tell func(casebook.Step)) (diagnose.Diagnosis, error) {
	if f.steps != nil {
		f.steps(tell)
	}
	return f.diagnose(asked.String(), refresh)
}

func (f *fakeCasebook) Newest(_ context.Context, task taskref.Ref) (diagnose.Diagnosis, error) {
	if f.newestErr != nil {
		return diagnose.Diagnosis{}, f.newestErr
	}
	for _, d := range f.kept {
		if d.Task.ARN == task.ARN() {
			return d, nil
		}
	}
	return diagnose.Diagnosis{}, &casebook.Error{Kind: casebook.UnknownDiagnosis, Message: "No diagnosis of this task is kept here."}
}

func (f *fakeCasebook) Diagnose(_ context.Context, asked taskref.Ref, refresh bool) (diagnose.Diagnosis, error) {
	return f.diagnose(asked.String(), refresh)
}

func (f *fakeCasebook) Evaluate(_ context.Context, ev evidence.Evidence) (diagnose.Diagnosis, error) {
	return f.evaluate(ev)
}

func (f *fakeCasebook) Get(_ context.Context, id string) (diagnose.Diagnosis, error) {
	d, ok := f.kept[id]
	if !ok {
		return d, &casebook.Error{Kind: casebook.UnknownDiagnosis, Message: "No diagnosis with this id is kept here."}
	}
	return d, nil
}

func (f *fakeCasebook) Service(context.Context, taskref.Ref) (casebook.ServiceStops, error) {
	return f.stops, f.stopsErr
}

func (f *fakeCasebook) Summaries(_ context.Context, filter casebook.Filter, _ string, limit int) (casebook.SummaryPage, error) {
	page := casebook.SummaryPage{Next: f.listNext}
	for _, d := range f.kept {
		if len(page.Summaries) < limit && d.Brought == filter.Brought {
			page.Summaries = append(page.Summaries, casebook.SummaryOf(d))
		}
	}
	return page, f.listErr
}

// always answers every reference with d.
func always(d diagnose.Diagnosis) *fakeCasebook {
	return &fakeCasebook{
		diagnose: func(string, bool) (diagnose.Diagnosis, error) { return d, nil },
		evaluate: func(evidence.Evidence) (diagnose.Diagnosis, error) { return d, nil },
		kept:     map[string]diagnose.Diagnosis{d.ID: d},
	}
}

func options(c Casebook) Options {
	return Options{
		Casebook: c,
		Causes:   catalogue(),
		Samples:  []Sample{{Title: "A secret it may not read", ARN: sampleARN, Note: "start-up, execution role"}},
		OpenAPI:  []byte(apiSample),
		Version:  "v1.2.3",
		Logger:   slog.New(slog.DiscardHandler),
		Now:      func() time.Time { return noon },
	}
}

func newHandler(t *testing.T, o Options) http.Handler {
	t.Helper()
	site, err := New(o)
	if err != nil {
		t.Fatalf("New: %v", err)
	}
	r := chi.NewRouter()
	site.Routes(r)
	site.AssetRoutes(r)
	r.NotFound(site.NotFound)
	return r
}

func get(t *testing.T, h http.Handler, target string) *httptest.ResponseRecorder {
	t.Helper()
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, target, nil))
	return w
}

func postForm(t *testing.T, h http.Handler, target, body string, header ...string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequest(http.MethodPost, target, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

// secretDenied is a diagnosis in which every part is filled.
func secretDenied() diagnose.Diagnosis {
	reason := "ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: unable to retrieve secret from asm: service call has been retried 1 time(s): failed to fetch secret " + secretARN + " from secrets manager: AccessDeniedException: User: arn:aws:sts::111122223333:assumed-role/orders-exec/0f1e2d3c4b5a69788796a5b4c3d2e1f0 is not authorized to perform: secretsmanager:GetSecretValue on resource: " + secretARN + " because no identity-based policy allows the secretsmanager:GetSecretValue action"
	const survived = "WARN größer als 5 MiB → s3:PutObject: Access Denied"
	exec := verdict.Identity{Kind: verdict.ExecutionRole, ARN: execARN}
	settles := noon.Add(7 * time.Minute)
	lacking := "ecs:DescribeServices"
	boundary := "arn:aws:iam::111122223333:policy/team-boundary"
	at := func(seconds int) time.Time { return noon.Add(-8*time.Minute + time.Duration(seconds)*time.Second) }
	return diagnose.Diagnosis{
		ID: "01kd3r8m2vq6w0p9x7n5t4s1hz", CreatedAt: noon, Engine: "2026.1",
		Task: diagnose.TaskView{
			ARN: sampleARN, ID: "0f1e2d3c4b5a69788796a5b4c3d2e1f0", Cluster: "prod", Account: "111122223333", Region: "eu-west-1", Partition: "aws",
			LaunchType: "FARGATE", Group: "service:ledger-api", TaskDefinitionARN: "arn:aws:ecs:eu-west-1:111122223333:task-definition/ledger-api:42",
			ExecutionRoleARN: execARN, TaskRoleARN: taskARN, LastStatus: "STOPPED", StopCode: "TaskFailedToStart", StoppedReason: reason,
			CreatedAt: at(0), StoppedAt: at(31),
			Containers: []diagnose.ContainerView{
				{Name: "api", Essential: true, Image: "111122223333.dkr.ecr.eu-west-1.amazonaws.com/ledger/api:2026-11-21"},
				{Name: "log-router", ExitCode: new(0), Reason: "", Image: "public.ecr.aws/aws-observability/aws-for-fluent-bit:stable"},
				{Name: "migrate", Essential: true, ExitCode: new(137), Reason: "OutOfMemoryError: Container killed due to memory usage", Image: "ledger/migrate:7"},
			},
		},
		Verdict: diagnose.Verdict{
			Cause: "startup.secretsmanager.denied", Phase: verdict.PhaseStartup, Identity: exec, Category: verdict.IAMPermission, Confidence: verdict.Confirmed,
			Title:   words.Plain("The execution role may not read the secret ledger/db"),
			Summary: words.Plain("Before your container starts, ECS fetches the secrets that its definition names, and it does so as orders-exec. That role has no permission for this secret, so the container was never created."),
		},
		Findings: []diagnose.Finding{
			{
				Cause: "startup.secretsmanager.denied", Phase: verdict.PhaseStartup, Identity: exec, Category: verdict.IAMPermission, Confidence: verdict.Confirmed, Primary: true,
				Title: words.Plain("The execution role may not read the secret ledger/db"), Summary: words.Plain("As above."),
				Why: words.Plain("The refused session belongs to orders-exec, which this task definition names as its execution role; your code and the task role orders-task had no part in it."),
				Evidence: []diagnose.Quote{
					{Source: "task.stoppedReason", Text: reason, At: at(31), Marks: marks(reason, "arn:aws:sts::111122223333:assumed-role/orders-exec", "is not authorized to perform: secretsmanager:GetSecretValue", "because no identity-based policy allows")},
					{Source: "cloudtrail", Text: "GetSecretValue: AccessDenied", At: at(18), Ref: "5f0c7c39-3c6b-4f0e-9a51-1d2c3b4a5968", Marks: marks("GetSecretValue: AccessDenied", "AccessDenied")},
				},
				Denied: []diagnose.DeniedCall{{Principal: "arn:aws:sts::111122223333:assumed-role/orders-exec/0f1e2d3c4b5a69788796a5b4c3d2e1f0", Action: "secretsmanager:GetSecretValue", Resource: secretARN, PolicyType: verdict.PolicyIdentity}},
				Docs:   []string{"https://docs.aws.amazon.com/AmazonECS/latest/developerguide/resource-initialization-error.html"},
			},
			{
				Cause: "runtime.denied", Phase: verdict.PhaseRuntime, Identity: verdict.Identity{Kind: verdict.TaskRole, ARN: taskARN}, Category: verdict.IAMPermission, Confidence: verdict.Likely,
				Title: words.Plain("The task role may not write to the bucket ledger-archive"), Summary: words.Plain("The application logged the refusal and went on."),
				Evidence: []diagnose.Quote{{Source: "log.api", Text: survived, At: at(20), Ref: "/ecs/ledger-api api/api/0f1e2d3c", Marks: marks(survived, "Access Denied")}},
				Denied:   []diagnose.DeniedCall{{Principal: taskARN, Action: "s3:PutObject", Resource: "arn:aws:s3:::ledger-archive/*", Explicit: true, PolicyType: verdict.PolicyBoundary, PolicyARN: &boundary}},
			},
		},
		Fix: diagnose.Fix{
			Summary:  words.Plain("Attach the policy to the execution role; anybody who may call iam:PutRolePolicy on it can do that. The next task that the service starts will have it."),
			AttachTo: &diagnose.AttachTo{Kind: verdict.ExecutionRole, ARN: execARN, Name: "orders-exec"},
			Policies: []diagnose.Policy{
				policy("denied", "allowed", "before: implicitDeny; with this policy: allowed", "ReadLedgerDbSecret", "secretsmanager:GetSecretValue", secretARN),
				policy("startup-complete", "not-verified", "iam:SimulatePrincipalPolicy is not allowed to us", "StartTheTask", "ssm:GetParameters", "arn:aws:ssm:eu-west-1:111122223333:parameter/ledger/*"),
			},
			Snippets: iampolicy.Snippets{
				CLI:            "aws iam put-role-policy \\\n  --role-name orders-exec \\\n  --policy-name read-ledger-db \\\n  --policy-document file://policy.json",
				Terraform:      "resource \"aws_iam_role_policy\" \"read_ledger_db\" {\n  role = \"orders-exec\"\n}",
				CloudFormation: "ReadLedgerDb:\n  Type: AWS::IAM::RolePolicy",
				CDK:            "role.addToPrincipalPolicy(new iam.PolicyStatement({}));",
			},
			Steps: words.PlainLines("Force a new deployment of ledger-api, since the service has given up starting tasks."),
		},
		Timeline: []diagnose.TimelineEntry{
			{At: at(0), Kind: "task", Label: words.Plain("created"), Source: "ecs:DescribeTasks"},
			{At: at(18), Kind: "api-call", Label: words.Plain("GetSecretValue refused"), Source: "cloudtrail:LookupEvents"},
			{At: at(20), Kind: "log", Label: words.Plain("log-router: flushed and exited"), Source: "logs:GetLogEvents log-router"},
			{At: at(25), Kind: "container", Label: words.Plain("log-router exited with 0"), Source: "ecs:DescribeTasks"},
			{At: at(29), Kind: "service-event", Label: words.Plain("unable to start tasks consistently"), Source: "ecs:DescribeServices"},
			{At: at(31), Kind: "task", Label: words.Plain("stopped: TaskFailedToStart"), Source: "ecs:DescribeTasks"},
		},
		Sources: []evidence.Source{
			{Name: "ecs:DescribeTasks", Status: evidence.SourceOK, Calls: 1, TookMS: 41, Detail: words.Plain("the task")},
			{Name: "ecs:DescribeTaskDefinition", Status: evidence.SourceOK, Calls: 1, TookMS: 38, Detail: words.Plain("ledger-api:42")},
			{Name: "logs:GetLogEvents api", Status: evidence.SourceEmpty, Calls: 1, TookMS: 52, Detail: words.Plain("no stream: the container never started, which itself points at start-up")},
			{Name: "cloudtrail:LookupEvents", Status: evidence.SourceTooEarly, Calls: 2, TookMS: 87, Detail: words.Plain("1 refused call; more may follow until 12:07")},
			{Name: "ecs:DescribeServices", Status: evidence.SourceDenied, Calls: 1, TookMS: 23, MissingPermission: &lacking},
			{Name: "iam:SimulatePrincipalPolicy", Status: evidence.SourceSkipped},
		},
		Caveats:       words.PlainLines("Events of the service were not read. They would say whether other tasks failed alike.", "The stopped reason is cut after 1024 bytes."),
		CompleteAfter: &settles,
	}
}

func policy(purpose, status, detail, sid, action, resource string) diagnose.Policy {
	return diagnose.Policy{
		Purpose: purpose, Kind: "identity-policy", AttachTo: &diagnose.AttachTo{Kind: verdict.ExecutionRole, ARN: execARN, Name: "orders-exec"},
		Document: iampolicy.Document{Version: "2012-10-17", Statement: []iampolicy.Statement{{Sid: sid, Effect: "Allow", Action: []string{action}, Resource: []string{resource}, Condition: iampolicy.Condition{"StringEquals": {"aws:ResourceAccount": {"111122223333"}}}}}},
		Snippets: iampolicy.Snippets{CLI: "aws " + sid, Terraform: "# " + sid, CloudFormation: "# " + sid, CDK: "// " + sid},
		Verified: diagnose.Verified{Status: status, By: "iam:SimulatePrincipalPolicy", Detail: words.Plain(detail)},
	}
}

// marks finds the byte ranges of words in text.
func marks(text string, words ...string) [][2]int {
	var found [][2]int
	for _, w := range words {
		i := strings.Index(text, w)
		found = append(found, [2]int{i, i + len(w)})
	}
	return found
}

// outOfMemory is a diagnosis that is no IAM matter and has the fewest parts.
func outOfMemory() diagnose.Diagnosis {
	return diagnose.Diagnosis{
		ID: "01kd3r8m2vq6w0p9x7n5t4s1aa", CreatedAt: noon,
		Task:    diagnose.TaskView{StoppedReason: "Essential container in task exited", Containers: []diagnose.ContainerView{{Name: "app", Essential: true, ExitCode: new(137), Reason: "OutOfMemoryError: Container killed due to memory usage"}}},
		Verdict: diagnose.Verdict{Cause: "runtime.oom", Phase: verdict.PhaseRuntime, Identity: verdict.Identity{Kind: verdict.NoIdentity}, Category: verdict.OOM, Confidence: verdict.Likely, Title: words.Plain("The container app ran out of memory"), Summary: words.Plain("The kernel killed it at its limit. No permission was missing.")},
		Findings: []diagnose.Finding{{
			Cause: "runtime.oom", Primary: true, Phase: verdict.PhaseRuntime, Identity: verdict.Identity{Kind: verdict.NoIdentity}, Confidence: verdict.Likely,
			Evidence: []diagnose.Quote{{Source: "container.app.reason", Text: "OutOfMemoryError: Container killed due to memory usage", Marks: [][2]int{{0, 16}}}},
		}},
		Fix: diagnose.Fix{Summary: words.Plain("Raise the container’s memory limit, or find what grows."), Steps: words.PlainLines("Raise memory of container app in the task definition.", "Look at MemoryUtilized in Container Insights before the end.")},
	}
}

func catalogue() []diagnose.CauseInfo {
	return []diagnose.CauseInfo{
		{Code: "runtime.denied", Area: "runtime", Phase: "runtime", Category: "iam-permission", Identity: "depends", Title: words.Plain("A call of your code was refused"), Meaning: words.Plain("The application called AWS and was refused."), Fix: words.PlainLines("Allow the call."), Examples: []string{"AccessDenied: Access Denied"}},
		{Code: "runtime.oom", Area: "runtime", Phase: "runtime", Category: "oom", Identity: "none", Title: words.Plain("A container ran out of memory"), Meaning: words.Plain("The kernel killed it."), Fix: words.PlainLines("Raise the limit."), Examples: []string{"OutOfMemoryError: Container killed due to memory usage"}},
		{Code: "startup.secretsmanager.denied", Area: "secrets", Phase: "startup", Category: "iam-permission", Identity: "execution-role", Title: words.Plain("The execution role may not read a secret"), Meaning: words.Plain("ECS could not fetch a secret."), Why: words.Plain("ECS fetches secrets before your code runs."), Fix: words.PlainLines("Allow secretsmanager:GetSecretValue."), Docs: []string{"https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_execution_IAM_role.html"}, Examples: []string{"ResourceInitializationError: unable to pull secrets or registry auth"}},
	}
}

const apiSample = `{
  "openapi": "3.1.0",
  "info": {"title": "whystopped", "version": "1", "description": "Evidence in, diagnosis out.\n\nErrors are problem+json."},
  "paths": {
    "/api/v1/diagnoses": {
      "get": {"operationId": "diagnose-get", "summary": "Diagnose by address", "parameters": [{"name": "task", "in": "query", "required": true, "description": "Which task", "schema": {"type": "string", "examples": ["prod/0f1e2d3c4b5a69788796a5b4c3d2e1f0"]}}], "responses": {"200": {"description": "OK", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Diagnosis"}}}}}},
      "post": {"operationId": "diagnose", "summary": "Diagnose now", "description": "Looks, and says why.", "requestBody": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Request"}}}}, "responses": {"200": {"description": "OK", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Diagnosis"}}}}, "default": {"description": "Error"}}}
    }
  },
  "components": {"schemas": {
    "Request": {"type": "object", "required": ["task"], "properties": {"$schema": {"type": "string"}, "task": {"type": "string", "description": "The task’s reference", "examples": ["it's/0f1e2d3c"]}, "refresh": {"type": ["boolean", "null"], "default": false}}},
    "Diagnosis": {"type": "object", "properties": {"id": {"type": "string"}, "createdAt": {"type": "string", "format": "date-time"}, "phase": {"type": "string", "enum": ["startup", "runtime"]}, "findings": {"type": ["array", "null"], "items": {"$ref": "#/components/schemas/Diagnosis"}}}}
  }}
}`
