package limit

import (
	"context"
	"errors"

	"golang.org/x/sync/singleflight"
)

// Together lets those who ask for the same thing at the same time share one
// answer. The asking goes on when the one who began it leaves; where it ends
// for lack of that one's time, the others ask again with their own.
func Together[T any](
	ctx context.Context, group *singleflight.Group, key string, ask func(context.Context) (T, error),
) (T, error) {
	for {
		answer := group.DoChan(key, func() (any, error) {
			within := context.WithoutCancel(ctx)
			if deadline, ok := ctx.Deadline(); ok {
				var cancel context.CancelFunc
				within, cancel = context.WithDeadline(within, deadline)
				defer cancel()
			}
			return ask(within)
		})
		var none T
		select {
		case <-ctx.Done():
			return none, ctx.Err()
		case got := <-answer:
			switch {
			case got.Err == nil:
				return got.Val.(T), nil
			case ctx.Err() == nil && errors.Is(got.Err, context.DeadlineExceeded):
				continue
			}
			return none, got.Err
		}
	}
}
