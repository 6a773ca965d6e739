package api

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"whystopped/internal/render"
)

// plainProblems tells problems in one line of text to clients that accept text
// and no JSON, such as a shell that prints whatever comes.
func plainProblems(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !parseAccept(strings.Join(r.Header.Values("Accept"), ",")).textOnly() {
			next.ServeHTTP(w, r)
			return
		}
		held := &problemHolder{ResponseWriter: w}
		next.ServeHTTP(held, r)
		held.tell()
	})
}

// problemHolder keeps a problem back, to be told in other words. Every other
// answer passes.
type problemHolder struct {
	http.ResponseWriter
	problem *bytes.Buffer // nil as long as there is none
	status  int
}

// WriteHeader implements http.ResponseWriter.
func (h *problemHolder) WriteHeader(status int) {
	if h.problem == nil && h.Header().Get("Content-Type") == typeProblem {
		h.problem, h.status = &bytes.Buffer{}, status
		return
	}
	h.ResponseWriter.WriteHeader(status)
}

// Write implements io.Writer.
func (h *problemHolder) Write(p []byte) (int, error) {
	if h.problem != nil {
		return h.problem.Write(p)
	}
	return h.ResponseWriter.Write(p)
}

// Unwrap lets http.ResponseController reach the connection.
func (h *problemHolder) Unwrap() http.ResponseWriter { return h.ResponseWriter }

// tell sends the problem that was kept back.
func (h *problemHolder) tell() {
	if h.problem == nil {
		return
	}
	h.Header().Del("Content-Length")
	var p huma.ErrorModel
	line := http.StatusText(h.status)
	if err := json.Unmarshal(h.problem.Bytes(), &p); err == nil {
		line = fmt.Sprintf("%s (%d): %s", p.Title, h.status, p.Detail)
	}
	h.Header().Set("Content-Type", typeText+"; charset=utf-8")
	h.ResponseWriter.WriteHeader(h.status)
	io.WriteString(h.ResponseWriter, render.Line(line)) // an error here means that the client has left
}
