package slack

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	slackgo "github.com/slack-go/slack"
)

// ClientOptions are what a Client is made of.
type ClientOptions struct {
	// Token is the app's bot token; without one, only answers to commands can
	// be sent.
	Token string
	Clock Clock
	// APIURL is where Slack's Web API is, with a slash at its end; "" for Slack
	// itself. Its host may also be that of addresses for answers.
	APIURL string
}

// Client sends messages to Slack. It keeps to Slack's limits: when one method
// is told to wait, all who use it wait. It is safe for concurrent use.
type Client struct {
	api    *slackgo.Client // nil without a token
	apiURL string
	http   *http.Client
	clock  Clock
	pauses *pauses
	// deadline is after when no call is begun; the zero time for never.
	deadline time.Time
}

const (
	// callTimeout bounds one call, maxTries how often it is made.
	callTimeout = 10 * time.Second
	maxTries    = 4
	// longestPause bounds what Slack may ask us to wait.
	longestPause = 10 * time.Minute
)

// NewClient makes a Client.
func NewClient(o ClientOptions) *Client {
	c := &Client{apiURL: o.APIURL, clock: o.Clock, pauses: &pauses{until: map[string]time.Time{}}, http: &http.Client{
		Timeout:       callTimeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
	if o.Token == "" {
		return c
	}
	options := []slackgo.Option{slackgo.OptionHTTPClient(c.http)}
	if o.APIURL != "" {
		options = append(options, slackgo.OptionAPIURL(o.APIURL))
	}
	c.api = slackgo.New(o.Token, options...)
	return c
}

// canPost reports whether there is a token, which all but answers to commands need.
func (c *Client) canPost() bool { return c.api != nil }

// until returns the same client for whoever has time until the deadline: what Slack
// wants to be called later than that fails at once, by an error of which later
// tells.
func (c *Client) until(deadline time.Time) *Client {
	hurried := *c
	hurried.deadline = deadline
	return &hurried
}

// place is where a message stands.
type place struct {
	Channel   string `json:"channel"` // its id
	Timestamp string `json:"ts"`
}

// respond answers a command.
func (c *Client) respond(ctx context.Context, responseURL string, msg *slackgo.WebhookMessage) error {
	return c.call(ctx, "response_url", func() error {
		return slackgo.PostWebhookCustomHTTPContext(ctx, responseURL, c.http, msg)
	})
}

// post writes a message into a channel, or below the message of a thread. Where
// Slack may have posted it in spite of an error, that is an unsureError, and it
// is not tried again.
func (c *Client) post(ctx context.Context, channel, thread string, m message) (p place, err error) {
	options := []slackgo.MsgOption{m.asOptions()}
	if thread != "" {
		options = append(options, slackgo.MsgOptionTS(thread))
	}
	err = c.call(ctx, "chat.postMessage", func() error {
		p.Channel, p.Timestamp, err = c.api.PostMessageContext(ctx, channel, options...)
		if doubtful(err) {
			return &unsureError{withoutAddress(err)}
		}
		return err
	})
	return p, err
}

// update puts a message in the place of one that we wrote.
func (c *Client) update(ctx context.Context, p place, m message) error {
	return c.call(ctx, "chat.update", func() error {
		_, _, _, err := c.api.UpdateMessageContext(ctx, p.Channel, p.Timestamp, m.asOptions())
		return err
	})
}

// unfurl shows what links of a message are about.
func (c *Client) unfurl(ctx context.Context, where linkPlace, unfurls map[string]slackgo.Attachment) error {
	return c.call(ctx, "chat.unfurl", func() error {
		var err error
		if where.unfurlID != "" && where.source != "" {
			_, _, _, err = c.api.UnfurlMessageByIDContext(ctx, where.unfurlID, where.source, unfurls)
		} else {
			_, _, _, err = c.api.UnfurlMessageContext(ctx, where.channel, where.timestamp, unfurls)
		}
		return err
	})
}

// call does one call, and does it again where Slack asks for patience or fails
// in a way that may pass. Its error holds no address: those of answers are
// secret.
func (c *Client) call(ctx context.Context, method string, do func() error) error {
	for try := 1; ; try++ {
		if err := c.await(ctx, method); err != nil {
			return fmt.Errorf("wait before %s: %w", method, err)
		}
		err := do()
		if err == nil {
			return nil
		}
		wait, passes := retryAfter(err, try)
		if passes {
			c.pauses.add(method, c.clock.Now().Add(wait))
		}
		if !passes || try == maxTries || ctx.Err() != nil {
			return fmt.Errorf("%s: %w", method, withoutAddress(err))
		}
	}
}

// await returns once the method may be called, and at once where that is only
// after the client's deadline.
func (c *Client) await(ctx context.Context, method string) error {
	for {
		now := c.clock.Now()
		wait := c.pauses.left(method, now)
		if !c.deadline.IsZero() && now.Add(wait).After(c.deadline) {
			return &laterError{max(wait, time.Second)}
		}
		if wait == 0 {
			return nil
		}
		select {
		case <-c.clock.After(wait):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// pauses are until when which methods are to be left alone.
type pauses struct {
	mu    sync.Mutex
	until map[string]time.Time
}

func (p *pauses) add(method string, until time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if until.After(p.until[method]) {
		p.until[method] = until
	}
}

// left is how long a method is still to be left alone; 0 if it is not.
func (p *pauses) left(method string, now time.Time) time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	return max(p.until[method].Sub(now), 0)
}

// answersTo reports whether an address for answers is Slack's own: whatever else
// a request says, nothing is sent anywhere else.
func (c *Client) answersTo(address string) bool {
	u, err := url.Parse(address)
	if err != nil || u.User != nil {
		return false
	}
	if api, err := url.Parse(c.apiURL); err == nil && c.apiURL != "" && u.Scheme == api.Scheme && u.Host == api.Host {
		return true
	}
	host := strings.ToLower(u.Host) // one with a port is not Slack's
	return u.Scheme == "https" && (strings.HasSuffix(host, ".slack.com") || strings.HasSuffix(host, ".slack-gov.com"))
}
