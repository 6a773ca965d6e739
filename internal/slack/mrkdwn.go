package slack

import (
	"fmt"
	"net/url"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	slackgo "github.com/slack-go/slack"
)

// What Slack takes at most. Texts are measured in bytes, which are never fewer
// than its characters.
// Source: https://docs.slack.dev/reference/block-kit/blocks/section-block
const (
	maxSection = 3000
	maxField   = 2000
	maxBlocks  = 50
)

const ellipsis = "…"

// mrkdwn is text in Slack's markup, with everything foreign in it escaped. Only
// the functions of this file make it of strings that are not constants.
type mrkdwn string

// escapes are what Slack asks for, and what keeps text from acting as markup: a
// backtick would open code, an asterisk end what is bold, and "@here" is defused
// in case a client links names.
// Source: https://docs.slack.dev/messaging/formatting-message-text#escaping
var escapes = strings.NewReplacer(
	"&", "&amp;", "<", "&lt;", ">", "&gt;", "`", "ˋ", "*", "∗",
	"@here", "@\u2060here", "@channel", "@\u2060channel", "@everyone", "@\u2060everyone",
)

// codeEscapes leave code as it is read, but for the mark that would end it and
// for names that call everybody.
var codeEscapes = strings.NewReplacer(
	"&", "&amp;", "<", "&lt;", ">", "&gt;", "`", "ˋ",
	"@here", "@\u2060here", "@channel", "@\u2060channel", "@everyone", "@\u2060everyone",
)

// prose makes one line of at most limit bytes of any text.
func prose(s string, limit int) mrkdwn {
	return mrkdwn(fit(escapes, strings.Join(strings.Fields(printable(s)), " "), limit))
}

// bold is prose in bold; nothing stays nothing.
func bold(s string, limit int) mrkdwn {
	text := prose(s, limit-len("**"))
	if text == "" {
		return ""
	}
	return "*" + text + "*"
}

// code is one line of code.
func code(s string, limit int) mrkdwn {
	text := fit(codeEscapes, strings.Join(strings.Fields(printable(s)), " "), limit-len("``"))
	if text == "" {
		return ""
	}
	return mrkdwn("`" + text + "`")
}

const fence = "```"

// codeBlock is code of several lines, cut where it is longer than limit bytes.
func codeBlock(s string, limit int) mrkdwn {
	text := fit(codeEscapes, strings.Trim(printable(s), "\n"), limit-len(fence+"\n\n"+fence))
	if text == "" {
		return ""
	}
	return mrkdwn(fence + "\n" + text + "\n" + fence)
}

// whole reports whether a code block of limit bytes holds all of s.
func whole(s string, limit int) bool {
	room := limit - len(fence+"\n\n"+fence)
	return len(s) <= room && len(codeEscapes.Replace(printable(s))) <= room
}

// link is a label that opens an address; the label alone where the address is
// none that people open.
func link(address, label string, limit int) mrkdwn {
	u, err := url.Parse(address)
	if err != nil || (u.Scheme != "https" && u.Scheme != "http") || u.Host == "" || strings.ContainsAny(address, "<>|`\" \t\r\n") {
		return prose(label, limit)
	}
	target := strings.ReplaceAll(address, "&", "&amp;")
	room := limit - len(target) - len("<|>")
	if room < 20 {
		return prose(label, limit)
	}
	return mrkdwn("<" + target + "|" + string(prose(label, room)) + ">")
}

// moment is a time in the reader's own zone.
// Source: https://docs.slack.dev/messaging/formatting-message-text#date-formatting
func moment(t time.Time) mrkdwn {
	return mrkdwn(fmt.Sprintf("<!date^%d^{date_short_pretty} {time}|%s>", t.Unix(), t.UTC().Format("2006-01-02 15:04 UTC")))
}

// printable takes out what changes how the rest is read: control characters
// other than line ends and tabs, and marks that turn the direction of writing.
func printable(s string) string {
	const plenty = 16 << 10 // of which no message holds all
	s = s[:min(len(s), plenty)]
	s = strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\r\n", "\n")
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t' || ' ' <= r && r <= '~':
			return r
		case unicode.Is(unicode.Cc, r), unicode.Is(unicode.Bidi_Control, r):
			return -1
		}
		return r
	}, s)
}

// fit escapes s and cuts it between characters, never within an escape, so that
// at most limit bytes are left.
func fit(escapes *strings.Replacer, s string, limit int) string {
	if len(s) <= limit { // no escape is shorter than what it stands for
		if escaped := escapes.Replace(s); len(escaped) <= limit {
			return escaped
		}
	}
	end := min(len(s), max(limit, 0))
	for end > 0 {
		for end > 0 && end < len(s) && !utf8.RuneStart(s[end]) {
			end--
		}
		over := len(escapes.Replace(s[:end])) + len(ellipsis) - limit
		if over <= 0 {
			return escapes.Replace(s[:end]) + ellipsis
		}
		// A character of five bytes ("&amp;") is the longest that one becomes.
		end -= max(1, over/5)
	}
	return ""
}

// text is a text object that Slack reads no further links or names into.
func (m mrkdwn) text() *slackgo.TextBlockObject {
	return slackgo.NewTextBlockObject(slackgo.MarkdownType, string(m), false, true)
}

// lines joins what is not empty.
func lines(parts ...mrkdwn) mrkdwn {
	var b strings.Builder
	for _, p := range parts {
		if p == "" {
			continue
		}
		if b.Len() > 0 {
			b.WriteByte('\n')
		}
		b.WriteString(string(p))
	}
	return mrkdwn(b.String())
}
