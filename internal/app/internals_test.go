package app

import (
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestPanicIsAnswered(t *testing.T) {
	var log strings.Builder
	h := requestID(recoverPanics(NewLogger(&log, slog.LevelInfo))(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("a bug") })))
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest("GET", "/", nil))
	id := w.Header().Get("X-Request-Id")
	if w.Code != http.StatusInternalServerError || !strings.Contains(w.Body.String(), id) || strings.Contains(w.Body.String(), "a bug") {
		t.Errorf("status %d, body %s, want 500 with the request id %s and nothing of the inside", w.Code, w.Body, id)
	}
	if !strings.Contains(log.String(), "a bug") || !strings.Contains(log.String(), "internals_test.go") || !strings.Contains(log.String(), id) {
		t.Errorf("the log lacks the panic, its place or the request's id: %s", &log)
	}
}

func TestPanicBehindAnAnswerBreaksOff(t *testing.T) {
	srv := httptest.NewServer(recoverPanics(slog.New(slog.DiscardHandler))(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "100")
		io.WriteString(w, "half")
		panic("a bug")
	})))
	defer srv.Close()
	resp, err := http.Get(srv.URL)
	if err == nil {
		_, err = io.ReadAll(resp.Body)
		resp.Body.Close()
	}
	if !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, io.EOF) {
		t.Errorf("error = %v, want an answer that is broken off", err)
	}
}

func TestLogHidesSecrets(t *testing.T) {
	var log strings.Builder
	secret := "hunter2" + "-of-the-database"
	address := "postgres://app:" + secret + "@db.internal/app"
	logger := NewLogger(&log, slog.LevelInfo)
	logger.Error("connect to "+"the store", "address", address, "error", errors.New("dial "+address))
	logger.With("address", address).WithGroup("g").Info("again", "address", address)
	if strings.Contains(log.String(), secret) {
		t.Errorf("the log holds a secret: %s", &log)
	}
	if strings.Count(log.String(), "db.internal") != 4 {
		t.Errorf("the log lost what is no secret: %s", &log)
	}
}
