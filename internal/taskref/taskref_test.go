package taskref_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"whystopped/internal/taskref"
	"whystopped/internal/words"
)

const (
	id      = "0123456789abcdef0123456789abcdef"
	uuid    = "6f1b2c3d-0000-4000-8000-00000000a001"
	taskARN = "arn:aws:ecs:eu-west-1:111122223333:task/prod/" + id
)

func task(partition, region, account, cluster, id string) taskref.Ref {
	return taskref.Ref{Partition: partition, Region: region, Account: account, Cluster: cluster, TaskID: id}
}

func service(partition, region, account, cluster, name string) taskref.Ref {
	return taskref.Ref{Partition: partition, Region: region, Account: account, Cluster: cluster, Group: taskref.ServiceGroup(name)}
}

// whole is what taskARN means, page what a link to that task's page can tell.
var (
	whole = task("aws", "eu-west-1", "111122223333", "prod", id)
	page  = task("aws", "eu-west-1", "", "prod", id)
)

type reads struct {
	name, in string
	want     taskref.Ref
}

func checkReads(t *testing.T, tests []reads) {
	t.Helper()
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := taskref.Parse(tt.in)
			if err != nil {
				t.Fatalf("Parse(%q): %v", tt.in, err)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("Parse(%q) (-want +got):\n%s", tt.in, diff)
			}
			if !taskref.LooksLike(tt.in) {
				t.Errorf("LooksLike(%q) = false", tt.in)
			}
		})
	}
}

func TestParseARNs(t *testing.T) {
	checkReads(t, []reads{
		{"task", taskARN, whole},
		{"task with a UUID", "arn:aws:ecs:eu-west-1:111122223333:task/prod/" + uuid, task("aws", "eu-west-1", "111122223333", "prod", uuid)},
		{"old task", "arn:aws:ecs:eu-west-1:111122223333:task/" + id, task("aws", "eu-west-1", "111122223333", "", id)},
		{"old task with a UUID", "arn:aws:ecs:eu-west-1:111122223333:task/" + uuid, task("aws", "eu-west-1", "111122223333", "", uuid)},
		{"China", "arn:aws-cn:ecs:cn-north-1:111122223333:task/prod/" + id, task("aws-cn", "cn-north-1", "111122223333", "prod", id)},
		{"GovCloud", "arn:aws-us-gov:ecs:us-gov-west-1:111122223333:task/prod/" + id, task("aws-us-gov", "us-gov-west-1", "111122223333", "prod", id)},
		{"ISO", "arn:aws-iso-b:ecs:us-isob-east-1:111122223333:task/prod/" + id, task("aws-iso-b", "us-isob-east-1", "111122223333", "prod", id)},
		{"European sovereign cloud", "arn:aws-eusc:ecs:eusc-de-east-1:111122223333:task/prod/" + id, task("aws-eusc", "eusc-de-east-1", "111122223333", "prod", id)},
		{"region of the future", "arn:aws:ecs:zz-middle-7:111122223333:task/prod/" + id, task("aws", "zz-middle-7", "111122223333", "prod", id)},
		{"capital letters in the id", strings.Replace(taskARN, id, strings.ToUpper(id), 1), whole},
		{"container", "arn:aws:ecs:eu-west-1:111122223333:container/prod/" + id + "/" + uuid, whole},
		{"service", "arn:aws:ecs:eu-west-1:111122223333:service/prod/api_2-x", service("aws", "eu-west-1", "111122223333", "prod", "api_2-x")},
		{"old service", "arn:aws:ecs:eu-west-1:111122223333:service/api", service("aws", "eu-west-1", "111122223333", "", "api")},
		{"cluster and id", "prod/" + id, task("", "", "", "prod", id)},
		{"cluster and UUID", "my_cluster-2/" + uuid, task("", "", "", "my_cluster-2", uuid)},
	})
}

