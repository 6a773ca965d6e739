package auth

import (
	"context"
	"crypto/ecdsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"net/http"
	"regexp"
	"strings"
	"time"

	"whystopped/internal/arn"
)

// ALB is an Application Load Balancer that logs people in and tells us who they
// are.
// Source: https://docs.aws.amazon.com/elasticloadbalancing/latest/application/listener-authenticate-users.html
type ALB struct {
	// ARN is the load balancer's. What another has signed does not count.
	ARN string
	// Issuer and ClientID are those that the load balancer logs people in with.
	// They are checked where they are set.
	Issuer, ClientID string
	// KeysURL is where the public keys are, without a slash at its end; by
	// default where AWS has them for the load balancer's Region. It is needed in
	// partitions of which AWS does not say where.
	KeysURL string
	// SignOutURL is where somebody who signs out is led to, to be signed out at
	// the provider; "" for nowhere.
	SignOutURL string
}

// albHeader carries what the load balancer signed.
const albHeader = "X-Amzn-Oidc-Data"

// maxALBToken bounds the header, in bytes. AWS's limit for all headers of a
// request is 64 KB.
const maxALBToken = 32 << 10

// The reasons why what stands in the header does not count. People are not told
// which it was.
var (
	errALBTwice     = errors.New("the header of the load balancer comes twice")
	errALBForm      = errors.New("the header of the load balancer is no signed JSON")
	errALBAlgorithm = errors.New("the load balancer signs by ES256 only")
	errALBKeyID     = errors.New("the key's id is no UUID")
	errALBSigner    = errors.New("another load balancer signed it")
	errALBClient    = errors.New("it is for another client")
	errALBIssuer    = errors.New("it is from another issuer")
	errALBExpired   = errors.New("it has expired")
	errALBSignature = errors.New("the signature does not belong to it")
)

// albVerifier reads the load balancer's header.
type albVerifier struct {
	alb  ALB
	keys *albKeys
	now  func() time.Time
}

func newALBVerifier(alb ALB, client *http.Client, now func() time.Time) (*albVerifier, error) {
	a, ok := arn.Parse(alb.ARN)
	if !ok || a.Service != "elasticloadbalancing" || !strings.HasPrefix(a.Resource, "loadbalancer/app/") {
		return nil, fmt.Errorf("alb-arn is %q, want arn:aws:elasticloadbalancing:REGION:ACCOUNT:loadbalancer/app/NAME/ID", alb.ARN)
	}
	if alb.KeysURL == "" {
		if alb.KeysURL, ok = keysURL(a); !ok {
			return nil, fmt.Errorf("alb-arn lies in the partition %s, of which AWS does not say where its keys are: set alb-keys-url", a.Partition)
		}
	} else if err := baseURL(alb.KeysURL); err != nil {
		return nil, fmt.Errorf("alb-keys-url: %w", err)
	}
	if alb.SignOutURL != "" {
		if err := secureURL(alb.SignOutURL); err != nil {
			return nil, fmt.Errorf("alb-sign-out-url: %w", err)
		}
	}
	return &albVerifier{alb: alb, keys: newALBKeys(alb.KeysURL, client, now), now: now}, nil
}

var regionName = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)+$`)

// keysURL is where AWS has the keys of a load balancer's Region.
func keysURL(a arn.ARN) (string, bool) {
	if !regionName.MatchString(a.Region) {
		return "", false
	}
	switch a.Partition {
	case "aws":
		return "https://public-keys.auth.elb." + a.Region + ".amazonaws.com", true
	case "aws-us-gov":
		return "https://s3-" + a.Region + ".amazonaws.com/aws-elb-public-keys-prod-" + a.Region, true
	}
	return "", false
}

// albToken is what the header says before its signature was looked at.
type albToken struct {
	signed    string // what the signature is of
	payload   []byte
	signature []byte
	header    albTokenHeader
}

type albTokenHeader struct {
	Algorithm string `json:"alg"`
	KeyID     string `json:"kid"`
	Signer    string `json:"signer"`
	Issuer    string `json:"iss"`
	Client    string `json:"client"`
	Expires   int64  `json:"exp"` // seconds
	// Critical names extensions that must be understood; none is.
	Critical json.RawMessage `json:"crit"`
}

// verify returns the claims of the one header in values.
func (v *albVerifier) verify(ctx context.Context, values []string) (claims, string, error) {
	if len(values) != 1 {
		return nil, "", errALBTwice
	}
	t, err := parseALBToken(values[0])
	if err != nil {
		return nil, "", err
	}
	// Nobody can make us ask AWS for keys without knowing all of this.
	if err := v.checkHeader(t.header); err != nil {
		return nil, "", err
	}
	key, err := v.keys.get(ctx, t.header.KeyID)
	if err != nil {
		return nil, "", err
	}
	if !verifyES256(key, t.signed, t.signature) {
		return nil, "", errALBSignature
	}
	c, err := parseClaims(t.payload)
	if err != nil {
		return nil, "", err
	}
	return c, t.header.Issuer, nil
}

// parseALBToken takes the header apart. The load balancer ends each part with
// base64's padding and signs it so; libraries for JWT take that for malformed,
// or verify the signature of the parts without it.
func parseALBToken(text string) (albToken, error) {
	parts := strings.Split(text, ".")
	if len(text) > maxALBToken || len(parts) != 3 {
		return albToken{}, errALBForm
	}
	var raw [3][]byte
	for i, part := range parts {
		var err error
		if raw[i], err = base64.RawURLEncoding.Strict().DecodeString(strings.TrimRight(part, "=")); err != nil {
			return albToken{}, errALBForm
		}
	}
	t := albToken{signed: parts[0] + "." + parts[1], payload: raw[1], signature: raw[2]}
	if json.Unmarshal(raw[0], &t.header) != nil || t.header.Critical != nil {
		return albToken{}, errALBForm
	}
	return t, nil
}

var uuid = regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$`)

func (v *albVerifier) checkHeader(h albTokenHeader) error {
	switch {
	case h.Algorithm != "ES256":
		return errALBAlgorithm
	case !uuid.MatchString(h.KeyID):
		return errALBKeyID
	case h.Signer != v.alb.ARN:
		return errALBSigner
	case v.alb.ClientID != "" && h.Client != v.alb.ClientID:
		return errALBClient
	case v.alb.Issuer != "" && h.Issuer != v.alb.Issuer:
		return errALBIssuer
	case !v.now().Before(time.Unix(h.Expires, 0)):
		return errALBExpired
	}
	return nil
}

// verifyES256 checks a signature of RFC 7518, section 3.4: r and s in 32 bytes
// each.
func verifyES256(key *ecdsa.PublicKey, signed string, signature []byte) bool {
	if len(signature) != 64 {
		return false
	}
	hash := sha256.Sum256([]byte(signed))
	return ecdsa.Verify(key, hash[:], new(big.Int).SetBytes(signature[:32]), new(big.Int).SetBytes(signature[32:]))
}
