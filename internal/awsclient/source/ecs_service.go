package source

import (
	"context"
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"whystopped/internal/awsclient/failure"
	"whystopped/internal/awsclient/limit"
	"whystopped/internal/awsclient/session"
	"whystopped/internal/diagnose/evidence"
	"whystopped/internal/words"
)

// ServiceAnswer is what ECS said of the task's service.
type ServiceAnswer struct {
	Asked
	Events []evidence.ServiceEvent
	// missing is set where ECS says that there is no such service.
	Missing     bool
	Deployments []evidence.Deployment
	// taskDefinitionARN is the revision that the service runs now.
	TaskDefinitionARN string
}

// Service has the service's events and deployments.
var Service = Source{
	Name: evidence.ServiceSource,
	Call: Call{
		Action: "ecs:DescribeServices", Policy: "required.json", Required: true, Quota: limit.ServiceRead,
		Try: func(ctx context.Context, at *session.Clients, p Place) (string, error) {
			in := &ecs.DescribeServicesInput{Cluster: aws.String(p.Cluster), Services: []string{madeUp}}
			_, err := at.ECS.DescribeServices(ctx, in)
			return p.arn("ecs", "service/"+p.Cluster+"/"+madeUp), err
		},
	},
}

// DescribeService reads the service's events of the span, oldest first. The
// zero answer is for a task of no service.
func (r *Reader) DescribeService(ctx context.Context, name string, span Span) ServiceAnswer {
	if name == "" {
		return ServiceAnswer{}
	}
	var ans ServiceAnswer
	ans.Asked = r.ask(ctx, Service, allTime, func(ctx context.Context, _ *watch) (outcome, error) {
		out, err := r.region(r.Ref.Region).ECS.DescribeServices(ctx, &ecs.DescribeServicesInput{
			Cluster:  aws.String(r.Ref.Cluster),
			Services: []string{name},
		})
		switch {
		case err != nil:
			return outcome{}, fmt.Errorf("describe service %s: %w", name, err)
		case out.Services == nil && out.Failures == nil:
			return outcome{}, fmt.Errorf("describe service %s: %w", name, failure.ErrEmptyAnswer)
		case len(out.Services) == 0:
			ans.Missing = true
			return outcome{evidence.SourceEmpty, words.Say(
				"detail.no-service", words.Args{"service": name, "cluster": r.Ref.Cluster},
			)}, nil
		}
		ans.TaskDefinitionARN = aws.ToString(out.Services[0].TaskDefinition)
		ans.Deployments = Each(out.Services[0].Deployments, deploymentOf)
		ans.Events = eventsWithin(out.Services[0].Events, span)
		if len(ans.Events) == 0 {
			return outcome{evidence.SourceEmpty, words.Say("detail.no-service-events", nil)}, nil
		}
		return outcome{status: evidence.SourceOK}, nil
	})
	return ans
}

// eventsWithin keeps the events of the span, which ECS gives newest first.
func eventsWithin(list []types.ServiceEvent, span Span) []evidence.ServiceEvent {
	events := slices.DeleteFunc(Each(list, serviceEventOf), func(e evidence.ServiceEvent) bool {
		return !e.At.IsZero() && !span.holds(e.At)
	})
	slices.Reverse(events)
	return events
}
