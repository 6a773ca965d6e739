package auth

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
)

// maxCookie bounds a cookie with its name, in bytes: browsers keep no larger
// ones, without a word.
// Source: https://www.rfc-editor.org/rfc/rfc6265#section-6.1
const maxCookie = 4096

// minKey is the least length of a session key, in bytes.
const minKey = 32

var errNotSealed = errors.New("not sealed with a key of ours, or not for this")

// sealer keeps values readable for us alone: they are encrypted, and nobody can
// change one or make one up (AES-256-GCM). It is safe for concurrent use.
type sealer struct {
	ciphers []cipher.AEAD // the first seals, all open
}

// newSealer derives a key for one purpose from each of ours. What is sealed for
// one purpose opens for no other.
func newSealer(keys []string, purpose string) (*sealer, error) {
	s := &sealer{}
	for i, key := range keys {
		if len(key) < minKey {
			return nil, fmt.Errorf("session key %d has %d characters; want %d or more, such as from: openssl rand -base64 32", i+1, len(key), minKey)
		}
		derived, err := hkdf.Key(sha256.New, []byte(key), nil, purpose, 32)
		if err != nil {
			return nil, fmt.Errorf("derive a key: %w", err)
		}
		block, err := aes.NewCipher(derived)
		if err != nil {
			return nil, fmt.Errorf("make a cipher: %w", err)
		}
		aead, err := cipher.NewGCMWithRandomNonce(block)
		if err != nil {
			return nil, fmt.Errorf("make a cipher: %w", err)
		}
		s.ciphers = append(s.ciphers, aead)
	}
	return s, nil
}

// seal writes v in characters that a cookie may have. The name of the cookie is
// sealed with it.
func (s *sealer) seal(name string, v any) (string, error) {
	plain, err := json.Marshal(v)
	if err != nil {
		return "", fmt.Errorf("write a cookie: %w", err)
	}
	return base64.RawURLEncoding.EncodeToString(s.ciphers[0].Seal(nil, nil, plain, []byte(name))), nil
}

// open reads what seal wrote.
func (s *sealer) open(name, sealed string, v any) error {
	if len(sealed) > maxCookie {
		return errNotSealed
	}
	box, err := base64.RawURLEncoding.Strict().DecodeString(sealed)
	if err != nil {
		return errNotSealed
	}
	for _, c := range s.ciphers {
		if plain, err := c.Open(nil, nil, box, []byte(name)); err == nil {
			return json.Unmarshal(plain, v)
		}
	}
	return errNotSealed
}

// madeUpKey is a session key for as long as the program runs.
func madeUpKey() string { return rand.Text() + rand.Text() }
