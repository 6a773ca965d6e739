package ids

import (
	"crypto/sha256"
	"encoding/base32"
	"encoding/hex"
	"strings"
)

// LastSegment is what stands behind the last slash, or everything.
func LastSegment(s string) string { return s[strings.LastIndexByte(s, '/')+1:] }

// OfSession is the session of an assumed-role ARN.
func OfSession(assumedRoleARN string) string { return LastSegment(assumedRoleARN) }

// Hex makes up n hexadecimal digits, at most 64.
func Hex(of string, n int) string {
	sum := sha256.Sum256([]byte(of))
	return hex.EncodeToString(sum[:])[:n]
}

// Digits makes up a number of n digits, at most 32, that does not begin with 0.
func Digits(of string, n int) string {
	sum := sha256.Sum256([]byte(of))
	b := make([]byte, n)
	for i := range b {
		b[i] = '0' + sum[i]%10
	}
	b[0] = '1' + sum[0]%9
	return string(b)
}

// UUID makes up a UUID of version 4.
func UUID(of string) string {
	b := sha256.Sum256([]byte(of))
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	h := hex.EncodeToString(b[:16])
	return strings.Join([]string{h[:8], h[8:12], h[12:16], h[16:20], h[20:]}, "-")
}

// Unique makes up an id in the form of IAM's unique ids.
func Unique(prefix, of string) string {
	sum := sha256.Sum256([]byte(of))
	return prefix + base32.StdEncoding.EncodeToString(sum[:])[:17]
}

// OfRole makes up the unique id of the role that a session is of.
func OfRole(assumedRoleARN string) string {
	_, name, _ := strings.Cut(assumedRoleARN, ":assumed-role/")
	name, _, _ = strings.Cut(name, "/")
	return Unique("AROA", name)
}
