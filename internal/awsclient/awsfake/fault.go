package awsfake

import (
	"context"
	"io"
	"net"
	"net/http"
	"time"
)

// Fault is what goes wrong with an operation. Latency comes before anything
// else; of the rest the first that is set happens.
type Fault struct {
	// Latency is how long the answer takes, unless the client gives up before.
	Latency time.Duration
	// Throttle refuses the first n calls with "Rate exceeded", all of them
	// when negative.
	Throttle int
	// PerSecond refuses calls with "Rate exceeded" that come when so many were
	// answered in the second before, as AWS does to those over a quota. It goes
	// by the real clock, whatever WithClock says. Zero is no limit.
	PerSecond int
	// Deny refuses the client's own role, as when our policy lacks the action.
	Deny bool
	// Status500 answers InternalFailure.
	Status500 bool
	// Hang never answers; it ends when the client goes.
	Hang bool
	// Reset breaks the connection off without an answer.
	Reset bool
	// Garbage answers 200 with the page of some proxy instead of AWS's form.
	Garbage bool
	// Empty answers 200 with nothing at all.
	Empty bool
	// ExpiredToken refuses the client's credentials as expired.
	ExpiredToken bool
	// ClockSkew lets the double's clock run an hour ahead: it refuses what
	// is signed for another time, and says its own in the Date header.
	ClockSkew bool
}

// EveryOperation sets a fault for the operations that have none of their own.
const EveryOperation = "*"

// armedFault is a Fault that is set, with the throttles that it still has and
// when it let calls through.
type armedFault struct {
	Fault
	throttles int
	let       []time.Time // in the last second, oldest first
}

// overQuota reports whether a call at that time is one too many for PerSecond.
func (f *armedFault) overQuota(now time.Time) bool {
	if f.PerSecond == 0 {
		return false
	}
	for len(f.let) > 0 && now.Sub(f.let[0]) >= time.Second {
		f.let = f.let[1:]
	}
	if len(f.let) >= f.PerSecond {
		return true
	}
	f.let = append(f.let, now)
	return false
}

// SetFault sets what goes wrong with an operation ("ecs:DescribeTasks") from
// now on, or with EveryOperation; the zero Fault takes it away again.
func (s *Server) SetFault(op string, f Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if f == (Fault{}) {
		delete(s.faults, op)
		return
	}
	s.faults[op] = &armedFault{Fault: f, throttles: f.Throttle}
}

// takeFault finds the fault of an operation and uses up one of its throttles.
// In what it returns, Throttle is not zero when this very call is throttled.
func (s *Server) takeFault(op string) (Fault, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	armed := s.faults[op]
	if armed == nil {
		armed = s.faults[EveryOperation]
	}
	if armed == nil {
		return Fault{}, false
	}
	f := armed.Fault
	f.Throttle = armed.throttles
	if armed.throttles > 0 {
		armed.throttles--
	}
	if f.Throttle == 0 && armed.overQuota(time.Now()) {
		f.Throttle = 1
	}
	return f, true
}

// act lets the fault happen and tells whether the request is done with.
func (s *Server) act(f Fault, out answer, r *http.Request) (answered bool) {
	if !wait(r.Context(), f.Latency) {
		return true
	}
	switch {
	case f.Throttle != 0:
		out.fail(errThrottled(out.req))
	case f.Deny:
		out.fail(errDenied(out.req, s.world.Caller, s.deniedResource(out.req)))
	case f.ExpiredToken:
		out.fail(errExpiredToken(out.req))
	case f.Status500:
		out.fail(errInternal)
	case f.Hang:
		<-r.Context().Done()
	case f.Reset:
		reset(out.w)
	case f.Garbage:
		garbage(out.w)
	case f.Empty:
		out.w.WriteHeader(http.StatusOK)
	case f.ClockSkew:
		return s.skewed(out)
	default:
		return false
	}
	return true
}

// wait lets the time pass and reports whether the client is still there.
func wait(ctx context.Context, d time.Duration) bool {
	if d <= 0 {
		return true
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// reset closes the connection so that the client reads "connection reset by
// peer", or at least an early end where the connection cannot be had.
func reset(w http.ResponseWriter) {
	hijacker, ok := w.(http.Hijacker)
	if !ok {
		panic(http.ErrAbortHandler)
	}
	conn, _, err := hijacker.Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0) // close with a reset instead of a farewell
	}
	_ = conn.Close()
}

func garbage(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = io.WriteString(
		w, "<!DOCTYPE html><html><head><title>Sign in to the network</title></head><body>Please sign in.</body></html>",
	)
}

const (
	skewAhead = time.Hour       // how far the double's clock runs ahead
	maxSkew   = 5 * time.Minute // what Signature Version 4 tolerates
)

// skewed answers by a clock that runs ahead. A client that has corrected its
// own clock by the Date header gets through.
func (s *Server) skewed(out answer) (answered bool) {
	now := s.now().Add(skewAhead)
	out.w.Header().Set("Date", now.UTC().Format(http.TimeFormat))
	if now.Sub(out.req.signedAt).Abs() <= maxSkew {
		return false
	}
	out.fail(errSkewed(out.req, now))
	return true
}
