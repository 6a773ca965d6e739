package casebook

import (
	"crypto/rand"
	"encoding/base32"
	"encoding/binary"
	"time"
)

// idAlphabet is in ASCII order, so that encoded ids sort as their bytes do, and
// lacks the letters that are read as digits.
const idAlphabet = "0123456789abcdefghjkmnpqrstvwxyz"

// idLen is the length of every id: 6 bytes of time and 9 of chance, five bits
// a letter.
const idLen = 24

// NewID makes the id of a diagnosis: the milliseconds of the time, then chance.
// Later ids sort after earlier ones, and nobody can guess one.
func NewID(now time.Time) string {
	b := idTime(now)
	rand.Read(b[6:]) // never fails: it ends the program instead
	return encodeID(b)
}

// FirstID is the smallest id that NewID makes in the millisecond of a time: it
// bounds the ids of what was made from then on.
func FirstID(t time.Time) string { return encodeID(idTime(t)) }

func idTime(t time.Time) (b [15]byte) {
	var ms [8]byte
	binary.BigEndian.PutUint64(ms[:], uint64(max(t.UnixMilli(), 0)))
	copy(b[:6], ms[2:])
	return b
}

func encodeID(b [15]byte) string {
	return base32.NewEncoding(idAlphabet).WithPadding(base32.NoPadding).EncodeToString(b[:])
}

// isID reports whether s could be the id of a diagnosis.
func isID(s string) bool {
	if len(s) != idLen {
		return false
	}
	_, err := base32.NewEncoding(idAlphabet).WithPadding(base32.NoPadding).DecodeString(s)
	return err == nil
}
