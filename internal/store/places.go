package store

import (
	"crypto/sha256"
	"encoding/binary"
	"strings"

	"whystopped/internal/taskref"
)

// placeColumns are the columns of a taskref.Ref, in its order.
const placeColumns = `"partition", account, region, cluster, task_group`

func placeValues(p taskref.Ref) []any {
	return []any{p.Partition, p.Account, p.Region, p.Cluster, p.Group}
}

func placeFields(p *taskref.Ref) []any {
	return []any{&p.Partition, &p.Account, &p.Region, &p.Cluster, &p.Group}
}

// digest is a number for a place, so that one narrow index serves all that is
// asked of it. Two places have the same once in 2⁶⁴.
func digest(p taskref.Ref) int64 {
	sum := sha256.Sum256([]byte(strings.Join([]string{p.Partition, p.Account, p.Region, p.Cluster, p.Group}, "\n")))
	return int64(binary.BigEndian.Uint64(sum[:]))
}

// in asks for what is in a place; its empty fields let everything pass.
func (w *where) in(p taskref.Ref) {
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
