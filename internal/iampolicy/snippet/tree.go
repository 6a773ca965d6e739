package snippet

import (
	"maps"
	"slices"
	"strings"

	"whystopped/internal/iampolicy"
)

// A node is a piece of a document in the order in which IAM's own documents
// have it: a text, a list of nodes, or an object. It is what the renderings are
// written from.
type node any

// object is a list of named nodes.
type object []field

type field struct {
	name  string
	value node
}

// treeOf lays a document out for writing.
func treeOf(d iampolicy.Document) object {
	statements := make([]node, len(d.Statement))
	for i, s := range d.Statement {
		statements[i] = statementTree(s)
	}
	return object{{"Version", d.Version}, {"Statement", statements}}
}

func statementTree(s iampolicy.Statement) object {
	var o object
	if s.Sid != "" {
		o = append(o, field{"Sid", s.Sid})
	}
	o = append(o, field{"Effect", s.Effect})
	o = o.withPrincipal("Principal", s.Principal)
	o = o.withPrincipal("NotPrincipal", s.NotPrincipal)
	for _, list := range []struct {
		name  string
		texts []string
	}{{"Action", s.Action}, {"NotAction", s.NotAction}, {"Resource", s.Resource}, {"NotResource", s.NotResource}} {
		if len(list.texts) > 0 {
			o = append(o, field{list.name, nodes(list.texts)})
		}
	}
	if len(s.Condition) > 0 {
		o = append(o, field{"Condition", conditionTree(s.Condition)})
	}
	return o
}

func (o object) withPrincipal(name string, p iampolicy.Principal) object {
	switch {
	case len(p) == 0:
		return o
	case len(p) == 1 && slices.Equal(p["*"], []string{"*"}):
		return append(o, field{name, "*"})
	}
	var kinds object
	for _, kind := range sortedKeys(p) {
		kinds = append(kinds, field{kind, nodes(p[kind])})
	}
	return append(o, field{name, kinds})
}

func conditionTree(c iampolicy.Condition) object {
	var operators object
	for _, operator := range sortedKeys(c) {
		var keys object
		for _, key := range sortedKeys(c[operator]) {
			keys = append(keys, field{key, nodes(c[operator][key])})
		}
		operators = append(operators, field{operator, keys})
	}
	return operators
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

func nodes(texts []string) []node {
	list := make([]node, len(texts))
	for i, text := range texts {
		list[i] = text
	}
	return list
}

// style is how one language writes a tree whose braces and brackets are those
// of JSON.
type style struct {
	// field writes what stands before a field's value; width is the longest
	// name of the neighbours to line up with.
	field func(name string, width int) string
	quote func(string) string
	// between ends a field, last the last one, lastItem the last of a list.
	between, last, lastItem string
}

var jsonStyle = style{
	field:   func(name string, _ int) string { return quote(name) + ": " },
	quote:   quote,
	between: ",",
}

// write returns a node's text; its first line is not indented.
func (st style) write(n node, indent string) string {
	deeper := indent + "  "
	var b strings.Builder
	switch v := n.(type) {
	case string:
		return st.quote(v)
	case []node:
		if len(v) == 1 {
			if text, ok := v[0].(string); ok {
				return "[" + st.quote(text) + "]"
			}
		}
		b.WriteString("[\n")
		for i, item := range v {
			end := ","
			if i == len(v)-1 {
				end = st.lastItem
			}
			b.WriteString(deeper + st.write(item, deeper) + end + "\n")
		}
		b.WriteString(indent + "]")
	case object:
		b.WriteString("{\n")
		for i, f := range v {
			end := st.between
			if i == len(v)-1 {
				end = st.last
			}
			b.WriteString(deeper + st.field(f.name, v.width(i)) + st.write(f.value, deeper) + end + "\n")
		}
		b.WriteString(indent + "}")
	}
	return b.String()
}

// width is the longest name among a field's direct neighbours that take one
// line, itself among them; 0 for a field that takes several.
func (o object) width(i int) int {
	if !oneLine(o[i].value) {
		return 0
	}
	from, to := i, i
	for from > 0 && oneLine(o[from-1].value) {
		from--
	}
	for to+1 < len(o) && oneLine(o[to+1].value) {
		to++
	}
	width := 0
	for _, f := range o[from : to+1] {
		width = max(width, len(hclName(f.name)))
	}
	return width
}

func oneLine(n node) bool {
	switch v := n.(type) {
	case string:
		return true
	case []node:
		if len(v) == 1 {
			_, ok := v[0].(string)
			return ok
		}
	}
	return false
}
