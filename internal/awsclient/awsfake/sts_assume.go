package awsfake

import (
	"cmp"
	"encoding/xml"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"whystopped/internal/awsclient/awsfake/ids"
)

// Session is a session that a client assumed, and what it was used for.
type Session struct {
	RoleARN, Name, ExternalID string
	Tags                      map[string]string
	// Region is the one that AssumeRole was signed for.
	Region string
	// Calls counts the requests that were signed with the session.
	Calls map[string]int

	made int // its number, in the order of AssumeRole
}

// Sessions are the sessions that were assumed, in their order.
func (s *Server) Sessions() []Session {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []Session
	for _, session := range s.sessions {
		given := *session
		given.Calls = maps.Clone(session.Calls)
		all = append(all, given)
	}
	slices.SortFunc(all, func(a, b Session) int { return cmp.Compare(a.made, b.made) })
	return all
}

// ofSession reports whether a request is signed with a session that was assumed.
func (s *Server) ofSession(req request) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.sessions[req.accessKeyID] != nil
}

type assumeRoleResponse struct {
	XMLName     xml.Name       `xml:"AssumeRoleResponse"`
	Namespace   string         `xml:"xmlns,attr"`
	Credentials xmlCredentials `xml:"AssumeRoleResult>Credentials"`
	ARN         string         `xml:"AssumeRoleResult>AssumedRoleUser>Arn"`
	RoleID      string         `xml:"AssumeRoleResult>AssumedRoleUser>AssumedRoleId"`
	RequestID   string         `xml:"ResponseMetadata>RequestId"`
}

type xmlCredentials struct {
	AccessKeyID     string `xml:"AccessKeyId"`
	SecretAccessKey string
	SessionToken    string
	Expiration      string
}

// assumeRole returns a session of one of the scenario's Readers.
// Source: https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
func (s *Server) assumeRole(req request) (any, error) {
	session := &Session{
		RoleARN:    req.form.Get("RoleArn"),
		Name:       req.form.Get("RoleSessionName"),
		ExternalID: req.form.Get("ExternalId"),
		Tags:       sessionTags(req.form),
		Region:     req.region,
		Calls:      map[string]int{},
	}
	if !slices.Contains(s.world.Readers, Reader{ARN: session.RoleARN, ExternalID: session.ExternalID}) {
		return nil, &apiError{
			Status: http.StatusForbidden, Code: "AccessDenied",
			Message: fmt.Sprintf("User: %s is not authorized to perform: sts:AssumeRole on resource: %s", s.world.Caller, session.RoleARN),
		}
	}
	lasts, err := strconv.Atoi(cmp.Or(req.form.Get("DurationSeconds"), "3600"))
	if err != nil || lasts < 900 {
		return nil, badRequest("ValidationError", "1 validation error detected: Value at 'durationSeconds' failed to satisfy constraint: Member must have value greater than or equal to 900")
	}
	key := s.keep(session)
	return assumeRoleResponse{
		Namespace: namespaces["sts"],
		Credentials: xmlCredentials{
			AccessKeyID: key, SecretAccessKey: "example", SessionToken: "example",
			// By the real clock, as the SDK's cache of credentials goes by it.
			Expiration: time.Now().Add(time.Duration(lasts) * time.Second).UTC().Format(time.RFC3339),
		},
		ARN:       "arn:" + s.world.Partition + ":sts::" + s.world.Account + ":assumed-role/" + ids.LastSegment(session.RoleARN) + "/" + session.Name,
		RoleID:    ids.Unique("AROA", session.RoleARN) + ":" + session.Name,
		RequestID: req.id,
	}, nil
}

// keep remembers a session and makes up its access key.
func (s *Server) keep(session *Session) (key string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	session.made = len(s.sessions) + 1
	key = ids.Unique("ASIA", fmt.Sprint(session.RoleARN, session.Name, session.made))
	s.sessions[key] = session
	return key
}

// sessionTags reads Tags.member.N.Key and its value.
func sessionTags(form url.Values) map[string]string {
	tags := map[string]string{}
	for n := 1; form.Has(fmt.Sprintf("Tags.member.%d.Key", n)); n++ {
		tags[form.Get(fmt.Sprintf("Tags.member.%d.Key", n))] = form.Get(fmt.Sprintf("Tags.member.%d.Value", n))
	}
	return tags
}
