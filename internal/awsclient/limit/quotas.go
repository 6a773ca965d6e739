package limit

import (
	"time"

	"golang.org/x/time/rate"
)

// Quota is how fast we let calls go in one account and region.
type Quota struct {
	// Kind names it in metrics; calls of one kind share it.
	Kind string
	// perSecond is how many calls may follow each other, burst how many may go
	// at once after a pause.
	perSecond rate.Limit
	burst     int
	// apart keeps calls so long after the answer of the one before. Where AWS
	// counts every second for itself, a call that is a little late would
	// otherwise be one too many with those after it.
	apart time.Duration
	// Global is set for services that have one endpoint for all regions.
	Global bool
}

// These quotas are below AWS's own, which count the console and every other tool
// in the account as well. AWS's are buckets too: of ECS, with their burst and
// refill, see
// https://docs.aws.amazon.com/AmazonECS/latest/APIReference/request-throttling.html
// of CloudWatch Logs
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html
// and of CloudTrail
// https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_LookupEvents.html
var (
	ClusterResourceRead = Quota{Kind: "ecs-cluster-resource-read", perSecond: 16, burst: 80} // of 20 and 100
	ClusterRead         = Quota{Kind: "ecs-cluster-read", perSecond: 16, burst: 40}          // of 20 and 50
	ServiceRead         = Quota{Kind: "ecs-service-read", perSecond: 16, burst: 80}          // of 20 and 100
	DefinitionRead      = Quota{Kind: "ecs-task-definition-read", perSecond: 16, burst: 40}  // of 20 and 50
	LogRead             = Quota{Kind: "logs-get", perSecond: 10, burst: 12}                  // of 25 in a second
	LogFilter           = Quota{Kind: "logs-filter", perSecond: 3, burst: 2}                 // of 5 in a second
	IAMRead             = Quota{Kind: "iam", perSecond: 5, burst: 5, Global: true}           // AWS doesn't say

	// TrailLookup is of 2 in a second, in any second.
	TrailLookup = Quota{Kind: "cloudtrail", perSecond: 1.8, burst: 1, apart: time.Second / 2}
)

// Quotas are those of operations ("ecs:DescribeTasks"), of which some share one.
type Quotas map[string]Quota
