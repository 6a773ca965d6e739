package main

import (
	"context"
	"net"
	"strings"
	"testing"
)

func TestRun(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatalf("Listen: %v", err)
	}
	defer taken.Close()
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
		{"start and stop", []string{"-demo", "-listen=127.0.0.1:0"}, []string{"WHYSTOPPED_LISTNE=x"}, 0, "whystopped answers on http://127.0.0.1:", "warning: WHYSTOPPED_LISTNE"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			ctx, stop := context.WithCancel(t.Context())
			stop() // whatever starts, ends at once
			var stdout, stderr strings.Builder
			code := run(ctx, test.args, test.environ, &stdout, &stderr)
			if code != test.code || !strings.Contains(stdout.String(), test.stdout) || !strings.Contains(stderr.String(), test.stderr) {
				t.Errorf("exit code %d, want %d\nstdout: %s\nstderr: %s", code, test.code, &stdout, &stderr)
			}
			if code != 0 && strings.Count(stderr.String(), "\n") != 1 {
				t.Errorf("an error of several lines:\n%s", &stderr)
			}
		})
	}
}
