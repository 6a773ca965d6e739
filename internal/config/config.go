// Package config owns the settings: flags and environment, defaults, validation, and
// the help text. Start with Config.
package config

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strings"
	"time"

	"whystopped/internal/slack/channels"
)

// Config is everything that can be set.
type Config struct {
	// Listen is the TCP address to serve on, host:port; port 0 takes a free one.
	Listen string
	// Demo serves an embedded AWS double instead of a real account.
	Demo bool
	// Timeout bounds one whole diagnosis.
	Timeout time.Duration
	// PublicURL is where people reach the service, without a slash at its end;
	// "" where that is the address it listens on.
	PublicURL string
	// LogLevel is the least level that is logged.
	LogLevel slog.Level

	// AssumeRole is the ARN of the role with which accounts are read, where
	// {account} and {partition} stand for those of the task; "" reads with the
	// credentials of the SDK's default chain.
	AssumeRole string
	// ExternalID is what that role's trust policy asks for; "" where it does not.
	ExternalID string
	// Accounts and Regions are the only ones that are read, and of which events are
	// taken and what is kept is shown; empty for all.
	Accounts, Regions []string
	// TrailLogGroup is the log group, by name or ARN, into which a trail with
	// data events writes; "" where there is none.
	TrailLogGroup string

	// DatabaseURL is where diagnoses and events are kept: file:PATH for SQLite,
	// where PATH is escaped as in a URL, or postgres://…. It may hold a password.
	DatabaseURL Secret
	// Retention is for how long they are kept.
	Retention time.Duration
	// EvaluateRetention is for how long diagnoses of evidence that somebody
	// brought are kept, at most Retention; EvaluateQuota is how many of one
	// asker's are kept in a day, 0 for all.
	EvaluateRetention time.Duration
	EvaluateQuota     int
	// EventsKey is what senders of events show in the header x-api-key; "" where
	// nobody may send.
	EventsKey Secret
	// QueueURL is the SQS queue that events are taken from; "" for none.
	QueueURL string

	// SlackSigningSecret is what Slack signs its requests with; "" where Slack
	// may not ask.
	SlackSigningSecret Secret
	// SlackBotToken is what links are unfurled and incidents are told with; ""
	// where neither is wanted.
	SlackBotToken Secret
	// SlackChannels choose who hears of an incident; none where nobody does.
	SlackChannels channels.Rules
	// SlackAPIURL is where Slack's Web API is, with a slash at its end.
	SlackAPIURL string

	// Access says who may ask.
	Access Access
	// Command is done in place of serving.
	Command Command
}

// prefix marks our own environment variables.
const prefix = "WHYSTOPPED_"

// ErrHelp is what Load returns when the settings were asked for and printed.
var ErrHelp = flag.ErrHelp

// Load reads the settings: from the environment, which is in the form of
// os.Environ, and from args, which win. It returns a warning for each
// variable that looks like ours but is none. For -h it prints the settings to
// help and returns ErrHelp; every other error is one line for the person who
// starts the server.
func Load(args, environ []string, help io.Writer) (Config, []string, error) {
	c := Config{}
	fs := c.flags()
	if err := fs.Parse(args); errors.Is(err, flag.ErrHelp) {
		return c, nil, printHelp(fs, help)
	} else if err != nil {
		return c, nil, fmt.Errorf("%w (-h prints all settings)", err)
	}
	if fs.NArg() > 0 {
		return c, nil, fmt.Errorf("unexpected argument %q (-h prints all settings)", fs.Arg(0))
	}
	warnings, err := fromEnviron(fs, environ)
	if err != nil {
		return c, nil, err
	}
	if err := c.Command.check(); err != nil || c.Command.NewToken != "" {
		return c, warnings, err
	}
	if err := c.complete(environ); err != nil {
		return c, nil, err
	}
	return c, warnings, nil
}

