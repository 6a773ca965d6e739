package awsclient

import (
	"context"
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"whystopped/internal/diagnose/evidence"
)

// serviceAnswer is what ECS said of the task's service.
type serviceAnswer struct {
	asked
	events []evidence.ServiceEvent
	// missing is set where ECS says that there is no such service.
	missing     bool
	deployments []evidence.Deployment
	// taskDefinitionARN is the revision that the service runs now.
	taskDefinitionARN string
}

const sourceService = "ecs:DescribeServices"

// describeService reads the service's events of the span, oldest first. The
// zero answer is for a task of no service.
func (r *run) describeService(ctx context.Context, name string, span life) serviceAnswer {
	if name == "" {
		return serviceAnswer{}
	}
	var ans serviceAnswer
	ans.asked = r.ask(ctx, sourceService, all, func(ctx context.Context, _ *watch) (outcome, error) {
		out, err := r.region(r.ref.Region).ecs.DescribeServices(ctx, &ecs.DescribeServicesInput{
			Cluster:  aws.String(r.ref.Cluster),
			Services: []string{name},
		})
		switch {
		case err != nil:
			return outcome{}, fmt.Errorf("describe service %s: %w", name, err)
		case out.Services == nil && out.Failures == nil:
			return outcome{}, fmt.Errorf("describe service %s: %w", name, errEmptyAnswer)
		case len(out.Services) == 0:
			ans.missing = true
			return outcome{evidence.SourceEmpty, fmt.Sprintf("There is no service %q in cluster %q, or no longer.", name, r.ref.Cluster)}, nil
		}
		ans.taskDefinitionARN = aws.ToString(out.Services[0].TaskDefinition)
		ans.deployments = each(out.Services[0].Deployments, deploymentOf)
		ans.events = eventsWithin(out.Services[0].Events, span)
		if len(ans.events) == 0 {
			return outcome{evidence.SourceEmpty, "The service has no events of that time; ECS keeps the newest 100."}, nil
		}
		return outcome{status: evidence.SourceOK}, nil
	})
	return ans
}

// eventsWithin keeps the events of the span, which ECS gives newest first.
func eventsWithin(list []types.ServiceEvent, span life) []evidence.ServiceEvent {
	events := slices.DeleteFunc(each(list, serviceEventOf), func(e evidence.ServiceEvent) bool {
		return !e.At.IsZero() && !span.holds(e.At)
	})
	slices.Reverse(events)
	return events
}
