package api

import (
	"context"
	"maps"
	"net/http"
	"reflect"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"whystopped/internal/diagnose"
	"whystopped/internal/render"
)

// diagnosisOutput is an answer in the form that the client asked for.
type diagnosisOutput struct {
	ContentType string `header:"Content-Type" hidden:"true"`
	// Body is what JSON is made of, or the bytes of a text.
	Body any
}

// form is how a client wants its answer.
type form struct {
	mediaType string
	// base is the address of the service, for links.
	base string
}

// formKey finds the form in a request's context.
type formKey struct{}

// negotiate finds a form that the client accepts before anything is looked at,
// and refuses the request where there is none.
func (a *API) negotiate(framework huma.API, offers func(huma.Context) []string) huma.Middlewares {
	return huma.Middlewares{func(ctx huma.Context, next func(huma.Context)) {
		var headers []string
		ctx.EachHeader(func(name, value string) {
			if strings.EqualFold(name, "Accept") {
				headers = append(headers, value)
			}
		})
		offered := offers(ctx)
		chosen := parseAccept(strings.Join(headers, ",")).best(offered...)
		if chosen == "" {
			// An error here means that the client has left.
			_ = huma.WriteErr(framework, ctx, http.StatusNotAcceptable, "Of what the Accept header names nothing can be had here; "+strings.Join(offered, ", ")+" can")
			return
		}
		next(huma.WithValue(ctx, formKey{}, form{mediaType: chosen, base: a.base(ctx)}))
	}}
}

// diagnosisForms are the forms of a diagnosis; without a word from the client
// it is the first.
func diagnosisForms(huma.Context) []string { return []string{typeJSON, typeText, typeMarkdown} }

// base is the address of the service: the one that was set, or else the one by
// which this client reached it.
func (a *API) base(ctx huma.Context) string {
	switch {
	case a.opts.PublicURL != "":
		return strings.TrimRight(a.opts.PublicURL, "/")
	case ctx.TLS() != nil:
		return "https://" + ctx.Host()
	}
	return "http://" + ctx.Host()
}

// give answers with a diagnosis, in the form that was negotiated.
func give(ctx context.Context, d diagnose.Diagnosis, err error) (*diagnosisOutput, error) {
	if err != nil {
		return nil, err
	}
	wanted, _ := ctx.Value(formKey{}).(form)
	var link string
	if d.ID != "" {
		link = wanted.base + "/d/" + d.ID
	}
	switch wanted.mediaType {
	case typeText:
		return &diagnosisOutput{typeText + "; charset=utf-8", []byte(render.Text(d, link))}, nil
	case typeMarkdown:
		return &diagnosisOutput{typeMarkdown + "; charset=utf-8", []byte(render.Markdown(d, link))}, nil
	}
	return &diagnosisOutput{typeJSON, d}, nil
}

// inForms documents that a diagnosis comes as text, too, and what is said where
// no form fits.
func inForms(framework huma.API, answers map[string]*huma.Response) map[string]*huma.Response {
	ok := answers["200"]
	content := map[string]*huma.MediaType{
		typeJSON:     {Schema: framework.OpenAPI().Components.Schemas.Schema(reflect.TypeFor[diagnose.Diagnosis](), true, "")},
		typeText:     {Schema: &huma.Schema{Type: huma.TypeString, Description: "The diagnosis for a terminal with 80 columns."}},
		typeMarkdown: {Schema: &huma.Schema{Type: huma.TypeString, Description: "The diagnosis for a ticket."}},
	}
	maps.Copy(content, ok.Content) // a call's own description of its JSON stays
	ok.Content = content
	ok.Description += ". The Accept header selects the format; the default is JSON."
	return answers
}
