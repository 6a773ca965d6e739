package session

import (
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"whystopped/internal/awsclient/limit"
	"whystopped/internal/taskref"
)

// Target is where calls go to.
type Target struct {
	Region string
	// role is the ARN of the role that is assumed for them, and with it says
	// which account it is; "" for the credentials that we were started with.
	Role string
}

// maxTargets bounds the targets whose clients are kept.
const maxTargets = 256

// At returns the clients of a target. They are shared, since they hold what the
// SDK has learned of the target's throttles.
func (p *Pool) At(t Target) *Clients {
	return p.targets.GetOrMake(t, func() *Clients { return p.newClients(t) })
}

func (p *Pool) newClients(t Target) *Clients {
	cfg := p.config.Copy()
	cfg.Region = t.Region
	cfg.Credentials = p.Credentials(t)
	cfg.APIOptions = append(cfg.APIOptions, traced, p.attempts(t))
	// IAM and STS are asked seldom, and for a few seconds only, into which the
	// slow beginning of an adaptive client does not fit.
	quick := cfg.Copy()
	if p.opts.Config.Retryer == nil {
		quick.Retryer = limit.NewRetries(aws.RetryModeStandard, p.opts.Quotas)
	}
	return &Clients{
		ECS:   operationsOfECS(ecs.NewFromConfig(cfg, lenient)),
		Logs:  operationsOfLogs(cloudwatchlogs.NewFromConfig(cfg)),
		Trail: operationsOfTrail(cloudtrail.NewFromConfig(cfg)),
		IAM:   operationsOfIAM(iam.NewFromConfig(quick)),
		STS:   sts.NewFromConfig(quick),
	}
}

// TargetOf is where a task or service is read.
func (p *Pool) TargetOf(ref taskref.Ref) Target {
	return Target{Region: ref.Region, Role: p.RoleIn(ref.Partition, ref.Account)}
}

// RoleIn is the role that is assumed in an account, "" where none is.
func (p *Pool) RoleIn(partition, account string) string {
	return strings.NewReplacer("{partition}", partition, "{account}", account).Replace(p.opts.AssumeRole)
}
