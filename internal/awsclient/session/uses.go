package session

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/aws/smithy-go/middleware"

	"whystopped/internal/arn"
	"whystopped/internal/awsclient/failure"
	"whystopped/internal/awsclient/limit"
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

type trialKey struct{}

// AsTrial keeps calls with the context out of the uses: trials are reported as
// such.
func AsTrial(ctx context.Context) context.Context { return context.WithValue(ctx, trialKey{}, true) }

// note remembers what a call came to, where that says something of a permission.
func (u *uses) note(ctx context.Context, t Target, operation string, err error, now time.Time) {
	if ctx.Value(trialKey{}) != nil || strings.HasPrefix(operation, "sts:") {
		return // trials are told as such, and of each role there is one
	}
	denied := false
	if err != nil {
		f := failure.Of(err)
		if denied = f.Kind == failure.Denied; !denied && !f.IsNotThere() {
			return
		}
	}
	reader, _ := arn.Parse(t.Role)
	u.mu.Lock()
	defer u.mu.Unlock()
	key := useKey{operation, reader.Account, t.Region, denied}
	if _, known := u.last[key]; known || len(u.last) < maxUses {
		u.last[key] = now
	}
}

// Uses returns what the real calls of each kind came to last, those of Listen's
// clients among them; sorted.
func (p *Pool) Uses() []permissions.Use {
	p.uses.mu.Lock()
	defer p.uses.mu.Unlock()
	var all []permissions.Use
	for key, at := range p.uses.last {
		all = append(all, permissions.Use{
			Action: key.action, Account: key.account, Region: key.region, Denied: key.denied, At: at,
		})
	}
	slices.SortFunc(all, func(a, b permissions.Use) int {
		return cmp.Or(
			cmp.Compare(a.Action, b.Action), cmp.Compare(a.Account, b.Account), cmp.Compare(a.Region, b.Region), a.At.Compare(b.At),
		)
	})
	return all
}

// Listen returns an option for the API of other clients in the default Region,
// whose calls are then among the uses.
func (p *Pool) Listen() func(*middleware.Stack) error {
	attempt := func(ctx context.Context, in middleware.FinalizeInput, next middleware.FinalizeHandler) (
		middleware.FinalizeOutput, middleware.Metadata, error,
	) {
		out, metadata, err := next.HandleFinalize(ctx, in)
		// A batch needs what a single one does.
		p.uses.note(ctx, Target{Region: p.config.Region}, strings.TrimSuffix(
			limit.OperationOf(ctx), "Batch",
		), err, p.opts.Now())
		return out, metadata, err
	}
	return func(stack *middleware.Stack) error {
		return stack.Finalize.Insert(
			middleware.FinalizeMiddlewareFunc("WhystoppedUses", attempt), "Retry", middleware.After,
		)
	}
}
