package render

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// obeyed reports whether a screen obeys a character instead of showing it: the
// control characters, those that turn the direction of text around or aren't seen
// at all, and those that mean whatever a font likes. Line feeds are shown.
func obeyed(r rune) bool {
	switch {
	case r >= ' ' && r <= '~', r == '\n', r == '\u200c', r == '\u200d': // the last two join letters of scripts and emoji
		return false
	case r == utf8.RuneError:
		return false
	}
	return unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp, unicode.Co)
}

// visible replaces what a terminal would obey, and bytes that are no UTF-8.
func visible(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\t':
			return ' '
		case obeyed(r):
			return utf8.RuneError
		}
		return r
	}, strings.ToValidUTF8(s, string(utf8.RuneError)))
}

// HTML replaces in a page what a browser would obey: a name with U+202E in it reads
// backwards, and takes what stands behind it along. Tabs and the carriage returns
// of line ends stay.
func HTML(page []byte) []byte {
	return replaced(page, func(out []byte, r rune, raw []byte) []byte {
		if r == '\t' || r == '\r' || !obeyed(r) && (r != utf8.RuneError || len(raw) > 1) {
			return append(out, raw...)
		}
		return utf8.AppendRune(out, utf8.RuneError)
	})
}

// JSON escapes in a well-formed document what a terminal or an editor would obey.
// Such characters stand in strings alone, and mean the same when they are escaped.
func JSON(document []byte) []byte {
	return replaced(document, func(out []byte, r rune, raw []byte) []byte {
		if r < ' ' || !obeyed(r) {
			return append(out, raw...)
		}
		if high, low := utf16.EncodeRune(r); high != utf8.RuneError {
			return fmt.Appendf(out, `\u%04x\u%04x`, high, low)
		}
		return fmt.Appendf(out, `\u%04x`, r)
	})
}

// replaced goes through a text by its characters; a byte that is no UTF-8 is a
// utf8.RuneError of one byte. A text without any character that may be obeyed is
// given back as it is.
func replaced(text []byte, add func(out []byte, r rune, raw []byte) []byte) []byte {
	var out []byte
	plain := 0 // up to where text is taken as it is
	for i := 0; i < len(text); {
		if c := text[i]; c >= ' ' && c <= '~' || c == '\n' {
			i++
			continue
		}
		r, size := utf8.DecodeRune(text[i:])
		out = add(append(out, text[plain:i]...), r, text[i:i+size])
		i += size
		plain = i
	}
	if plain == 0 {
		return text
	}
	return append(out, text[plain:]...)
}
