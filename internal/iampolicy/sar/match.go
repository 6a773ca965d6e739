package sar

import (
	"iter"
	"strings"
)

// Fits reports whether the action can act on the resource: an ARN, or a pattern
// with the wildcards "*" and "?".
//
// An ARN has the type whose template says most about it: a table's index is no
// table, although "table/${TableName}" would swallow it. A pattern fits if some
// ARN of one of the action's types would match it and the pattern does not ask
// for another type: "bucket/*" is for objects. The reference does not have
// every form that services print (a task definition without its revision): an
// ARN that none of the service's templates knows fits by its service alone.
func (a Action) Fits(resource string) bool {
	if resource == "*" {
		return true
	}
	sample := strings.NewReplacer("*", "x", "?", "x").Replace(resource)
	for _, how := range []strictness{strict, lax} {
		own := 0
		for _, t := range a.Types {
			if t.matches(resource, how) {
				own = max(own, t.weight())
			}
		}
		if best := heaviest(a.Service, sample, how); own > 0 || best > 0 {
			return own > 0 && own >= best
		}
	}
	for _, t := range a.Types {
		if split(t.Template)[2] == split(resource)[2] {
			return true
		}
	}
	return false
}

// Holds reports whether a resource is not of a type but of another one of the
// service that says less: the bucket of a table, the application of an
// environment.
func (a Action) Holds(t ResourceType, resource string) bool {
	if t.matches(resource, lax) {
		return false
	}
	for _, other := range load(a.Service).types {
		if other.weight() < t.weight() && other.matches(resource, strict) && strings.Count(other.Template, "/") == strings.Count(resource, "/") {
			return true
		}
	}
	return false
}

// heaviest returns the weight of the template of the service that says most about
// the ARN, 0 where none knows it.
func heaviest(service, arn string, how strictness) int {
	best := 0
	for _, t := range load(service).types {
		if w := t.weight(); w > best && t.matches(arn, how) {
			best = w
		}
	}
	return best
}

// strictness says whether partition, Region and account may be missing where a
// template has a variable for them: some services leave them out of what they
// print.
type strictness bool

const (
	strict strictness = false
	lax    strictness = true
)

// matches reports whether a resource, or one that a pattern stands for, can have
// the form of the template. As in IAM, no wildcard reaches over the colons of
// the first five parts.
func (t ResourceType) matches(resource string, how strictness) bool {
	form, parts := split(t.Template), split(resource)
	for i, part := range form {
		if i < 5 && strings.HasPrefix(part, "${") {
			if parts[i] == "" && how == strict {
				return false
			}
			continue
		}
		if i < 5 && part != "*" && parts[i] != part && parts[i] != "*" {
			return false
		}
	}
	return overlap(glob(form[5]), parts[5])
}

// split cuts an ARN into its six parts; the missing ones are empty.
func split(arn string) [6]string {
	var parts [6]string
	copy(parts[:], strings.SplitN(arn, ":", 6))
	return parts
}

// weight is how much of the template is not variable.
func (t ResourceType) weight() int {
	weight := 0
	for literal := range pieces(t.Template) {
		weight += len(literal)
	}
	return weight
}

// glob writes a template as a pattern, in which a variable stands for at least
// one character.
func glob(template string) string {
	var b strings.Builder
	for literal, variable := range pieces(template) {
		b.WriteString(literal)
		if variable != "" {
			b.WriteString("?*")
		}
	}
	return b.String()
}

// Expand fills a template's variables with what value gives for their names.
func (t ResourceType) Expand(value func(variable string) string) string {
	var b strings.Builder
	for literal, variable := range pieces(t.Template) {
		b.WriteString(literal)
		if variable != "" {
			b.WriteString(value(variable))
		}
	}
	return b.String()
}

// Variables lists the names of the template's variables other than Partition,
// Region and Account, in their order.
func (t ResourceType) Variables() []string {
	var names []string
	for _, variable := range pieces(t.Template) {
		switch variable {
		case "", "Partition", "Region", "Account":
		default:
			names = append(names, variable)
		}
	}
	return names
}

// pieces yields the text before each variable with the variable's name, and the
// text behind the last with no name.
func pieces(template string) iter.Seq2[string, string] {
	return func(yield func(literal, variable string) bool) {
		for {
			literal, tail, found := strings.Cut(template, "${")
			variable, rest, closed := strings.Cut(tail, "}")
			if !found || !closed {
				yield(template, "")
				return
			}
			if !yield(literal, variable) {
				return
			}
			template = rest
		}
	}
}
