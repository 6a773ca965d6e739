package app

import (
	"context"
	"fmt"
	"log/slog"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsconfig "github.com/aws/aws-sdk-go-v2/config"

	"whystopped/internal/awsclient"
	"whystopped/internal/casebook"
	"whystopped/internal/config"
	"whystopped/internal/taskref"
	"whystopped/internal/web"
)

// account is what the service reads: a real AWS account, or the demo's.
type account struct {
	collector   *awsclient.Collector
	credentials aws.CredentialsProvider
	// sdk is what the SDK's default chain loaded, for other clients than the
	// collector's own.
	sdk     aws.Config
	samples []web.Sample
	// events are what ECS has told of it by the start; none outside the demo.
	events []casebook.Event
	close  func()
}

func openAccount(ctx context.Context, cfg config.Config, log *slog.Logger) (*account, error) {
	if cfg.Demo {
		return openDemo(log)
	}
	sdk, err := awsconfig.LoadDefaultConfig(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the AWS configuration: %w", err)
	}
	return &account{
		collector: awsclient.New(awsclient.Options{
			Config: sdk, Logger: log,
			AssumeRole: cfg.AssumeRole, ExternalID: cfg.ExternalID, Accounts: cfg.Accounts, Regions: cfg.Regions, TrailLogGroup: cfg.TrailLogGroup,
		}),
		credentials: sdk.Credentials,
		sdk:         sdk,
		close:       func() {},
	}, nil
}

// bounds are the only accounts and Regions that are read.
func bounds(cfg config.Config) taskref.Bounds {
	return taskref.Bounds{Accounts: cfg.Accounts, Regions: cfg.Regions}
}
