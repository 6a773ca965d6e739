//go:build moto

package moto_test

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// process is a program that runs beside the test, until the test or its
// context ends.
type process struct {
	cmd *exec.Cmd
	// log is what it wrote, to be read after its end.
	log bytes.Buffer
	// ended is closed when the program has ended, with err as exec's Wait says.
	ended chan struct{}
	err   error
}

// watch waits for a started program, and shows what it wrote if the test fails.
func (p *process) watch(t *testing.T, stop context.CancelFunc) {
	p.ended = make(chan struct{})
	go func() {
		p.err = p.cmd.Wait()
		close(p.ended)
	}()
	t.Cleanup(func() {
		stop()
		<-p.ended
		if t.Failed() {
			t.Logf("the end of what %s wrote:\n%s", filepath.Base(p.cmd.Path), tail(p.log.Bytes(), 8<<10))
		}
	})
}

// tail is at most the last n bytes of b.
func tail(b []byte, n int) []byte { return b[max(0, len(b)-n):] }

// startMoto starts moto_server on a free port and waits until it takes
// connections. It returns its address.
func startMoto(ctx context.Context, t *testing.T) string {
	t.Helper()
	path, err := exec.LookPath("moto_server")
	if err != nil {
		t.Fatalf(`This test needs moto_server on the PATH; install it with: pip install "moto[server]" (%v)`, err)
	}
	host, port, err := net.SplitHostPort(freeAddress(t))
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(ctx)
	p := &process{cmd: exec.CommandContext(ctx, path, "-H", host, "-p", port)}
	p.cmd.Stdout, p.cmd.Stderr = &p.log, &p.log
	if err := p.cmd.Start(); err != nil {
		t.Fatalf("start moto_server: %v", err)
	}
	p.watch(t, stop)
	address := net.JoinHostPort(host, port)
	if err := p.awaitPort(ctx, address); err != nil {
		t.Fatalf("start moto_server: %v", err)
	}
	return "http://" + address
}

// freeAddress is an address that nothing listens on. Another program may take
// it before moto_server does, which then says so and ends.
func freeAddress(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatalf("find a free port: %v", err)
	}
	defer listener.Close()
	return listener.Addr().String()
}

// awaitPort tries to connect until it can, the program ends, or ctx does.
func (p *process) awaitPort(ctx context.Context, address string) error {
	again := time.NewTicker(50 * time.Millisecond)
	defer again.Stop()
	var dialer net.Dialer
	for {
		conn, err := dialer.DialContext(ctx, "tcp", address)
		if err == nil {
			return conn.Close()
		}
		select {
		case <-again.C:
		case <-p.ended:
			return fmt.Errorf("it ended before it listened: %w", p.err)
		case <-ctx.Done():
			return fmt.Errorf("it does not listen: %w", err)
		}
	}
}

// startService builds the service, starts it on the AWS at the endpoint, and
// returns it with its own address.
func startService(ctx context.Context, t *testing.T, endpoint string) (*process, string) {
	t.Helper()
	binary := filepath.Join(t.TempDir(), "server")
	if out, err := exec.CommandContext(ctx, "go", "build", "-o", binary, "whystopped/cmd/server").CombinedOutput(); err != nil {
		t.Fatalf("build the service: %v\n%s", err, out)
	}
	ctx, stop := context.WithCancel(ctx)
	// The long timeout is for slow machines: moto_server loads each AWS service
	// when it is first called.
	p := &process{cmd: exec.CommandContext(ctx, binary, "-listen=127.0.0.1:0", "-timeout=1m", "-log-level=debug")}
	p.cmd.Env = []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + t.TempDir(), // no profile, no settings, no history of the person who tests
		"AWS_ENDPOINT_URL=" + endpoint, "AWS_REGION=" + region, "AWS_ACCESS_KEY_ID=test", "AWS_SECRET_ACCESS_KEY=test",
		"AWS_MAX_ATTEMPTS=1", // trying once more, for what moto lacks, would cost a second in each diagnosis
	}
	p.cmd.Stderr = &p.log
	stdout, err := p.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.cmd.Start(); err != nil {
		t.Fatalf("start the service: %v", err)
	}
	ready, err := bufio.NewReader(stdout).ReadString('\n') // ends with the process at the latest
	p.watch(t, stop)
	url, ok := strings.CutPrefix(strings.TrimSpace(ready), "whystopped answers on ")
	if err != nil || !ok {
		t.Fatalf("the service says %q (%v), want its address", ready, err)
	}
	return p, url
}
