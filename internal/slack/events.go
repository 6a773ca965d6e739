package slack

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"

	"github.com/slack-go/slack/slackevents"
)

// envelope is what Slack wraps events in.
type envelope struct {
	slackevents.EventsAPICallbackEvent
	Challenge string `json:"challenge"` // of url_verification
}

// linksShared is somebody's message, or a draft of one, with links of a domain
// that the app unfurls. slack-go's type does not know how drafts are named.
type linksShared struct {
	slackevents.LinkSharedEvent
	UnfurlID string `json:"unfurl_id"`
	Source   string `json:"source"`
}

// event takes an event and answers at once; what it asks for is done behind it.
func (b *Bot) event(w http.ResponseWriter, r *http.Request, body []byte) error {
	var e envelope
	if err := json.Unmarshal(body, &e); err != nil {
		return &refusal{http.StatusBadRequest, "the body is no event"}
	}
	switch e.Type {
	case slackevents.URLVerification:
		return echo(w, e.Challenge)
	case slackevents.CallbackEvent:
		return b.callback(w, r, e)
	}
	return nil // app_rate_limited and what Slack may invent: noted by taking it
}

func (b *Bot) callback(w http.ResponseWriter, r *http.Request, e envelope) error {
	if e.EventID == "" || e.InnerEvent == nil {
		return &refusal{http.StatusBadRequest, "the event has no id or nothing in it"}
	}
	var shared linksShared
	if err := json.Unmarshal(*e.InnerEvent, &shared); err != nil {
		return &refusal{http.StatusBadRequest, "the event cannot be read"}
	}
	// Guests of a shared channel may not ask for our reports.
	if slackevents.EventsAPIType(shared.Type) != slackevents.LinkShared || e.IsExtSharedChannel || !b.opts.Client.canPost() {
		return nil
	}
	if !b.events.first(e.EventID, b.opts.Clock.Now()) {
		b.opts.Log.DebugContext(r.Context(), "an event of Slack came again", "retry", r.Header.Get("X-Slack-Retry-Num") != "")
		w.Header().Set("X-Slack-No-Retry", "1")
		return nil
	}
	if !b.enqueue(func(ctx context.Context) { b.unfurl(by(ctx, shared.User), shared) }) {
		b.events.forget(e.EventID)
		return &refusal{http.StatusServiceUnavailable, "too much waits to be done"} // Slack sends it again
	}
	return nil
}

// echo proves to Slack that the address is ours.
func echo(w http.ResponseWriter, challenge string) error {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	if _, err := w.Write([]byte(challenge)); err != nil {
		return fmt.Errorf("send the challenge: %w", err)
	}
	return nil
}
