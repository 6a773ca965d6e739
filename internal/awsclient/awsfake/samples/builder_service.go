package samples

import (
	"fmt"
	"time"

	"whystopped/internal/awsclient/awsfake"
	"whystopped/internal/awsclient/awsfake/ids"
)

// writeService writes down what a service says of one of its tasks.
func (b *builder) writeService(r run) {
	service := b.service(r)
	service.TaskDefinition = r.definition
	service.Deployments[0].TaskDefinition = r.definition
	say := func(at time.Time, text string) {
		service.Events = append(service.Events, awsfake.ServiceEvent{
			ID:        ids.UUID(fmt.Sprint("event ", len(service.Events), " of ", r.app)),
			CreatedAt: awsfake.Epoch{Time: at},
			Message:   r.text.Replace(text),
		})
	}
	if r.life != unplaced {
		say(r.at.created, "(service {service}) has started 1 tasks: (task {id}).")
	}
	if r.life == failedInit || r.life == failedPull || r.life == failedStart {
		service.Deployments[0].FailedTasks++
		if !r.onEC2 { // on EC2 the scheduler does not repeat a task's reason
			say(r.at.stopped, "(service {service}) was unable to place a task. Reason: "+r.stopped+".")
		}
		say(r.at.stopped.Add(time.Second), "(service {service}) is unable to consistently start tasks successfully. For more information, see the Troubleshooting section of the Amazon ECS Developer Guide.")
	}
	for _, e := range r.events {
		say(r.at.ended.Add(-e.before), e.text)
	}
}

// service finds the draft's service or makes it.
func (b *builder) service(r run) *awsfake.Service {
	if s := b.services[r.app]; s != nil {
		return s
	}
	created := b.now.AddDate(0, 0, -40)
	launchType := "FARGATE"
	if r.onEC2 {
		launchType = "EC2"
	}
	s := &awsfake.Service{
		ServiceARN:   b.scenario.ARN("ecs", "service/"+r.cluster()+"/"+r.app),
		ServiceName:  r.app,
		ClusterARN:   b.scenario.ARN("ecs", "cluster/"+r.cluster()),
		Status:       "ACTIVE",
		DesiredCount: 2,
		RunningCount: 1,
		LaunchType:   launchType,
		CreatedAt:    awsfake.Epoch{Time: created},
		Deployments: []awsfake.Deployment{{
			ID: r.deployment(), Status: "PRIMARY", DesiredCount: 2, RunningCount: 1, LaunchType: launchType,
			CreatedAt: awsfake.Epoch{Time: b.now.Add(-2 * time.Hour)}, UpdatedAt: awsfake.Epoch{Time: r.at.ended}, RolloutState: "IN_PROGRESS",
			RolloutStateReason: "ECS deployment " + r.deployment() + " in progress.",
		}},
		Events: []awsfake.ServiceEvent{{
			ID: ids.UUID("steady state of " + r.app), CreatedAt: awsfake.Epoch{Time: b.now.AddDate(0, 0, -3)},
			Message: "(service " + r.app + ") has reached a steady state.",
		}},
	}
	b.services[r.app] = s
	return s
}