func TestParseLinks(t *testing.T) {
	const host = "https://eu-west-1.console.aws.amazon.com"
	const query = "?region=eu-west-1"
	checkReads(t, []reads{
		{"task", host + "/ecs/v2/clusters/prod/tasks/" + id + query, page},
		{"task without a query", host + "/ecs/v2/clusters/prod/tasks/" + id, page},
		{"tab", host + "/ecs/v2/clusters/prod/tasks/" + id + "/configuration" + query, page},
		{"tab with a container", host + "/ecs/v2/clusters/prod/tasks/" + id + "/logs/containers/app" + query + "&x=1#y", page},
		{"through the service", host + "/ecs/v2/clusters/prod/services/api/tasks/" + id + "/networking" + query, page},
		{"global host", "https://console.aws.amazon.com/ecs/v2/clusters/prod/tasks/" + id + query, page},
		{"global host without a region", "https://console.aws.amazon.com/ecs/v2/clusters/prod/tasks/" + id, task("", "", "", "prod", id)},
		{"host and query disagree", host + "/ecs/v2/clusters/prod/tasks/" + id + "?region=us-east-1", page},
		{"ampersand escaped for HTML", "https://console.aws.amazon.com/ecs/v2/clusters/prod/tasks/" + id + "?x=1&amp;region=eu-west-1", page},
		{"classic", host + "/ecs/home" + query + "#/clusters/prod/tasks/" + id + "/details", page},
		{"classic, global host", "https://console.aws.amazon.com/ecs/home" + query + "#/clusters/prod/tasks/" + id + "/details", page},
		{"classic, query behind the fragment", "https://console.aws.amazon.com/ecs/home#/clusters/prod/tasks/" + id + "/details" + query, page},
		{"classic, service", host + "/ecs/home" + query + "#/clusters/prod/services/api/details", service("aws", "eu-west-1", "", "prod", "api")},
		{"several sessions", "https://111122223333-ab12cd34.eu-west-1.console.aws.amazon.com/ecs/v2/clusters/prod/tasks/" + id + query, whole},
		{"China", "https://cn-north-1.console.amazonaws.cn/ecs/v2/clusters/prod/tasks/" + id, task("aws-cn", "cn-north-1", "", "prod", id)},
		{"China, global host", "https://console.amazonaws.cn/ecs/v2/clusters/prod/tasks/" + id + "?region=cn-northwest-1", task("aws-cn", "cn-northwest-1", "", "prod", id)},
		{"GovCloud", "https://us-gov-west-1.console.amazonaws-us-gov.com/ecs/v2/clusters/prod/tasks/" + id, task("aws-us-gov", "us-gov-west-1", "", "prod", id)},
		{"European sovereign cloud", "https://eusc-de-east-1.console.amazonaws-eusc.eu/ecs/v2/clusters/prod/tasks/" + id, task("aws-eusc", "eusc-de-east-1", "", "prod", id)},
		{"ISO, whose console's host is not public", "https://us-iso-east-1.console.example.gov/ecs/v2/clusters/prod/tasks/" + id, task("aws-iso", "us-iso-east-1", "", "prod", id)},
		{"unknown region", "https://zz-new-1.console.aws.amazon.com/ecs/v2/clusters/prod/tasks/" + id, task("aws", "zz-new-1", "", "prod", id)},
		{"escaped parts", host + "/ecs/v2/clusters/pr%6Fd/tasks/%30" + id[1:] + query, page},
		{"link inside a link", "https%3A%2F%2Feu-west-1.console.aws.amazon.com%2Fecs%2Fv2%2Fclusters%2Fprod%2Ftasks%2F" + id, page},
		{"slash at the end", host + "/ecs/v2/clusters/prod/tasks/" + id + "/", page},
		{"no scheme", "eu-west-1.console.aws.amazon.com/ecs/v2/clusters/prod/tasks/" + id, page},
		{"capital letters in the host", "HTTPS://EU-WEST-1.Console.AWS.Amazon.com/ecs/v2/clusters/prod/tasks/" + id, page},
		{"service", host + "/ecs/v2/clusters/prod/services/api/health" + query, service("aws", "eu-west-1", "", "prod", "api")},
		{"service's stopped tasks", host + "/ecs/v2/clusters/prod/services/api/tasks?status=STOPPED&region=eu-west-1", service("aws", "eu-west-1", "", "prod", "api")},
		{"service, bare", host + "/ecs/v2/clusters/prod/services/api", service("aws", "eu-west-1", "", "prod", "api")},
	})
}

