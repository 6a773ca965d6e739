package awsfake_test

import (
	"bytes"
	"encoding/json"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"whystopped/internal/awsclient/awsfake"
	"whystopped/internal/awsclient/awsfake/samples"
)

// requireTool finds a program that a test runs. Where the tools are promised,
// as in "make test", a missing one is a failure and not a skip.
func requireTool(t *testing.T, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err == nil {
		return path
	}
	if os.Getenv("WHYSTOPPED_REQUIRE_TOOLS") != "" {
		t.Fatalf("%s is not installed: %v", name, err)
	}
	t.Skipf("%s is not installed", name)
	return ""
}

// The AWS CLI is another implementation of AWS's protocols than the SDK that
// the double was written with: what both read is AWS's form.
func TestCLIReadsTheDouble(t *testing.T) {
	cli := requireTool(t, "aws")
	scenario, shown := samples.Demo(time.Now())
	srv := httptest.NewServer(awsfake.New(scenario))
	t.Cleanup(srv.Close)
	byName := func(name string) (arn, id string) {
		i := slices.IndexFunc(shown, func(s samples.Sample) bool { return s.Name == name })
		return shown[i].ARN, shown[i].ARN[strings.LastIndexByte(shown[i].ARN, '/')+1:]
	}
	secretARN, secretID := byName("secret-denied")
	_, uploadID := byName("s3-denied-in-log")

	tests := []struct {
		args string
		want string // the first value of --query
		pick string
	}{
		{"ecs list-clusters", "arn:aws:ecs:eu-west-1:111122223333:cluster/production", "clusterArns[0]"},
		{"ecs list-tasks --cluster production --desired-status STOPPED --service-name search --max-items 1", "arn:aws:ecs:eu-west-1:111122223333:task/production/", "taskArns[0]"},
		{"ecs describe-tasks --cluster production --tasks " + secretARN, "ResourceInitializationError: unable to pull secrets", "tasks[0].stoppedReason"},
		{"ecs describe-tasks --cluster production --tasks " + secretARN, stoppedAt(t, scenario, secretARN).UTC().Format("2006-01-02T15:04:05"), "tasks[0].stoppedAt"},
		{"ecs describe-task-definition --task-definition payments-api:7", "arn:aws:iam::111122223333:role/payments-api-exec", "taskDefinition.executionRoleArn"},
		{"ecs describe-services --cluster production --services ledger", "(service ledger) failed to launch a task", "services[0].events[0].message"},
		{"logs get-log-events --log-group-name /ecs/upload-processor --start-from-head --log-stream-name ecs/app/" + uploadID, `{"level":"info","msg":"worker started"`, "events[0].message"},
		{"logs filter-log-events --log-group-name /ecs/upload-processor --filter-pattern AccessDenied", `{"level":"error","msg":"store thumbnail"`, "events[0].message"},
		{"cloudtrail lookup-events --lookup-attributes AttributeKey=Username,AttributeValue=" + secretID, secretID, "Events[0].Username"},
		{"sts get-caller-identity", "arn:aws:sts::111122223333:assumed-role/whystopped/demo", "Arn"},
		{"iam get-role --role-name checkout-exec", "arn:aws:iam::111122223333:role/platform/checkout-exec", "Role.Arn"},
		{"iam get-role --role-name ledger-task", "ecs.amazonaws.com", "Role.AssumeRolePolicyDocument.Statement[0].Principal.Service[0]"},
		{"iam simulate-principal-policy --action-names ssm:GetParameters --resource-arns arn:aws:ssm:eu-west-1:111122223333:parameter/checkout/stripe-key --policy-source-arn arn:aws:iam::111122223333:role/platform/checkout-exec", "implicitDeny", "EvaluationResults[0].ResourceSpecificResults[0].EvalResourceDecision"},
		{"iam simulate-principal-policy --action-names ecr:BatchGetImage ecr:GetDownloadUrlForLayer --policy-source-arn arn:aws:iam::111122223333:role/platform/checkout-exec --max-items 1", "allowed", "EvaluationResults[0].EvalDecision"},
	}
	for _, tt := range tests {
		t.Run(tt.args+" "+tt.pick, func(t *testing.T) {
			t.Parallel()
			args := append(strings.Fields(tt.args), "--endpoint-url", srv.URL, "--output", "json", "--query", tt.pick)
			out, stderr, err := runCLI(t, cli, args)
			if err != nil {
				t.Fatalf("%v\n%s", err, stderr)
			}
			var got string
			if err := json.Unmarshal(out, &got); err != nil {
				t.Fatalf("the CLI printed %s: %v", out, err)
			}
			if !strings.HasPrefix(got, tt.want) {
				t.Errorf("got %q, want it to begin with %q", got, tt.want)
			}
		})
	}
}

