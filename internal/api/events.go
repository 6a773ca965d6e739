package api

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"whystopped/internal/render"
)

const (
	// beat is how long a stream stays silent at most: proxies close
	// connections on which nothing moves.
	beat = 10 * time.Second
	// sendTime bounds how long a client may take to receive an event.
	sendTime = 20 * time.Second
	// retryAfter keeps a client that does not close the stream at its end from
	// asking again at once.
	retryAfter = 30 * time.Second
)

// events writes server-sent events. It is safe for concurrent use.
// Source: https://html.spec.whatwg.org/multipage/server-sent-events.html
type events struct {
	mu  sync.Mutex
	out io.Writer
	ctl *http.ResponseController
}

// openEvents begins a stream of events, past the buffers of proxies.
func openEvents(request huma.Context) *events {
	request.SetHeader("Content-Type", "text/event-stream")
	request.SetHeader("X-Accel-Buffering", "no")
	e := &events{out: request.BodyWriter()}
	if w, ok := e.out.(http.ResponseWriter); ok {
		e.ctl = http.NewResponseController(w)
	}
	e.write(fmt.Sprintf("retry: %d\n\n", retryAfter.Milliseconds())) // an error comes again with the first event
	return e
}

// send writes one event. Its data is JSON, which has no line breaks.
func (e *events) send(name string, data any) error {
	text, err := json.Marshal(data)
	if err != nil {
		return fmt.Errorf("write event %s: %w", name, err)
	}
	return e.write(fmt.Sprintf("event: %s\ndata: %s\n\n", name, render.JSON(text)))
}

func (e *events) write(text string) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.ctl != nil {
		e.ctl.SetWriteDeadline(time.Now().Add(sendTime)) // an error means that there is none to extend
	}
	if _, err := io.WriteString(e.out, text); err != nil {
		return err
	}
	if e.ctl != nil {
		return e.ctl.Flush()
	}
	return nil
}

// keepOpen writes a comment from time to time, until stop is called. Where it
// cannot, left is called.
func (e *events) keepOpen(left func()) (stop func()) {
	ended := make(chan struct{})
	var beating sync.WaitGroup
	beating.Go(func() {
		ticker := time.NewTicker(beat)
		defer ticker.Stop()
		for {
			select {
			case <-ended:
				return
			case <-ticker.C:
				if e.write(": still looking\n\n") != nil {
					left()
				}
			}
		}
	})
	return func() {
		close(ended)
		beating.Wait()
	}
}
