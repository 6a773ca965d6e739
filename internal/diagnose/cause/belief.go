package cause

import (
	"time"

	"whystopped/internal/arn"
	"whystopped/internal/diagnose/denial"
	"whystopped/internal/diagnose/verdict"
	"whystopped/internal/iampolicy"
)

// Whatever a program writes, a stranger may have made it write. What ECS or
// CloudTrail says is AWS's own word; a log, and text that somebody pasted, is
// only as good as what AWS says beside it.

// witness says who tells of a refusal.
type witness struct {
	// call is set where AWS tells of the same call: ECS wrote the text, or
	// CloudTrail has a record of the same principal and action.
	call bool
	// resource is set where AWS names the same resource, too.
	resource bool
}

// ToldByAWS reports whether AWS itself tells of the refused call, whatever the
// resource.
func (r *Refusal) ToldByAWS() bool { return r.witness.call }

// Proven reports whether AWS itself tells of the refused call on its resource.
func (r *Refusal) Proven() bool { return r.witness.call && r.witness.resource }

// ByTask reports whether a refusal was of the task's own session.
func (c *Case) ByTask(r *Refusal) bool { return c.ownSession(r.Principal) }

// judged is a refusal with what its text is worth.
func (c *Case) judged(d denial.Denial, t *Text) Refusal {
	r := Refusal{Denial: d, Text: t, Who: c.who(d, t)}
	told := t.Place&ByApp == 0 && !c.Imitates(t)
	r.witness = witness{call: told, resource: told}
	if !told && !c.credible(d, t) {
		r.Who.Confidence = r.Who.Confidence.AtMost(verdict.Likely)
	}
	return r
}

// credible reports whether what only a log or a paste tells may be called
// confirmed: a refusal of the task's own session may. Of text that was pasted
// without a task nothing is known but the text, and a person means it: whom it
// names, and ECS's own words around a refusal, are taken as they are, as long as
// believing it hands on no rights and opens nobody else's policy.
func (c *Case) credible(d denial.Denial, t *Text) bool {
	if c.ownSession(d.Principal) {
		return true
	}
	if t.Place != Pasted || c.KnowsTask() || iampolicy.GivesPower(d.Action) || byOwner(d.Policy) || !c.Names(d.Principal.Account) {
		return false
	}
	return d.Principal.Known() || startsTask(d, t)
}

// byOwner reports whether a policy belongs to somebody else than the principal,
// who would have to open it.
func byOwner(policy verdict.PolicyType) bool {
	switch policy {
	case verdict.PolicyResource, verdict.PolicyKey, verdict.PolicyTrust, verdict.PolicyVPCEndpoint, verdict.PolicyBoundary:
		return true
	}
	return false
}

// OwnedByOthers reports whether the policy that denied belongs to somebody else
// than the principal.
func (r *Refusal) OwnedByOthers() bool { return byOwner(r.Policy) }

// KnowsTask reports whether the evidence is about a task that ran or should have,
// rather than a text that somebody wants explained.
func (c *Case) KnowsTask() bool {
	f := &c.Facts
	return f.TaskID != "" || f.HasTask && (f.StopCode != "" || len(f.Containers) > 0)
}

// Names reports whether an account is the task's or one of its roles'. It is true
// where neither account is known: people mask them.
func (c *Case) Names(account string) bool {
	if !arn.IsAccount(account) {
		return true
	}
	known := false
	for _, own := range []string{c.Facts.Account, accountOf(c.Facts.ExecutionRole), accountOf(c.Facts.TaskRole)} {
		if own == account {
			return true
		}
		known = known || arn.IsAccount(own)
	}
	return !known
}

func accountOf(role string) string {
	a, _ := arn.Parse(role)
	return a.Account
}

// ownSession reports whether a principal is the task's own session: a role of the
// task, of the role's account, and named after the task as ECS names sessions.
// Source: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-iam-roles.html
func (c *Case) ownSession(p denial.Principal) bool {
	if c.Facts.TaskID != "" && p.Session != c.Facts.TaskID {
		return false
	}
	return c.ownRole(p)
}

func (c *Case) ownRole(p denial.Principal) bool {
	for _, role := range []string{c.Facts.ExecutionRole, c.Facts.TaskRole} {
		if !p.Cut && sameRole(p, role) && p.Account == accountOf(role) {
			return true
		}
	}
	return false
}

const lifeMargin = 2 * time.Minute // around a task's life, for clocks that differ

// recorded reports whether a refusal is CloudTrail's record of the task's own
// session: one named after the task, or one of its roles while it lived, as the
// program made it.
func (c *Case) recorded(r *Refusal) bool {
	f := &c.Facts
	switch {
	case r.Text.Place != Trail:
		return false
	case f.TaskID != "" && r.Principal.Session == f.TaskID:
		return true
	case !c.ownRole(r.Principal), f.TaskID != "" && r.Principal.SessionKind() == denial.SessionTask: // another task's
		return false
	}
	at := r.Text.At
	return at.IsZero() || (f.CreatedAt.IsZero() || at.After(f.CreatedAt.Add(-lifeMargin))) && (f.Ended.IsZero() || at.Before(f.Ended.Add(lifeMargin)))
}

// Recorded reports whether a refusal is CloudTrail's record of the task's own session.
func (c *Case) Recorded(r *Refusal) bool { return r.recorded }

// maxRecords is how many records of one action are compared with a refusal.
const maxRecords = 64

// compareTrail finds, for what logs and pastes tell, the records of the same call.
func (c *Case) compareTrail() {
	byAction := map[string][]int{}
	for i := range c.Refusals {
		r := &c.Refusals[i]
		if r.Text.Place != Trail {
			continue
		}
		r.recorded = c.recorded(r)
		if all := byAction[r.Action]; r.Action != "" && len(all) < maxRecords {
			byAction[r.Action] = append(all, i)
		}
	}
	for i := range c.Refusals {
		r := &c.Refusals[i]
		if r.Text.Place&ByApp == 0 {
			continue
		}
		for _, j := range byAction[r.Action] {
			if record := &c.Refusals[j]; c.sameCaller(r, record) {
				r.witness.call = true
				r.witness.resource = r.witness.resource || c.sameResource(r, record)
			}
		}
		if r.witness.call {
			r.Who = c.who(r.Denial, r.Text)
		}
	}
}

// sameCaller reports whether a record is of the principal that a text names, or
// of the task itself where it names none.
func (c *Case) sameCaller(r, record *Refusal) bool {
	p, q := r.Principal, record.Principal
	if !p.Known() {
		return record.recorded
	}
	return p.Kind == q.Kind && p.Role == q.Role && p.User == q.User && p.Account == q.Account && (p.Session == q.Session || p.Session == "")
}

func (c *Case) sameResource(r, record *Refusal) bool {
	if r.Resource == record.Resource {
		return true
	}
	ctx := iampolicy.Context{Partition: "aws", Region: c.Facts.Region, Account: record.Principal.Account}
	a, ok := iampolicy.ResourceARN(r.Action, r.Resource, ctx)
	b, also := iampolicy.ResourceARN(record.Action, record.Resource, ctx)
	return ok && also && a == b
}
