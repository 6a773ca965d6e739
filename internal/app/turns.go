package app

import (
	"context"
	"errors"
	"net/http"
	"runtime"
	"time"

	"whystopped/internal/guard"
	"whystopped/internal/problem"
	"whystopped/internal/words"
)

// How much evidence that people bring is diagnosed at a time. It is read and
// redacted meanwhile, which of 8 MiB takes a processor for a second.
const (
	evaluationQueue = 16              // of one client, with those that wait
	evaluationWait  = 5 * time.Second // for others
)

// evaluations lets as many run as there are processors, and half of them of one
// client.
func evaluations() func(context.Context) (giveBack func(), err error) {
	most := max(2, runtime.GOMAXPROCS(0))
	turns := guard.NewTurns(guard.TurnsOptions{Most: most, Each: most / 2, Queue: evaluationQueue, Wait: evaluationWait})
	return func(ctx context.Context) (func(), error) {
		client, _ := ctx.Value(clientKey{}).(string)
		giveBack, err := turns.Take(ctx, client)
		switch {
		case errors.Is(err, guard.ErrShare):
			err = problem.New(problem.TooMany, nil, words.Say("busy.evidence-of-one", nil))
		case errors.Is(err, guard.ErrTurn):
			err = problem.New(problem.Busy, nil, words.Say("busy.evidence", nil))
		}
		return giveBack, err
	}
}

// clientKey is where a context has the name of the client; "" for those of this
// machine to a service that is open.
type clientKey struct{}

// nameClient tells what lies behind who the client is.
func (d *door) nameClient(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		client := ""
		if !d.isThisMachine(r) {
			client = d.client(r)
		}
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), clientKey{}, client)))
	})
}
