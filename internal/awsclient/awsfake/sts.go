package awsfake

import (
	"encoding/xml"

	"whystopped/internal/awsclient/awsfake/ids"
)

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
