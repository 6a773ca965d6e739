package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"github.com/go-chi/chi/v5"

	"whystopped/internal/config"
	"whystopped/internal/slack"
	"whystopped/internal/work"
)

// slackParts are what of Slack is set up.
type slackParts struct {
	client   *slack.Client
	clock    slack.Clock
	notifier *slack.Notifier // nil where nobody is told of incidents
	bot      *slack.Bot      // nil where Slack may not ask
}

// openSlack makes what sends to Slack. It makes no call to it.
func openSlack(cfg config.Config, told slack.Book, clock slack.Clock, log *slog.Logger) (*slackParts, error) {
	if len(cfg.SlackChannels) > 0 && cfg.SlackBotToken == "" {
		return nil, errors.New("slack-channels needs slack-bot-token to post incidents")
	}
	p := &slackParts{clock: clock}
	p.client = slack.NewClient(slack.ClientOptions{Token: cfg.SlackBotToken.Reveal(), Clock: clock, APIURL: cfg.SlackAPIURL})
	if len(cfg.SlackChannels) == 0 {
		return p, nil
	}
	var err error
	p.notifier, err = slack.NewNotifier(slack.NotifierOptions{
		Client: p.client, Book: told, Channels: cfg.SlackChannels, PublicURL: cfg.PublicURL, Bounds: bounds(cfg), Log: log, Clock: clock,
	})
	if err != nil {
		return nil, fmt.Errorf("set up Slack's notifications: %w", err)
	}
	return p, nil
}

// teller tells people of incidents; nil where nobody is told.
func (p *slackParts) teller() work.Teller {
	if p.notifier == nil {
		return nil
	}
	return p.notifier
}

// connect makes what answers Slack's requests from the casebook.
func (p *slackParts) connect(cfg config.Config, book slack.Casebook, log *slog.Logger) (err error) {
	if cfg.SlackSigningSecret == "" {
		return nil
	}
	p.bot, err = slack.New(slack.Options{
		Casebook: book, Client: p.client, SigningSecret: cfg.SlackSigningSecret.Reveal(), PublicURL: cfg.PublicURL, Log: log, Clock: p.clock,
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

// Run answers Slack until ctx ends.
func (p *slackParts) Run(ctx context.Context) {
	if p.bot != nil {
		p.bot.Run(ctx)
	}
}