// flags declares every setting, with its default and its check.
func (c *Config) flags() *flag.FlagSet {
	fs := flag.NewFlagSet("whystopped", flag.ContinueOnError)
	fs.SetOutput(io.Discard) // errors are returned, and printed once
	*c = Config{Listen: "127.0.0.1:8080", Timeout: 10 * time.Second, LogLevel: slog.LevelInfo, Retention: 90 * day, EvaluateRetention: 7 * day, EvaluateQuota: 200, SlackAPIURL: "https://slack.com/api/"}
	fs.Var((*listenValue)(&c.Listen), "listen", "TCP `address` to serve on, host:port; port 0 picks a free one")
	fs.BoolVar(&c.Demo, "demo", false, "serve sample tasks from an embedded AWS double, without an account or network")
	fs.Var((*timeoutValue)(&c.Timeout), "timeout", "maximum `duration` of one diagnosis, 1s to 5m")
	fs.Var((*urlValue)(&c.PublicURL), "public-url", "`URL` of the service, for links (default: the address it listens on)")
	fs.Var((*levelValue)(&c.LogLevel), "log-level", "minimum log `level`: debug, info, warn, or error")
	fs.Var((*roleValue)(&c.AssumeRole), "assume-role", "`ARN` of the role to read accounts with; {account} and {partition} stand for the task's, as in arn:{partition}:iam::{account}:role/whystopped-reader")
	fs.Var((*externalIDValue)(&c.ExternalID), "external-id", "external `ID` that the trust policy of assume-role requires")
	fs.Var(&listValue{&c.Accounts, accountsOK, "want comma-separated account IDs of 12 digits, or *"}, "accounts", "comma-separated `accounts` to read, to take events from, and to show reports of, by ID, or * for all (default: all; assume-role with {account} requires a value)")
	fs.Var(&listValue{&c.Regions, regionOK, "want comma-separated Regions such as eu-west-1"}, "regions", "comma-separated `Regions` to read, to take events from, and to show reports of (default: all)")
	fs.Var((*logGroupValue)(&c.TrailLogGroup), "trail-log-group", "log `group`, by name or ARN, of a CloudTrail trail with data events")
	secretVar(fs, &c.DatabaseURL, "database-url", "`URL` of the database: file:PATH for SQLite, postgres://… for several instances (default: a file in the user's state folder, in the demo in memory)")
	fs.Var((*retentionValue)(&c.Retention), "retention", "`time` to store diagnoses and events, from 1h to 3650d")
	fs.Var((*retentionValue)(&c.EvaluateRetention), "evaluate-retention", "`time` to store reports on evidence that a user or token provided, at most retention")
	fs.Var(&numberValue{&c.EvaluateQuota, 1_000_000}, "evaluate-quota", "`number` of such reports to store per day for each user or token, more are answered without a permalink; without a login, all callers share it; 0 = unlimited")
	secretVar(fs, &c.EventsKey, "events-key", "`key` that senders of EventBridge events put into the header x-api-key, 32 characters or more; without it only API tokens with the scope ingest can send")
	fs.Var((*queueValue)(&c.QueueURL), "queue-url", "`URL` of the SQS queue to read EventBridge events from")
	secretVar(fs, &c.SlackSigningSecret, "slack-signing-secret", "signing `secret` of the Slack app, 32 characters; without it, requests from Slack are denied")
	secretVar(fs, &c.SlackBotToken, "slack-bot-token", "bot `token` of the Slack app, for link previews and incident messages")
	fs.Var((*channelsValue)(&c.SlackChannels), "slack-channels", "`rules` that choose the channel of an incident, such as default=#ecs;cluster:prod=#prod;cause:startup.*=#platform")
	fs.Var((*apiURLValue)(&c.SlackAPIURL), "slack-api-url", "`URL` of Slack's Web API; https://slack-gov.com/api/ for GovSlack")
	c.Access.flags(fs)
	c.Command.flags(fs)
	return fs
}

// fromEnviron sets what the command line has not set.
func fromEnviron(fs *flag.FlagSet, environ []string) (warnings []string, err error) {
	const byFlag = "-"
	setBy := map[string]string{} // by a flag, or by the variable of this name
	fs.Visit(func(f *flag.Flag) { setBy[withoutFile(f.Name)] = byFlag })
	for _, entry := range slices.Sorted(slices.Values(environ)) {
		name, value, _ := strings.Cut(entry, "=")
		if !strings.HasPrefix(name, prefix) {
			continue
		}
		f := fs.Lookup(flagName(name))
		if f == nil || name != envName(f.Name) || isCommand(f.Name) {
			warnings = append(warnings, fmt.Sprintf("%s is no setting of this program and is ignored", name))
			continue
		}
		switch by := setBy[withoutFile(f.Name)]; {
		case value == "" || by == byFlag:
		case by != "":
			warnings = append(warnings, fmt.Sprintf("%s is ignored, since %s is set", name, by))
		default:
			setBy[f.Name] = name
			if err := f.Value.Set(value); err != nil {
				return nil, fmt.Errorf("invalid value %q for %s: %w (-h prints all settings)", value, name, err)
			}
		}
	}
	return warnings, nil
}

func envName(flagName string) string {
	return prefix + strings.ToUpper(strings.ReplaceAll(flagName, "-", "_"))
}

func flagName(envName string) string {
	return strings.ReplaceAll(strings.ToLower(strings.TrimPrefix(envName, prefix)), "_", "-")
}
