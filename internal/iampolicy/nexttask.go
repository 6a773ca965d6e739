package iampolicy

import (
	"regexp"
	"slices"
	"strings"

	"whystopped/internal/arn"
)

// fleeting is a kind of thing that one task names and the next one names otherwise.
type fleeting struct {
	service string
	// form is the resource part of an ARN as a document has it; its first group
	// stays for the next task.
	form *regexp.Regexp
	// beyond says what the pattern covers, with {} for the last part that stays.
	beyond string
}

// fleetings is read only. The forms are those of the Service Authorization
// Reference (https://docs.aws.amazon.com/service-authorization/latest/reference/);
// names that last, as a function's alias or a table's, are not among them.
var fleetings = []fleeting{
	{"s3", regexp.MustCompile(`^(accesspoint/[^/]+/object/(?:.*/)?)[^/]+$`), "every other object under {}"},
	{"s3", regexp.MustCompile(`^([^/]+/(?:.*/)?)[^/]+$`), "every other object under {}"},
	{"ecs", regexp.MustCompile(`^(task/[^/]+/)[^/]+$`), "every other task in {}"},
	{"ecs", regexp.MustCompile(`^(container-instance/[^/]+/)[^/]+$`), "every other container instance in {}"},
	{"ecs", regexp.MustCompile(`^((?:task-set|service-deployment|service-revision)/[^/]+/[^/]+/)[^/]+$`), "every other one of {}"},
	{"ecs", regexp.MustCompile(`^((?:daemon-)?task-definition/[^:]+:)\d+$`), "every other revision of {}"},
	{"states", regexp.MustCompile(`^((?:execution|express):[^:]+:).+$`), "every other execution of {}"},
	{"lambda", regexp.MustCompile(`^(function:[^:]+:)\d+$`), "every other version and every alias of {}"},
	{"batch", regexp.MustCompile(`^(job-definition/[^:]+:)\d+$`), "every other revision of {}"},
	{"batch", regexp.MustCompile(`^(job/)[0-9a-f-]+$`), "every other job of the account in this Region"},
	{"ssm", regexp.MustCompile(`^((?:session|automation-execution)/)[^/]+$`), "every other {} of the account in this Region"},
	{"emr-serverless", regexp.MustCompile(`^(/applications/[^/]+/jobruns/)[^/]+$`), "every other job run of the application"},
	{"bedrock", regexp.MustCompile(`^(async-invoke/)[^/]+$`), "every other asynchronous call of the account in this Region"},
	{"sns", regexp.MustCompile(`^(endpoint/[^/]+/[^/]+/)[^/]+$`), "every other device of {}"},
	{"es", regexp.MustCompile(`^(domain/[^/]+/).+$`), "every other path of {}"},
}

// Wider is a resource of a document as the next task needs it.
type Wider struct {
	Resource, Pattern string
	// Actions are allowed on the pattern.
	Actions []string
	// Beyond says in words what the pattern covers besides the resource.
	Beyond string
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
		return Wider{Resource: resource, Pattern: a.String(), Beyond: strings.ReplaceAll(f.beyond, "{}", lastsAs(f.service, Unescape(m[1], "*", "?")))}, true
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
