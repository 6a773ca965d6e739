package web

import (
	"strings"

	"whystopped/internal/casebook"
	"whystopped/internal/diagnose/revision"
	"whystopped/internal/diagnose/verdict"
	"whystopped/internal/words"
)

// changesView is what changed between the last good revision and the first bad
// one.
type changesView struct {
	Rows []changeRow
	// Note says why there are no rows; empty where there are.
	Note string
}

// changeRow is one difference.
type changeRow struct {
	What      string
	Name      string
	Container string
	// Who marks a role with its shape and colour; nil for all else.
	Who *actor
	// Before and After are none where it was, or is, not there.
	Before, After []valuePart
}

// valuePart is a stretch of a value; a line may break between its texts. What is
// not alike in both is marked.
type valuePart struct {
	Text   []string
	Marked bool
}

// changesOf returns what changed before an incident, or why that isn't known.
func changesOf(r casebook.IncidentReport) changesView {
	var v changesView
	for _, c := range r.Changes {
		v.Rows = append(v.Rows, changeOf(c))
	}
	switch {
	case len(v.Rows) > 0:
	case r.Compared:
		v.Note = said("changes.none", nil)
	case r.FirstBad == nil:
		v.Note = said("changes.no-revision", nil)
	case r.LastGood == nil:
		v.Note = said("changes.no-healthy", words.Args{"revision": resourceName(r.FirstBad.ARN)})
	default:
		v.Note = said("changes.no-definition", nil)
	}
	return v
}

func changeOf(c revision.Change) changeRow {
	row := changeRow{What: labelOf("change", c.What), Name: c.Name, Container: c.Container}
	switch c.What {
	case "execution-role":
		row.Who = roleActor(verdict.ExecutionRole)
	case "task-role":
		row.Who = roleActor(verdict.TaskRole)
	}
	row.Before, row.After = difference(c.Before, c.After)
	return row
}

// difference marks in two values what is not alike, where enough of them is
// alike that this helps. Whole names are marked.
func difference(before, after string) (was, is []valuePart) {
	earlier, later := names(before), names(after)
	head, pieces := commonHead(earlier, later)
	tail := commonTail(earlier[pieces:], later[pieces:])
	if 3*(head+tail) < max(len(before), len(after)) {
		return valueParts(before, nil), valueParts(after, nil)
	}
	return valueParts(before, [][2]int{{head, len(before) - tail}}), valueParts(after, [][2]int{{head, len(after) - tail}})
}

func valueParts(value string, marks [][2]int) []valuePart {
	var out []valuePart
	for _, s := range spans(value, marks) {
		out = append(out, valuePart{breakable(s.Text), s.Marked})
	}
	return out
}

// names cuts a value such as an ARN, an image or a list into its names and what
// stands between them.
func names(value string) []string {
	var out []string
	for value != "" {
		i := strings.IndexAny(value, ":/ ,@=")
		switch {
		case i < 0:
			return append(out, value)
		case i > 0:
			out = append(out, value[:i])
		}
		out, value = append(out, value[i:i+1]), value[i+1:]
	}
	return out
}

// commonHead is how many bytes two cut values begin with alike, and in how many
// pieces.
func commonHead(a, b []string) (bytes, pieces int) {
	for pieces < min(len(a), len(b)) && a[pieces] == b[pieces] {
		bytes += len(a[pieces])
		pieces++
	}
	return bytes, pieces
}

// commonTail is how many bytes two cut values end with alike.
func commonTail(a, b []string) (bytes int) {
	for i := 1; i <= min(len(a), len(b)) && a[len(a)-i] == b[len(b)-i]; i++ {
		bytes += len(a[len(a)-i])
	}
	return bytes
}
