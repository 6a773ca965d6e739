package denial

import (
	"regexp"
	"sort"
	"strings"
	"sync"
)

// envelope is what an SDK prints around an answer: which operation of which
// service failed with which code.
type envelope struct {
	service, operation, code, status, message string
	start, end                                int
	// before is set where the message stands before the envelope, as in Java.
	before bool
}

// shape is one SDK's way to print an error. The named groups service, op,
// code, status and message are all optional.
type shape struct {
	anchor  string // a literal that every match contains, lower case
	pattern func() *regexp.Regexp
	before  bool
	service string // where the shape belongs to one service
}

// lazy compiles a pattern on first use: a process that starts answers sooner.
func lazy(expr string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(expr) })
}

// The shapes, each with a line that shows it. Sources: the SDKs' own code and
// messages seen in the field.
var shapes = []shape{
	// boto3 and AWS CLI: An error occurred (AccessDenied) when calling the PutObject operation: Access Denied
	{anchor: "when calling the", pattern: lazy(`(?i)an?\s+(?:client\s+)?error\s+(?:occurred\s+)?\((?P<code>[\w.:]+)\)\s+(?:occurred\s+)?when\s+calling\s+the\s+(?P<op>\w+)\s+operation(?:\s+\([^)]*\))?:?\s*(?P<message>[^\n]*)`)},
	// Go v2: operation error S3: HeadObject, https response error StatusCode: 403, RequestID: R, HostID: H, api error Forbidden: Forbidden
	{anchor: "operation error", pattern: lazy(`(?i)operation\s+error\s+(?P<service>[\w -]+?):\s+(?P<op>\w+),\s+(?:[^\n]{0,200}?)https\s+response\s+error\s+StatusCode:\s+(?P<status>\d+),\s+RequestID:\s*[^,]*,\s*(?:HostID:\s*[^,]*,\s*)?(?:api\s+error\s+)?(?P<code>[A-Za-z][\w.]*)(?::\s*(?P<message>[^\n]*))?`)},
	// Java v1: Access Denied (Service: Amazon S3; Status Code: 403; Error Code: AccessDenied; Request ID: R)
	{anchor: "(service:", before: true, pattern: lazy(`(?i)(?P<message>[^\n]{0,300}?)\(Service:\s+(?P<service>[^;,]+);\s+Status\s+Code:\s+(?P<status>\d+);\s+Error\s+Code:\s+(?P<code>[\w.]+)`)},
	// Java v2: Access Denied (Service: S3, Status Code: 403, Request ID: R)
	{anchor: "(service:", before: true, pattern: lazy(`(?i)(?P<message>[^\n]{0,300}?)\(Service:\s+(?P<service>[^;,]+),\s+Status\s+Code:\s+(?P<status>\d+),\s+Request`)},
	// Go v1: AccessDenied: Access Denied\n\tstatus code: 403, request id: R
	{anchor: "status code:", pattern: lazy(`(?P<code>[A-Z]\w+(?:\.\w+)?):\s+(?P<message>[^\n]{0,300}?)(?:\s|\\n|\\t)+status\s+code:\s+(?P<status>\d+)`)},
	// PHP: Error executing "PutObject" on "https://…"; AWS HTTP error: … AccessDenied (client): Access Denied
	{anchor: "error executing", pattern: lazy(`(?i)Error\s+executing\s+"(?P<op>\w+)"\s+on\s+"(?:https?://)?(?P<service>[^"]*)";\s+AWS\s+HTTP\s+error:[\s\S]{0,600}?\b(?P<code>[A-Z]\w+)\s+\((?:client|sender|server)\):?\s*(?P<message>[^\n]*)`)},
	// JS v3: AccessDenied: Access Denied … at deserializeAws_restXmlGetObjectCommandError (or de_GetObjectCommandError)
	{anchor: "commanderror", pattern: lazy(`(?P<code>[A-Z]\w+):\s+(?P<message>[^\n]*)\n?[\s\S]{0,600}?\bde(?:serializeAws)?_(?:restXml|restJson1?|json1_[01]|query|ec2|Aws\w+?_)?(?P<op>[A-Z]\w+?)CommandError`)},
	// Ruby: Aws::S3::Errors::AccessDenied
	{anchor: "::errors::", pattern: lazy(`Aws::(?P<service>\w+)::Errors::(?P<code>\w+)(?P<message>[^\n]{0,200})`)},
	// .NET: Amazon.S3.AmazonS3Exception: Access Denied
	{anchor: "amazon.", pattern: lazy(`Amazon\.(?P<service>\w+)\.(?:Model\.)?(?P<code>\w+Exception):\s*(?P<message>[^\n]*)`)},
	// .NET, of an answer without a body: Amazon.S3.AmazonS3Exception: Error making request with Error Code Forbidden and …
	{anchor: "with error code", pattern: lazy(`Amazon\.(?P<service>\w+)\.(?:Model\.)?\w+Exception:\s*Error making request with Error Code (?P<code>\w+)[^\n]*`)},
	// fluent-bit: PutLogEvents API responded with error='AccessDeniedException'
	{anchor: "api responded with", pattern: lazy(`(?P<op>\w+)\s+API\s+responded\s+with\s+error='?(?P<code>\w+)'?(?P<message>[^\n]*)`)},
	// XML of S3, SNS, IAM: <Code>AccessDenied</Code><Message>Access Denied</Message>
	{anchor: "<code>", pattern: lazy(`<Code>(?P<code>\w+)</Code>\s*(?:<Message>(?P<message>[^<]*)</Message>)?`)},
	// C++: Exception name: AccessDenied
	{anchor: "exception name:", pattern: lazy(`(?i)Exception\s+name:\s+(?P<code>\w+)\s+Error\s+message:\s*(?P<message>[^\n]*)`)},
	// boto 2: S3ResponseError: 403 Forbidden
	{anchor: "s3responseerror", service: "s3", pattern: lazy(`S3ResponseError:\s+(?P<status>403)\s+(?P<code>Forbidden)`)},
	// Rust: ServiceError(ServiceError { source: HeadObjectError … status: 403
	{anchor: "serviceerror", pattern: lazy(`(?i)ServiceError\W[\s\S]{0,200}?\b(?P<op>[A-Z]\w+?)Error\b[\s\S]{0,400}?(?:code:\s+Some\(\\?"(?P<code>\w+)\\?"\)|status:\s+(?:StatusCode\()?(?P<status>403))`)},
	// JS v2 and JSON log lines: code: 'AccessDenied', "errorCode":"AccessDenied", "__type":"AccessDeniedException"
	{anchor: "accessdenied", pattern: lazy(`(?i)\b(?:code|errorCode|error_code|__type|errorType|Code)\\?["']?\s*[:=]\s*\\?["']?(?:[\w.]+#)?(?P<code>AccessDenied(?:Exception)?)\b`)},
	// Plain, as Go v1, minio and others print S3's answer: AccessDenied: Access Denied
	{anchor: "access denied", service: "s3", pattern: lazy(`(?P<code>AccessDenied)(?:Exception)?:\s+Access\s+Denied\.?`)},
}