func TestParseWrapping(t *testing.T) {
	link := "https://eu-west-1.console.aws.amazon.com/ecs/v2/clusters/prod/tasks/" + id
	checkReads(t, []reads{
		{"spaces", "  \t" + taskARN + "\r\n", whole},
		{"unseen characters", "\u200b\ufeff" + taskARN + "\u00a0", whole},
		{"angle brackets", "<" + taskARN + ">", whole},
		{"double quotes and a comma", `"` + taskARN + `",`, whole},
		{"single quotes", "'" + taskARN + "'", whole},
		{"typographic quotes", "“" + taskARN + "”", whole},
		{"backticks", "```" + taskARN + "```", whole},
		{"slash", taskARN + "/", whole},
		{"sentence", "(" + taskARN + ").", whole},
		{"list with one", `["` + taskARN + `"]`, whole},
		{"bold", "*" + taskARN + "*", whole},
		{"all at once", " <`\"" + taskARN + "/\"`>, ", whole},
		{"Slack's link", "<" + link + "|the task>", page},
		{"Slack's link to an ARN", "<" + taskARN + "|" + taskARN + ">", whole},
		{"cluster and id", "`prod/" + id + "/`", task("", "", "", "prod", id)},
		{"member of JSON", `"taskArn": "` + taskARN + `",`, whole},
		{"label", "Task ARN: " + taskARN, whole},
		{"flag's value", "task=" + taskARN, whole},
		{"broken over lines", taskARN[:60] + "\n   " + taskARN[60:], whole},
		{"link broken over lines", link[:60] + "\r\n" + link[60:], page},
	})
}

