package awsfake

import (
	"crypto/rand"
	"errors"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"

	"whystopped/internal/awsclient/awsfake/ids"
)

// maxBody is the most that a request may hold, in bytes.
const maxBody = 1 << 20

// protocol is the wire form of a request and of its answer.
type protocol int

const (
	protocolJSON  protocol = iota // awsJson1_1: ECS, CloudWatch Logs, CloudTrail
	protocolQuery                 // awsQuery: STS, IAM
)

// request is one AWS call as it came in.
type request struct {
	id       string // the answer's request id
	op       string // "ecs:DescribeTasks"
	protocol protocol
	body     []byte     // the JSON input, where the protocol is JSON
	form     url.Values // the input, where the protocol is query

	// From the signature, empty where there is none.
	accessKeyID, region string
	signedAt            time.Time
}

// targets are the prefixes of X-Amz-Target. CloudTrail's is the short one in
// some SDKs.
var targets = map[string]string{
	"AmazonEC2ContainerServiceV20141113":                     "ecs",
	"Logs_20140328":                                          "logs",
	"com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101": "cloudtrail",
	"CloudTrail_20131101":                                    "cloudtrail",
}

// queryVersions tells the services of the query protocol by their Version.
var queryVersions = map[string]string{
	"2010-05-08": "iam",
	"2011-06-15": "sts",
}

// readRequest finds out which call this is. What it returns beside an error is
// good enough to answer with.
func readRequest(w http.ResponseWriter, r *http.Request) (request, error) {
	req := request{id: newRequestID()}
	req.readSignature(r.Header)
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		return req, bodyError(err)
	}
	target := r.Header.Get("X-Amz-Target")
	if target == "" {
		return req.readQuery(r.URL, body)
	}
	dot := strings.LastIndexByte(target, '.')
	if dot < 0 {
		return req, errUnknownOperation
	}
	req.op = targets[target[:dot]] + ":" + target[dot+1:]
	req.body = body
	if _, known := routes[req.op]; !known {
		return req, errUnknownOperation
	}
	return req, nil
}

// readQuery reads a call of the query protocol, whose parameters are a form in
// the body or in the address.
func (r request) readQuery(address *url.URL, body []byte) (request, error) {
	form, err := url.ParseQuery(string(body))
	if err != nil || !form.Has("Action") {
		form = address.Query()
	}
	if !form.Has("Action") {
		return r, errUnknownOperation
	}
	r.protocol, r.form = protocolQuery, form
	r.op = queryVersions[form.Get("Version")] + ":" + form.Get("Action")
	if _, known := routes[r.op]; !known {
		return r, errInvalidAction(form.Get("Action"), form.Get("Version"))
	}
	return r, nil
}

// credential matches the scope in an Authorization header of Signature Version 4.
var credential = regexp.MustCompile(`Credential=([^/,\s]+)/\d{8}/([^/,\s]+)/[^/,\s]+/aws4_request`)

func (r *request) readSignature(h http.Header) {
	if m := credential.FindStringSubmatch(h.Get("Authorization")); m != nil {
		r.accessKeyID, r.region = m[1], m[2]
	}
	if at, err := time.Parse(amzDate, h.Get("X-Amz-Date")); err == nil {
		r.signedAt = at
	}
}

// amzDate is the form of X-Amz-Date.
const amzDate = "20060102T150405Z"

func bodyError(err error) error {
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		return errBodyTooLarge
	}
	return &apiError{Status: http.StatusBadRequest, Code: "SerializationException"}
}

// newRequestID makes a random UUID.
func newRequestID() string { return ids.UUID(rand.Text()) }
