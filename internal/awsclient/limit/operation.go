package limit

import (
	"context"

	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
)

// prefixes are the services that the SDK names so, as IAM names them.
var prefixes = map[string]string{
	"CloudTrail":      "cloudtrail",
	"CloudWatch Logs": "logs",
	"ECS":             "ecs",
	"IAM":             "iam",
	"SQS":             "sqs",
	"STS":             "sts",
}

// OperationOf is the operation of a call in progress, "ecs:DescribeTasks".
func OperationOf(ctx context.Context) string {
	return prefixes[awsmiddleware.GetServiceID(ctx)] + ":" + awsmiddleware.GetOperationName(ctx)
}