func TestParseRefuses(t *testing.T) {
	const scope = "arn:aws:ecs:eu-west-1:111122223333:"
	const pasteTask = " Paste the task's ARN, which has task/ in it."
	const pasteWhole = " Paste the task's whole ARN, as in arn:aws:ecs:REGION:ACCOUNT:task/CLUSTER/ID."
	const pasteAny = " Paste a task ARN, the URL of its page in the AWS console, or CLUSTER/TASK-ID."
	const pasteLink = " Paste the URL of the task's own page, which has /tasks/ and the task ID in it, or its ARN."
	const console = "https://eu-west-1.console.aws.amazon.com/"
	tests := []struct{ in, want string }{
		{"", "Nothing was pasted." + pasteAny},
		{" <> ", "Nothing was pasted." + pasteAny},

		{scope + "task-definition/api:12", "This is a task definition." + pasteTask},
		{scope + "cluster/prod", "This is a cluster." + pasteTask},
		{scope + "container-instance/prod/" + id, "This is a container instance." + pasteTask},
		{scope + "container/" + uuid, "This is a container ARN of the old format, which doesn't name its task." + pasteTask},
		{scope + "task-set/prod/api/ecs-svc/1234567890123456789", "This is a task set. Paste the task's ARN, which has task/ in it, or the service's: " + scope + "service/prod/api"},
		{scope + "service-deployment/prod/api/AbCdEf", "This is a service deployment. Paste the task's ARN, which has task/ in it, or the service's: " + scope + "service/prod/api"},
		{scope + "service-revision/prod/api/123", "This is a service revision. Paste the task's ARN, which has task/ in it, or the service's: " + scope + "service/prod/api"},
		{scope + "service-revision/prod", "This is a service revision." + pasteTask},
		{scope + "capacity-provider/spot", "This is a capacity provider." + pasteTask},
		{scope + "attachment/" + uuid, "This is an attachment of a task." + pasteTask},
		{scope + "daemon/x", `This is an Amazon ECS resource of the type "daemon".` + pasteTask},

		{"arn:aws:iam::111122223333:role/service-role/api", "This is an IAM role." + pasteTask},
		{"arn:aws:iam::111122223333:policy/api", "This is an IAM policy." + pasteTask},
		{"arn:aws:iam::111122223333:user/carol", "This is an IAM user." + pasteTask},
		{"arn:aws:sts::111122223333:assumed-role/api/" + id, "This is a session of a task's IAM role. Put the cluster name before the session name, which is the task ID: CLUSTER/" + id},
		{"arn:aws:sts::111122223333:assumed-role/admin/carol", "This is a session of an IAM role." + pasteTask},
		{"arn:aws:logs:eu-west-1:111122223333:log-group:/ecs/api", "This is a log group." + pasteTask},
		{"arn:aws:logs:eu-west-1:111122223333:log-group:/ecs/api:*", "This is a log group." + pasteTask},
		{"arn:aws:logs:eu-west-1:111122223333:log-group:/ecs/api:log-stream:ecs/app/" + id, "This is a log stream." + pasteTask},
		{"arn:aws:secretsmanager:eu-west-1:111122223333:secret:db-AbCdEf", "This is a Secrets Manager secret." + pasteTask},
		{"arn:aws:ssm:eu-west-1:111122223333:parameter/prod/db", "This is a Parameter Store parameter." + pasteTask},
		{"arn:aws:ecr:eu-west-1:111122223333:repository/api", "This is an ECR repository." + pasteTask},
		{"arn:aws:lambda:eu-west-1:111122223333:function:api", "This is a Lambda function." + pasteTask},
		{"arn:aws:kms:eu-west-1:111122223333:key/" + uuid, "This is a KMS key." + pasteTask},
		{"arn:aws:s3:::bucket/key", "This is an S3 bucket or object." + pasteTask},
		{"arn:aws:elasticloadbalancing:eu-west-1:111122223333:targetgroup/api/0123456789abcdef", "This is a target group." + pasteTask},
		{"arn:aws:batch:eu-west-1:111122223333:job/" + uuid, "This is an AWS Batch job." + pasteTask},
		{"arn:aws:sqs:eu-west-1:111122223333:queue", `This is an ARN of the service "sqs".` + pasteTask},

		{"arn:aws:ecs:eu-west-1:1111", "This is a broken or incomplete ARN." + pasteWhole},
		{"arn:", `"arn" isn't a task ARN or URL.` + pasteAny},
		{"arn:azure:ecs:eu-west-1:111122223333:task/prod/" + id, `AWS has no partition "azure", which this ARN names.` + pasteWhole},
		{"arn:aws-evil:ecs:eu-west-1:111122223333:task/prod/" + id, `AWS has no partition "aws-evil", which this ARN names.` + pasteWhole},
		{"arn:aws-evil:iam::111122223333:role/api", `AWS has no partition "aws-evil", which this ARN names.` + pasteWhole},
		{"arn:aws-cn:ecs:eu-west-1:111122223333:task/prod/" + id, "This ARN is in the partition aws-cn, but the Region eu-west-1 is in aws." + pasteWhole},
		{"arn:aws:ecs:cn-north-1:111122223333:service/prod/api", "This ARN is in the partition aws, but the Region cn-north-1 is in aws-cn." + pasteWhole},
		{"arn:aws-us-gov:ecs:us-iso-east-1:111122223333:task/prod/" + id, "This ARN is in the partition aws-us-gov, but the Region us-iso-east-1 is in aws-iso." + pasteWhole},
		{"arn:aws:ecs:x.s3:111122223333:task/prod/" + id, `The Region "x.s3" in this ARN doesn't exist.` + pasteWhole},
		{"arn:aws:ecs::111122223333:task/prod/" + id, `The Region "" in this ARN doesn't exist.` + pasteWhole},
		{"arn:aws:ecs:eu-west-1:<account>:task/prod/" + id, `The account "<account>" in this ARN isn't 12 digits.` + pasteWhole},
		{scope + "task", "This task ARN is incomplete." + pasteWhole},
		{scope + "task/prod", `The task ID "prod" in this ARN isn't complete.` + pasteWhole},
		{scope + "task/prod/0123456789abcdef", `The task ID "0123456789abcdef" in this ARN isn't complete.` + pasteWhole},
		{scope + "task/pr$d/" + id, `The cluster name "pr$d" in this ARN isn't valid.` + pasteWhole},
		{scope + "task/prod/" + id + "/app", "This task ARN is incomplete." + pasteWhole},
		{scope + "container/prod/" + id, "This container ARN is incomplete." + pasteWhole},
		{scope + "service/prod/a$i", `The service name "a$i" in this ARN isn't valid.` + pasteWhole},

		{"https://example.com/ecs/v2/clusters/prod/tasks/" + id, `This link leads to "example.com", which isn't the AWS console.` + pasteLink},
		{"https://eu-west-1.console.aws.amazon.com/%zz", "This is a broken link." + pasteLink},
		{"https://eu-west-1.console.amazonaws.cn/ecs/v2/clusters/prod/tasks/" + id, "This link leads to the console of the partition aws-cn, but the Region eu-west-1 is in aws." + pasteLink},
		{"https://console.aws.amazon.com/ecs/v2/clusters/prod/tasks/" + id + "?region=us-gov-west-1", "This link leads to the console of the partition aws, but the Region us-gov-west-1 is in aws-us-gov." + pasteLink},
		{console + "cloudwatch/home?region=eu-west-1#logsV2:", "This is a console page of another service than Amazon ECS." + pasteLink},
		{console + "ecs/v2/clusters?region=eu-west-1", "This is an Amazon ECS console page that names no task." + pasteLink},
		{console + "ecs/v2/clusters/prod/tasks?region=eu-west-1", "This is the console page of a cluster. Open one of its stopped tasks and paste that page's URL."},
		{console + "ecs/v2/clusters/prod/services?region=eu-west-1", "This is the console page of a cluster. Open one of its stopped tasks and paste that page's URL."},
		{console + "ecs/v2/clusters/prod/tasks/0123?region=eu-west-1", `The task ID "0123" in this link isn't complete.` + pasteLink},
		{console + "ecs/v2/task-definitions/api/12", "This is the console page of a task definition." + pasteLink},
		{"https://console.aws.amazon.com/ecs/v2/clusters/prod/tasks/" + id + "?region=Ireland_1", `The Region "Ireland_1" in this link doesn't exist.` + pasteLink},

		{id, "This is a task ID without its cluster. Put the cluster name before the task ID, CLUSTER/" + id + ", or paste the task's ARN."},
		{uuid, "This is a task ID without its cluster. Put the cluster name before the task ID, CLUSTER/" + uuid + ", or paste the task's ARN."},
		{"ecs/app/" + id, "This is the name of a log stream. Put the cluster name before the task ID, CLUSTER/" + id + ", or paste the task's ARN."},
		{"prod/0123456789abcdef", "This is a cluster with an incomplete task ID. Paste CLUSTER/TASK-ID with all 32 digits of the ID, or the task's ARN."},
		{"api:12", "This is the name of a task definition." + pasteTask},
		{"111122223333", "This is an account ID." + pasteTask},
		{"111122223333.dkr.ecr.eu-west-1.amazonaws.com/api:v1", "This is a container image." + pasteTask},
		{"api@sha256:" + id + id, "This is the digest of an image." + pasteTask},
		{`{"taskArn":"x"}`, "This is JSON." + pasteAny},
		{"prod/api", `"prod/api" isn't a task ARN or URL.` + pasteAny},
		{"flurb", `"flurb" isn't a task ARN or URL.` + pasteAny},
		{"a\x00b", `"a\x00b" isn't a task ARN or URL.` + pasteAny},
		{"why did it stop", `"why did it stop" isn't a task ARN or URL.` + pasteAny},
		{"why did " + taskARN + " stop?", "This is a text around a task ARN. Paste the ARN alone: " + taskARN},
		{taskARN + " " + taskARN, "This is more than one reference. Paste one task at a time."},
		{strings.Repeat("long ", 1000), `"` + strings.Repeat("long ", 15) + `lo…" isn't a task ARN or URL.` + pasteAny},
		{"é" + strings.Repeat("ü", 100), `"é` + strings.Repeat("ü", 37) + `…" isn't a task ARN or URL.` + pasteAny},
	}
	for _, tt := range tests {
		ref, err := taskref.Parse(tt.in)
		var refused *taskref.Error
		if !errors.As(err, &refused) {
			t.Errorf("Parse(%q) = %+v, %v, want a *taskref.Error", tt.in, ref, err)
			continue
		}
		if diff := cmp.Diff(tt.want, err.Error()); diff != "" {
			t.Errorf("Parse(%q) (-want +got):\n%s", tt.in, diff)
		}
		if (ref != taskref.Ref{}) {
			t.Errorf("Parse(%q) gives %+v with an error", tt.in, ref)
		}
	}
}

