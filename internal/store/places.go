package store

import (
	"crypto/sha256"
	"encoding/binary"
	"strings"

	"whystopped/internal/arn"
	"whystopped/internal/casebook"
	"whystopped/internal/diagnose"
	"whystopped/internal/diagnose/evidence"
	"whystopped/internal/taskref"
)

// placeColumns are the columns of a casebook.Place, in its order.
const placeColumns = `"partition", account, region, cluster, task_group`

func placeValues(p casebook.Place) []any {
	return []any{p.Partition, p.Account, p.Region, p.Cluster, p.Group}
}

func placeFields(p *casebook.Place) []any {
	return []any{&p.Partition, &p.Account, &p.Region, &p.Cluster, &p.Group}
}

// digest is a number for a place, so that one narrow index serves all that is
// asked of it. Two places have the same once in 2⁶⁴.
func digest(p casebook.Place) int64 {
	sum := sha256.Sum256([]byte(strings.Join([]string{p.Partition, p.Account, p.Region, p.Cluster, p.Group}, "\n")))
	return int64(binary.BigEndian.Uint64(sum[:]))
}

// in asks for what is in a place; its empty fields let everything pass.
func (w *where) in(p casebook.Place) {
	if p.Partition != "" && p.Account != "" && p.Region != "" && p.Cluster != "" && p.Group != "" {
		w.is("place", digest(p))
		return
	}
	w.is("task_group", p.Group)
	w.is("cluster", p.Cluster)
	w.is("account", p.Account)
	w.is("region", p.Region)
	w.is(`"partition"`, p.Partition)
}

// ofTask asks for what is of a task, by its id and by whatever else both sides
// know.
func (w *where) ofTask(ref taskref.Ref) {
	w.and("task_id = ?", ref.TaskID)
	w.agrees("account", ref.Account)
	w.agrees("region", ref.Region)
	w.agrees("cluster", ref.Cluster)
}

// placeOf is where a diagnosed task ran.
func placeOf(t diagnose.TaskView) casebook.Place {
	return casebook.Place{Partition: t.Partition, Account: t.Account, Region: t.Region, Cluster: t.Cluster, Group: t.Group}
}

// refOf is a diagnosed task as a reference.
func refOf(t diagnose.TaskView) taskref.Ref {
	return taskref.Ref{Kind: taskref.KindTask, Partition: t.Partition, Region: t.Region, Account: t.Account, Cluster: t.Cluster, TaskID: t.ID}
}

// refOfEvent is the task of an event. The cluster is not in an ARN of the old
// form, but beside it.
func refOfEvent(ref taskref.Ref, t *evidence.Task) taskref.Ref {
	if a, ok := arn.Parse(t.ClusterARN); ok && ref.Cluster == "" {
		ref.Cluster = a.ID()
	}
	return ref
}

// service is the name in a group like "service:api"; "" for standalone tasks.
func service(group string) string {
	return casebook.Incident{Place: casebook.Place{Group: group}}.Service()
}