func stoppedAt(t *testing.T, scenario awsfake.Scenario, arn string) time.Time {
	t.Helper()
	for _, cluster := range scenario.Clusters {
		for _, task := range cluster.Tasks {
			if task.TaskARN == arn {
				return task.StoppedAt.Time
			}
		}
	}
	t.Fatalf("no task %s", arn)
	return time.Time{}
}

// The CLI names the errors by the codes that it reads.
func TestCLIReadsErrors(t *testing.T) {
	cli := requireTool(t, "aws")
	scenario, _ := samples.Demo(time.Now())
	double := awsfake.New(scenario)
	double.SetFault("cloudtrail:LookupEvents", awsfake.Fault{Deny: true})
	srv := httptest.NewServer(double)
	t.Cleanup(srv.Close)
	tests := []struct{ args, want string }{
		{"ecs describe-tasks --cluster gone --tasks " + taskA, "(ClusterNotFoundException) when calling the DescribeTasks operation: Cluster not found."},
		{"ecs describe-task-definition --task-definition gone", "(ClientException) when calling the DescribeTaskDefinition operation: Unable to describe task definition."},
		{"logs get-log-events --log-group-name gone --log-stream-name gone", "(ResourceNotFoundException) when calling the GetLogEvents operation: The specified log group does not exist."},
		{"iam get-role --role-name invoice-export-exec", "(NoSuchEntity) when calling the GetRole operation: The role with name invoice-export-exec cannot be found."},
		{"iam simulate-principal-policy --policy-source-arn " + caller + " --action-names s3:GetObject", "(InvalidInput) when calling the SimulatePrincipalPolicy operation: Invalid Entity Arn: " + caller},
		{"cloudtrail lookup-events", "(AccessDeniedException) when calling the LookupEvents operation: User: " + caller + " is not authorized to perform: cloudtrail:LookupEvents"},
	}
	for _, tt := range tests {
		t.Run(tt.args, func(t *testing.T) {
			t.Parallel()
			out, stderr, err := runCLI(t, cli, append(strings.Fields(tt.args), "--endpoint-url", srv.URL))
			if err == nil {
				t.Fatalf("the CLI was content with %s", out)
			}
			if !strings.Contains(string(stderr), tt.want) {
				t.Errorf("got %s, want %s", stderr, tt.want)
			}
		})
	}
}

// runCLI runs the AWS CLI with nothing of the user's configuration.
func runCLI(t *testing.T, cli string, args []string) (stdout, stderr []byte, err error) {
	t.Helper()
	config := filepath.Join(t.TempDir(), "config")
	if err := os.WriteFile(config, []byte("[default]\ncli_timestamp_format = iso8601\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), cli, args...)
	cmd.Env = slices.DeleteFunc(os.Environ(), func(v string) bool {
		name, _, _ := strings.Cut(strings.ToUpper(v), "=")
		return strings.HasPrefix(name, "AWS_") || strings.HasSuffix(name, "_PROXY")
	})
	cmd.Env = append(cmd.Env,
		"AWS_ACCESS_KEY_ID=AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY=example", "AWS_DEFAULT_REGION=eu-west-1", "AWS_REGION=eu-west-1",
		"AWS_CONFIG_FILE="+config, "AWS_SHARED_CREDENTIALS_FILE="+config+".none", "AWS_EC2_METADATA_DISABLED=true",
		"AWS_MAX_ATTEMPTS=1", "AWS_PAGER=", "TZ=UTC",
	)
	var outBuf, errBuf bytes.Buffer
	cmd.Stdout, cmd.Stderr = &outBuf, &errBuf
	err = cmd.Run()
	return outBuf.Bytes(), errBuf.Bytes(), err
}