func TestErrorKeepsItsMessages(t *testing.T) {
	_, err := taskref.Parse(" <arn:aws:iam::111122223333:role/api> ")
	want := &taskref.Error{What: words.Say("reference.is", words.Args{"what": "iam:role"}), Advice: words.Say("paste.task", nil)}
	if diff := cmp.Diff(error(want), err); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestLooksLike(t *testing.T) {
	for in, want := range map[string]bool{
		"arn:aws:iam::111122223333:role/api":                       true,
		"arn:aws:ecs:eu-west-1:111122223333:task-definition/api:1": true,
		"arn:aws:ecs:eu-west-1":                                    true,
		"https://eu-west-1.console.aws.amazon.com/cloudwatch/":     true,
		"<https://example.com|x>":                                  true,
		id:                                                         true,
		"ecs/app/" + id:                                            true,
		"prod/0123456789abcdef":                                    true,
		taskARN + "\n" + taskARN:                                   true,

		"":                              false,
		"prod":                          false,
		"CannotPullContainerError":      false,
		"OutOfMemoryError: killed":      false,
		`{"taskArn":"` + taskARN + `"}`: false,
		`{"detail": {"taskArn": "` + taskARN + `"}}`:            false,
		`[{"stoppedReason":"x"}]`:                               false,
		taskARN + " is not authorized to perform: s3:GetObject": false,
		"User: arn:aws:sts::111122223333:assumed-role/api/" + id + " is not authorized to perform: s3:GetObject": false,
		"https://example.com/ answered 403":    false,
		"Service: AmazonECS; Status Code: 400": false,
		strings.Repeat("<", 8<<20):             false,
		"exec /app: exec format error":         false,
	} {
		if got := taskref.LooksLike(in); got != want {
			t.Errorf("LooksLike(%q) = %v, want %v", in, got, want)
		}
	}
}

func TestRefText(t *testing.T) {
	for _, tt := range []struct {
		ref                taskref.Ref
		arn, text, console string
	}{
		{
			whole, taskARN, taskARN,
			"https://eu-west-1.console.aws.amazon.com/ecs/v2/clusters/prod/tasks/" + id + "?region=eu-west-1",
		},
		{
			page, "", "prod/" + id + " in eu-west-1",
			"https://eu-west-1.console.aws.amazon.com/ecs/v2/clusters/prod/tasks/" + id + "?region=eu-west-1",
		},
		{task("", "", "", "prod", id), "", "prod/" + id, ""},
		{task("aws", "eu-west-1", "111122223333", "", id), "arn:aws:ecs:eu-west-1:111122223333:task/" + id, "arn:aws:ecs:eu-west-1:111122223333:task/" + id, ""},
		{
			service("aws-cn", "cn-north-1", "111122223333", "prod", "api"),
			"arn:aws-cn:ecs:cn-north-1:111122223333:service/prod/api", "arn:aws-cn:ecs:cn-north-1:111122223333:service/prod/api",
			"https://cn-north-1.console.amazonaws.cn/ecs/v2/clusters/prod/services/api?region=cn-north-1",
		},
		{
			service("aws", "eu-west-1", "", "prod", "api"), "", "service prod/api in eu-west-1",
			"https://eu-west-1.console.aws.amazon.com/ecs/v2/clusters/prod/services/api?region=eu-west-1",
		},
		{
			task("aws-iso", "us-iso-east-1", "111122223333", "prod", id),
			"arn:aws-iso:ecs:us-iso-east-1:111122223333:task/prod/" + id, "arn:aws-iso:ecs:us-iso-east-1:111122223333:task/prod/" + id, "",
		},
		{taskref.Ref{}, "", "", ""},
	} {
		if diff := cmp.Diff([]string{tt.arn, tt.text, tt.console}, []string{tt.ref.ARN(), tt.ref.String(), tt.ref.ConsoleURL()}); diff != "" {
			t.Errorf("%+v: ARN, String, ConsoleURL (-want +got):\n%s", tt.ref, diff)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		taskARN, "arn:aws:ecs:eu-west-1:111122223333:task/" + id, "arn:aws:ecs:eu-west-1:111122223333:container/prod/" + id + "/" + uuid,
		"arn:aws-cn:ecs:cn-north-1:111122223333:service/prod/api", "prod/" + uuid, "<" + taskARN + "|x>", id, "",
		"https://111122223333-ab.eu-west-1.console.aws.amazon.com/ecs/v2/clusters/prod/services/api/tasks/" + id + "/logs?region=us-east-1",
		"https://console.aws.amazon.com/ecs/home?region=eu-west-1#/clusters/prod/tasks/" + id + "/details", "https%3A%2F%2Fconsole.aws.amazon.com%2F",
		"arn:aws:sts::111122223333:assumed-role/api/" + id, "arn:aws:ecs:eu-west-1:111122223333:task-set/prod/api/1", "x " + taskARN,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, in string) {
		ref, err := taskref.Parse(in)
		if err != nil {
			checkError(t, in, err)
			return
		}
		if !taskref.LooksLike(in) {
			t.Errorf("%q is a reference and does not look like one", in)
		}
		if (ref.TaskID == "") != (ref.Kind() == taskref.KindService) || (ref.Service() == "") != (ref.Kind() == taskref.KindTask) {
			t.Errorf("%q became %+v", in, ref)
		}
		if (ref.Region == "") != (ref.Partition == "") {
			t.Errorf("%q became %+v: region and partition are known together", in, ref)
		}
		for _, text := range []string{ref.ARN(), ref.ConsoleURL()} {
			again, err := taskref.Parse(text)
			if text == ref.ConsoleURL() {
				again.Account = ref.Account // which no address has
			}
			if text != "" && (err != nil || again != ref) {
				t.Errorf("%q became %+v, its %q became %+v, %v", in, ref, text, again, err)
			}
		}
	})
}

func checkError(t *testing.T, in string, err error) {
	var refused *taskref.Error
	if !errors.As(err, &refused) || refused.What.IsZero() || refused.Advice.IsZero() {
		t.Errorf("Parse(%q): %#v is not a whole *taskref.Error", in, err)
	}
	if len(err.Error()) > 2000 {
		t.Errorf("Parse(%q): a message of %d bytes", in, len(err.Error()))
	}
}
