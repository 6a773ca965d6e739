package awsfake

import (
	"encoding/xml"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// apiError is an error as AWS answers it.
type apiError struct {
	Status  int
	Code    string
	Message string
}

func (e *apiError) Error() string { return e.Code + ": " + e.Message }

// json is the error's body in the JSON protocol. AWS's front door, which
// refuses for lack of permission, spells "Message" with a capital, the services
// do not.
func (e *apiError) json() map[string]string {
	body := map[string]string{"__type": e.Code}
	switch {
	case e.Code == "AccessDeniedException":
		body["Message"] = e.Message
	case e.Message != "":
		body["message"] = e.Message
	}
	return body
}

// namespaces are those of the services with the query protocol.
var namespaces = map[string]string{
	"iam": "https://iam.amazonaws.com/doc/2010-05-08/",
	"sts": "https://sts.amazonaws.com/doc/2011-06-15/",
}

// xmlError is the error's body in the query protocol.
type xmlError struct {
	XMLName   xml.Name `xml:"ErrorResponse"`
	Namespace string   `xml:"xmlns,attr"`
	Type      string   `xml:"Error>Type"`
	Code      string   `xml:"Error>Code"`
	Message   string   `xml:"Error>Message"`
	RequestID string   `xml:"RequestId"`
}

func (e *apiError) xml(req request) xmlError {
	fault := "Sender"
	if e.Status >= 500 {
		fault = "Receiver"
	}
	service, _, _ := strings.Cut(req.op, ":")
	return xmlError{Namespace: namespaces[service], Type: fault, Code: e.Code, Message: e.Message, RequestID: req.id}
}

func badRequest(code, message string) *apiError {
	return &apiError{Status: http.StatusBadRequest, Code: code, Message: message}
}

// Errors that any service can answer with.
// Source: https://docs.aws.amazon.com/AmazonECS/latest/APIReference/CommonErrors.html
var (
	errInternal         = &apiError{Status: http.StatusInternalServerError, Code: "InternalFailure", Message: "The request processing has failed because of an unknown error, exception or failure."}
	errUnknownOperation = badRequest("UnknownOperationException", "")
	errBodyTooLarge     = &apiError{Status: http.StatusRequestEntityTooLarge, Code: "RequestEntityTooLargeException", Message: "Request size exceeded the limit."}
)

func errInvalidAction(action, version string) *apiError {
	return badRequest("InvalidAction", "Could not find operation "+action+" for version "+version)
}

func errUnsigned(req request) *apiError {
	if req.protocol == protocolQuery {
		return &apiError{Status: http.StatusForbidden, Code: "MissingAuthenticationToken", Message: "Request is missing Authentication Token"}
	}
	return badRequest("MissingAuthenticationTokenException", "Missing Authentication Token")
}

func errWrongCredentials(req request) *apiError {
	const text = "The security token included in the request is invalid."
	if req.protocol == protocolQuery {
		return &apiError{Status: http.StatusForbidden, Code: "InvalidClientTokenId", Message: text}
	}
	return badRequest("UnrecognizedClientException", text)
}

func errExpiredToken(req request) *apiError {
	const text = "The security token included in the request is expired"
	if req.protocol == protocolQuery {
		return &apiError{Status: http.StatusForbidden, Code: "ExpiredToken", Message: text}
	}
	return badRequest("ExpiredTokenException", text)
}

func errThrottled(req request) *apiError {
	if req.protocol == protocolQuery {
		return badRequest("Throttling", "Rate exceeded")
	}
	return badRequest("ThrottlingException", "Rate exceeded")
}

// errSkewed refuses a request that was signed too long before, or after, the
// server's own time.
func errSkewed(req request, now time.Time) *apiError {
	signed, server := req.signedAt.Format(amzDate), now.UTC().Format(amzDate)
	text := fmt.Sprintf("Signature expired: %s is now earlier than %s (%s - 5 min.)", signed, now.UTC().Add(-maxSkew).Format(amzDate), server)
	if req.protocol == protocolQuery {
		return &apiError{Status: http.StatusForbidden, Code: "SignatureDoesNotMatch", Message: text}
	}
	return badRequest("InvalidSignatureException", text)
}

// errDenied refuses in AWS's access-denied sentence; resource is empty for the
// operations whose sentence names none.
func errDenied(req request, caller, resource string) *apiError {
	var text strings.Builder
	fmt.Fprintf(&text, "User: %s is not authorized to perform: %s", caller, req.op)
	if resource != "" {
		text.WriteString(" on resource: " + resource)
	}
	if req.op == "sts:GetCallerIdentity" {
		// No policy of an identity can refuse it, that of an endpoint can.
		text.WriteString(" because no VPC endpoint policy allows the sts:GetCallerIdentity action")
		return &apiError{Status: http.StatusForbidden, Code: "AccessDenied", Message: text.String()}
	}
	fmt.Fprintf(&text, " because no identity-based policy allows the %s action", req.op)
	if req.protocol == protocolQuery {
		return &apiError{Status: http.StatusForbidden, Code: "AccessDenied", Message: text.String()}
	}
	return badRequest("AccessDeniedException", text.String())
}
