package web

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"sync"
	"time"

	"whystopped/internal/casebook"
	"whystopped/internal/diagnose"
	"whystopped/internal/diagnose/evidence"
	"whystopped/internal/render"
	"whystopped/internal/words"
)

const (
	// grace is how long an answer may take before the reader is told of the
	// progress: what comes within it is a page like any other.
	grace = 100 * time.Millisecond
	// partTime bounds how long a reader's browser may take to receive a part
	// of a page.
	partTime = 20 * time.Second
)

// ProgressPage is what a reader sees until the report is there. Its parts are
// sent one by one, in one answer, and the report or the error page's content
// follows them: that works without JavaScript.
type ProgressPage struct {
	Page
	Heading string
	// Stream is the address of the same progress as server-sent events.
	Stream string
	// Again is the address of the page itself.
	Again   string
	Words   progressWords
	Sources []sourceView
}

// progressWords are what the page's script says for the values in the stream.
type progressWords struct {
	Sources  map[string]string                      `json:"sources"` // titles, by evidence.SourceCode
	Statuses map[evidence.SourceStatus]sourceStatus `json:"statuses"`
	// Effort is the template of what a source took, Progress of how far they are.
	Effort   string `json:"effort"`
	Progress string `json:"progress"`
}

// sourceStarted is the stream's status of a source that is being asked.
const sourceStarted evidence.SourceStatus = "started"

func wordsOfProgress() progressWords {
	templates := words.English().Templates
	return progressWords{Sources: sourceTitles(), Statuses: statuses(), Effort: templates["sources.effort"], Progress: templates["sources.progress"]}
}

// follow answers with the report. While that takes long it sends the page's
// head and what happens on the way.
func (s *Site) follow(w http.ResponseWriter, r *http.Request, asked question) error {
	p := &progress{site: s, w: w, r: r, asked: asked}
	begin := time.AfterFunc(grace, p.begin)
	d, err := s.opts.Casebook.Follow(r.Context(), asked.ref, false, p.step)
	begin.Stop()
	if p.end() {
		return p.finish(d, err)
	}
	if err != nil {
		return err
	}
	return s.renderReport(w, r, d)
}

// progress sends a page in parts.
type progress struct {
	site  *Site
	w     http.ResponseWriter
	r     *http.Request
	asked question

	mu     sync.Mutex
	begun  bool
	over   bool
	early  []sourceView // read before the page was begun
	failed error        // of sending; nothing is sent after it
}

// begin sends the head of the page, unless the answer has come meanwhile.
func (p *progress) begin() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.over {
		return
	}
	p.begun = true
	page := p.site.progressPage(p.r.Context(), p.asked)
	page.Sources = p.early
	p.w.Header().Set("X-Accel-Buffering", "no") // for proxies that would wait for the end
	htmlHeaders(p.w)
	p.w.WriteHeader(http.StatusOK)
	p.send(page, "top", "looking")
}

func (s *Site) progressPage(ctx context.Context, asked question) ProgressPage {
	heading := said("progress.title", words.Args{"name": nameOf(asked.ref)})
	page := ProgressPage{
		Page:    s.newPage(ctx, heading, said("progress.description", nil), ""),
		Heading: heading,
		Stream:  "/api/v1/diagnoses/stream?brief=true&task=" + url.QueryEscape(asked.pasted),
		Again:   "/diagnose?task=" + url.QueryEscape(asked.pasted),
		Words:   wordsOfProgress(),
	}
	page.NoIndex, page.Pasted = true, asked.pasted
	return page
}

// step sends a source that was asked.
func (p *progress) step(step casebook.Step) {
	if step.Source == nil || step.Source.Status == "" {
		return
	}
	view := sourceOf(*step.Source)
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.begun {
		p.early = append(p.early, view)
		return
	}
	p.send(view, "source")
}

// end lets nothing begin any more, and tells whether the page was begun.
func (p *progress) end() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.over = true
	return p.begun
}

// finish sends the rest of a page that was begun.
func (p *progress) finish(d diagnose.Diagnosis, err error) error {
	ctx := p.r.Context()
	var content any
	name := "report"
	if err == nil {
		content, err = p.site.reportPage(ctx, d, clock{now: p.site.opts.Now()})
	}
	if err != nil {
		name, content = "error", p.site.errorPage(p.r, err)
	}
	p.send(p.site.progressPage(ctx, p.asked), "looked")
	p.sendOf(name, content, "main", "bottom")
	if p.failed != nil && ctx.Err() == nil {
		// Too late to tell the reader of it: half a page is there already.
		p.site.opts.Logger.ErrorContext(ctx, "page broke off", "path", p.r.URL.Path, "error", p.failed)
	}
	return nil
}

func (p *progress) send(data any, parts ...string) { p.sendOf("progress", data, parts...) }

// sendOf renders parts of a page's template in full, and sends them at once.
func (p *progress) sendOf(page string, data any, parts ...string) {
	if p.failed != nil {
		return
	}
	var b bytes.Buffer
	for _, part := range parts {
		if err := p.site.templates[page].ExecuteTemplate(&b, part, data); err != nil {
			p.failed = fmt.Errorf("render %s of page %s: %w", part, page, err)
			return
		}
	}
	ctl := http.NewResponseController(p.w)
	_ = ctl.SetWriteDeadline(time.Now().Add(partTime)) // an error means that there is none to extend
	if _, err := p.w.Write(render.HTML(b.Bytes())); err != nil {
		p.failed = fmt.Errorf("send page %s: %w", page, err)
		return
	}
	if err := ctl.Flush(); err != nil {
		p.failed = fmt.Errorf("send page %s: %w", page, err)
	}
}
