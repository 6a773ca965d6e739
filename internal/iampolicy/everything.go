package iampolicy

import "strings"

// seesAll reports whether AWS checks an action on "*" although there are
// resource types for it: it needs none of them, as a list of all things does.
// What S3 calls and what asks for one thing's tags always has one.
func seesAll(act Action) bool {
	if !act.ResourceLevel() {
		return true
	}
	if checkedOnAll[act.String()] != "" {
		return true
	}
	for _, use := range act.Types {
		if use.Required {
			return false
		}
	}
	switch {
	case strings.HasPrefix(act.Service, "s3"), strings.HasPrefix(act.Name, "ListTags"):
		return false
	}
	return strings.HasPrefix(act.Name, "List") || strings.HasPrefix(act.Name, "Describe")
}

// checkedOnAll are the actions that AWS checks on "*" whatever the call is about,
// with the message that says why: the types that the reference has for them are those of a rare
// parameter.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/iam-access-control-overview-cw.html
// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/security_iam_id-based-policy-examples.html
var checkedOnAll = map[string]string{
	"cloudwatch:GetMetricData": "note.metrics", "cloudwatch:ListMetrics": "note.metrics",
	"cloudwatch:PutMetricData": "note.metrics", "ecs:ListTasks": "note.tasks",
}

// publishSMS is the action that AWS checks on "*" for a text message to a phone
// number, which no policy can name.
// https://docs.aws.amazon.com/sns/latest/dg/sms_sending-overview.html
const publishSMS = "sns:Publish"
