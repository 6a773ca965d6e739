package web

import (
	"testing"

	"whystopped/internal/diagnose"
)

func TestConsoleLinks(t *testing.T) {
	task := func(partition, region string) diagnose.TaskView {
		return diagnose.TaskView{Partition: partition, Region: region, Cluster: "prod", ID: "0f1e2d3c4b5a69788796a5b4c3d2e1f0"}
	}
	logs := &diagnose.LogStream{Group: "/ecs/orders api", Stream: "ecs/app/0f1e"}
	elsewhere := &diagnose.LogStream{Group: "g", Stream: "s", Region: "us-east-1"}
	public, china, gov := task("aws", "eu-west-1"), task("aws-cn", "cn-north-1"), task("aws-us-gov", "us-gov-west-1")
	iso := task("aws-iso", "us-iso-east-1")
	for _, tt := range []struct{ name, got, want string }{
		{"task", taskConsole(public), "https://eu-west-1.console.aws.amazon.com/ecs/v2/clusters/prod/tasks/0f1e2d3c4b5a69788796a5b4c3d2e1f0?region=eu-west-1"},
		{"task in China", taskConsole(china), "https://cn-north-1.console.amazonaws.cn/ecs/v2/clusters/prod/tasks/0f1e2d3c4b5a69788796a5b4c3d2e1f0?region=cn-north-1"},
		{"task in GovCloud", taskConsole(gov), "https://us-gov-west-1.console.amazonaws-us-gov.com/ecs/v2/clusters/prod/tasks/0f1e2d3c4b5a69788796a5b4c3d2e1f0?region=us-gov-west-1"},
		{"task of a secret partition", taskConsole(iso), ""},
		{"task of the European cloud", taskConsole(task("aws-eusc", "eusc-de-east-1")), ""},
		{"task without a region", taskConsole(task("aws", "")), ""},
		{"task whose region is a host", taskConsole(task("aws", "evil.example.com/")), ""},
		{"task without a cluster", taskConsole(diagnose.TaskView{Partition: "aws", Region: "eu-west-1", ID: "0f1e2d3c4b5a69788796a5b4c3d2e1f0"}), ""},
		{"task without an id", taskConsole(diagnose.TaskView{Partition: "aws", Region: "eu-west-1", Cluster: "prod"}), ""},
		{"definition", definitionConsole("arn:aws:ecs:eu-west-1:111122223333:task-definition/orders:42"), "https://eu-west-1.console.aws.amazon.com/ecs/v2/task-definitions/orders/42?region=eu-west-1"},
		{"definition in China", definitionConsole("arn:aws-cn:ecs:cn-north-1:111122223333:task-definition/orders:42"), "https://cn-north-1.console.amazonaws.cn/ecs/v2/task-definitions/orders/42?region=cn-north-1"},
		{"definition without a revision", definitionConsole("arn:aws:ecs:eu-west-1:111122223333:task-definition/orders"), ""},
		{"definition that is none", definitionConsole("orders:42"), ""},
		{"role", roleConsole("arn:aws:iam::111122223333:role/service/orders-exec"), "https://console.aws.amazon.com/iam/home#/roles/details/orders-exec"},
		{"role in GovCloud", roleConsole("arn:aws-us-gov:iam::111122223333:role/orders-exec"), "https://console.amazonaws-us-gov.com/iam/home#/roles/details/orders-exec"},
		{"role of a secret partition", roleConsole("arn:aws-iso:iam::111122223333:role/orders-exec"), ""},
		{"user", roleConsole("arn:aws:iam::111122223333:user/jo"), ""},
		{"log stream", logConsole(public, logs), "https://eu-west-1.console.aws.amazon.com/cloudwatch/home?region=eu-west-1#logsV2:log-groups/log-group/$252Fecs$252Forders$2520api/log-events/ecs$252Fapp$252F0f1e"},
		{"log stream of another region", logConsole(public, elsewhere), "https://us-east-1.console.aws.amazon.com/cloudwatch/home?region=us-east-1#logsV2:log-groups/log-group/g/log-events/s"},
		{"log that was pasted", logConsole(public, nil), ""},
		{"event", eventConsole(china, "5f0c7c39-3c6b"), "https://cn-north-1.console.amazonaws.cn/cloudtrailv2/home?region=cn-north-1#/events/5f0c7c39-3c6b"},
		{"event that breaks out", eventConsole(public, `"><script>`), "https://eu-west-1.console.aws.amazon.com/cloudtrailv2/home?region=eu-west-1#/events/%22%3E%3Cscript%3E"},
		{"event without an id", eventConsole(public, ""), ""},
		{"quote from CloudTrail", quoteConsole(public, diagnose.Quote{Source: "cloudtrail", Ref: "e1"}), "https://eu-west-1.console.aws.amazon.com/cloudtrailv2/home?region=eu-west-1#/events/e1"},
		{"quote from a log", quoteConsole(public, diagnose.Quote{Source: "log.app", Ref: "g/s", Log: elsewhere}), "https://us-east-1.console.aws.amazon.com/cloudwatch/home?region=us-east-1#logsV2:log-groups/log-group/g/log-events/s"},
		{"quote from the task", quoteConsole(public, diagnose.Quote{Source: "task.stoppedReason"}), ""},
	} {
		if tt.got != tt.want {
			t.Errorf("%s:\n got %s\nwant %s", tt.name, tt.got, tt.want)
		}
	}
}
