// Command server runs whystopped: it says why an ECS task stopped, and whose
// permission was missing.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"
	"time"

	"whystopped/internal/app"
	"whystopped/internal/auth"
	"whystopped/internal/config"
)

// The exit codes: 2 is for a wrong setting, as flag's own is.
const (
	exitOK     = 0
	exitFailed = 1
	exitUsage  = 2
)

// settled is how long after the start the memory is given back that only starting
// took, such as compiling the patterns of all causes: half of the heap. By itself
// that would wait until as much again is used, which may be hours.
const settled = 2 * time.Second

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	// The first signal drains; from then on the next one ends the program.
	context.AfterFunc(ctx, stop)
	os.Exit(run(ctx, os.Args[1:], os.Environ(), os.Stdout, os.Stderr))
}

func run(ctx context.Context, args, environ []string, stdout, stderr io.Writer) int {
	cfg, warnings, err := config.Load(args, environ, stdout)
	switch {
	case errors.Is(err, config.ErrHelp):
		return exitOK
	case err != nil:
		fmt.Fprintf(stderr, "whystopped: %v\n", err)
		return exitUsage
	}
	for _, w := range warnings {
		fmt.Fprintf(stderr, "whystopped: warning: %s\n", w)
	}
	switch command := cfg.Command; {
	case command.NewToken != "":
		return ended(stderr, auth.NewToken(stdout, command.NewToken))
	case command.Check:
		return ended(stderr, app.Check(ctx, cfg.Listen))
	}
	service, err := app.New(ctx, cfg, app.NewLogger(stderr, cfg.LogLevel))
	if err != nil {
		return ended(stderr, err)
	}
	fmt.Fprintf(stdout, "whystopped answers on %s\n", service.URL())
	time.AfterFunc(settled, debug.FreeOSMemory)
	return ended(stderr, service.Run(ctx))
}

// ended is the exit code, after what went wrong was told.
func ended(stderr io.Writer, err error) int {
	if err == nil {
		return exitOK
	}
	fmt.Fprintf(stderr, "whystopped: %v\n", err)
	return exitFailed
}
