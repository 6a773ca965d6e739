//go:build moto

package moto_test

import (
	"bytes"
	"encoding/json"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"testing"
)

// The types below are the parts of the API's answers that the tests look at.
// They are written out here, not taken from the service, because the names are
// what other programs rely on.

type diagnosis struct {
	ID       string    `json:"id"`
	Task     task      `json:"task"`
	Verdict  verdict   `json:"verdict"`
	Findings []finding `json:"findings"`
	Fix      struct {
		Policies []policy `json:"policies"`
	} `json:"fix"`
	Sources []source `json:"sources"`
	Caveats []string `json:"caveats"`
}

type task struct {
	ARN               string      `json:"arn"`
	ID                string      `json:"id"`
	Cluster           string      `json:"cluster"`
	Account           string      `json:"account"`
	Region            string      `json:"region"`
	Partition         string      `json:"partition"`
	LaunchType        string      `json:"launchType"`
	Group             string      `json:"group"`
	TaskDefinitionARN string      `json:"taskDefinitionArn"`
	ExecutionRoleARN  string      `json:"executionRoleArn"`
	TaskRoleARN       string      `json:"taskRoleArn"`
	StopCode          string      `json:"stopCode"`
	StoppedReason     string      `json:"stoppedReason"`
	Containers        []container `json:"containers"`
}

type container struct {
	Name      string `json:"name"`
	Essential bool   `json:"essential"`
	ExitCode  *int   `json:"exitCode"`
	Image     string `json:"image"`
}

type verdict struct {
	Cause      string   `json:"cause"`
	Phase      string   `json:"phase"`
	Identity   identity `json:"identity"`
	Category   string   `json:"category"`
	Confidence string   `json:"confidence"`
}

type identity struct {
	Kind string `json:"kind"`
	ARN  string `json:"arn"`
}

type finding struct {
	Cause    string   `json:"cause"`
	Primary  bool     `json:"primary"`
	Evidence []quote  `json:"evidence"`
	Denied   []denial `json:"denied"`
}

type quote struct {
	Source string `json:"source"`
	Text   string `json:"text"`
	Ref    string `json:"ref"`
}

type denial struct {
	Principal  string `json:"principal"`
	Action     string `json:"action"`
	Resource   string `json:"resource"`
	Explicit   bool   `json:"explicit"`
	PolicyType string `json:"policyType"`
}

type policy struct {
	Purpose  string   `json:"purpose"`
	Kind     string   `json:"kind"`
	AttachTo identity `json:"attachTo"`
	Document struct {
		Statement []statement `json:"Statement"`
	} `json:"document"`
}

type statement struct {
	Effect   string   `json:"Effect"`
	Action   []string `json:"Action"`
	Resource []string `json:"Resource"`
}

type source struct {
	Name              string  `json:"name"`
	Status            string  `json:"status"`
	Calls             int     `json:"calls"`
	Detail            string  `json:"detail"`
	MissingPermission *string `json:"missingPermission"`
}

type problem struct {
	Type   string `json:"type"`
	Title  string `json:"title"`
	Status int    `json:"status"`
	Detail string `json:"detail"`
}

// source is the line of the named source.
func (d diagnosis) source(t *testing.T, name string) source {
	t.Helper()
	i := slices.IndexFunc(d.Sources, func(s source) bool { return s.Name == name })
	if i < 0 {
		t.Fatalf("no line for %s in the sources: %+v", name, d.Sources)
	}
	return d.Sources[i]
}

// finding is what was found of the named cause.
func (d diagnosis) finding(t *testing.T, cause string) finding {
	t.Helper()
	i := slices.IndexFunc(d.Findings, func(f finding) bool { return f.Cause == cause })
	if i < 0 {
		t.Fatalf("no finding %s: %+v", cause, d.Findings)
	}
	return d.Findings[i]
}

// client is a user of the service.
type client struct{ url string }

// diagnose asks why the task stopped, and not for a diagnosis that is kept.
func (c client) diagnose(t *testing.T, ref string) diagnosis {
	t.Helper()
	var d diagnosis
	c.post(t, ref, http.StatusOK, "application/json", &d)
	return d
}

// lookUp asks why the task stopped, content with a diagnosis that is kept.
func (c client) lookUp(t *testing.T, ref string) diagnosis {
	t.Helper()
	var d diagnosis
	c.get(t, "/diagnoses", url.Values{"task": {ref}}, &d)
	return d
}

// refused asks for what cannot be diagnosed and returns the problem.
func (c client) refused(t *testing.T, ref string, status int) problem {
	t.Helper()
	var p problem
	c.post(t, ref, status, "application/problem+json", &p)
	if p.Status != status || p.Type == "" || p.Title == "" || p.Detail == "" {
		t.Errorf("%s: incomplete problem %+v", ref, p)
	}
	return p
}

func (c client) post(t *testing.T, ref string, status int, mediaType string, answer any) {
	t.Helper()
	body, err := json.Marshal(map[string]any{"task": ref, "refresh": true})
	if err != nil {
		t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, c.url+"/api/v1/diagnoses", bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	do(t, req, status, mediaType, answer)
}

// get reads an address below /api/v1.
func (c client) get(t *testing.T, path string, query url.Values, answer any) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, c.url+"/api/v1"+path+"?"+query.Encode(), nil)
	if err != nil {
		t.Fatal(err)
	}
	do(t, req, http.StatusOK, "application/json", answer)
}

func do(t *testing.T, req *http.Request, status int, mediaType string, answer any) {
	t.Helper()
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var body bytes.Buffer
	if _, err := body.ReadFrom(resp.Body); err != nil {
		t.Fatalf("read the answer: %v", err)
	}
	got, _, err := mime.ParseMediaType(resp.Header.Get("Content-Type"))
	if err != nil || resp.StatusCode != status || got != mediaType {
		t.Fatalf("%s %s: %s, %s (%v), want %d, %s:\n%s", req.Method, req.URL, resp.Status, got, err, status, mediaType, &body)
	}
	if err := json.Unmarshal(body.Bytes(), answer); err != nil {
		t.Fatalf("%s %s: %v in\n%s", req.Method, req.URL, err, &body)
	}
}
