package casebook

import (
	"context"

	"whystopped/internal/diagnose"
	"whystopped/internal/diagnose/evidence"
)

// concluded is a diagnosis with the evidence that it was made from, both
// without secrets.
type concluded struct {
	diagnose.Diagnosis
	evidence evidence.Evidence
	// full is set if all of the stop's own evidence was read.
	full bool
	// event is the id of the event that told of a stop without a task; "" for
	// a task.
	event string
}

// conclude is the only way from evidence to a diagnosis: secrets are taken out
// before anything looks at the evidence, so that none can get into the answer
// or into the store. It is cut to its bounds afterwards, since half a secret
// looks like none.
func conclude(ev evidence.Evidence) concluded {
	d, err := concludeFor(context.Background(), ev)
	if err != nil {
		panic(err) // this context never ends
	}
	return d
}

// concludeFor is conclude for somebody who may leave: the only error is that of
// a context that has ended.
func concludeFor(ctx context.Context, ev evidence.Evidence) (concluded, error) {
	ev, err := withoutSecrets(ctx, ev)
	if err != nil {
		return concluded{}, err
	}
	ev.Bound()
	d, err := diagnose.DiagnoseContext(ctx, ev)
	return concluded{Diagnosis: d, evidence: ev}, err
}
