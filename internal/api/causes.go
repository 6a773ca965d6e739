package api

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"whystopped/internal/diagnose"
	"whystopped/internal/problem"
	"whystopped/internal/words"
)

type causesOutput struct {
	Body CauseList
}

// CauseList is the catalogue of causes, sorted by code.
type CauseList struct {
	Items []diagnose.CauseInfo `json:"items"`
}

type causeInput struct {
	Code string `path:"code" doc:"Code of a cause, such as startup.secretsmanager.denied."`
}

type causeOutput struct {
	Body diagnose.CauseInfo
}

func (a *API) addCauses(framework huma.API) {
	causes := withLists(a.opts.Causes)
	huma.Register(framework, huma.Operation{
		OperationID: "list-causes", Method: http.MethodGet, Path: "/api/v1/causes",
		Summary:   "List every cause that a diagnosis can name",
		Responses: responses("The catalogue, sorted by code"),
	}, handle(a, func(context.Context, *struct{}) (*causesOutput, error) {
		return &causesOutput{CauseList{Items: causes}}, nil
	}))

	huma.Register(framework, huma.Operation{
		OperationID: "get-cause", Method: http.MethodGet, Path: "/api/v1/causes/{code}",
		Summary:   "Get one cause",
		Responses: responses("The cause", problem.NotFound),
	}, handle(a, func(_ context.Context, in *causeInput) (*causeOutput, error) {
		i, ok := slices.BinarySearchFunc(causes, in.Code, func(c diagnose.CauseInfo, code string) int { return strings.Compare(c.Code, code) })
		if !ok {
			return nil, problem.New(problem.NotFound, nil, words.Say("problem.unknown-cause.api", nil))
		}
		return &causeOutput{causes[i]}, nil
	}))
}

// withLists copies the catalogue with an empty list wherever one is nil:
// clients loop over them without asking first.
func withLists(causes []diagnose.CauseInfo) []diagnose.CauseInfo {
	out := make([]diagnose.CauseInfo, len(causes))
	for i, c := range causes {
		if c.Fix == nil {
			c.Fix = []words.Text{}
		}
		if c.Messages == nil {
			c.Messages = map[string]words.Message{}
		}
		for _, list := range []*[]string{&c.Docs, &c.Examples} {
			if *list == nil {
				*list = []string{}
			}
		}
		out[i] = c
	}
	return out
}
