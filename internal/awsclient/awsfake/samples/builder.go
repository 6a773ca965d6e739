package samples

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"whystopped/internal/awsclient/awsfake"
	"whystopped/internal/awsclient/awsfake/ids"
)

// What the demo's account has.
const (
	registry     = awsfake.DefaultAccount + ".dkr.ecr." + awsfake.DefaultRegion + ".amazonaws.com"
	instanceID   = "i-0a1b2c3d4e5f60718"
	instanceRole = "ecs-instance"
	operatorRole = "AWSReservedSSO_Operator_0123456789abcdef"
	operatorName = "dana@example.com"
)

// builder turns drafts into a Scenario.
type builder struct {
	now       time.Time
	scenario  awsfake.Scenario
	samples   []Sample
	revisions map[string]int
	tasks     map[string][]awsfake.Task   // by cluster
	services  map[string]*awsfake.Service // by name
	groups    map[logGroupKey]*awsfake.LogGroup
	roles     map[string]bool // by name, with the path
}

func newBuilder(now time.Time) *builder {
	b := &builder{
		now:       now.UTC().Truncate(time.Millisecond),
		scenario:  demoAccount(),
		revisions: map[string]int{},
		tasks:     map[string][]awsfake.Task{},
		services:  map[string]*awsfake.Service{},
		groups:    map[logGroupKey]*awsfake.LogGroup{},
		roles:     map[string]bool{},
	}
	b.addRole(instanceRole, roleDraft{trusts: "ec2.amazonaws.com", policies: []string{runHosts, writeLogs}})
	return b
}

// logGroupKey tells log groups apart.
type logGroupKey struct{ region, name string }

// demoAccount is the account before anything is in it.
func demoAccount() awsfake.Scenario {
	return awsfake.Scenario{
		Account: awsfake.DefaultAccount, Region: awsfake.DefaultRegion, Partition: "aws",
		TrailDelay: demoTrailDelay, SCPs: organizationPolicies,
	}
}

// retryEvery is the time between two tries of a service.
const retryEvery = 6 * time.Minute

// add makes everything of one draft.
func (b *builder) add(d draft) {
	d = d.withDefaults()
	definition := b.define(d)
	b.addRoles(d)
	for try := d.tries - 1; try >= 0; try-- {
		r := b.newRun(d, definition.TaskDefinitionARN, try)
		if d.life != unplaced {
			b.tasks[d.cluster()] = append(b.tasks[d.cluster()], r.task())
			b.writeLogs(r)
			b.writeTrail(r)
		}
		if !d.standalone {
			b.writeService(r)
		}
		if try == 0 {
			d.ARN = r.sampleARN()
			b.samples = append(b.samples, d.Sample)
		}
	}
}

// build puts the parts together.
func (b *builder) build() (awsfake.Scenario, []Sample) {
	production := awsfake.Cluster{
		Name: "production", Tasks: b.tasks["production"],
		Instances: []awsfake.ContainerInstance{{ContainerInstanceARN: b.instanceARN(), EC2InstanceID: instanceID, Status: "ACTIVE"}},
	}
	for _, service := range b.services {
		slices.SortStableFunc(service.Events, func(x, y awsfake.ServiceEvent) int { return y.CreatedAt.Compare(x.CreatedAt.Time) })
		production.Services = append(production.Services, *service)
	}
	slices.SortFunc(production.Services, func(x, y awsfake.Service) int { return strings.Compare(x.ServiceName, y.ServiceName) })
	b.scenario.Clusters = []awsfake.Cluster{production, {Name: "batch", Tasks: b.tasks["batch"]}}
	for _, g := range b.groups {
		b.scenario.LogGroups = append(b.scenario.LogGroups, *g)
	}
	slices.SortFunc(b.scenario.LogGroups, func(x, y awsfake.LogGroup) int { return strings.Compare(x.Name, y.Name) })
	return b.scenario, b.samples
}

// instanceARN is the one EC2 instance that tasks run on, as ECS names it.
func (b *builder) instanceARN() string {
	return b.scenario.ARN("ecs", "container-instance/production/"+ids.Hex(instanceID, 32))
}

// roleARN is the ARN of a role by its name, which may have a path; "" for noRole.
func (b *builder) roleARN(name string) string {
	if name == noRole {
		return ""
	}
	return b.scenario.ARN("iam", "role/"+name)
}

// run is one life of a draft's task.
type run struct {
	draft
	b          *builder
	id         string
	definition string // ARN
	at         moments
	text       *strings.Replacer
}

func (b *builder) newRun(d draft, definition string, try int) run {
	id := ids.Hex("task "+d.Name+strings.Repeat("+", try), 32)
	r := run{draft: d, b: b, id: id, definition: definition}
	r.at = d.moments(b.now.Add(-time.Duration(try) * retryEvery))
	r.text = r.placeholders()
	return r
}

func (r run) arn() string { return r.b.scenario.ARN("ecs", "task/"+r.cluster()+"/"+r.id) }

func (r run) sampleARN() string {
	if r.life == unplaced {
		return r.b.scenario.ARN("ecs", "service/"+r.cluster()+"/"+r.app)
	}
	return r.arn()
}

// session is the ARN of the session that a caller has: ECS names the sessions
// of both roles after the task, EC2 after the instance.
func (r run) session(by caller) string {
	role, name := r.role(by)
	return r.b.scenario.ARN("sts", "assumed-role/"+ids.LastSegment(role)+"/"+name)
}

func (r run) role(by caller) (roleARN, session string) {
	switch by {
	case byExec:
		return cmp.Or(r.overrides.ExecutionRoleARN, r.b.roleARN(r.execRole)), r.id
	case byTask:
		return cmp.Or(r.overrides.TaskRoleARN, r.b.roleARN(r.taskRole)), r.id
	case byInstance:
		return r.b.roleARN(instanceRole), instanceID
	}
	return r.b.roleARN("aws-reserved/sso.amazonaws.com/" + operatorRole), operatorName
}

// placeholders are what the texts of a draft may leave to the builder:
// {id} of the task, {exec}, {task} and {instance} for the sessions of the
// roles, {image}, {service}, {deployment}, and {uuid} for a request id.
func (r run) placeholders() *strings.Replacer {
	return strings.NewReplacer(
		"{id}", r.id,
		"{exec}", r.session(byExec),
		"{task}", r.session(byTask),
		"{instance}", r.session(byInstance),
		"{image}", r.boxes[0].image,
		"{service}", r.app,
		"{deployment}", r.deployment(),
		"{uuid}", ids.UUID("request of "+r.id),
	)
}

func (r run) deployment() string { return "ecs-svc/" + ids.Digits("deployment of "+r.app, 19) }
