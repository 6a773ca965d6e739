package awsclient

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/aws/smithy-go/middleware"

	"whystopped/internal/arn"
	"whystopped/internal/awsclient/failure"
	"whystopped/internal/awsclient/limit"
	"whystopped/internal/awsclient/session"
	"whystopped/internal/awsclient/source"
	"whystopped/internal/permissions"
	"whystopped/internal/taskref"
	"whystopped/internal/words"
)

// trialTime bounds one trial; CloudTrail's may have to wait for the quota.
const trialTime = limit.LongestWait + 3*time.Second

// TryPermissions makes a harmless read for each permission in a place, of things
// that do not exist, and tells which of them AWS refuses. It takes at most a few
// seconds, changes nothing and never fails.
func (c *Collector) TryPermissions(ctx context.Context, place permissions.Place) []permissions.Trial {
	ctx = session.AsTrial(ctx)
	t := session.Target{Region: place.Region, Role: c.pool.RoleIn(arn.PartitionOf(place.Region), place.Account)}
	var results []permissions.Trial
	if t.Role != "" {
		assumed := c.tryRole(ctx, t)
		results = append(results, assumed...)
		if assumed[0].State != permissions.Works { // all other calls would fail for this
			return results
		}
	}
	calls := slices.DeleteFunc(source.Calls(), func(c source.Call) bool { return c.Try == nil })
	made := make([]permissions.Trial, len(calls))
	var all sync.WaitGroup
	for i, call := range calls {
		all.Go(func() {
			ctx, cancel := context.WithTimeout(ctx, trialTime)
			defer cancel()
			about, err := call.Try(ctx, c.pool.At(t), source.PlaceOf(place))
			made[i] = permissions.Trial{Action: call.Action, Resource: about}
			made[i].State, made[i].Detail = stateOf(err, call.Action)
		})
	}
	all.Wait()
	return append(results, made...)
}

// tryRole assumes the role of the place. The session is tagged, so that one call
// needs both permissions.
func (c *Collector) tryRole(ctx context.Context, t session.Target) []permissions.Trial {
	ctx, cancel := context.WithTimeout(ctx, trialTime)
	defer cancel()
	_, err := c.pool.Credentials(t).Retrieve(ctx)
	state, detail := permissions.Works, words.Text{}
	if err != nil {
		f := failure.Of(err)
		state, detail = permissions.Unknown, f.Detail(failure.AssumeRole)
		if f.Kind == failure.NoRole {
			state = permissions.Lacks
		}
	}
	return []permissions.Trial{
		{Action: failure.AssumeRole, State: state, Resource: t.Role, Detail: detail},
		{Action: "sts:TagSession", State: state, Resource: t.Role, Detail: detail},
	}
}

// stateOf is what a trial's answer says of the permission.
func stateOf(err error, action string) (permissions.State, words.Text) {
	if err == nil {
		return permissions.Works, words.Text{}
	}
	f := failure.Of(err)
	switch {
	case f.Kind == failure.Denied:
		return permissions.Lacks, words.Text{}
	case f.IsNotThere():
		return permissions.Works, words.Text{}
	}
	return permissions.Unknown, f.Detail(action)
}

// Home is the account and the Region that are read where a reference names none;
// each "" where that is not known.
func (c *Collector) Home(ctx context.Context) permissions.Place {
	place := permissions.Place{Region: c.pool.HomeRegion(), Home: true}
	if place.Region != "" {
		// What is wrong with our credentials is told of each call made with them.
		place.Account, _ = c.pool.HomeAccount(ctx, place.Region)
	}
	return place
}

// Reads reports whether a place is among those that are read.
func (c *Collector) Reads(p permissions.Place) bool {
	return c.pool.CheckReadable(taskref.Ref{Account: p.Account, Region: p.Region}) == nil
}

// Permissions are what the calls of this package need of IAM.
func (*Collector) Permissions() []permissions.Permission { return source.Permissions() }

// Uses returns what the real calls of each kind came to last, those of Listen's
// clients among them.
func (c *Collector) Uses() []permissions.Use { return c.pool.Uses() }

// Listen returns an option for the API of other clients in the default Region,
// whose calls are then among the uses.
func (c *Collector) Listen() func(*middleware.Stack) error { return c.pool.Listen() }
