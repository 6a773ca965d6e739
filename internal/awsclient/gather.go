package awsclient

import (
	"context"

	"whystopped/internal/arn"
	"whystopped/internal/diagnose/evidence"
)

// gathered is what all sources together came to.
type gathered struct {
	task       taskAnswer
	events     taskEvents
	definition definitionAnswer
	logs       []logAnswer
	service    serviceAnswer
	trail      trailAnswer
	trailGroup trailAnswer
	host       hostAnswer
	roles      rolesAnswer
	good       goodAnswer
}

// gather asks all sources, each as soon as what it needs is known: CloudTrail
// needs only the task's id, the definition and the service need the task, and
// the logs and the roles need the definition. Roles and the host are looked at
// only where the texts raise a question about them.
func (r *run) gather(ctx context.Context) gathered {
	var g gathered
	known := make(chan taskAnswer, 1)
	calls := begin(func() trailAnswer { return r.lookUpCalls(ctx, known) })
	g.task = r.describeTask(ctx)
	if (g.task.state == taskMissing || g.task.state == taskNoCluster) && !hasEnded(g.task.task) {
		g.events = r.readTaskEvents(ctx)
		g.task.task = newer(g.task.task, g.events.task)
	}
	known <- g.task
	trailGroup := begin(func() trailAnswer { return r.searchTrailGroup(ctx, g.task.task) })
	good := func() goodAnswer { return goodAnswer{} }
	if g.task.task != nil {
		good = r.gatherOfTask(ctx, &g)
	} else {
		r.gatherWithoutTask(ctx, &g, calls)
	}
	g.trail, g.trailGroup = calls.wait(), trailGroup.wait()
	g.good = good()
	return g
}

// soon is an answer that is being got.
type soon[T any] struct {
	done  chan struct{}
	value T
}

func begin[T any](get func() T) *soon[T] {
	s := &soon[T]{done: make(chan struct{})}
	go func() {
		defer close(s.done)
		s.value = get()
	}()
	return s
}

// wait gives the answer when it is there.
func (s *soon[T]) wait() T {
	<-s.done
	return s.value
}

// waitWithin gives the answer, or nothing when ctx ends before it is there.
func (s *soon[T]) waitWithin(ctx context.Context) T {
	select {
	case <-s.done:
		return s.value
	case <-ctx.Done():
		var none T
		return none
	}
}

// gatherOfTask reads what the task leads to. The revisions that work are left to
// the end.
func (r *run) gatherOfTask(ctx context.Context, g *gathered) (good func() goodAnswer) {
	task := g.task.task
	r.soFar(*g)
	service := begin(func() serviceAnswer { return r.describeService(ctx, serviceOf(task), r.lifeOf(task)) })
	g.definition = r.describeDefinition(ctx, task.TaskDefinitionARN)
	told := evidence.Evidence{Task: task, TaskDefinition: g.definition.definition}
	r.soFar(*g)
	good = r.beginGoodRevisions(ctx, service, task.TaskDefinitionARN)
	roles := begin(func() rolesAnswer {
		return r.readRoles(ctx, told, func() []evidence.ServiceEvent { return service.wait().events })
	})
	g.logs = r.readLogs(ctx, logStreams(task, g.definition.definition, r.ref.Region), streamStart(task))
	r.soFar(*g)
	g.host = r.lookUpHost(ctx, g.evidence(r))
	g.service, g.roles = service.wait(), roles.wait()
	return good
}

// gatherFacts asks only for the task, unless its end is known, and for its
// definition.
func (r *run) gatherFacts(ctx context.Context) gathered {
	var g gathered
	if hasEnded(r.kept) {
		g.task = r.keptFacts()
	} else {
		g.task = r.describeTask(ctx)
	}
	task := g.task.task
	if task == nil {
		return g
	}
	r.soFar(g)
	g.definition = r.describeDefinition(ctx, task.TaskDefinitionARN)
	const why = "Only the task's own facts were asked for."
	for _, s := range logStreams(task, g.definition.definition, r.ref.Region) {
		g.logs = append(g.logs, logAnswer{tail: r.skip(s.source(), why)})
	}
	g.trail.asked = r.skip(sourceTrail, why)
	if serviceOf(task) != "" {
		g.service.asked = r.skip(sourceService, why)
	}
	return g
}

// gatherWithoutTask reads what is left of a task that nobody remembers, and
// what a service alone tells: why it cannot place tasks, and the definition that
// it tries to run.
func (r *run) gatherWithoutTask(ctx context.Context, g *gathered, calls *soon[trailAnswer]) {
	asksService := r.ref.Service != "" && r.ref.Cluster != ""
	if asksService {
		g.service = r.describeService(ctx, r.ref.Service, r.recent())
	}
	if r.ref.TaskID != "" {
		g.definition, g.logs = r.readLogsByGuess(ctx, g.service, calls)
	} else if g.service.taskDefinitionARN != "" {
		g.definition = r.describeDefinition(ctx, g.service.taskDefinitionARN)
	}
	if asksService {
		told := evidence.Evidence{TaskDefinition: g.definition.definition}
		g.roles = r.readRoles(ctx, told, func() []evidence.ServiceEvent { return g.service.events })
	}
}

// evidence puts together what was gathered, with the sources in the order in
// which a person would ask them.
func (g gathered) evidence(r *run) evidence.Evidence {
	ev := evidence.Evidence{
		Now:            r.now,
		Ref:            r.ref,
		Task:           g.task.task,
		TaskDefinition: g.definition.definition,
		CloudTrail:     joinRecords(g.trail.records, g.trailGroup.records, g.host.records),
		ServiceEvents:  g.service.events,
		Roles:          g.roles.roles,
		Deployments:    g.service.deployments,
		Others:         g.good.definitions,
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
	add(g.events.asked)
	add(g.definition.asked)
	for _, l := range g.logs {
		if len(l.log.Lines) > 0 {
			ev.Logs = append(ev.Logs, l.log)
		}
		add(l.tail)
		add(l.denials)
	}
	add(g.trail.asked)
	add(g.trailGroup.asked)
	add(g.host.instance)
	add(g.host.asked)
	add(g.service.asked)
	add(g.roles.asked)
	add(g.good.asked)
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
