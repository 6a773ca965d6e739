package awsclient

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/aws/smithy-go/middleware"

	"whystopped/internal/arn"
	"whystopped/internal/permissions"
)

// useKey is what uses are told apart by.
type useKey struct {
	action, account, region string
	denied                  bool
}

// maxUses bounds the uses that are kept: two for each of a dozen actions in
// some hundred places.
const maxUses = 4096

// uses are the last real calls of each kind. They are safe for concurrent use.
type uses struct {
	mu   sync.Mutex
	last map[useKey]time.Time
}

func newUses() *uses { return &uses{last: map[useKey]time.Time{}} }

// note remembers what a call came to, where that says something of a permission.
func (u *uses) note(ctx context.Context, t target, operation string, err error, now time.Time) {
	if ctx.Value(trialKey{}) != nil || strings.HasPrefix(operation, "sts:") {
		return // trials are told as such, and of each role there is one
	}
	denied := false
	if err != nil {
		f := understand(err)
		if denied = f.kind == failedDenied; !denied && (f.kind != failedOther || !slices.Contains(notThere, f.code)) {
			return
		}
	}
	reader, _ := arn.Parse(t.role)
	u.mu.Lock()
	defer u.mu.Unlock()
	key := useKey{operation, reader.Account, t.region, denied}
	if _, known := u.last[key]; known || len(u.last) < maxUses {
		u.last[key] = now
	}
}

// Uses tells what the real calls of each kind came to last, those of Listen's
// clients among them; sorted.
func (c *Collector) Uses() []permissions.Use {
	c.uses.mu.Lock()
	defer c.uses.mu.Unlock()
	var all []permissions.Use
	for key, at := range c.uses.last {
		all = append(all, permissions.Use{Action: key.action, Account: key.account, Region: key.region, Denied: key.denied, At: at})
	}
	slices.SortFunc(all, func(a, b permissions.Use) int {
		return cmp.Or(cmp.Compare(a.Action, b.Action), cmp.Compare(a.Account, b.Account), cmp.Compare(a.Region, b.Region), a.At.Compare(b.At))
	})
	return all
}

// Listen gives an option for the API of other clients in the default Region,
// whose calls are then among the uses.
func (c *Collector) Listen() func(*middleware.Stack) error {
	attempt := func(ctx context.Context, in middleware.FinalizeInput, next middleware.FinalizeHandler) (middleware.FinalizeOutput, middleware.Metadata, error) {
		out, metadata, err := next.HandleFinalize(ctx, in)
		// A batch needs what a single one does.
		c.uses.note(ctx, target{region: c.config.Region}, strings.TrimSuffix(operationOf(ctx), "Batch"), err, c.opts.Now())
		return out, metadata, err
	}
	return func(stack *middleware.Stack) error {
		return stack.Finalize.Insert(middleware.FinalizeMiddlewareFunc("WhystoppedUses", attempt), "Retry", middleware.After)
	}
}
