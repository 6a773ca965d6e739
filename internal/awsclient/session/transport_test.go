package session

import (
	"io"
	"net/http"
	"strings"
	"testing"
)

// endless answers with a body that never ends.
type endless struct{}

func (endless) Do(*http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: http.StatusOK, Body: io.NopCloser(zeroes{})}, nil
}

type zeroes struct{}

func (zeroes) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

func TestAnAnswerIsBounded(t *testing.T) {
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://aws.invalid", strings.NewReader("{}"))
	if err != nil {
		t.Fatal(err)
	}
	resp, err := newTransport(endless{}).Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if n, err := io.Copy(io.Discard, resp.Body); err != nil || n != maxAnswer {
		t.Errorf("read %d bytes, error %v; want %d", n, err, maxAnswer)
	}
}
