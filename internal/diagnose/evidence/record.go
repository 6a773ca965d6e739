package evidence

import "time"

// Record is the part of a CloudTrail record that a diagnosis uses.
// Source: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html
type Record struct {
	EventID           string           `json:"eventID,omitempty"`
	EventTime         Time             `json:"eventTime,omitzero"`
	EventSource       string           `json:"eventSource,omitempty"`
	EventName         string           `json:"eventName,omitempty"`
	EventType         string           `json:"eventType,omitempty"`
	EventCategory     string           `json:"eventCategory,omitempty"`
	AWSRegion         string           `json:"awsRegion,omitempty"`
	SourceIPAddress   string           `json:"sourceIPAddress,omitempty"`
	UserAgent         string           `json:"userAgent,omitempty"`
	ErrorCode         string           `json:"errorCode,omitempty"`
	ErrorMessage      string           `json:"errorMessage,omitempty"`
	UserIdentity      UserIdentity     `json:"userIdentity,omitzero"`
	RequestParameters any              `json:"requestParameters,omitempty"`
	ResponseElements  any              `json:"responseElements,omitempty"`
	Resources         []RecordResource `json:"resources,omitempty"`
	RecipientAccount  string           `json:"recipientAccountId,omitempty"`
	VPCEndpointID     string           `json:"vpcEndpointId,omitempty"`

	// Host is the instance ("i-…") in whose session the call was made, where
	// the record was looked up by it: other tasks on the host, and the host
	// itself, make calls in the same session. "" for the task's own sessions.
	Host string `json:"-"`
}

// At is when the call was made.
func (r Record) At() time.Time { return r.EventTime.Time }

// UserIdentity is who made the recorded call.
type UserIdentity struct {
	Type           string         `json:"type,omitempty"`
	PrincipalID    string         `json:"principalId,omitempty"`
	ARN            string         `json:"arn,omitempty"`
	AccountID      string         `json:"accountId,omitempty"`
	UserName       string         `json:"userName,omitempty"`
	InvokedBy      string         `json:"invokedBy,omitempty"`
	SessionContext SessionContext `json:"sessionContext,omitzero"`
}

// SessionContext tells which role a session belongs to. Its issuer's ARN has
// the role's path, which the session's own ARN drops.
type SessionContext struct {
	SessionIssuer SessionIssuer `json:"sessionIssuer,omitzero"`
}

// SessionIssuer is the role (or user) that a session was made from.
type SessionIssuer struct {
	Type        string `json:"type,omitempty"`
	PrincipalID string `json:"principalId,omitempty"`
	ARN         string `json:"arn,omitempty"`
	AccountID   string `json:"accountId,omitempty"`
	UserName    string `json:"userName,omitempty"`
}

// RecordResource is a resource that CloudTrail lists beside the call.
type RecordResource struct {
	ARN       string `json:"ARN,omitempty"`
	AccountID string `json:"accountId,omitempty"`
	Type      string `json:"type,omitempty"`
}
