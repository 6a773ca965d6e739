package awsfake

import (
	"encoding/json"
	"encoding/xml"
	"net/http"
	"net/url"
	"strings"

	"whystopped/internal/arn"
	"whystopped/internal/awsclient/awsfake/ids"
	"whystopped/internal/iampolicy"
)

var iamRoutes = map[string]route{
	"iam:GetRole": {(*Server).getRole, func(_ *Server, req request) string { return "role " + req.form.Get("RoleName") }},
	"iam:SimulatePrincipalPolicy": {(*Server).simulatePrincipalPolicy, func(_ *Server, req request) string {
		return req.form.Get("PolicySourceArn")
	}},
}

// Role is an IAM role. Its documents are JSON as IAM keeps them.
type Role struct {
	Name string
	Path string // default "/"
	// Trust is the trust policy; default: ECS's tasks may assume the role.
	Trust string
	// Policies are the documents of its inline policies, Attached the managed
	// policies that it has.
	Policies []string
	Attached []Policy
	// BoundaryARN names the policy that is its permissions boundary, Boundary
	// is that policy's document; both empty where it has none.
	BoundaryARN, Boundary string
}

// trustECSTasks is the usual trust policy of a task's role.
const trustECSTasks = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ecs-tasks.amazonaws.com"},"Action":"sts:AssumeRole"}]}`

func (r Role) withDefaults() Role {
	setDefault(&r.Path, "/")
	setDefault(&r.Trust, trustECSTasks)
	return r
}

// roleARN is a role's ARN, with its path.
func (w *world) roleARN(r *Role) string { return w.ARN("iam", "role"+r.Path+r.Name) }

// roleByARN finds what PolicySourceArn names. IAM wants the role's own ARN, path
// and all, and takes no session's.
func (w *world) roleByARN(s string) (*Role, error) {
	a, ok := arn.Parse(s)
	if !ok || a.Service != "iam" || a.Type() != "role" {
		return nil, badRequest(
			"InvalidInput", "Invalid Entity Arn: "+s+" does not clearly define entity type and name.",
		)
	}
	r := w.roles[a.Name()]
	if r == nil || w.roleARN(r) != s {
		return nil, errNoRole(a.Name())
	}
	return r, nil
}

func errNoRole(name string) *apiError {
	return &apiError{
		Status: http.StatusNotFound, Code: "NoSuchEntity", Message: "The role with name " + name + " cannot be found.",
	}
}

// readPolicies reads policy documents, as IAM does before it decides by them.
func readPolicies(texts ...string) ([]iampolicy.Document, error) {
	docs := make([]iampolicy.Document, len(texts))
	for i, text := range texts {
		if err := json.Unmarshal([]byte(text), &docs[i]); err != nil {
			return nil, badRequest("InvalidInput", "Syntax errors in policy. "+err.Error())
		}
	}
	return docs, nil
}

type getRoleResponse struct {
	XMLName   xml.Name `xml:"GetRoleResponse"`
	Namespace string   `xml:"xmlns,attr"`
	Role      xmlRole  `xml:"GetRoleResult>Role"`
	RequestID string   `xml:"ResponseMetadata>RequestId"`
}

type xmlRole struct {
	Path               string
	RoleName           string
	RoleID             string `xml:"RoleId"`
	ARN                string `xml:"Arn"`
	CreateDate         string
	TrustPolicy        string       `xml:"AssumeRolePolicyDocument"`
	MaxSessionDuration int          // seconds
	Boundary           *xmlBoundary `xml:"PermissionsBoundary"`
	LastUsed           struct{}     `xml:"RoleLastUsed"`
}

type xmlBoundary struct {
	Type string `xml:"PermissionsBoundaryType"`
	ARN  string `xml:"PermissionsBoundaryArn"`
}

// roleMade is when all roles were made.
const roleMade = "2026-03-02T09:15:00Z"

func (s *Server) getRole(req request) (any, error) {
	name := req.form.Get("RoleName")
	r := s.world.roles[name]
	if r == nil {
		return nil, errNoRole(name)
	}
	role := xmlRole{
		Path: r.Path, RoleName: r.Name, RoleID: ids.Unique("AROA", r.Name)[:21], ARN: s.world.roleARN(r), CreateDate: roleMade,
		TrustPolicy: escapeDocument(r.Trust), MaxSessionDuration: 3600,
	}
	if r.BoundaryARN != "" {
		role.Boundary = &xmlBoundary{Type: "Policy", ARN: r.BoundaryARN}
	}
	return getRoleResponse{Namespace: namespaces["iam"], Role: role, RequestID: req.id}, nil
}

// escapeDocument writes a document as IAM answers it, in percent-encoding by RFC 3986.
func escapeDocument(text string) string {
	return strings.ReplaceAll(url.QueryEscape(text), "+", "%20")
}
