package taskref

import (
	"cmp"
	"net/url"
	"strings"

	"whystopped/internal/arn"
)

// Ref is the address of a task, of a service or another group of tasks, or of a
// cluster, from what somebody pasted to what is stored. Fields that aren't known
// are empty: a console link has no account, the old short ARN no cluster,
// CLUSTER/ID neither Region nor account.
type Ref struct {
	Partition string
	Region    string
	Account   string
	Cluster   string
	// Group is what ECS calls the task's group: see ServiceGroup.
	Group  string
	TaskID string
}

// OfTask returns the address of a task by what ECS says of it: its ARN, whose old
// form lacks the cluster, the cluster's ARN and the group. It is lenient: people
// mask accounts. Without an ARN the group alone is known.
func OfTask(taskARN, clusterARN, group string) Ref {
	task, ok := arn.Parse(taskARN)
	if !ok {
		return Ref{Group: group}
	}
	r := Ref{Partition: task.Partition, Region: task.Region, Account: task.Account, Group: group, TaskID: task.Name()}
	if cluster, _, ok := strings.Cut(task.ID(), "/"); ok {
		r.Cluster = cluster
	} else if cluster, ok := arn.Parse(clusterARN); ok {
		r.Cluster = cluster.ID()
	}
	return r
}

// Or returns r with what it doesn't know taken from another address of the same.
func (r Ref) Or(other Ref) Ref {
	return Ref{
		Partition: cmp.Or(r.Partition, other.Partition), Region: cmp.Or(r.Region, other.Region), Account: cmp.Or(r.Account, other.Account),
		Cluster: cmp.Or(r.Cluster, other.Cluster), Group: cmp.Or(r.Group, other.Group), TaskID: cmp.Or(r.TaskID, other.TaskID),
	}
}

// Kind says what an address is of.
type Kind string

// What an address can be of.
const (
	KindTask    Kind = "task"
	KindService Kind = "service" // pasted for its newest stopped task that failed
	KindGroup   Kind = "group"   // tasks that belong to no service
	KindCluster Kind = "cluster"
)

// Kind returns what r is the address of: the smallest thing that it names.
func (r Ref) Kind() Kind {
	switch {
	case r.TaskID != "":
		return KindTask
	case r.Service() != "":
		return KindService
	case r.Group != "":
		return KindGroup
	}
	return KindCluster
}

// Service returns the name of the service, or "" for tasks that belong to none.
func (r Ref) Service() string { return ServiceOf(r.Group) }

// Family returns the family of task definitions that tasks without a service are
// grouped by, or "".
func (r Ref) Family() string { return FamilyOf(r.Group) }

// Place returns the address of the group or the cluster that a task ran in.
func (r Ref) Place() Ref {
	r.TaskID = ""
	return r
}

// Task returns the address of a task without its group, which not everybody who
// names the task knows.
func (r Ref) Task() Ref {
	r.Group = ""
	return r
}

// Within returns the address of the cluster.
func (r Ref) Within() Ref { return r.Place().Task() }

// ARN returns the ARN of the task, service or cluster, or "" if a part of it isn't
// known. Without its cluster, a task or service has an ARN of the old form.
func (r Ref) ARN() string {
	if r.Partition == "" || r.Region == "" || r.Account == "" || r.name() == "" {
		return ""
	}
	resource := string(r.Kind()) + "/" + r.name()
	if r.Kind() != KindCluster && r.Cluster != "" {
		resource = string(r.Kind()) + "/" + r.Cluster + "/" + r.name()
	}
	return arn.ARN{Partition: r.Partition, Service: "ecs", Region: r.Region, Account: r.Account, Resource: resource}.String()
}

// ConsoleURL returns the address of the task's or service's page in the AWS
// console, or "" if the Region, the cluster or the console's host isn't known.
func (r Ref) ConsoleURL() string {
	domain := consoles[r.Partition]
	if domain == "" || r.Region == "" || r.Cluster == "" || r.Kind() == KindGroup {
		return ""
	}
	u := url.URL{Scheme: "https", Host: r.Region + ".console." + domain, RawQuery: url.Values{"region": {r.Region}}.Encode()}
	page := u.JoinPath("ecs/v2/clusters", r.Cluster)
	if r.Kind() != KindCluster {
		page = page.JoinPath(string(r.Kind())+"s", r.name())
	}
	return page.String()
}

// String names what is meant as exactly as it is known, for people.
func (r Ref) String() string {
	if text := r.ARN(); text != "" || r == (Ref{}) {
		return text
	}
	text := r.name()
	if r.Cluster != "" && r.Kind() != KindCluster {
		text = r.Cluster + "/" + text
	}
	if r.Kind() != KindTask {
		text = string(r.Kind()) + " " + text
	}
	if r.Region != "" {
		text += " in " + r.Region
	}
	return text
}

// name is the last part of the ARN; "" for a group, which has none.
func (r Ref) name() string {
	switch r.Kind() {
	case KindTask:
		return r.TaskID
	case KindService:
		return r.Service()
	case KindCluster:
		return r.Cluster
	}
	return ""
}
