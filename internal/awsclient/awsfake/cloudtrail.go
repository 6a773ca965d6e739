package awsfake

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"whystopped/internal/awsclient/awsfake/ids"
)

var trailRoutes = map[string]route{
	"cloudtrail:LookupEvents": {jsonOperation((*Server).lookupEvents), unnamed},
}

// TrailRecord is one record of CloudTrail, in the form in which LookupEvents
// gives it as a string. What every record has may be left out: New fills in the
// version, type, category (Management), Region, account and ids.
// Source: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html
type TrailRecord struct {
	EventVersion       string          `json:"eventVersion"`
	UserIdentity       TrailIdentity   `json:"userIdentity"`
	EventTime          time.Time       `json:"eventTime"`
	EventSource        string          `json:"eventSource"`
	EventName          string          `json:"eventName"`
	AWSRegion          string          `json:"awsRegion"`
	SourceIPAddress    string          `json:"sourceIPAddress,omitempty"`
	UserAgent          string          `json:"userAgent,omitempty"`
	ErrorCode          string          `json:"errorCode,omitempty"`
	ErrorMessage       string          `json:"errorMessage,omitempty"`
	RequestParameters  map[string]any  `json:"requestParameters"`
	ResponseElements   map[string]any  `json:"responseElements"`
	RequestID          string          `json:"requestID"`
	EventID            string          `json:"eventID"`
	ReadOnly           bool            `json:"readOnly"`
	Resources          []TrailResource `json:"resources,omitempty"`
	EventType          string          `json:"eventType"`
	ManagementEvent    bool            `json:"managementEvent"`
	RecipientAccountID string          `json:"recipientAccountId"`
	EventCategory      string          `json:"eventCategory"`
}

// TrailIdentity is who made a recorded call.
type TrailIdentity struct {
	Type           string        `json:"type"`
	PrincipalID    string        `json:"principalId,omitempty"`
	ARN            string        `json:"arn,omitempty"`
	AccountID      string        `json:"accountId,omitempty"`
	AccessKeyID    string        `json:"accessKeyId,omitempty"`
	UserName       string        `json:"userName,omitempty"`
	SessionContext *TrailSession `json:"sessionContext,omitempty"`
	InvokedBy      string        `json:"invokedBy,omitempty"`
}

// TrailSession says of which role a session is.
type TrailSession struct {
	SessionIssuer TrailIssuer       `json:"sessionIssuer"`
	Attributes    map[string]string `json:"attributes,omitempty"`
}

// TrailIssuer is the role of a session.
type TrailIssuer struct {
	Type        string `json:"type"`
	PrincipalID string `json:"principalId"`
	ARN         string `json:"arn"`
	AccountID   string `json:"accountId"`
	UserName    string `json:"userName"`
}

// TrailResource is a resource that a call was about.
type TrailResource struct {
	AccountID string `json:"accountId,omitempty"`
	Type      string `json:"type,omitempty"`
	ARN       string `json:"ARN"`
}

// userName is what LookupEvents calls Username: the session of an assumed
// role, the name of a user, nothing for an AWS service.
func (r TrailRecord) userName() string {
	if r.UserIdentity.Type == "AssumedRole" {
		return ids.OfSession(r.UserIdentity.ARN)
	}
	return r.UserIdentity.UserName
}

func (r TrailRecord) withDefaults(s Scenario, index int) TrailRecord {
	setDefault(&r.EventVersion, "1.11")
	setDefault(&r.EventType, "AwsApiCall")
	setDefault(&r.EventCategory, management)
	setDefault(&r.AWSRegion, s.Region)
	setDefault(&r.RecipientAccountID, s.Account)
	seed := fmt.Sprint(index, r.EventSource, r.EventName, r.UserIdentity.ARN)
	setDefault(&r.EventID, ids.UUID("event "+seed))
	setDefault(&r.RequestID, ids.UUID("request "+seed))
	r.ManagementEvent = r.EventCategory == management
	return r
}

// management is the category of the events that LookupEvents finds.
const management = "Management"

// maxLookup is how many records a page of LookupEvents holds at most.
const maxLookup = 50

type lookupEventsInput struct {
	LookupAttributes []lookupAttribute
	StartTime        *float64 // seconds
	EndTime          *float64 // seconds
	MaxResults       *int
	NextToken        string
}

type lookupAttribute struct{ AttributeKey, AttributeValue string }

type lookupEventsOutput struct {
	Events    []lookedUpEvent
	NextToken string `json:",omitempty"`
}

type lookedUpEvent struct {
	EventID         string `json:"EventId"`
	EventName       string
	ReadOnly        string
	AccessKeyID     string `json:"AccessKeyId,omitempty"`
	EventTime       Epoch
	EventSource     string
	Username        string `json:",omitempty"`
	Resources       []lookedUpResource
	CloudTrailEvent string
}

