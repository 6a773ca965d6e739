package auth

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
)

// tokenPrefix lets people and scanners tell what a token is for.
const tokenPrefix = "wst_"

// tokenLength is that of a whole token: the prefix, and 32 random bytes in
// base64.
const tokenLength = len(tokenPrefix) + 43

// Token lets a program in. Only its hash is kept.
type Token struct {
	// Name tells people and the audit log whose it is.
	Name   string
	Scopes []Scope
	// Hash is the SHA-256 of the token. The token is random, so that nothing
	// slower is called for.
	Hash [sha256.Size]byte
}

var tokenName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$`)

// ParseTokens reads NAME:SCOPE:HASH, with line breaks or commas between them;
// empty lines and those that begin with # are passed over. The scope is read,
// ingest or read+ingest, the hash the token's SHA-256 in hexadecimal. Errors tell
// the line's number and never what stands in it: somebody may have put the token
// itself there.
func ParseTokens(text string) ([]Token, error) {
	var tokens []Token
	n := 0
	for line := range strings.Lines(text) {
		n++
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		for entry := range strings.SplitSeq(line, ",") {
			t, err := parseToken(strings.TrimSpace(entry))
			if err != nil {
				return nil, fmt.Errorf("line %d of the tokens: %w", n, err)
			}
			if slices.ContainsFunc(tokens, func(o Token) bool { return o.Name == t.Name || o.Hash == t.Hash }) {
				return nil, fmt.Errorf("line %d of the tokens: the name or the hash stands there already", n)
			}
			tokens = append(tokens, t)
		}
	}
	return tokens, nil
}

func parseToken(line string) (Token, error) {
	parts := strings.Split(line, ":")
	if len(parts) != 3 {
		return Token{}, errors.New("want NAME:SCOPE:HASH, as -new-token prints it")
	}
	t := Token{Name: parts[0]}
	if !tokenName.MatchString(t.Name) {
		return Token{}, errors.New("want a name of at most 64 letters, digits, dots, dashes and underscores")
	}
	var err error
	if t.Scopes, err = parseScopes(parts[1]); err != nil {
		return Token{}, err
	}
	hash, err := hex.DecodeString(parts[2])
	if err != nil || len(hash) != len(t.Hash) {
		return Token{}, errors.New("want the token's SHA-256 as 64 hexadecimal digits behind the scope, not the token itself")
	}
	t.Hash = [sha256.Size]byte(hash)
	return t, nil
}

func parseScopes(s string) ([]Scope, error) {
	var scopes []Scope
	for part := range strings.SplitSeq(s, "+") {
		scope := Scope(part)
		if scope != Read && scope != Ingest || slices.Contains(scopes, scope) {
			return nil, errors.New("want the scope read, ingest or read+ingest")
		}
		scopes = append(scopes, scope)
	}
	return scopes, nil
}

// NewToken makes up a token for NAME:SCOPE and writes to w the token itself,
// which nobody can show again, and the line for the setting.
func NewToken(w io.Writer, spec string) error {
	name, scope, _ := strings.Cut(spec, ":")
	if !tokenName.MatchString(name) {
		return errors.New("want NAME:SCOPE, such as ci:read, the name of at most 64 letters, digits, dots, dashes and underscores")
	}
	if _, err := parseScopes(scope); err != nil {
		return err
	}
	var random [32]byte
	rand.Read(random[:]) // never fails
	token := tokenPrefix + base64.RawURLEncoding.EncodeToString(random[:])
	hash := sha256.Sum256([]byte(token))
	_, err := fmt.Fprintf(w, "token, shown this once:\n  %s\nline for the setting api-tokens:\n  %s:%s:%x\n", token, name, scope, hash)
	return err
}

// tokenOf finds whose a token is. How long that takes does not tell how much of
// a token was guessed.
func tokenOf(tokens []Token, given string) (Token, bool) {
	if len(given) != tokenLength || !strings.HasPrefix(given, tokenPrefix) {
		return Token{}, false
	}
	hash := sha256.Sum256([]byte(given))
	found := -1
	for i, t := range tokens {
		found = subtle.ConstantTimeSelect(subtle.ConstantTimeCompare(hash[:], t.Hash[:]), i, found)
	}
	if found < 0 {
		return Token{}, false
	}
	return tokens[found], true
}

func (t Token) who() Who {
	return Who{Kind: KindToken, Subject: t.Name, Name: t.Name, Scopes: t.Scopes}
}
