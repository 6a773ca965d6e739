package casebook

import (
	"whystopped/internal/diagnose"
	"whystopped/internal/problem"
	"whystopped/internal/taskref"
	"whystopped/internal/words"
)

// within refuses what is in an account or a Region that may not be read, or not
// any more: the lists may have been narrowed since it was stored.
func (c *Casebook) within(place taskref.Ref) error {
	if why := c.opts.Bounds.Excludes(place); !why.IsZero() {
		return problem.New(problem.NotAllowed, nil, why, words.Say("bounds.ask", nil))
	}
	return nil
}

// mayShow refuses a stored diagnosis of what may not be read. Of evidence that
// somebody brought nothing was read: what it names says nothing of an account.
func (c *Casebook) mayShow(d diagnose.Diagnosis) error {
	if d.Brought {
		return nil
	}
	return c.within(d.Task.Ref())
}

// shown narrows a list of diagnoses to those that mayShow lets pass.
func (c *Casebook) shown(f Filter) Filter {
	if !f.Brought {
		f.Bounds = c.opts.Bounds
	}
	return f
}