type lookedUpResource struct{ ResourceType, ResourceName string }

// lookupEvents finds management events of the request's Region, newest first;
// data events and what CloudTrail has not got round to are not there.
// Source: https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_LookupEvents.html
func (s *Server) lookupEvents(req request, in lookupEventsInput) (any, error) {
	if err := in.check(); err != nil {
		return nil, err
	}
	settled := s.now().Add(-s.world.TrailDelay)
	var found []TrailRecord
	for _, r := range s.world.trail {
		if r.AWSRegion == req.region && r.EventCategory == management && !r.EventTime.After(settled) && in.matches(r) {
			found = append(found, r)
		}
	}
	asked := maxLookup
	if in.MaxResults != nil {
		asked = *in.MaxResults
	}
	part, next, ok := page(found, in.NextToken, s.size(asked, maxLookup))
	if !ok {
		return nil, badRequest("InvalidNextTokenException", "Invalid NextToken")
	}
	out := lookupEventsOutput{Events: []lookedUpEvent{}, NextToken: next}
	for _, r := range part {
		e, err := lookedUp(r)
		if err != nil {
			return nil, err
		}
		out.Events = append(out.Events, e)
	}
	return out, nil
}

func (in lookupEventsInput) check() error {
	switch {
	case len(in.LookupAttributes) > 1:
		return badRequest("InvalidLookupAttributesException", "You can only use one lookup attribute at a time.")
	case len(in.LookupAttributes) == 1 && lookupKeys[in.LookupAttributes[0].AttributeKey] == nil:
		return badRequest("InvalidLookupAttributesException", "The lookup attribute key is not valid.")
	case in.StartTime != nil && in.EndTime != nil && *in.StartTime > *in.EndTime:
		return badRequest("InvalidTimeRangeException", "Start time must be before end time.")
	case in.MaxResults != nil && (*in.MaxResults < 1 || *in.MaxResults > maxLookup):
		return badRequest("InvalidMaxResultsException", fmt.Sprintf("Max results must be between 1 and %d.", maxLookup))
	}
	return nil
}

func (in lookupEventsInput) matches(r TrailRecord) bool {
	at := float64(r.EventTime.Unix())
	if (in.StartTime != nil && at < math.Floor(*in.StartTime)) || (in.EndTime != nil && at > *in.EndTime) {
		return false
	}
	for _, a := range in.LookupAttributes {
		if !lookupKeys[a.AttributeKey](r, a.AttributeValue) {
			return false
		}
	}
	return true
}

// lookupKeys are the attributes that records can be looked up by.
var lookupKeys = map[string]func(r TrailRecord, value string) bool{
	"AccessKeyId":  func(r TrailRecord, v string) bool { return r.UserIdentity.AccessKeyID == v },
	"EventId":      func(r TrailRecord, v string) bool { return r.EventID == v },
	"EventName":    func(r TrailRecord, v string) bool { return r.EventName == v },
	"EventSource":  func(r TrailRecord, v string) bool { return r.EventSource == v },
	"ReadOnly":     func(r TrailRecord, v string) bool { return strconv.FormatBool(r.ReadOnly) == strings.ToLower(v) },
	"ResourceName": TrailRecord.isAbout,
	"ResourceType": TrailRecord.isAboutA,
	"Username":     func(r TrailRecord, v string) bool { return r.userName() == v },
}

func (r TrailRecord) isAbout(name string) bool {
	for _, resource := range r.Resources {
		if resource.ARN == name || ids.LastSegment(resource.ARN) == name {
			return true
		}
	}
	return false
}

func (r TrailRecord) isAboutA(kind string) bool {
	for _, resource := range r.Resources {
		if resource.Type == kind {
			return true
		}
	}
	return false
}

func lookedUp(r TrailRecord) (lookedUpEvent, error) {
	r.EventTime = r.EventTime.UTC().Truncate(time.Second)
	text, err := json.Marshal(r)
	if err != nil {
		return lookedUpEvent{}, fmt.Errorf("write CloudTrail record %s: %w", r.EventID, err)
	}
	e := lookedUpEvent{
		EventID: r.EventID, EventName: r.EventName, ReadOnly: strconv.FormatBool(r.ReadOnly),
		AccessKeyID: r.UserIdentity.AccessKeyID, EventTime: Epoch{r.EventTime}, EventSource: r.EventSource,
		Username: r.userName(), Resources: []lookedUpResource{}, CloudTrailEvent: string(text),
	}
	for _, resource := range r.Resources {
		e.Resources = append(e.Resources, lookedUpResource{ResourceType: resource.Type, ResourceName: resource.ARN})
	}
	return e, nil
}
