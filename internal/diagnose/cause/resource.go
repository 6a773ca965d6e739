package cause

import (
	"cmp"

	"whystopped/internal/arn"
	"whystopped/internal/diagnose/startup"
	"whystopped/internal/iampolicy"
)

// PolicyContext is where a call was made: what the given ARNs tell, in their
// order, then the task and its roles.
func (c *Case) PolicyContext(arns ...string) iampolicy.Context {
	ctx := iampolicy.Context{Partition: c.Facts.Partition, Region: c.Facts.Region, Account: c.Facts.Account}
	for _, s := range append(arns, c.Facts.ExecutionRole, c.Facts.TaskRole) {
		a, ok := arn.Parse(s)
		if !ok {
			continue
		}
		ctx.Partition = cmp.Or(ctx.Partition, a.Partition)
		ctx.Region = cmp.Or(ctx.Region, a.Region)
		ctx.Account = cmp.Or(ctx.Account, a.Account)
	}
	ctx.Partition = cmp.Or(ctx.Partition, "aws")
	return ctx
}

// RefusalContext is where a refused call was made. The principal's account is
// the caller's; a resource may be another's.
func (c *Case) RefusalContext(r *Refusal) iampolicy.Context {
	return c.PolicyContext(r.Principal.ARN, r.Resource)
}

// PolicyResource is the refused resource in the form that a policy needs, or
// what the task definition tells of it; "" where neither knows.
func (c *Case) PolicyResource(r *Refusal) string {
	ctx := c.RefusalContext(r)
	if r.Resource != "" {
		if res, ok := iampolicy.Locate(r.Action, r.Resource, ctx); ok {
			return res
		}
	}
	if res, ok := iampolicy.ResourceInText(r.Action, r.Text.Raw, ctx); ok {
		return res
	}
	if a, known := iampolicy.Canonical(r.Action); known && !a.ResourceLevel() {
		return "*"
	}
	if AtStart(r) {
		return c.definedResource(r.Action)
	}
	return ""
}

// definedResource is the one resource on which starting this task definition
// needs the action; "" where it needs none or several.
func (c *Case) definedResource(action string) string {
	d, ctx := c.Evidence.TaskDefinition, c.PolicyContext()
	if d == nil || ctx.Account == "" || ctx.Region == "" {
		return ""
	}
	only := ""
	for _, req := range startup.Requests(d, ctx) {
		if req.Action != action || req.Resource == only {
			continue
		}
		if only != "" {
			return ""
		}
		only = req.Resource
	}
	return only
}
