package main

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// stopper ends what runs when it tells that it does.
type stopper struct {
	strings.Builder
	stop context.CancelFunc
}

func (s *stopper) Write(p []byte) (int, error) {
	if strings.Contains(string(p), "answers on") {
		s.stop()
	}
	return s.Builder.Write(p)
}

func TestRun(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatalf("Listen: %v", err)
	}
	defer taken.Close()
	well := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/healthz" {
			w.WriteHeader(http.StatusNotFound)
		}
	}))
	defer well.Close()
	ill := httptest.NewServer(http.NotFoundHandler())
	defer ill.Close()
	tests := []struct {
		name    string
		args    []string
		environ []string
		code    int
		stdout  string
		stderr  string
	}{
		{"help", []string{"-h"}, nil, 0, "WHYSTOPPED_LISTEN", ""},
		{"an unknown flag", []string{"-nothing"}, nil, 2, "", "whystopped: flag provided but not defined: -nothing"},
		{"a bad variable", nil, []string{"WHYSTOPPED_TIMEOUT=soon"}, 2, "", "WHYSTOPPED_TIMEOUT"},
		{"a port in use", []string{"-demo", "-listen=" + taken.Addr().String()}, nil, 1, "", "whystopped: listen on"},
		{"open to others", []string{"-listen=0.0.0.0:0", "-database-url=file::memory:"}, nil, 1, "", "would let everybody in"},
		{"a login without its address", []string{"-oidc-issuer=https://login.example.com", "-allowed-domains=*", "-database-url=file::memory:"}, nil, 1, "", "public-url"},
		{"tokens that are none", []string{"-api-tokens=ci:read", "-database-url=file::memory:"}, nil, 1, "", "api-tokens: line 1"},
		{"a token", []string{"-new-token=ci:read"}, nil, 0, "ci:read:", ""},
		{"a token for nothing", []string{"-new-token=ci:write"}, nil, 1, "", "scope"},
		{"a check", []string{"-check", "-demo", "-listen=" + well.Listener.Addr().String()}, []string{"WHYSTOPPED_CHECK=true"}, 0, "", "warning: WHYSTOPPED_CHECK"},
		{"a check that fails", []string{"-check", "-demo", "-listen=" + ill.Listener.Addr().String()}, nil, 1, "", "404"},
		{"a check of nothing", []string{"-check", "-demo", "-listen=127.0.0.1:1"}, nil, 1, "", "check the service"},
		{"two commands", []string{"-check", "-new-token=ci:read"}, nil, 2, "", "do not go together"},
		{"start and stop", []string{"-demo", "-listen=127.0.0.1:0"}, []string{"WHYSTOPPED_LISTNE=x"}, 0, "whystopped answers on http://127.0.0.1:", "warning: WHYSTOPPED_LISTNE"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			ctx, stop := context.WithCancel(t.Context())
			defer stop()
			stdout, stderr := stopper{stop: stop}, strings.Builder{}
			code := run(ctx, test.args, append(test.environ, "HOME="+t.TempDir()), &stdout, &stderr)
			if code != test.code || !strings.Contains(stdout.String(), test.stdout) || !strings.Contains(stderr.String(), test.stderr) {
				t.Errorf("exit code %d, want %d\nstdout: %s\nstderr: %s", code, test.code, stdout.String(), stderr.String())
			}
			told := 0
			for line := range strings.Lines(stderr.String()) {
				if !strings.HasPrefix(line, "{") && !strings.HasPrefix(line, "whystopped: warning: ") { // the log is JSON
					told++
				}
			}
			if want := min(code, 1); told != want {
				t.Errorf("the error has %d lines, want %d:\n%s", told, want, stderr.String())
			}
		})
	}
}
