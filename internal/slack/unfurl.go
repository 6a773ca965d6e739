package slack

import (
	"context"
	"net/url"
	"strings"

	slackgo "github.com/slack-go/slack"

	"whystopped/internal/casebook"
	"whystopped/internal/taskref"
)

// maxLinks bounds how many links of one message are looked at.
const maxLinks = 20

// linkPlace is where links were shared: a message, or a draft by its unfurl id.
type linkPlace struct{ channel, timestamp, unfurlID, source string }

// unfurl shows what our links are about. It costs AWS nothing: what is not kept
// is shown without a verdict.
func (b *Bot) unfurl(ctx context.Context, e linksShared) {
	unfurls := map[string]slackgo.Attachment{}
	for _, l := range e.Links[:min(len(e.Links), maxLinks)] {
		if m, ok := b.preview(ctx, l.URL); ok {
			unfurls[l.URL] = m.asUnfurl()
		}
	}
	if len(unfurls) == 0 {
		return
	}
	where := linkPlace{channel: e.Channel, timestamp: e.MessageTimeStamp, unfurlID: e.UnfurlID, source: e.Source}
	if err := b.opts.Client.unfurl(ctx, where, unfurls); err != nil {
		b.opts.Log.WarnContext(ctx, "links in Slack could not be unfurled", "error", err)
	}
}

// preview tells what a link is about; ok is false for one that is not ours, or
// of which there is nothing to tell.
func (b *Bot) preview(ctx context.Context, link string) (m message, ok bool) {
	u, ok := b.ours(link)
	if !ok {
		return message{}, false
	}
	if id, ok := strings.CutPrefix(u.Path, "/d/"); ok {
		return b.report(ctx, id)
	}
	if u.Path == "/diagnose" {
		return b.question(ctx, u.Query().Get("task"))
	}
	return message{}, false
}

// report previews a kept report, unless somebody provided its evidence: with a
// preview anybody could make us say anything of a task.
func (b *Bot) report(ctx context.Context, id string) (m message, ok bool) {
	d, err := b.opts.Casebook.Get(ctx, id)
	if err != nil {
		b.logUnlessUnknown(ctx, err)
		return message{}, false
	}
	return verdictSummary(d), !d.Brought
}

// question previews the address that alerts link to.
func (b *Bot) question(ctx context.Context, pasted string) (m message, ok bool) {
	ref, err := taskref.Parse(pasted)
	if err != nil {
		return message{}, false
	}
	if ref.Kind() == taskref.KindTask {
		d, err := b.opts.Casebook.Newest(ctx, ref)
		if err == nil {
			return verdictSummary(d), true
		}
		b.logUnlessUnknown(ctx, err)
	}
	return plain(lines("*Why did this task stop?* "+code(ref.String(), 500), "Open the link to see why, whose permission was missing if any, and what fixes it.")), true
}

func (b *Bot) logUnlessUnknown(ctx context.Context, err error) {
	if casebook.KindOf(err) == "" {
		b.opts.Log.ErrorContext(ctx, "can't read a stored diagnosis for Slack", "error", err)
	}
}

// ours reads a link to this service; its path is then one of ours.
func (b *Bot) ours(link string) (*url.URL, bool) {
	if b.public == nil {
		return nil, false
	}
	u, err := url.Parse(strings.ReplaceAll(link, "&amp;", "&"))
	if err != nil || u.User != nil || !strings.EqualFold(u.Scheme, b.public.Scheme) || address(u) != address(b.public) {
		return nil, false
	}
	path, ok := strings.CutPrefix(u.Path, b.public.Path)
	if !ok || !strings.HasPrefix(path, "/") {
		return nil, false
	}
	u.Path = path
	return u, true
}

// address is host and port of a URL, in one way of writing.
func address(u *url.URL) string {
	port := u.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[strings.ToLower(u.Scheme)]
	}
	return strings.ToLower(u.Hostname()) + ":" + port
}
