package web

import (
	"errors"
	"net/http"

	"github.com/go-chi/chi/v5/middleware"

	"whystopped/internal/casebook"
)

// handler answers a request or says why it cannot.
type handler func(w http.ResponseWriter, r *http.Request) error

// handle is the one place where a handler's error becomes a page and a line in
// the log.
func (s *Site) handle(h handler) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		err := h(w, r)
		if err == nil {
			return
		}
		page := s.errorPage(r, err)
		told := page.Problem
		if told.Status == http.StatusServiceUnavailable || told.Status == http.StatusTooManyRequests {
			w.Header().Set("Retry-After", "2")
		}
		if err := s.render(w, told.Status, "error", page); err != nil {
			s.opts.Logger.ErrorContext(r.Context(), "error page failed", "path", r.URL.Path, "error", err)
			http.Error(w, told.Title+"\n\n"+told.Detail, told.Status)
		}
	}
}

// errorPage is the page for an error. Faults of our own go to the log.
func (s *Site) errorPage(r *http.Request, err error) ErrorPage {
	told := explain(err)
	if told.Status == http.StatusInternalServerError {
		s.opts.Logger.ErrorContext(r.Context(), "page failed", "path", r.URL.Path, "error", err)
		told.Number = middleware.GetReqID(r.Context())
	}
	page := ErrorPage{Page: s.newPage(r.Context(), told.Title, told.Detail, ""), Problem: told}
	page.NoIndex, page.OwnBox = true, true
	page.Pasted = pastedOf(r)
	return page
}

// ErrorPage says what went wrong and what to do.
type ErrorPage struct {
	Page
	Problem problem
	// LogIn is where the reader logs in; "" where that is no way on.
	LogIn string
	// SignOut offers to sign the reader out.
	SignOut bool
	// Alone leaves out what only those can use who are let in.
	Alone bool
}

// problem is an error as a person is told of it.
type problem struct {
	Status int
	Title  string
	Detail string
	Steps  []string
	Number string // of the line in our log, for errors that are ours
}

// Error makes a problem an error, for handlers that know what to tell.
func (p problem) Error() string { return p.Title + ": " + p.Detail }

var (
	errNoSuchPage error = problem{
		Status: http.StatusNotFound,
		Title:  "There is no such page",
		Detail: "The address may have been cut when it was copied.",
		Steps:  []string{"Paste the task’s ARN below to diagnose it afresh."},
	}
	errTooLarge error = problem{
		Status: http.StatusRequestEntityTooLarge,
		Title:  "That is too much text",
		Detail: "At most 8 MiB can be read at once.",
		Steps:  []string{"Paste the error message and the lines around it, or the task’s ARN: its log is then read from the end."},
	}
	errUnreadableForm error = problem{
		Status: http.StatusBadRequest,
		Title:  "The form did not arrive whole",
		Detail: "What was sent cannot be read as the form of this page.",
		Steps:  []string{"Paste it again and send it again."},
	}
)

// kinds tells, for each failure people can do something about, the status, what
// happened, and what to do. The casebook's own sentence says the details.
var kinds = map[casebook.Kind]problem{
	casebook.NotAReference: {
		Status: http.StatusUnprocessableEntity, Title: "That does not name a task",
		Steps: []string{
			"Paste the stopped task’s ARN: arn:aws:ecs:REGION:ACCOUNT:task/CLUSTER/ID",
			"or the address of the task’s page in the AWS console",
			"or CLUSTER/ID, for the default region",
			"or an error message or the event as JSON: the box below takes these too.",
		},
	},
	casebook.InvalidEvidence: {
		Status: http.StatusUnprocessableEntity, Title: "Nothing in there can be diagnosed",
		Steps: []string{
			"Paste the error message in full, with the name that stands before its first colon.",
			"A task as DescribeTasks prints it, or the ECS event, works as JSON.",
		},
	},
	casebook.UnknownTask: {
		Status: http.StatusNotFound, Title: "Nobody remembers this task",
		Steps: []string{
			"Check the region and the cluster. ECS forgets a stopped task after about an hour.",
			"If you still have its stoppedReason or a line of its log, paste that below.",
		},
	},
	casebook.UnknownDiagnosis: {
		Status: http.StatusNotFound, Title: "This report is not kept here",
		Steps: []string{"Paste the task’s ARN to diagnose it afresh."},
	},
	casebook.UnknownIncident: {
		Status: http.StatusNotFound, Title: "This incident is not kept here",
		Steps: []string{"Look for it in the list at /incidents. What is older than this service keeps is gone.", "Or paste a task’s ARN to diagnose it afresh."},
	},
	casebook.InvalidFilter: {
		Status: http.StatusUnprocessableEntity, Title: "The list does not go on from there",
		Steps: []string{"Open the list anew and follow its links: an address that was cut or changed leads nowhere."},
	},
	casebook.NotAllowed: {
		Status: http.StatusForbidden, Title: "This account is out of bounds",
		Steps: []string{"Ask whoever runs this service to allow the account.", "Or paste the task’s stoppedReason below: that needs no access to AWS."},
	},
	casebook.NoCredentials: {
		Status: http.StatusBadGateway, Title: "This service has no AWS credentials",
		Steps: []string{"Start it with a role, a profile (AWS_PROFILE) or keys that may read ECS.", "Or paste the error message below: that needs no access to AWS."},
	},
	casebook.BadCredentials: {
		Status: http.StatusBadGateway, Title: "AWS does not accept this service’s credentials",
		Steps: []string{"They may have expired: sign in again and restart the service.", "Or paste the error message below: that needs no access to AWS."},
	},
	casebook.Refused: {
		Status: http.StatusBadGateway, Title: "AWS refuses to tell this service anything",
		Steps: []string{"Give the service’s role the reading permissions of its documentation, ecs:DescribeTasks first.", "Or paste the error message below: that needs no access to AWS."},
	},
	casebook.Unreachable: {
		Status: http.StatusBadGateway, Title: "AWS does not answer",
		Steps: []string{"Try again in a moment.", "Check the region, and whether the service can reach AWS from where it runs.", "Or paste the error message below: that needs no access to AWS."},
	},
	casebook.TooMany: {
		Status: http.StatusTooManyRequests, Title: "Too many requests",
		Steps: []string{"Wait until your other requests are answered, and try again."},
	},
	casebook.Busy: {
		Status: http.StatusServiceUnavailable, Title: "Too many are asking at once",
		Steps: []string{"Try again in a moment.", "Or paste the error message below: that needs no access to AWS."},
	},
}

// explain finds what to tell a person. What nobody foresaw is told without its
// text, which may hold what is not for everybody.
func explain(err error) problem {
	if p, ok := errors.AsType[problem](err); ok {
		return p
	}
	if e, ok := errors.AsType[*casebook.Error](err); ok {
		if p, ok := kinds[e.Kind]; ok {
			p.Detail = e.Message
			return p
		}
	}
	return problem{
		Status: http.StatusInternalServerError,
		Title:  "Something broke on our side",
		Detail: "It is written in the log of this service.",
		Steps:  []string{"Try again. If it stays, tell whoever runs this service."},
	}
}

// pastedOf gives back what the reader sent, so that it can be mended. It looks
// at a form that was read already, and never reads a body itself.
func pastedOf(r *http.Request) string {
	const showable = 100_000
	text := r.URL.Query().Get("task")
	if r.PostForm != nil {
		text = r.PostForm.Get("task")
	}
	if len(text) > showable {
		return ""
	}
	return text
}
