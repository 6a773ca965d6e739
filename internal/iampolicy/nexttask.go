package iampolicy

import (
	"maps"
	"regexp"
	"slices"
	"strings"

	"whystopped/internal/arn"
	"whystopped/internal/words"
)

// fleeting is a kind of thing that one task names and the next one names otherwise.
type fleeting struct {
	service string
	// form is the resource part of an ARN as a document has it; its first group
	// stays for the next task.
	form *regexp.Regexp
	// beyond is the code of what the pattern covers besides.
	beyond string
}

// fleetings is read only. The forms are those of the Service Authorization
// Reference (https://docs.aws.amazon.com/service-authorization/latest/reference/);
// names that last, as a function's alias or a table's, are not among them.
var fleetings = []fleeting{
	{"s3", regexp.MustCompile(`^(accesspoint/[^/]+/object/(?:.*/)?)[^/]+$`), "object"},
	{"s3", regexp.MustCompile(`^([^/]+/(?:.*/)?)[^/]+$`), "object"},
	{"ecs", regexp.MustCompile(`^(task/[^/]+/)[^/]+$`), "task"},
	{"ecs", regexp.MustCompile(`^(container-instance/[^/]+/)[^/]+$`), "container-instance"},
	{"ecs", regexp.MustCompile(`^((?:task-set|service-deployment|service-revision)/[^/]+/[^/]+/)[^/]+$`), "deployment"},
	{"ecs", regexp.MustCompile(`^((?:daemon-)?task-definition/[^:]+:)\d+$`), "revision"},
	{"states", regexp.MustCompile(`^((?:execution|express):[^:]+:).+$`), "execution"},
	{"lambda", regexp.MustCompile(`^(function:[^:]+:)\d+$`), "version"},
	{"batch", regexp.MustCompile(`^(job-definition/[^:]+:)\d+$`), "revision"},
	{"batch", regexp.MustCompile(`^(job/)[0-9a-f-]+$`), "job"},
	{"ssm", regexp.MustCompile(`^((?:session|automation-execution)/)[^/]+$`), "session"},
	{"emr-serverless", regexp.MustCompile(`^(/applications/[^/]+/jobruns/)[^/]+$`), "job-run"},
	{"bedrock", regexp.MustCompile(`^(async-invoke/)[^/]+$`), "async-invoke"},
	{"sns", regexp.MustCompile(`^(endpoint/[^/]+/[^/]+/)[^/]+$`), "device"},
	{"es", regexp.MustCompile(`^(domain/[^/]+/).+$`), "path"},
}

// Wider is a resource of a document as the next task needs it.
type Wider struct {
	Resource, Pattern string
	// Actions are allowed on the pattern.
	Actions []string
	// Beyond is the code of what the pattern covers besides the resource, and
	// Under the name that they have in common.
	Beyond, Under string
}

// ForNextTask is the document with a pattern in place of each resource that is of
// one task only (an object, a task, an execution), and what that widens. It
// widens nothing where all resources last, or wait for words to be replaced.
func (d Document) ForNextTask() (Document, []Wider) {
	next := Document{Version: d.Version}
	var widened []Wider
	for _, s := range d.Statement {
		if s.IsForm() {
			return d, nil
		}
		s.Resource = slices.Clone(s.Resource)
		for i, resource := range s.Resource {
			if w, ok := wider(resource); ok {
				w.Actions = s.Action
				widened = append(widened, w)
				s.Resource[i] = w.Pattern
			}
		}
		slices.Sort(s.Resource)
		s.Resource = slices.Compact(s.Resource)
		next.Statement = append(next.Statement, s)
	}
	return next, widened
}

func wider(resource string) (Wider, bool) {
	a, ok := arn.Parse(resource)
	if !ok || hasWildcard(a.Resource) {
		return Wider{}, false
	}
	for _, f := range fleetings {
		m := f.form.FindStringSubmatch(a.Resource)
		if f.service != a.Service || m == nil {
			continue
		}
		if last := Unescape(a.Resource[len(m[1]):], "*", "?"); strings.Trim(last, "*?") == "" {
			return Wider{}, false // the evidence says "all", and is not to be granted it
		}
		a.Resource = m[1] + "*"
		return Wider{Resource: resource, Pattern: a.String(), Beyond: f.beyond, Under: lastsAs(f.service, Unescape(m[1], "*", "?"))}, true
	}
	return Wider{}, false
}

// lastsAs names what stays of a resource: the place of an object, or the last
// name before the part that passes.
func lastsAs(service, kept string) string {
	if service == "s3" {
		return kept
	}
	kept = strings.Trim(kept, "/:")
	if i := strings.LastIndexAny(kept, "/:"); i >= 0 {
		return kept[i+1:]
	}
	return kept
}

// nextTaskPattern reports whether the resource part of an ARN is such a pattern.
func nextTaskPattern(service, resource string) bool {
	head, ok := strings.CutSuffix(resource, "*")
	if !ok || hasWildcard(head) {
		return false
	}
	return slices.ContainsFunc(fleetings, func(f fleeting) bool {
		m := f.form.FindStringSubmatch(head + "0")
		return f.service == service && m != nil && m[1] == head
	})
}

// Beyond says what patterns allow besides what was denied. The arguments are
// those of a document in parts; none if it is whole.
func Beyond(widened []Wider, parts words.Args) words.Text {
	args := words.Args{}
	maps.Copy(args, parts)
	if len(widened) == 1 {
		w := widened[0]
		args["actions"], args["under"] = w.Actions, w.Under
		return words.Say("wider."+w.Beyond, args)
	}
	var actions, patterns []string
	for _, w := range widened {
		actions = append(actions, w.Actions...)
		patterns = append(patterns, w.Pattern)
	}
	slices.Sort(actions)
	args["actions"], args["patterns"] = slices.Compact(actions), patterns
	return words.Say("wider.several", args)
}
