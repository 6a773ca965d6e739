package casebook

import (
	"context"
	"errors"
	"fmt"
	"time"

	"whystopped/internal/taskref"
)

// ServiceHistory is what is kept of a service's stops of some time.
type ServiceHistory struct {
	Service taskref.Ref
	// Counts are its stops by cause and by spans of the length Span, between
	// Since and Until.
	Counts       []StopCount
	Span         time.Duration
	Since, Until time.Time
	// Incidents are those of the service that opened in that time, the newest
	// first.
	Incidents []Incident
}

// serviceIncidents is how many incidents a service's history is shown with.
const serviceIncidents = 20

// History tells what is kept of a service's stops of the last days, without a
// call to AWS.
func (c *Casebook) History(ctx context.Context, service taskref.Ref, back time.Duration) (ServiceHistory, error) {
	if err := errors.Join(onlyService(service), c.within(service)); err != nil {
		return ServiceHistory{}, err
	}
	now := c.opts.Now()
	h := ServiceHistory{
		Service: service, Span: spanOf(back), Since: now.Add(-back), Until: now,
	}
	var err error
	h.Counts, err = c.opts.Store.StopCounts(ctx, StopFilter{Place: service, Since: h.Since, Bounds: c.opts.Bounds}, h.Span)
	if err != nil {
		return ServiceHistory{}, fmt.Errorf("count the stops of service %s: %w", service.Service(), err)
	}
	f := IncidentFilter{Filter: Filter{Account: service.Account, Region: service.Region, Cluster: service.Cluster, Service: service.Service(), Since: h.Since, Bounds: c.opts.Bounds}}
	if h.Incidents, err = c.opts.Store.Incidents(ctx, f, "", serviceIncidents); err != nil {
		return ServiceHistory{}, fmt.Errorf("list the incidents of service %s: %w", service.Service(), err)
	}
	return h, nil
}

// spanOf divides a time into some dozens of spans that a person counts in.
func spanOf(back time.Duration) time.Duration {
	for _, span := range []time.Duration{time.Minute, 5 * time.Minute, 15 * time.Minute, time.Hour, 3 * time.Hour, 6 * time.Hour} {
		if back/span <= 60 {
			return span
		}
	}
	return 24 * time.Hour
}
