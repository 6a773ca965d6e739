package iampolicy

import (
	"slices"
	"strings"

	"whystopped/internal/arn"
	"whystopped/internal/iampolicy/sar"
)

// RequestResource is the first of RequestResources, for those who show one.
func RequestResource(action string, requestParameters map[string]any, resources []string, ctx Context) (string, bool) {
	found := RequestResources(action, requestParameters, resources, ctx)
	if len(found) == 0 {
		return "", false
	}
	return found[0], true
}

// RequestResources returns the resources of a call that CloudTrail recorded, in
// the form that a policy for the action needs: from the record's resources
// where one of them is of a type that the action takes, else from its
// requestParameters. It is "*" for an action without resource-level permissions
// and empty where the record does not tell.
func RequestResources(action string, requestParameters map[string]any, resources []string, ctx Context) []string {
	act, known := Canonical(action)
	if !known {
		return nil
	}
	if !act.ResourceLevel() {
		return []string{"*"}
	}
	r := request{act: act, parameters: flatten(requestParameters), ctx: ctx}
	if owner := r.owner(); owner != "" {
		r.ctx.Account = owner
	}
	if found := r.fitting(resources); len(found) > 0 {
		return found
	}
	for _, find := range []func() []string{
		func() []string { return r.filled(complete) },
		func() []string { return r.fitting(r.parameters.all()) },
		func() []string { return r.filled(partial) },
		r.named,
		r.only,
	} {
		if found := find(); len(found) > 0 {
			return found
		}
	}
	return nil
}

// request is one recorded call.
type request struct {
	act        Action
	parameters parameters
	ctx        Context
}

// fitting returns those of some texts that are ARNs of the action's types, as
// they are or, where none is, in a form that fits.
func (r request) fitting(texts []string) []string {
	var exact, shaped []string
	known := map[string]bool{} // by list and resource
	for _, text := range texts {
		if !strings.HasPrefix(text, "arn:") {
			continue
		}
		resource, ok := Locate(r.act.String(), text, r.ctx)
		if !ok {
			continue
		}
		list, key := &shaped, "shaped "+resource
		if r.act.Fits(text) {
			list, key = &exact, "exact "+resource
		}
		if !known[key] {
			known[key] = true
			*list = append(*list, resource)
		}
	}
	if len(exact) > 0 {
		return exact
	}
	return shaped
}

// How much of a template has to be known.
const (
	complete = true
	partial  = false
)

// filled returns the resources of the action's types whose templates the
// parameters fill: of the types with the most variables, so that a table's
// index comes before the table, and of those of the required ones. A template
// that is filled in part counts for a required type only.
func (r request) filled(whole bool) []string {
	var found []string
	var of []string // the variables of what was found
	best := 0
	for _, use := range r.act.Types {
		weight := 2 * len(use.Variables())
		if use.Required {
			weight++
		}
		if weight < max(best, 2) || !whole && !use.Required {
			continue
		}
		resources := r.fill(*use.ResourceType, whole)
		if len(resources) > 0 && weight > best {
			best, found, of = weight, nil, nil
		}
		if len(resources) > 0 {
			of = append(of, strings.Join(use.Variables(), " "))
		}
		for _, resource := range resources {
			if !slices.Contains(found, resource) {
				found = append(found, resource)
			}
		}
	}
	if len(found) > 1 && len(of) > 1 && len(slices.Compact(slices.Sorted(slices.Values(of)))) == 1 {
		return nil // one id, which does not tell whose: an API's, or all its stages'
	}
	return found
}

// named returns the form of the type whose name the request has where its ARN has
// an id: of the types that the action may take and need not.
func (r request) named() []string {
	if slices.ContainsFunc(r.act.Types, func(use sar.TypeUse) bool { return use.Required }) {
		return nil
	}
	for _, use := range r.act.Types {
		variables := use.Variables()
		if len(variables) != 1 || !r.isID(variables[0]) {
			continue
		}
		stem, _ := strings.CutSuffix(strings.ToLower(variables[0]), "id")
		if stem != "" && r.parameters.first(stem+"name") != "" {
			return r.shaped(r.ctx.expand(*use.ResourceType, capitals))
		}
	}
	return nil
}

// only returns the resource of which a place has just one, such as Glue's data
// catalog: nothing in the request has to name it.
func (r request) only() []string {
	for _, use := range r.act.Types {
		if len(use.Variables()) == 0 && use.Required && alternatives[r.act.Service] == "" && r.ctx.Account != "" {
			return []string{r.ctx.expand(*use.ResourceType, nil)}
		}
	}
	return nil
}

// fill puts the parameters into one template; several resources where the one
// variable has several values. A value that is an ARN of its own stands for the
// whole.
func (r request) fill(t sar.ResourceType, whole bool) []string {
	values := map[string]string{}
	missing := 0
	for _, variable := range t.Variables() {
		found := r.valuesOf(t, variable)
		if direct := r.fitting(found); len(direct) > 0 {
			return direct
		}
		if len(found) == 0 {
			missing++
			values[variable] = capitals(variable)
			continue
		}
		if len(t.Variables()) == 1 {
			return r.fillEach(t, variable, found)
		}
		values[variable] = r.written(variable, shortName(found[0]))
	}
	if missing == len(values) || missing > 0 && whole {
		return nil
	}
	resource := r.ctx.expand(t, func(variable string) string { return values[variable] })
	if missing > 0 { // all objects of a bucket, a stack of any id: their forms know
		resource = strings.TrimSuffix(strings.TrimSuffix(resource, "/OBJECT_NAME"), "/ID")
	}
	return r.shaped(resource)
}

func (r request) fillEach(t sar.ResourceType, variable string, values []string) []string {
	var found []string
	for _, value := range values {
		if form := serviceForms[r.act.Service].fromName; form != nil && r.act.Service != "s3" {
			if resource, ok := Locate(r.act.String(), value, r.ctx); ok {
				found = append(found, resource)
				continue
			}
		}
		if takes(r.act, alternatives[r.act.Service]) {
			continue // the value alone says of which type it is
		}
		name := shortName(value)
		if r.isID(variable) && strings.Contains(name, "/") { // an id has none: "/hostedzone/Z1", "service/main/api"
			if name = byTail(r.act, name, r.ctx); name != "" {
				found = append(found, r.shaped(name)...)
			}
			continue
		}
		found = append(found, r.shaped(r.ctx.expand(t, func(string) string { return r.written(variable, name) }))...)
	}
	return found
}

// shaped gives a filled template its form in a policy.
func (r request) shaped(resource string) []string {
	if resource, ok := Locate(r.act.String(), resource, r.ctx); ok {
		return []string{resource}
	}
	return nil
}

// shortName is the name in an ARN of another type, such as the cluster's in a
// request about its service.
func shortName(value string) string {
	if a, ok := arn.Parse(value); ok {
		return a.Name()
	}
	return value
}
