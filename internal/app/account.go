package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsconfig "github.com/aws/aws-sdk-go-v2/config"

	"whystopped/internal/awsclient"
	"whystopped/internal/awsclient/failure"
	"whystopped/internal/awsclient/limit"
	"whystopped/internal/awsclient/source"
	"whystopped/internal/casebook"
	"whystopped/internal/config"
	"whystopped/internal/diagnose"
	"whystopped/internal/diagnose/evidence"
	"whystopped/internal/taskref"
	"whystopped/internal/web"
)

// account is what the service reads: a real AWS account, or the demo's.
type account struct {
	collector   collector
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
		collector: collector{awsclient.New(awsclient.Options{
			Config: sdk, Logger: log,
			AssumeRole: cfg.AssumeRole, ExternalID: cfg.ExternalID, Accounts: cfg.Accounts, Regions: cfg.Regions, TrailLogGroup: cfg.TrailLogGroup,
		})},
		credentials: sdk.Credentials,
		sdk:         sdk,
		close:       func() {},
	}, nil
}

// bounds are the only accounts and Regions that are read.
func bounds(cfg config.Config) taskref.Bounds {
	return taskref.Bounds{Accounts: cfg.Accounts, Regions: cfg.Regions}
}

// collector is the casebook's view of awsclient: the same calls, with errors in
// the casebook's words.
type collector struct{ aws *awsclient.Collector }

var (
	_ casebook.ShallowCollector = collector{}
	_ casebook.ServiceCollector = collector{}
	_ casebook.Prover           = collector{}
)

func (c collector) Resolve(ctx context.Context, ref taskref.Ref) (taskref.Ref, error) {
	ref, err := c.aws.Resolve(ctx, ref)
	return ref, inWordsOfCasebook(err)
}

func (c collector) Collect(ctx context.Context, ref taskref.Ref, known *evidence.Task, tell func(casebook.News)) (evidence.Evidence, error) {
	ev, err := c.aws.Collect(forWhom(ctx), ref, known, handOn(tell))
	return ev, inWordsOfCasebook(err)
}

func (c collector) CollectShallow(ctx context.Context, ref taskref.Ref, known *evidence.Task, tell func(casebook.News)) (evidence.Evidence, error) {
	ev, err := c.aws.CollectShallow(forWhom(ctx), ref, known, handOn(tell))
	return ev, inWordsOfCasebook(err)
}

func (c collector) StoppedTasks(ctx context.Context, service taskref.Ref, limit int) ([]taskref.Ref, error) {
	tasks, err := c.aws.StoppedTasks(forWhom(ctx), service, limit)
	return tasks, inWordsOfCasebook(err)
}

// forWhom marks work that nobody waits for in awsclient's way.
func forWhom(ctx context.Context) context.Context {
	if casebook.IsBackground(ctx) {
		return limit.Background(ctx)
	}
	return ctx
}

// handOn hands on what awsclient tells.
func handOn(tell func(casebook.News)) func(source.News) {
	return func(n source.News) { tell(casebook.News(n)) }
}

func (c collector) Prove(ctx context.Context, d diagnose.Diagnosis) diagnose.Diagnosis {
	return c.aws.Prove(forWhom(ctx), d)
}

func inWordsOfCasebook(err error) error {
	e, ok := errors.AsType[*failure.Error](err)
	if !ok {
		return err
	}
	told := &casebook.Error{Message: e.Message, Err: err}
	switch e.Kind {
	case failure.ErrUnknownTask, failure.ErrUnknownService, failure.ErrUnknownCluster, failure.ErrUnknownRegion, failure.ErrUnknownAccount:
		told.Kind = casebook.UnknownTask
	case failure.ErrNotAllowed:
		told.Kind = casebook.NotAllowed
	case failure.ErrNoCredentials:
		told.Kind = casebook.NoCredentials
	case failure.ErrBadCredentials:
		told.Kind = casebook.BadCredentials
	case failure.ErrRefused:
		told.Kind = casebook.Refused
	case failure.ErrUnreachable:
		told.Kind = casebook.Unreachable
	default:
		return err
	}
	return told
}
