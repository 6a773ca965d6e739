package iampolicy

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
)

// statements groups grants into statements: those of one service and condition
// whose actions go with the same resources. They come in the order in which
// they were first asked for.
func statements(grants []grant) []Statement {
	groups := groupByAction(grants)
	var out []Statement
	index := map[string]int{}
	for _, g := range groups {
		slices.Sort(g.resources)
		key := g.key() + "\n" + strings.Join(g.resources, "\n")
		i, ok := index[key]
		if !ok {
			i = len(out)
			index[key] = i
			out = append(out, Statement{Effect: "Allow", Resource: g.resources, Condition: g.condition})
		}
		out[i].Action = append(out[i].Action, g.action)
	}
	taken := map[string]bool{}
	for i := range out {
		slices.Sort(out[i].Action)
		out[i].Sid = sid(out[i].Action, taken)
	}
	return out
}

// groupByAction gathers all resources that an action was asked for with under
// one condition.
func groupByAction(grants []grant) []grant {
	var out []grant
	index := map[string]int{}
	type use struct {
		group    int
		resource string
	}
	known := map[use]bool{}
	for _, g := range grants {
		key := g.key() + "\n" + g.action
		i, ok := index[key]
		if !ok {
			i = len(out)
			index[key] = i
			out = append(out, grant{service: g.service, action: g.action, condition: g.condition})
		}
		for _, resource := range g.resources {
			if u := (use{i, resource}); !known[u] {
				known[u] = true
				out[i].resources = append(out[i].resources, resource)
			}
		}
	}
	for i := range out {
		if known[use{i, "*"}] {
			out[i].resources = []string{"*"}
		}
	}
	return out
}

// key tells grants apart that may not share a statement.
func (g grant) key() string {
	condition, err := json.Marshal(g.condition)
	if err != nil {
		panic(err) // strings in maps always marshal
	}
	return g.service + "\n" + string(condition)
}

// sid names a statement after its action ("S3GetObject") or its service
// ("EcrActions"), and adds it to the taken ones. IAM wants letters and digits
// only, and each once.
func sid(actions []string, taken map[string]bool) string {
	service, name, _ := strings.Cut(actions[0], ":")
	if len(actions) > 1 {
		name = "Actions"
	}
	base := inPascalCase(service) + inPascalCase(name)
	if base == "" {
		base = "Statement"
	}
	id := base
	for n := 2; taken[id]; n++ {
		id = base + strconv.Itoa(n)
	}
	taken[id] = true
	return id
}

// inPascalCase writes text in letters and digits, a capital after each gap.
func inPascalCase(s string) string {
	var b strings.Builder
	start := true
	for _, r := range s {
		switch {
		case r >= 'a' && r <= 'z' && start:
			b.WriteRune(r - 'a' + 'A')
			start = false
		case r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9':
			b.WriteRune(r)
			start = false
		default:
			start = true
		}
	}
	return b.String()
}
