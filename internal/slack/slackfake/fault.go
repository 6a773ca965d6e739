package slackfake

import (
	"encoding/json"
	"net/http"
	"strconv"
)

// Fault is how one call goes wrong.
type Fault struct {
	answer http.HandlerFunc
	done   bool
}

// Fail lets the next calls of a method go wrong, one each. A method is the last
// part of the call's path, such as "chat.postMessage".
func (s *Server) Fail(method string, faults ...Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults[method] = append(s.faults[method], faults...)
}

// Limited asks for a call to be made after so many seconds.
func Limited(seconds int) Fault {
	return Answer(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", strconv.Itoa(seconds))
		w.WriteHeader(http.StatusTooManyRequests)
	})
}

// Status answers with an HTTP status alone.
func Status(code int) Fault {
	return Answer(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(code) })
}

// Error answers with an error of the Web API, such as "channel_not_found".
func Error(code string) Fault {
	return Answer(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		json.NewEncoder(w).Encode(refuse(code)) // whoever does not wait for it has lost it
	})
}

// Lost breaks the connection instead of an answer.
func Lost() Fault {
	return Answer(func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })
}

// Answer answers as h does.
func Answer(h http.HandlerFunc) Fault { return Fault{answer: h} }

// AfterIt is the same fault once the call was done: only its answer goes wrong.
func (f Fault) AfterIt() Fault {
	f.done = true
	return f
}
