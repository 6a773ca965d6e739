package api

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"net/http"
	"reflect"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humachi"

	"whystopped/internal/ingest"
	"whystopped/internal/problem"
	"whystopped/internal/taskref"
	"whystopped/internal/words"
)

// Events say who may send events, and who keeps them.
type Events struct {
	// Key is what senders show in the header x-api-key; "" where none may send by
	// that.
	Key string
	// Known tells whether a request showed another proof that its sender may send
	// events; nil where there is none.
	Known func(context.Context) bool
	// Book is needed where anybody may send.
	Book ingest.Book
	// Bounds are the only accounts and Regions of which events are taken.
	Bounds taskref.Bounds
	// NotAllowed counts events of others; nil where nobody does.
	NotAllowed func(events int)
}

const eventsPath = "/api/v1/events"

const (
	keyHeader = "x-api-key"
	keyScheme = "eventsKey"
	// tokenScheme is that of API tokens, where the service asks for a proof.
	tokenScheme = "apiToken"
	// sendAgain is when a sender should come again with events that could not
	// be stored.
	sendAgain = 15 * time.Second
	// eventsTimeout bounds reading events: EventBridge waits for its answer no
	// longer. Source: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-api-destinations.html
	eventsTimeout = 5 * time.Second
)

// eventsInput takes the body as it came: the events are AWS's.
type eventsInput struct {
	RawBody []byte
}

type eventsOutput struct {
	Body EventCounts
}

// EventCounts tell what came of events.
type EventCounts struct {
	Accepted int `json:"accepted" doc:"Number of stored events, including repeated ones."`
	Ignored  int `json:"ignored" doc:"Number of ignored events: other sources or types, healthy services, tasks that are still starting."`
	// NotAllowed are dropped and not refused, so that nobody sends them again.
	NotAllowed int `json:"notAllowed,omitempty" doc:"Number of events dropped because this server doesn't read their account or Region; omitted if none."`
}

// EventBridgeEvent describes an event for the document. ingest.Parse reads it.
type EventBridgeEvent struct {
	ID         string    `json:"id" doc:"EventBridge's event ID; a repeated event changes nothing."`
	Source     string    `json:"source" doc:"Only events of aws.ecs are stored."`
	DetailType string    `json:"detail-type" doc:"ECS Task State Change and ECS Service Action are stored."`
	Time       time.Time `json:"time"`
	Resources  []string  `json:"resources,omitempty"`
	Detail     awsObject `json:"detail" doc:"As AWS sends it."`
}

var sampleEvent = map[string]any{
	"id": "3317b2af-7005-947d-b652-f55e762e571a", "source": "aws.ecs", "detail-type": "ECS Task State Change", "time": "2026-11-22T08:00:05Z",
	"resources": []string{"arn:aws:ecs:eu-west-1:111122223333:task/prod/0f1e2d3c4b5a69788796a5b4c3d2e1f0"},
	"detail": map[string]any{
		"taskArn": "arn:aws:ecs:eu-west-1:111122223333:task/prod/0f1e2d3c4b5a69788796a5b4c3d2e1f0", "lastStatus": "STOPPED", "version": 7,
		"stopCode": "EssentialContainerExited", "stoppedReason": "Essential container in task exited",
	},
}

func (a *API) addEvents(framework huma.API) {
	doc := framework.OpenAPI()
	doc.Components.SecuritySchemes = map[string]*huma.SecurityScheme{
		keyScheme:   {Type: "apiKey", In: "header", Name: keyHeader, Description: "Value of the setting events-key."},
		tokenScheme: {Type: "http", Scheme: "bearer", Description: "An API token, if authentication is set up: with the scope read, for events ingest."},
	}
	event := doc.Components.Schemas.Schema(reflect.TypeFor[EventBridgeEvent](), true, "")
	body := &huma.Schema{OneOf: []*huma.Schema{event, {Type: huma.TypeArray, Items: event}}}
	answers := responses("", problem.Malformed, problem.Unauthorized, problem.NotAnEvent, problem.TooLarge, problem.MediaType, problem.NotStored)
	delete(answers, "200")
	answers[strconv.Itoa(http.StatusAccepted)] = &huma.Response{Description: "The events are stored"}
	huma.Register(framework, huma.Operation{
		OperationID: "send-events", Method: http.MethodPost, Path: eventsPath, DefaultStatus: http.StatusAccepted,
		Summary: "Send EventBridge events",
		Description: "For an EventBridge API destination. Authenticate with the setting events-key in the header x-api-key, or with an API token with the scope ingest. Send one event as EventBridge delivers it, or a list, which is stored completely or not at all. " +
			"Events of running and stopped tasks and of failed service actions are stored, and every stop is diagnosed in the background. Other events are ignored.",
		Security:    []map[string][]string{{keyScheme: {}}, {tokenScheme: {}}},
		RequestBody: &huma.RequestBody{Content: map[string]*huma.MediaType{typeJSON: {Schema: body, Example: sampleEvent}}},
		Responses:   answers,

		Middlewares:      huma.Middlewares{a.keyed(framework)},
		SkipValidateBody: true, MaxBodyBytes: maxBody + 1, BodyReadTimeout: eventsTimeout,
	}, a.events)
}

