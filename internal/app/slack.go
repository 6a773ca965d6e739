package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"time"

	"github.com/go-chi/chi/v5"

	"whystopped/internal/casebook"
	"whystopped/internal/config"
	"whystopped/internal/diagnose"
	"whystopped/internal/diagnose/verdict"
	"whystopped/internal/slack"
)

// slackParts are what of Slack is set up.
type slackParts struct {
	client   *slack.Client
	notifier *slack.Notifier // nil where nobody is told of incidents
	bot      *slack.Bot      // nil where Slack may not ask
	watched  *watchedStore   // nil without a notifier
}

// openSlack makes what sends to Slack. It makes no call to it.
func openSlack(cfg config.Config, log *slog.Logger) (*slackParts, error) {
	if len(cfg.SlackChannels) > 0 && cfg.SlackBotToken == "" {
		return nil, errors.New("slack-channels needs slack-bot-token: nobody could be told of incidents without it")
	}
	p := &slackParts{client: slack.NewClient(slack.ClientOptions{Token: cfg.SlackBotToken.Reveal(), Clock: slack.SystemClock{}})}
	if len(cfg.SlackChannels) == 0 {
		return p, nil
	}
	var err error
	p.notifier, err = slack.NewNotifier(slack.NotifierOptions{Client: p.client, Channels: cfg.SlackChannels, Log: log, Clock: slack.SystemClock{}})
	if err != nil {
		return nil, fmt.Errorf("set up Slack's notifications: %w", err)
	}
	return p, nil
}

// watch gives the store that a casebook has to keep in, so that Slack hears of
// incidents.
func (p *slackParts) watch(store casebook.Store, publicURL string) casebook.Store {
	if p.notifier == nil {
		return store
	}
	p.watched = &watchedStore{Store: store, notify: p.notifier.Notify, publicURL: publicURL, now: time.Now}
	return p.watched
}

// connect makes what answers Slack's requests from the casebook.
func (p *slackParts) connect(cfg config.Config, book *casebook.Casebook, log *slog.Logger) (err error) {
	if p.watched != nil {
		p.watched.standing = book.Incident
	}
	if cfg.SlackSigningSecret == "" {
		return nil
	}
	p.bot, err = slack.New(slack.Options{
		Casebook: book, Client: p.client, SigningSecret: cfg.SlackSigningSecret.Reveal(), PublicURL: cfg.PublicURL, Log: log, Clock: slack.SystemClock{},
	})
	if err != nil {
		return fmt.Errorf("set up Slack: %w", err)
	}
	return nil
}

// routes adds what Slack calls, where it may.
func (p *slackParts) routes(r chi.Router) {
	if p.bot != nil {
		p.bot.Routes(r)
	}
}

// Run sends to Slack until ctx ends.
func (p *slackParts) Run(ctx context.Context) {
	var running sync.WaitGroup
	defer running.Wait()
	if p.bot != nil {
		running.Go(func() { p.bot.Run(ctx) })
	}
	if p.notifier != nil {
		running.Go(func() { p.notifier.Run(ctx) })
	}
}

// watchedStore is a store that tells of the incidents whose diagnoses it keeps.
type watchedStore struct {
	casebook.Store
	standing  func(id string) (casebook.Standing, bool)
	notify    func(slack.Incident)
	publicURL string
	now       func() time.Time
}

// Save keeps k, and tells of its incident.
func (s *watchedStore) Save(ctx context.Context, k casebook.Kept) error {
	if err := s.Store.Save(ctx, k); err != nil {
		return err
	}
	d := k.Diagnosis
	if d.Incident == nil || k.Brought || !worthTelling(d, s.now()) {
		return nil
	}
	if standing, ok := s.standing(d.Incident.ID); ok {
		s.notify(incidentOf(d, standing, s.publicURL))
	}
	return nil
}

// oldNews is how long after a task's end nobody has to be told any more.
const oldNews = 2 * time.Hour

// worthTelling leaves out what was asked for late, and what somebody or a
// deployment did on purpose.
func worthTelling(d diagnose.Diagnosis, now time.Time) bool {
	onPurpose := d.Verdict.Category == verdict.UserStop ||
		d.Verdict.Category == verdict.Deployment && d.Verdict.Phase == verdict.PhaseShutdown
	return !onPurpose && (d.Task.StoppedAt.IsZero() || now.Sub(d.Task.StoppedAt) < oldNews)
}

func incidentOf(d diagnose.Diagnosis, s casebook.Standing, publicURL string) slack.Incident {
	in := slack.Incident{
		ID: s.ID, Cluster: d.Task.Cluster, Count: max(s.Tasks, 1), First: s.First, Last: s.Last,
		Cause: d.Verdict.Cause, Title: d.Verdict.Title, Summary: d.Verdict.Summary, Identity: d.Verdict.Identity, Confidence: d.Verdict.Confidence,
	}
	if service, ok := strings.CutPrefix(d.Task.Group, "service:"); ok {
		in.Service = service
	}
	if publicURL != "" {
		in.Link = publicURL + "/d/" + d.ID
	}
	return in
}
