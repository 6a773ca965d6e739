package awsfake

import (
	"encoding/xml"

	"whystopped/internal/awsclient/awsfake/ids"
)

var stsRoutes = map[string]route{
	"sts:AssumeRole":        {(*Server).assumeRole, func(_ *Server, req request) string { return req.form.Get("RoleArn") }},
	"sts:GetCallerIdentity": {(*Server).getCallerIdentity, unnamed},
}

type callerIdentityResponse struct {
	XMLName   xml.Name `xml:"GetCallerIdentityResponse"`
	Namespace string   `xml:"xmlns,attr"`
	ARN       string   `xml:"GetCallerIdentityResult>Arn"`
	UserID    string   `xml:"GetCallerIdentityResult>UserId"`
	Account   string   `xml:"GetCallerIdentityResult>Account"`
	RequestID string   `xml:"ResponseMetadata>RequestId"`
}

func (s *Server) getCallerIdentity(req request) (any, error) {
	session := ids.OfSession(s.world.Caller)
	return callerIdentityResponse{
		Namespace: namespaces["sts"],
		ARN:       s.world.Caller,
		UserID:    ids.OfRole(s.world.Caller) + ":" + session,
		Account:   s.world.Account,
		RequestID: req.id,
	}, nil
}
