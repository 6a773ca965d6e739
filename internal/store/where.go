package store

import (
	"strings"
	"time"

	"whystopped/internal/casebook"
)

// where is the conditions of a query, all of which have to hold.
type where struct {
	conditions []string
	args       []any
}

// and adds a condition with its parameters.
func (w *where) and(condition string, args ...any) {
	w.conditions = append(w.conditions, condition)
	w.args = append(w.args, args...)
}

// is asks for a value of a column, unless it is empty.
func (w *where) is(column, value string) {
	if value != "" {
		w.and(column+" = ?", value)
	}
}

// agrees asks for a value of a column, or none, unless it is empty.
func (w *where) agrees(column, value string) {
	if value != "" {
		w.and(column+" IN ('', ?)", value)
	}
}

// String is the clause; "" without conditions.
func (w *where) String() string {
	if len(w.conditions) == 0 {
		return ""
	}
	return " WHERE " + strings.Join(w.conditions, " AND ")
}

// with is the parameters of the clause and of what follows it.
func (w *where) with(more ...any) []any { return append(w.args[:len(w.args):len(w.args)], more...) }

// filter asks for what passes a filter. Ids sort by the time of a column: their
// bounds let the index that the rows are read from begin and end there.
func (w *where) filter(f casebook.Filter, made, before string) {
	w.is("account", f.Account)
	w.is("region", f.Region)
	w.is("cluster", f.Cluster)
	w.is("service", f.Service)
	w.is("cause", f.Cause)
	w.is("category", string(f.Category))
	w.is("identity", string(f.Identity))
	if !f.Since.IsZero() {
		w.and(made+" >= ? AND id >= ?", micros(f.Since), casebook.FirstID(f.Since))
	}
	if !f.Until.IsZero() {
		w.and(made+" < ? AND id < ?", micros(f.Until), casebook.FirstID(f.Until.Add(time.Millisecond)))
	}
	if before != "" {
		w.and("id < ?", before)
	}
}
