package web

import (
	"net/http"
	"regexp"
	"strings"

	"whystopped/internal/casebook"
	"whystopped/internal/problem"
	"whystopped/internal/taskref"
	"whystopped/internal/words"
)

// PreviewPage stands for a task that nobody has looked into yet, for programs
// that only want to know what a link is about.
type PreviewPage struct {
	Page
	Heading string
	Task    string
}

// previewers are the programs that fetch a link when it is posted somewhere, by
// what their User-Agent says: chats, social networks, mail and search engines.
var previewers = regexp.MustCompile(`(?i)slackbot|slack-imgproxy|discordbot|telegrambot|whatsapp|skypeuripreview|mattermost|rocket\.chat|zulip|` +
	`twitterbot|facebookexternalhit|facebot|linkedinbot|redditbot|pinterestbot|mastodon|bluesky|googlebot|google-pagerenderer|googleimageproxy|` +
	`bingbot|bingpreview|applebot|duckduckbot|yandexbot|baiduspider|embedly|iframely|unfurl|opengraph|link ?preview|w3c_validator`)

// onlyPreviews tells requests whose answer nobody will read as a page: they must
// not cost a call to AWS.
func onlyPreviews(r *http.Request) bool {
	return r.Method == http.MethodHead || strings.EqualFold(r.Header.Get("X-Purpose"), "preview") || previewers.MatchString(r.UserAgent())
}

// readsAhead tells a browser that loads a page in case its reader goes there. On
// an error it loads the page again when the reader does.
func readsAhead(r *http.Request) bool {
	return strings.Contains(r.Header.Get("Sec-Purpose"), "prefetch") || strings.EqualFold(r.Header.Get("X-Moz"), "prefetch")
}

var errReadAhead error = problem.New(problem.Prefetch, nil, words.Say("problem.prefetch", nil))

// preview shows what is known of a task without a look at AWS.
func (s *Site) preview(w http.ResponseWriter, r *http.Request, asked question) error {
	d, err := s.opts.Casebook.Newest(r.Context(), asked.ref)
	switch {
	case err == nil:
		return s.renderReport(w, r, d)
	case casebook.KindOf(err) != casebook.UnknownDiagnosis:
		return err
	}
	heading := said("progress.title", words.Args{"name": nameOf(asked.ref)})
	page := PreviewPage{Page: s.newPage(r.Context(), heading, said("preview.description", nil), ""), Heading: heading, Task: asked.pasted}
	page.NoIndex, page.Pasted = true, asked.pasted
	return s.render(w, http.StatusOK, "preview", page)
}

// nameOf names a task or service.
func nameOf(ref taskref.Ref) string {
	if ref.TaskID == "" {
		return said("progress.service", words.Args{"id": ref.Service()})
	}
	return said("progress.task", words.Args{"id": shortID(ref.TaskID)})
}
