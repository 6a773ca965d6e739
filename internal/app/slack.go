package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"github.com/go-chi/chi/v5"

	"whystopped/internal/config"
	"whystopped/internal/slack"
)

// slackParts are what of Slack is set up.
type slackParts struct {
	notifier *slack.Notifier // nil where nobody is told of incidents
	bot      *slack.Bot      // nil where Slack may not ask
}

// openSlack makes what sends to Slack and answers it. It makes no call to it.
func openSlack(cfg config.Config, told slack.Book, asked slack.Casebook, log *slog.Logger) (*slackParts, error) {
	if len(cfg.SlackChannels) > 0 && cfg.SlackBotToken == "" {
		return nil, errors.New("slack-channels needs slack-bot-token: nobody could be told of incidents without it")
	}
	client := slack.NewClient(slack.ClientOptions{Token: cfg.SlackBotToken.Reveal(), Clock: slack.SystemClock{}, APIURL: slackAPI(cfg.SlackAPIURL)})
	p := &slackParts{}
	var err error
	if len(cfg.SlackChannels) > 0 {
		p.notifier, err = slack.NewNotifier(slack.NotifierOptions{
			Client: client, Book: told, Channels: cfg.SlackChannels, PublicURL: cfg.PublicURL, Log: log, Clock: slack.SystemClock{},
		})
		if err != nil {
			return nil, fmt.Errorf("set up Slack's notifications: %w", err)
		}
	}
	if cfg.SlackSigningSecret != "" {
		p.bot, err = slack.New(slack.Options{
			Casebook: asked, Client: client, SigningSecret: cfg.SlackSigningSecret.Reveal(), PublicURL: cfg.PublicURL, Log: log, Clock: slack.SystemClock{},
		})
		if err != nil {
			return nil, fmt.Errorf("set up Slack: %w", err)
		}
	}
	return p, nil
}

// slackAPI is the address of the Web API with the slash that a client needs.
func slackAPI(address string) string {
	if address == "" {
		return ""
	}
	return address + "/"
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
