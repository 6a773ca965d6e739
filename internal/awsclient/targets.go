package awsclient

import (
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"whystopped/internal/taskref"
)

// target is where calls go to.
type target struct {
	region string
	// role is the ARN of the role that is assumed for them, and with it says
	// which account it is; "" for the credentials that we were started with.
	role string
}

// maxTargets bounds the targets whose clients are kept.
const maxTargets = 256

// at gives the clients of a target. They are shared, since they hold what the
// SDK has learned of the target's throttles.
func (c *Collector) at(t target) *clients {
	return c.targets.GetOrMake(t, func() *clients { return c.newClients(t) })
}

func (c *Collector) newClients(t target) *clients {
	cfg := c.config.Copy()
	cfg.Region = t.region
	cfg.Credentials = c.credentials(t)
	cfg.APIOptions = append(cfg.APIOptions, traced, c.attempts(t))
	// IAM and STS are asked seldom, and for a few seconds only, into which the
	// slow beginning of an adaptive client does not fit.
	quick := cfg.Copy()
	if c.opts.Config.Retryer == nil {
		quick.Retryer = retriesOf(aws.RetryModeStandard)
	}
	return &clients{
		ecs:   operationsOfECS(ecs.NewFromConfig(cfg, lenient)),
		logs:  operationsOfLogs(cloudwatchlogs.NewFromConfig(cfg)),
		trail: operationsOfTrail(cloudtrail.NewFromConfig(cfg)),
		iam:   operationsOfIAM(iam.NewFromConfig(quick)),
		sts:   sts.NewFromConfig(quick),
	}
}

// targetOf is where a task or service is read.
func (c *Collector) targetOf(ref taskref.Ref) target {
	return target{region: ref.Region, role: c.roleIn(ref.Partition, ref.Account)}
}

// roleIn is the role that is assumed in an account, "" where none is.
func (c *Collector) roleIn(partition, account string) string {
	return strings.NewReplacer("{partition}", partition, "{account}", account).Replace(c.opts.AssumeRole)
}
