package app

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"

	"whystopped/internal/awsclient"
	"whystopped/internal/awsclient/awsfake"
	"whystopped/internal/awsclient/awsfake/samples"
	"whystopped/internal/web"
)

// openDemo makes an account of sample tasks: the real SDK reads them over HTTP
// from a double of AWS in this process, on a loopback port of its own.
func openDemo(log *slog.Logger) (*account, error) {
	now := time.Now()
	scenario, shown := samples.Demo(now)
	events, err := demoDeploy(&scenario, now)
	if err != nil {
		return nil, err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("listen for the demo's AWS double: %w", err)
	}
	double := &http.Server{Handler: awsfake.New(scenario), ReadHeaderTimeout: time.Minute}
	go func() {
		if err := double.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			log.Error("the demo's AWS double stopped", "error", err)
		}
	}()
	keys := credentials.NewStaticCredentialsProvider("demo", "demo", "") // the double takes any
	a := &account{
		credentials: keys,
		events:      events,
		close:       func() { double.Close() }, // with its listener; nothing can be lost
		collector: awsclient.New(awsclient.Options{Logger: log, Unlimited: true, Config: aws.Config{
			Region:       scenario.Region,
			BaseEndpoint: aws.String("http://" + listener.Addr().String()),
			Credentials:  keys,
		}}),
	}
	for _, s := range shown {
		a.samples = append(a.samples, web.Sample{Title: s.Title, ARN: s.ARN, Note: s.Kind})
	}
	return a, nil
}
