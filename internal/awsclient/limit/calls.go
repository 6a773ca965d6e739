package limit

import (
	"context"
	"sync/atomic"
)

type callsKey struct{}

// CountCalls makes every request that is sent with the context count in n.
func CountCalls(ctx context.Context, n *atomic.Int64) context.Context {
	return context.WithValue(ctx, callsKey{}, n)
}

// AddCalls counts requests that were sent for the context, though not with it.
func AddCalls(ctx context.Context, n int64) {
	if counter, ok := ctx.Value(callsKey{}).(*atomic.Int64); ok {
		counter.Add(n)
	}
}
