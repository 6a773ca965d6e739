package web

import (
	"errors"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"

	"whystopped/internal/casebook"
	"whystopped/internal/diagnose"
	"whystopped/internal/diagnose/evidence"
	"whystopped/internal/problem"
	"whystopped/internal/taskref"
	"whystopped/internal/words"
)

// maxPasted is how much text the box takes, in bytes.
const maxPasted = 8 << 20

// diagnose is the address that alerts link to: /diagnose?task=REF.
func (s *Site) diagnose(w http.ResponseWriter, r *http.Request) error {
	if readsAhead(r) {
		return errReadAhead
	}
	asked, err := questionOf(r.URL.Query().Get("task"))
	switch {
	case err != nil:
		return err
	case onlyPreviews(r):
		return s.preview(w, r, asked)
	}
	return s.follow(w, r, asked)
}

// question is what somebody pasted, and the address that it is: the page's box
// holds the one, and everything else uses the other.
type question struct {
	pasted string
	ref    taskref.Ref
}

func questionOf(pasted string) (question, error) {
	ref, err := casebook.Reference(pasted)
	return question{pasted, ref}, err
}

// submit takes what was put into a box. A reference goes on to the address that
// can be shared; anything else is evidence, and goes on to its report.
func (s *Site) submit(w http.ResponseWriter, r *http.Request) error {
	text, refresh, err := readForm(w, r)
	if err != nil {
		return err
	}
	switch {
	case refresh:
		asked, err := questionOf(text)
		if err != nil {
			return err
		}
		d, err := s.opts.Casebook.Diagnose(r.Context(), asked.ref, true)
		if err != nil {
			return err
		}
		return s.goToReport(w, r, d)
	case text == "" || taskref.LooksLike(text):
		return seeOther(w, r, "/diagnose?task="+url.QueryEscape(text))
	}
	d, err := s.opts.Casebook.Evaluate(r.Context(), evidence.Evidence{Text: text})
	if err != nil {
		return err
	}
	return s.goToReport(w, r, d)
}

// goToReport leads to the address of a report. One that is not kept has none, and
// is shown at once.
func (s *Site) goToReport(w http.ResponseWriter, r *http.Request, d diagnose.Diagnosis) error {
	if d.ID == "" {
		return s.renderReport(w, r, d)
	}
	return seeOther(w, r, reportPath(d.ID))
}

func (s *Site) renderReport(w http.ResponseWriter, r *http.Request, d diagnose.Diagnosis) error {
	page, err := s.reportPage(r.Context(), d, clock{now: s.opts.Now()})
	if err != nil {
		return err
	}
	return s.render(w, http.StatusOK, "report", page)
}

// readForm reads the box and whether a new look was asked for.
func readForm(w http.ResponseWriter, r *http.Request) (text string, refresh bool, err error) {
	// The form's own packing comes on top of the text.
	const packing = 64 << 10
	r.Body = http.MaxBytesReader(w, r.Body, maxPasted+packing)
	// ParseMultipartForm alone keeps to itself what is wrong with other forms.
	if err = r.ParseForm(); err == nil {
		err = r.ParseMultipartForm(maxPasted)
	}
	if err != nil && !errors.Is(err, http.ErrNotMultipart) {
		if _, ok := errors.AsType[*http.MaxBytesError](err); ok || errors.Is(err, multipart.ErrMessageTooLarge) {
			return "", false, problem.New(problem.TooLarge, nil, words.Say("problem.too-large", nil))
		}
		return "", false, problem.New(problem.Malformed, nil, words.Say("problem.malformed-request.form", nil))
	}
	text = strings.ReplaceAll(r.PostFormValue("task"), "\r\n", "\n")
	return strings.TrimSpace(text), r.PostFormValue("refresh") != "", nil
}

func seeOther(w http.ResponseWriter, r *http.Request, path string) error {
	http.Redirect(w, r, path, http.StatusSeeOther)
	return nil
}

func reportPath(id string) string { return "/d/" + url.PathEscape(id) }