// envelopes finds what SDKs wrote around the errors of a text, in order, the
// fuller shape where two overlap.
func envelopes(text, lower string) []envelope {
	var all []envelope
	for _, s := range shapes {
		if !strings.Contains(lower, s.anchor) {
			continue
		}
		for _, m := range s.pattern().FindAllStringSubmatchIndex(text, -1) {
			all = append(all, s.read(text, m))
		}
	}
	return withoutOverlaps(all)
}

func (s shape) read(text string, m []int) envelope {
	e := envelope{start: m[0], end: m[1], before: s.before, service: s.service}
	for i, name := range s.pattern().SubexpNames() {
		if name == "" || m[2*i] < 0 {
			continue
		}
		value := strings.TrimSpace(text[m[2*i]:m[2*i+1]])
		switch name {
		case "service":
			e.service = value
		case "op":
			e.operation = value
		case "code":
			e.code = value
		case "status":
			e.status = value
		case "message":
			e.message = value
		}
	}
	if e.code == "" && e.status == "403" {
		e.code = "Forbidden"
	}
	return e
}

func withoutOverlaps(all []envelope) []envelope {
	sort.SliceStable(all, func(i, j int) bool { return all[i].start < all[j].start })
	var kept []envelope
	for _, e := range all {
		if n := len(kept); n > 0 && e.start < kept[n-1].end {
			kept[n-1].absorb(e)
			continue
		}
		kept = append(kept, e)
	}
	return kept
}

// absorb takes from an overlapping envelope what this one lacks.
func (e *envelope) absorb(o envelope) {
	if o.operation != "" && e.operation == "" || deniedCodes[strings.ToLower(o.code)] && !deniedCodes[strings.ToLower(e.code)] {
		if o.code != "" {
			e.code = o.code
		}
		e.message = o.message
		if o.operation != "" {
			e.operation = o.operation
		}
	}
	if e.service == "" {
		e.service = o.service
	}
	e.end = max(e.end, o.end)
}

// deniedCodes are the error codes by which services refuse, in lower case.
// Codes of broken credentials are not among them: no policy helps there.
// Source: the services' API references, "Common Errors".
var deniedCodes = map[string]bool{
	"accessdenied": true, "accessdeniedexception": true, "accessdeniedfault": true, "unauthorizedoperation": true,
	"client.unauthorizedoperation": true, "forbidden": true, "403": true, "authorizationerror": true, "authorizationerrorexception": true,
	"notauthorized": true, "kmsaccessdeniedexception": true, "kms.accessdeniedexception": true, "kmsaccessdenied": true,
	"vpceaccessdenied": true, "forbiddenexception": true, "kmsaccessdeniedfault": true,
}

// refuses reports whether the envelope holds a refusal that a policy may mend.
func (e envelope) refuses() bool {
	if e.status == "0" {
		return false // the SDK never had an answer
	}
	if deniedCodes[strings.ToLower(e.code)] {
		return !noPolicyHelps(e.message)
	}
	msg := strings.ToLower(e.message)
	return e.status == "403" && (strings.Contains(msg, "access denied") || strings.Contains(msg, "forbidden") || strings.TrimSpace(msg) == "null") && !noPolicyHelps(e.message) && !credentialCodes[strings.ToLower(e.code)] ||
		strings.HasSuffix(strings.ToLower(e.code), "exception") && e.service != "" && strings.HasPrefix(msg, "access denied")
}

// credentialCodes are refusals of the signature, before any policy is read.
var credentialCodes = map[string]bool{
	"invalidaccesskeyid": true, "signaturedoesnotmatch": true, "expiredtoken": true, "expiredtokenexception": true,
	"invalidclienttokenid": true, "unrecognizedclientexception": true, "invalidsignatureexception": true, "incompletesignature": true,
	"requestexpired": true, "requesttimetooskewed": true, "missingauthenticationtoken": true, "authfailure": true, "invalidtoken": true,
	"signatureexpired": true, "optinrequired": true,
}

// noPolicyHelps tells refusals that no statement lifts, though their code is AccessDenied.
func noPolicyHelps(message string) bool {
	m := strings.ToLower(message)
	for _, s := range []string{"with session credentials", "may not be assumed by root accounts", "request has expired", "your account is not authorized", "have access to the model with", "requests specifying server side encryption"} {
		if strings.Contains(m, s) {
			return true
		}
	}
	return false
}
