package store

import (
	"strings"
	"time"

	"whystopped/internal/casebook"
	"whystopped/internal/taskref"
)

// where is the conditions of a query, all of which have to hold.
type where struct {
	dialect    Dialect
	conditions []string
	args       []any
	// led is set once a column has a value that the index to read is chosen by.
	led bool
}

// and adds a condition with its parameters.
func (w *where) and(condition string, args ...any) {
	w.conditions = append(w.conditions, condition)
	w.args = append(w.args, args...)
}

// is asks for a value of a column, unless it is empty. Columns are asked for in
// the order of how few rows a value of theirs has: the first one's index is read.
// PostgreSQL knows by itself which that is; SQLite takes any, unless a plus makes
// the others unfit. Source: https://www.sqlite.org/optoverview.html
func (w *where) is(column string, value any) {
	if value == "" {
		return
	}
	if w.led && w.dialect == SQLite {
		column = "+" + column
	}
	w.led = true
	w.and(column+" = ?", value)
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

// brought asks for the diagnoses of evidence that somebody brought, or for the
// others.
func (w *where) brought(wanted bool) {
	if wanted {
		w.and("brought")
		return
	}
	w.and("NOT brought")
}

// within leaves out what is of other accounts and Regions than those that may be
// read. Rows are mostly of the ones that are: SQLite would take an index of these
// columns, and lose the order of the rows.
func (w *where) within(b taskref.Bounds) {
	w.among("account", b.Accounts)
	w.among("region", b.Regions)
}

// among asks for one of the values of a column, or none; no values ask for any.
func (w *where) among(column string, values []string) {
	if len(values) == 0 {
		return
	}
	if w.dialect == SQLite {
		column = "+" + column
	}
	args := []any{}
	for _, v := range values {
		args = append(args, v)
	}
	w.and(column+" IN (''"+strings.Repeat(", ?", len(args))+")", args...)
}

// filter asks for what passes a filter. Ids sort by the time of a column: their
// bounds let the index that the rows are read from begin and end there.
func (w *where) filter(f casebook.Filter, made, before string) {
	w.is("service", f.Service)
	w.is("cluster", f.Cluster)
	w.is("cause", f.Cause)
	w.is("category", string(f.Category))
	w.is("identity", string(f.Identity))
	w.is("account", f.Account)
	w.is("region", f.Region)
	w.within(f.Bounds)
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
