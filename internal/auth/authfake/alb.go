package authfake

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"sync"
)

// ALBKey is the load balancer's.
var ALBKey = sync.OnceValue(func() *ecdsa.PrivateKey { return NewECKey(elliptic.P256()) })

// NewECKey makes up a key.
func NewECKey(curve elliptic.Curve) *ecdsa.PrivateKey {
	key, err := ecdsa.GenerateKey(curve, rand.Reader)
	if err != nil {
		panic(err)
	}
	return key
}

// PEM is a public key as AWS gives a load balancer's out, and as a confused
// verifier takes it for a shared secret.
func PEM(public any) []byte {
	der, err := x509.MarshalPKIXPublicKey(public)
	if err != nil {
		panic(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})
}

// SignALB signs as the load balancer does: the parts have base64's padding, and
// the signature is of the padded text.
func SignALB(key *ecdsa.PrivateKey, header, claims map[string]any) string {
	signed := Padded(header) + "." + Padded(claims)
	hash := sha256.Sum256([]byte(signed))
	r, s, err := ecdsa.Sign(rand.Reader, key, hash[:])
	if err != nil {
		panic(err)
	}
	signature := make([]byte, 64)
	r.FillBytes(signature[:32])
	s.FillBytes(signature[32:])
	return signed + "." + base64.URLEncoding.EncodeToString(signature)
}

// Padded is one part of what a load balancer signs.
func Padded(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return base64.URLEncoding.EncodeToString(text)
}
