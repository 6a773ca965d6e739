// Package awsfake is the AWS double: an http.Handler that answers the calls
// which whystopped makes, in AWS's wire form, over a Scenario. The demo, the
// tests and the benchmarks put the real AWS SDK in front of it.
//
// One listener serves every service and Region: a request is told by its
// X-Amz-Target or Action, never by its host, and its Region is the one that it
// is signed for. Signatures are not verified. Faults can be set per operation.
package awsfake

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"maps"
	"net/http"
	"sync"
	"time"
)

// Server is the double. It is safe for concurrent use.
type Server struct {
	world       world
	now         func() time.Time
	pageSize    int
	emptyPages  bool
	accessKeyID string

	mu       sync.Mutex
	calls    map[string]int
	faults   map[string]*armedFault
	sessions map[string]*Session // by access key
}

// Option changes how a Server answers.
type Option func(*Server)

// WithPageSize makes every list come in pages of at most n entries, where AWS
// would send more. FilterLogEvents looks at n events a page, matching or not,
// as AWS does with larger numbers.
func WithPageSize(n int) Option { return func(s *Server) { s.pageSize = n } }

// WithEmptyPages puts an empty page with a token before every further page of
// log events, as CloudWatch Logs may do at any time.
func WithEmptyPages() Option { return func(s *Server) { s.emptyPages = true } }

// WithAccessKeyID makes the double know only this access key; requests signed
// with another one get AWS's answer to wrong credentials.
func WithAccessKeyID(id string) Option { return func(s *Server) { s.accessKeyID = id } }

// WithClock sets the double's clock, instead of time.Now.
func WithClock(now func() time.Time) Option { return func(s *Server) { s.now = now } }

// New makes a double of the scenario, which must not be changed afterwards.
func New(scenario Scenario, opts ...Option) *Server {
	s := &Server{
		world:    newWorld(scenario),
		now:      time.Now,
		calls:    map[string]int{},
		faults:   map[string]*armedFault{},
		sessions: map[string]*Session{},
	}
	for _, opt := range opts {
		opt(s)
	}
	return s
}

// Calls counts the requests that came in, retries included, by operation:
// "ecs:DescribeTasks".
func (s *Server) Calls() map[string]int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return maps.Clone(s.calls)
}

func (s *Server) count(req request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls[req.op]++
	if session := s.sessions[req.accessKeyID]; session != nil {
		session.Calls[req.op]++
	}
}

// ServeHTTP answers one AWS request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	req, err := readRequest(w, r)
	out := answer{w: w, req: req}
	if err != nil {
		out.fail(err)
		return
	}
	s.count(req)
	if fault, ok := s.takeFault(req.op); ok {
		if answered := s.act(fault, out, r); answered {
			return
		}
	}
	if err := s.admit(req); err != nil {
		out.fail(err)
		return
	}
	result, err := routes[req.op].handle(s, req)
	if err != nil {
		out.fail(err)
		return
	}
	out.send(http.StatusOK, result)
}

// admit refuses requests that AWS would refuse for their credentials. One that
// is not signed at all is refused before anything else is looked at.
func (s *Server) admit(req request) error {
	switch {
	case req.accessKeyID == "":
		return errUnsigned(req)
	case s.accessKeyID != "" && req.accessKeyID != s.accessKeyID && !s.ofSession(req):
		return errWrongCredentials(req)
	}
	return nil
}

// handler answers one operation with a value that is written as JSON or XML.
type handler func(*Server, request) (any, error)

// route is an operation that the double knows.
type route struct {
	handle handler
	// resource is what AWS names when it denies the call, by the resource types of
	// the Service Authorization Reference; nil where its sentence names all.
	resource func(*Server, request) string
}

// unnamed is for operations whose denial names no resource.
func unnamed(*Server, request) string { return "" }

// routes are all operations, by the name that IAM has for them. Each service's
// stand in its file.
var routes = join(ecsRoutes, logsRoutes, trailRoutes, iamRoutes, stsRoutes)

func join(services ...map[string]route) map[string]route {
	all := map[string]route{}
	for _, routes := range services {
		maps.Copy(all, routes)
	}
	return all
}

// jsonOperation makes a handler of a method that takes its input from JSON.
func jsonOperation[In any](method func(*Server, request, In) (any, error)) handler {
	return func(s *Server, req request) (any, error) {
		var in In
		if err := json.Unmarshal(req.body, &in); err != nil {
			return nil, &apiError{Status: http.StatusBadRequest, Code: "SerializationException"}
		}
		return method(s, req, in)
	}
}

// answer writes what goes back, in the protocol of the request.
type answer struct {
	w   http.ResponseWriter
	req request
}

func (a answer) fail(err error) {
	var api *apiError
	if !errors.As(err, &api) {
		api = errInternal
	}
	if a.req.protocol == protocolQuery {
		a.send(api.Status, api.xml(a.req))
		return
	}
	a.send(api.Status, api.json())
}

func (a answer) send(status int, body any) {
	buf, contentType, err := a.encode(body)
	if err != nil {
		http.Error(a.w, err.Error(), http.StatusInternalServerError)
		return
	}
	h := a.w.Header()
	h.Set("Content-Type", contentType)
	h.Set("X-Amzn-Requestid", a.req.id)
	a.w.WriteHeader(status)
	_, _ = a.w.Write(buf) // the client may be gone, which is its own affair
}

func (a answer) encode(body any) (buf []byte, contentType string, err error) {
	if a.req.protocol == protocolQuery {
		buf, err = xml.Marshal(body)
		return buf, "text/xml", err
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false) // AWS writes < and & as they are
	err = enc.Encode(body)
	return b.Bytes(), "application/x-amz-json-1.1", err
}
