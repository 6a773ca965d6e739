package slack

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"strings"

	slackgo "github.com/slack-go/slack"

	"whystopped/internal/auth"
	"whystopped/internal/casebook"
	"whystopped/internal/taskref"
)

// Who sees an answer: everybody in the channel, or who asked.
const (
	forAll = slackgo.ResponseTypeInChannel
	forOne = slackgo.ResponseTypeEphemeral
)

// maxReference bounds what is read of a command's text, in bytes.
const maxReference = 4096

var userOK = regexp.MustCompile(`^[UW][A-Z0-9]{5,20}$`)

// command answers "/whystopped REFERENCE" at once, and with the verdict when
// it is there.
func (b *Bot) command(w http.ResponseWriter, r *http.Request, _ []byte) error {
	cmd, err := slackgo.SlashCommandParse(r)
	if err != nil || cmd.Command == "" {
		return &refusal{http.StatusBadRequest, "the body is no slash command"}
	}
	if !b.opts.Client.answersTo(cmd.ResponseURL) {
		return &refusal{http.StatusBadRequest, "the address for the answer is not Slack's"}
	}
	// Slack never sends a command twice: this one was recorded and replayed.
	if !b.signatures.first(strings.ToLower(r.Header.Get(signatureHeader)), b.opts.Clock.Now()) {
		return &refusal{http.StatusUnauthorized, "the command came before with the same signature"}
	}
	return answer(w, b.begin(cmd))
}

// begin reads the reference and has it looked into.
func (b *Bot) begin(cmd slackgo.SlashCommand) message {
	text := strings.TrimSpace(cmd.Text)
	if text == "" || strings.EqualFold(text, "help") {
		return usage("*Why did a task stop?* Name the task behind the command.")
	}
	if len(text) > maxReference {
		return usage("*That is too long to name a task.*")
	}
	ref, err := casebook.Reference(text)
	if asked, ok := errors.AsType[*casebook.Error](err); ok {
		return usage(lines(bold(asked.Kind.Title().English, maxTitle), prose(asked.Message, maxSummary)))
	}
	if !b.enqueue(func(ctx context.Context) { b.followUp(by(ctx, cmd.UserID), cmd, ref) }) {
		return plain("*Too many requests.* Try again in a moment.")
	}
	return plain("Diagnosing " + code(ref.String(), 500) + " …")
}

// by notes who in Slack wants what is done in the context.
func by(ctx context.Context, user string) context.Context {
	if !userOK.MatchString(user) {
		user = ""
	}
	return auth.With(ctx, auth.Who{Kind: auth.KindSlack, Subject: user, Scopes: []auth.Scope{auth.Read}})
}

// followUp diagnoses, and tells it where the command was given.
func (b *Bot) followUp(ctx context.Context, cmd slackgo.SlashCommand, ref taskref.Ref) {
	m, audience := b.diagnose(ctx, ref)
	if audience == forAll && b.audience(ctx, cmd.ChannelID) == forOne {
		audience = forOne
		m.small("Only you see this: the channel is or may be shared with another company.")
	}
	if audience == forAll && userOK.MatchString(cmd.UserID) {
		m.small(mrkdwn("Asked by <@" + cmd.UserID + ">"))
	}
	if err := b.opts.Client.respond(ctx, cmd.ResponseURL, m.asWebhook(audience)); err != nil {
		b.opts.Log.WarnContext(ctx, "a command in Slack could not be answered", "error", err)
	}
}

func (b *Bot) diagnose(ctx context.Context, ref taskref.Ref) (m message, audience string) {
	d, err := b.opts.Casebook.Diagnose(ctx, ref, false)
	if err == nil {
		return verdictMessage(d, reportLink(b.opts.PublicURL, d.ID)), forAll
	}
	if e, ok := errors.AsType[*casebook.Error](err); ok {
		text := lines(bold(e.Kind.Title().English, maxTitle), prose(e.Message, maxSummary))
		if e.Kind == casebook.NotAReference || e.Kind == casebook.UnknownTask {
			return usage(text), forOne
		}
		return plain(text), forOne
	}
	b.opts.Log.ErrorContext(ctx, "a diagnosis for Slack failed", "error", err)
	return plain("*Internal error.* The service's log has the details. Try again; if it continues, contact the operator of this service."), forOne
}

// usage is text and what to paste.
func usage(text mrkdwn) message {
	m := plain(text)
	m.section(lines(
		"Paste one of these:",
		"• the task's ARN: `/whystopped arn:aws:ecs:REGION:ACCOUNT:task/CLUSTER/ID`",
		"• the task's console URL",
		"• `CLUSTER/ID`, for the default Region",
		"• the ARN or console URL of a service: its newest failed task",
	))
	return m
}

func plain(text mrkdwn) message {
	m := message{text: text}
	m.section(text)
	return m
}

// answer answers a command itself, which only who gave it sees.
func answer(w http.ResponseWriter, m message) error {
	body, err := json.Marshal(m.asWebhook(forOne))
	if err != nil {
		return fmt.Errorf("write the answer: %w", err)
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	_, err = w.Write(body)
	if err != nil {
		return fmt.Errorf("send the answer: %w", err)
	}
	return nil
}
