package evidence

import (
	"regexp"
	"slices"
	"strings"
)

// Role is what IAM says of one role.
type Role struct {
	// ARN is IAM's own where the role exists, which tells its true path, and
	// the one that was asked for where it does not.
	ARN  string
	Name string
	// Missing is set where IAM has no role of that name.
	Missing bool
	// TrustPolicy says who may assume the role; a JSON document.
	TrustPolicy string
	// BoundaryARN is the policy that is the role's permissions boundary; ""
	// where it has none.
	BoundaryARN string
}

// EffectiveRoles are the ARNs of the roles that the task runs with: an override
// wins over the definition. A role is "" where there is none or none is known.
func (e Evidence) EffectiveRoles() (execution, task string) {
	if d := e.TaskDefinition; d != nil {
		execution, task = d.ExecutionRoleARN, d.TaskRoleARN
	}
	if t := e.Task; t != nil {
		if t.Overrides.ExecutionRoleARN != "" {
			execution = t.Overrides.ExecutionRoleARN
		}
		if t.Overrides.TaskRoleARN != "" {
			task = t.Overrides.TaskRoleARN
		}
	}
	return execution, task
}

// maxRolesInQuestion bounds RolesInQuestion: a task has two roles, and ECS's
// texts name one or two more.
const maxRolesInQuestion = 4

// RolesInQuestion are the ARNs of the roles about which IAM could tell more than
// the texts do, each once. There are none, and no call is worth making, unless
// ECS says that it could not assume a role, for which it has one text whatever
// is wrong with the role, or that a permissions boundary refused, which it does
// not name. Then they are the roles that such texts name, and the task's own.
func (e Evidence) RolesInQuestion() []string {
	texts := slices.DeleteFunc(e.wordsOfECS(), func(s string) bool { return !asksForRole(s) })
	if len(texts) == 0 {
		return nil
	}
	var roles []string
	for _, text := range texts {
		for _, role := range roleARN.FindAllString(text, -1) {
			roles = append(roles, strings.TrimRight(role, ".,"))
		}
	}
	execution, task := e.EffectiveRoles()
	roles = append(roles, execution, task)
	seen := map[string]bool{"": true}
	roles = slices.DeleteFunc(roles, func(role string) bool {
		again := seen[role]
		seen[role] = true
		return again
	})
	return roles[:min(len(roles), maxRolesInQuestion)]
}

var roleARN = regexp.MustCompile(`arn:[\w-]+:iam::\d{12}:role/[\w+=,.@/-]+`)

// wordsOfECS are the texts in which ECS itself says why a task did not start.
func (e Evidence) wordsOfECS() []string {
	var texts []string
	if t := e.Task; t != nil {
		texts = append(texts, t.StoppedReason)
		for _, c := range t.Containers {
			texts = append(texts, c.Reason)
		}
		for _, a := range t.Attachments {
			texts = append(texts, a.Detail("statusReason"))
		}
	}
	for _, event := range e.ServiceEvents {
		texts = append(texts, event.Text)
	}
	return texts
}

// roleWords are words of ECS after which the role itself has to be looked at.
var roleWords = []string{
	"unable to assume", "missing permissions on ecs infrastructure role", "unable to use the ecs infrastructure role",
	"no permissions boundary allows",
}

// asksForRole tells texts that speak of a role. Of service-linked roles IAM has
// nothing to tell: AWS itself makes them, always alike.
func asksForRole(text string) bool {
	text = strings.Join(strings.Fields(strings.ToLower(text)), " ")
	if strings.Contains(text, "service linked role") || strings.Contains(text, "service-linked role") {
		return false
	}
	return slices.ContainsFunc(roleWords, func(words string) bool { return strings.Contains(text, words) })
}
