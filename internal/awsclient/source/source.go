package source

import (
	"context"

	"whystopped/internal/arn"
	"whystopped/internal/awsclient/limit"
	"whystopped/internal/awsclient/session"
	"whystopped/internal/permissions"
)

// Source is a place that evidence is read from. Its literal stands in the file of
// its reader, and says all there is to say of it: docs/adding-a-source.md.
type Source struct {
	// Name is its name in reports. Behind that of a log comes the container's. The
	// messages that name it are source.CODE on the page and caveat-source.CODE in
	// caveats, with the code that evidence.SourceCode makes of the name.
	Name string
	// Call is what reads it.
	Call Call
}

// of is the source of one container.
func (s Source) of(container string) Source {
	s.Name += " " + container
	return s
}

// Call is an operation of AWS that the service calls.
type Call struct {
	// Action is the operation as IAM has it, "ecs:DescribeTasks". When it is called
	// and what reports lack without it are the messages permission.ACTION.called and
	// permission.ACTION.without.
	Action string
	// Policy is the file under deploy/iam that allows it, and Required whether most
	// reports are empty without it.
	Policy   string
	Required bool
	// Quota is how fast it goes; the zero Quota for at once.
	Quota limit.Quota
	// Try calls it harmlessly, for what does not exist, and says of which resource;
	// "" for a call that names none. Nil where assuming the role tries it.
	Try func(ctx context.Context, at *session.Clients, p Place) (resource string, err error)
}

// All are the sources, in the order in which a person would ask them.
func All() []Source {
	return []Source{
		Task, TaskEvents, Definition, Log, LogDenials, Trail, TrailLog, Instance, HostTrail,
		Service, Roles, GoodDefinition, Simulator,
	}
}

// Calls are those of all sources and of what leads to them, each once, in the
// order of docs/permissions.md.
func Calls() []Call {
	return []Call{
		Task.Call, Definition.Call, Service.Call, ListTasks, ListClusters, Trail.Call, Log.Call, LogDenials.Call,
		Roles.Call, Simulator.Call, Instance.Call, assumeRole, tagSession,
	}
}

// Quotas are those of all calls.
func Quotas() limit.Quotas {
	quotas := limit.Quotas{}
	for _, c := range Calls() {
		if c.Quota.Kind != "" {
			quotas[c.Action] = c.Quota
		}
	}
	return quotas
}

// Permissions are what the calls need of IAM.
func Permissions() []permissions.Permission {
	var all []permissions.Permission
	for _, c := range Calls() {
		all = append(all, permissions.Permission{
			Action: c.Action, File: "deploy/iam/" + c.Policy, Required: c.Required, Trial: true,
		})
	}
	return all
}

// Place is where a call is tried.
type Place struct {
	Region, Account string
	// Cluster is one that exists there, for policies that are limited to clusters;
	// madeUp where none is known.
	Cluster string
}

// PlaceOf is where the calls of a place are tried.
func PlaceOf(p permissions.Place) Place {
	place := Place{Region: p.Region, Account: p.Account, Cluster: p.Cluster}
	if place.Cluster == "" {
		place.Cluster = madeUp
	}
	return place
}

// arn names a resource of the place.
func (p Place) arn(service, resource string) string {
	region := p.Region
	if service == "iam" {
		region = ""
	}
	a := arn.ARN{
		Partition: arn.PartitionOf(p.Region), Service: service, Region: region, Account: p.Account, Resource: resource,
	}
	return a.String()
}

// What trials ask for. That it does not exist is what AWS answers to those who
// have the permission.
const (
	madeUp     = "whystopped-permission-trial"
	madeUpTask = "00000000000000000000000000000000"
	// madeUpLogs lies where policies that are limited to ECS's logs mostly end.
	madeUpLogs = "/ecs/" + madeUp
)
