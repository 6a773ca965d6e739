package awsclient

import (
	"context"

	"whystopped/internal/awsclient/source"
	"whystopped/internal/diagnose/evidence"
	"whystopped/internal/taskref"
	"whystopped/internal/words"
)

// collection is one collection of evidence.
type collection struct{ *source.Reader }

// soFar reports what was gathered by now.
func (r *collection) soFar(g gathered) {
	r.ReportSoFar(func() evidence.Evidence { return g.evidence(r) })
}

// gathered is what all sources together came to.
type gathered struct {
	task       source.TaskAnswer
	events     source.TaskEventsAnswer
	definition source.DefinitionAnswer
	logs       []source.LogAnswer
	service    source.ServiceAnswer
	trail      source.TrailAnswer
	trailGroup source.TrailAnswer
	host       source.HostAnswer
	roles      source.RolesAnswer
	good       source.GoodAnswer
}

// gather asks all sources, each as soon as what it needs is known: CloudTrail
// needs only the task's id, the definition and the service need the task, and
// the logs and the roles need the definition. Roles and the host are looked at
// only where the texts raise a question about them.
func (r *collection) gather(ctx context.Context) gathered {
	var g gathered
	answered := make(chan source.TaskAnswer, 1)
	calls := source.Begin(func() source.TrailAnswer { return r.LookUpCalls(ctx, answered) })
	g.task = r.DescribeTask(ctx)
	if (g.task.State == source.TaskMissing || g.task.State == source.TaskNoCluster) && !source.HasEnded(g.task.Task) {
		g.events = r.ReadTaskEvents(ctx)
		g.task.Task = source.Newer(g.task.Task, g.events.Task)
	}
	answered <- g.task
	trailGroup := source.Begin(func() source.TrailAnswer { return r.SearchTrailGroup(ctx, g.task.Task) })
	good := func() source.GoodAnswer { return source.GoodAnswer{} }
	if g.task.Task != nil {
		good = r.gatherOfTask(ctx, &g)
	} else {
		r.gatherWithoutTask(ctx, &g, calls)
	}
	g.trail, g.trailGroup = calls.Wait(), trailGroup.Wait()
	g.good = good()
	return g
}

// gatherOfTask reads what the task leads to. The revisions that work are left to
// the end.
func (r *collection) gatherOfTask(ctx context.Context, g *gathered) (good func() source.GoodAnswer) {
	task := g.task.Task
	r.soFar(*g)
	service := source.Begin(func() source.ServiceAnswer {
		return r.DescribeService(ctx, taskref.ServiceOf(task.Group), r.LifeOf(task))
	})
	g.definition = r.DescribeDefinition(ctx, task.TaskDefinitionARN)
	told := evidence.Evidence{Task: task, TaskDefinition: g.definition.Definition}
	r.soFar(*g)
	good = r.BeginGoodRevisions(ctx, service, task.TaskDefinitionARN)
	roles := source.Begin(func() source.RolesAnswer {
		return r.ReadRoles(ctx, told, func() []evidence.ServiceEvent { return service.Wait().Events })
	})
	g.logs = r.ReadLogs(ctx, source.LogStreams(task, g.definition.Definition, r.Ref.Region), source.StreamStart(task))
	r.soFar(*g)
	g.host = r.LookUpHost(ctx, g.evidence(r))
	g.service, g.roles = service.Wait(), roles.Wait()
	return good
}

// gatherFacts asks only for the task, unless its end is known, and for its
// definition.
func (r *collection) gatherFacts(ctx context.Context) gathered {
	var g gathered
	if source.HasEnded(r.Stored) {
		g.task = r.StoredFacts()
	} else {
		g.task = r.DescribeTask(ctx)
	}
	task := g.task.Task
	if task == nil {
		return g
	}
	r.soFar(g)
	g.definition = r.DescribeDefinition(ctx, task.TaskDefinitionARN)
	why := words.Say("detail.facts-only", nil)
	for _, s := range source.LogStreams(task, g.definition.Definition, r.Ref.Region) {
		g.logs = append(g.logs, source.LogAnswer{Tail: r.Skip(s.Source(), why)})
	}
	g.trail.Asked = r.Skip(source.Trail, why)
	if taskref.ServiceOf(task.Group) != "" {
		g.service.Asked = r.Skip(source.Service, why)
	}
	return g
}

// gatherWithoutTask reads what is left of a task that nobody remembers, and
// what a service alone tells: why it cannot place tasks, and the definition that
// it tries to run.
func (r *collection) gatherWithoutTask(ctx context.Context, g *gathered, calls *source.Pending[source.TrailAnswer]) {
	asksService := r.Ref.Service() != "" && r.Ref.Cluster != ""
	if asksService {
		g.service = r.DescribeService(ctx, r.Ref.Service(), r.Recent())
	}
	if r.Ref.TaskID != "" {
		g.definition, g.logs = r.ReadLogsByGuess(ctx, g.service, calls)
	} else if g.service.TaskDefinitionARN != "" {
		g.definition = r.DescribeDefinition(ctx, g.service.TaskDefinitionARN)
	}
	if asksService {
		told := evidence.Evidence{TaskDefinition: g.definition.Definition}
		g.roles = r.ReadRoles(ctx, told, func() []evidence.ServiceEvent { return g.service.Events })
	}
}

// evidence puts together what was gathered, with the sources in the order in
// which a person would ask them.
func (g gathered) evidence(r *collection) evidence.Evidence {
	ev := evidence.Evidence{
		Now:            r.Now,
		Ref:            r.Ref,
		Task:           g.task.Task,
		TaskDefinition: g.definition.Definition,
		CloudTrail:     source.JoinRecords(g.trail.Records, g.trailGroup.Records, g.host.Records),
		ServiceEvents:  g.service.Events,
		Roles:          g.roles.Roles,
		Deployments:    g.service.Deployments,
		Others:         g.good.Definitions,
	}
	if g.task.Task != nil {
		ev.Ref = completed(r.Ref, g.task.Task)
	}
	add := func(a source.Asked) {
		if a.Source.Name != "" {
			ev.Sources = append(ev.Sources, a.Source)
		}
	}
	add(g.task.Asked)
	add(g.events.Asked)
	add(g.definition.Asked)
	for _, l := range g.logs {
		if len(l.Log.Lines) > 0 {
			ev.Logs = append(ev.Logs, l.Log)
		}
		add(l.Tail)
		add(l.Denials)
	}
	add(g.trail.Asked)
	add(g.trailGroup.Asked)
	add(g.host.Instance)
	add(g.host.Asked)
	add(g.service.Asked)
	add(g.roles.Asked)
	add(g.good.Asked)
	return ev
}

// completed returns a reference with what the task says of itself.
func completed(ref taskref.Ref, t *evidence.Task) taskref.Ref {
	own := t.Ref()
	own.TaskID, own.Cluster = "", ""
	if own.Region = ref.Region; ref.Service() != "" {
		own.Group = ref.Group
	}
	return own.Or(ref)
}
