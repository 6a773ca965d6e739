// Package slackfake is a double of Slack: the part of its Web API that the
// service uses, over HTTP, with the messages that were posted and with faults.
// It is for tests.
package slackfake

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"path"
	"strings"
	"sync"
	"time"
)

// Server is Slack over HTTP: its Web API below /api/, as in
// "http://127.0.0.1:1234/api/" for ClientOptions.APIURL. All other addresses
// take answers to commands. Every channel that is named exists, with the bot in
// it. It is safe for concurrent use; its fields are set before it serves.
type Server struct {
	// Now is Slack's clock; nil for the machine's.
	Now func() time.Time
	// PageSize bounds what one page of a list holds; 0 for whatever is asked for.
	PageSize int
	// Shared are the ids of channels that are shared with another company.
	Shared map[string]bool
	// Heard is told of every call once it is answered; it may be nil.
	Heard func(Call)

	mu       sync.Mutex
	faults   map[string][]Fault // by the last part of the path
	channels []channel
	messages []*Message
	posted   int
}

// New makes a Server.
func New() *Server { return &Server{faults: map[string][]Fault{}} }

// Call is a request as it came.
type Call struct {
	Path  string
	Form  url.Values     // of the Web API
	JSON  map[string]any // of an answer to a command
	Token string
}

// Blocks are the blocks of a call as JSON.
func (c Call) Blocks() string {
	if c.JSON == nil {
		return c.Form.Get("blocks")
	}
	b, err := json.Marshal(c.JSON["blocks"])
	if err != nil {
		return err.Error() // it came from JSON, so that it cannot be
	}
	return string(b)
}

// ServeHTTP answers one call.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c := read(r)
	if s.Heard != nil {
		defer s.Heard(c)
	}
	method := path.Base(c.Path)
	fault := s.takeFault(method)
	if fault.answer != nil && !fault.done {
		fault.answer(w, r)
		return
	}
	answer := map[string]any{"ok": true}
	if strings.HasPrefix(c.Path, "/api/") {
		answer = s.do(method, c)
	}
	if fault.answer != nil {
		fault.answer(w, r)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	json.NewEncoder(w).Encode(answer) // whoever does not wait for it has lost it
}

func read(r *http.Request) Call {
	c := Call{Path: r.URL.Path, Form: url.Values{}}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return c
	}
	if strings.HasPrefix(r.Header.Get("Content-Type"), "application/json") {
		json.Unmarshal(body, &c.JSON) // what is no JSON is told as none
		return c
	}
	if form, err := url.ParseQuery(string(body)); err == nil {
		c.Form = form
	}
	c.Token = c.Form.Get("token")
	if c.Token == "" {
		c.Token = strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
	}
	return c
}

// do does what a method is for.
func (s *Server) do(method string, c Call) map[string]any {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c.Token == "" {
		return refuse("not_authed")
	}
	switch method {
	case "chat.postMessage":
		return s.post(c.Form)
	case "chat.update":
		return s.update(c.Form)
	case "chat.unfurl":
		return map[string]any{"ok": true}
	case "conversations.history":
		return s.history(c.Form)
	case "conversations.replies":
		return s.replies(c.Form)
	case "conversations.info":
		id := c.Form.Get("channel")
		return map[string]any{"ok": true, "channel": map[string]any{"id": id, "is_ext_shared": s.Shared[id]}}
	case "users.conversations":
		return s.conversations(c.Form)
	}
	return refuse("unknown_method")
}

func refuse(code string) map[string]any { return map[string]any{"ok": false, "error": code} }

// now is Slack's time.
func (s *Server) now() time.Time {
	if s.Now != nil {
		return s.Now()
	}
	return time.Now()
}

// takeFault gives the fault that a call meets; the zero Fault for none.
func (s *Server) takeFault(method string) Fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	queue := s.faults[method]
	if len(queue) == 0 {
		return Fault{}
	}
	s.faults[method] = queue[1:]
	return queue[0]
}
