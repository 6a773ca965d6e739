package web

import (
	"errors"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"

	"whystopped/internal/diagnose"
	"whystopped/internal/diagnose/evidence"
	"whystopped/internal/taskref"
)

// maxPasted is how much text the box takes, in bytes.
const maxPasted = 8 << 20

// diagnose is the address that alerts link to: /diagnose?task=REF.
func (s *Site) diagnose(w http.ResponseWriter, r *http.Request) error {
	task := r.URL.Query().Get("task")
	switch {
	case readsAhead(r):
		return errReadAhead
	case onlyPreviews(r):
		return s.preview(w, r, task)
	}
	return s.follow(w, r, task)
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
		d, err := s.opts.Casebook.Diagnose(r.Context(), text, true)
		if err != nil {
			return err
		}
		return s.goToReport(w, r, d)
	case text == "" || looksLikeReference(text):
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
			return "", false, errTooLarge
		}
		return "", false, errUnreadableForm
	}
	text = strings.ReplaceAll(r.PostFormValue("task"), "\r\n", "\n")
	return strings.TrimSpace(text), r.PostFormValue("refresh") != "", nil
}

// looksLikeReference tells what was meant for a reference, even a broken one,
// from a text: the message for a broken reference says what is wrong with it.
func looksLikeReference(text string) bool {
	// No reference is longer, and no server takes a longer address gladly.
	const longest = 2048
	if len(text) > longest {
		return false
	}
	if _, err := taskref.Parse(text); err == nil {
		return true
	}
	text = strings.Trim(text, `<>"'`)
	if strings.ContainsAny(text, " \t\n{") {
		return false
	}
	return strings.HasPrefix(text, "arn:") || strings.HasPrefix(text, "http://") || strings.HasPrefix(text, "https://") || strings.Contains(text, "/")
}

func seeOther(w http.ResponseWriter, r *http.Request, path string) error {
	http.Redirect(w, r, path, http.StatusSeeOther)
	return nil
}

func reportPath(id string) string { return "/d/" + url.PathEscape(id) }
