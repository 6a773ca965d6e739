package awsclient

import (
	"context"
	"sync"

	"whystopped/internal/arn"
	"whystopped/internal/diagnose/evidence"
)

// gathered is what all sources together came to.
type gathered struct {
	task       taskAnswer
	definition definitionAnswer
	logs       []logAnswer
	service    serviceAnswer
	trail      trailAnswer
	roles      rolesAnswer
}

// gather asks all sources, each as soon as what it needs is known: CloudTrail
// needs only the task's id, the definition and the service need the task, and
// the logs and the roles need the definition. Roles are looked at only where the
// texts raise a question about one.
func (r *run) gather(ctx context.Context) gathered {
	var g gathered
	var wg sync.WaitGroup
	known := make(chan taskAnswer, 1)
	wg.Go(func() { g.trail = r.lookUpCalls(ctx, known) })
	g.task = r.describeTask(ctx)
	known <- g.task

	if task := g.task.task; task != nil {
		served := make(chan struct{})
		wg.Go(func() {
			defer close(served)
			g.service = r.describeService(ctx, serviceOf(task), r.lifeOf(task))
		})
		g.definition = r.describeDefinition(ctx, task.TaskDefinitionARN)
		wg.Go(func() {
			told := evidence.Evidence{Task: task, TaskDefinition: g.definition.definition}
			g.roles = r.readRoles(ctx, told, func() []evidence.ServiceEvent { <-served; return g.service.events })
		})
		g.logs = r.readLogs(ctx, task, g.definition.definition)
	} else {
		r.gatherWithoutTask(ctx, &g)
	}
	wg.Wait()
	return g
}

// gatherWithoutTask reads what a service alone tells: why it cannot place
// tasks, and the definition that it tries to run.
func (r *run) gatherWithoutTask(ctx context.Context, g *gathered) {
	if r.ref.Service == "" || r.ref.Cluster == "" {
		return
	}
	g.service = r.describeService(ctx, r.ref.Service, r.recent())
	if r.ref.TaskID == "" && g.service.taskDefinitionARN != "" {
		g.definition = r.describeDefinition(ctx, g.service.taskDefinitionARN)
	}
	told := evidence.Evidence{TaskDefinition: g.definition.definition}
	g.roles = r.readRoles(ctx, told, func() []evidence.ServiceEvent { return g.service.events })
}

// evidence puts together what was gathered, with the sources in the order in
// which a person would ask them.
func (g gathered) evidence(r *run) evidence.Evidence {
	ev := evidence.Evidence{
		Now:            r.now,
		Ref:            r.ref,
		Task:           g.task.task,
		TaskDefinition: g.definition.definition,
		CloudTrail:     g.trail.records,
		ServiceEvents:  g.service.events,
		Roles:          g.roles.roles,
	}
	if g.task.task != nil {
		ev.Ref = refOf(r.ref, g.task.task)
	}
	add := func(a asked) {
		if a.source.Name != "" {
			ev.Sources = append(ev.Sources, a.source)
		}
	}
	add(g.task.asked)
	add(g.definition.asked)
	for _, l := range g.logs {
		if len(l.log.Lines) > 0 {
			ev.Logs = append(ev.Logs, l.log)
		}
		add(l.tail)
		add(l.denials)
	}
	add(g.trail.asked)
	add(g.service.asked)
	add(g.roles.asked)
	return ev
}

// refOf completes a reference by what the task says of itself.
func refOf(ref evidence.Ref, t *evidence.Task) evidence.Ref {
	if a, ok := arn.Parse(t.TaskARN); ok {
		ref.ARN, ref.Partition, ref.Account = t.TaskARN, a.Partition, a.Account
	}
	if ref.Service == "" {
		ref.Service = serviceOf(t)
	}
	return ref
}
