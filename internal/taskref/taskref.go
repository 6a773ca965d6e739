// Package taskref reads what people paste for a task: ARNs, console links,
// CLUSTER/ID.
package taskref

// Kind says what a reference means.
type Kind string

// What a reference can mean.
const (
	KindTask    Kind = "task"
	KindService Kind = "service" // the newest stopped task of it that failed is meant
)

// Ref is a parsed reference. Fields that the text does not tell are empty: a
// console link has no account, the old short ARN no cluster, CLUSTER/ID neither
// region nor account.
type Ref struct {
	Kind      Kind
	Partition string
	Region    string
	Account   string
	Cluster   string
	TaskID    string
	Service   string
}