// Shown reports whether a request shows the key: once, and as it is set up. Both
// keys are hashed first: then not even their lengths can be told from the time
// that it takes.
func (e Events) Shown(r *http.Request) bool {
	shown := r.Header.Values(keyHeader)
	if len(shown) != 1 || e.Key == "" {
		return false
	}
	given, key := sha256.Sum256([]byte(shown[0])), sha256.Sum256([]byte(e.Key))
	return subtle.ConstantTimeCompare(key[:], given[:]) == 1
}

// keyed lets those through that know the key or are known otherwise, before
// their body is read.
func (a *API) keyed(framework huma.API) func(huma.Context, func(huma.Context)) {
	// An error of WriteErr means that the client has left.
	return func(ctx huma.Context, next func(huma.Context)) {
		r, w := humachi.Unwrap(ctx)
		known := a.opts.Events.Known
		switch {
		case !a.opts.Events.Shown(r) && (known == nil || !known(ctx.Context())):
			refused := "the header " + keyHeader + " must hold the key that is set up as events-key, once"
			if a.opts.Events.Key == "" {
				refused = "no key is set up that events could be sent with; the setting is events-key (WHYSTOPPED_EVENTS_KEY)"
			}
			ctx.SetHeader("WWW-Authenticate", `ApiKey realm="events"`)
			_ = huma.WriteErr(framework, ctx, http.StatusUnauthorized, refused)
		case r.ContentLength > maxBody:
			_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(eventsTimeout)) // for reading on, see drained
			_ = huma.WriteErr(framework, ctx, http.StatusRequestEntityTooLarge, "")
			r.Body.Close()
		default:
			next(ctx)
		}
	}
}

func (a *API) events(ctx context.Context, in *eventsInput) (*eventsOutput, error) {
	batch, err := ingest.Parse(in.RawBody)
	if err != nil {
		return nil, a.problemOf(ctx, noEvent(err))
	}
	batch = batch.Within(a.opts.Events.Bounds)
	if count := a.opts.Events.NotAllowed; count != nil && batch.NotAllowed > 0 {
		count(batch.NotAllowed)
	}
	if len(batch.Events) > 0 {
		if err := a.opts.Events.Book.Accept(ctx, batch.Events); err != nil {
			return nil, huma.ErrorWithHeaders(a.notStored(ctx, err), http.Header{"Retry-After": {strconv.Itoa(int(sendAgain / time.Second))}})
		}
	}
	return &eventsOutput{EventCounts{Accepted: len(batch.Events), Ignored: batch.Ignored, NotAllowed: batch.NotAllowed}}, nil
}

// noEvent tells a body that is no JSON from one that is no event.
func noEvent(err error) error {
	e, ok := errors.AsType[*ingest.Error](err)
	switch {
	case !ok:
		return err
	case e.Malformed:
		return problem.New(problem.Malformed, nil, e.Said())
	}
	return problem.New(problem.NotAnEvent, nil, e.Said())
}

// notStored asks the sender to come again, whatever it was: the events are
// lost otherwise.
func (a *API) notStored(ctx context.Context, err error) *huma.ErrorModel {
	if errors.Is(err, context.Canceled) {
		return a.problemOf(ctx, err)
	}
	a.opts.Log.ErrorContext(ctx, "events could not be stored", "error", err)
	return details(problem.NotStored, words.Say("problem.not-stored", nil).English, nil)
}
