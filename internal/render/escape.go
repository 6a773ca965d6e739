package render

import (
	"fmt"
	"regexp"
	"strings"
)

// plainWord is a word that no Markdown takes for more than a word: nothing in
// it marks emphasis, code, links, HTML, mentions or numbers of issues. Slashes
// and dots join words, and colons the parts of a time of day.
var plainWord = regexp.MustCompile(`^["'(]*(?:[\p{L}\p{N}]+(?:[-.,'’/][\p{L}\p{N}]+)*|\d\d:\d\d:\d\d)["'’).,:;!?…]*$`)

// looksLikeLink finds what many a program makes a link of without being asked.
var looksLikeLink = regexp.MustCompile(`(?i)www\.|\.\p{L}{2,}/`)

// dashes stand alone between words.
var dashes = map[string]bool{"-": true, "–": true, "—": true, "·": true}

// prose writes text as one paragraph of Markdown: plain words as they are, and
// every other one as code, which is also how names read best.
func prose(s string) string {
	words := strings.Fields(s)
	for i, word := range words {
		if dashes[word] && i > 0 || plainWord.MatchString(word) && !looksLikeLink.MatchString(word) {
			continue
		}
		before, name, after := trimmed(word)
		words[i] = before + code(name) + after
	}
	if len(words) > 0 && startsList.MatchString(words[0]) {
		words[0] = code(words[0])
	}
	return strings.Join(words, " ")
}

// startsList is what makes a list of the paragraph that it begins.
var startsList = regexp.MustCompile(`^\d+[.)]$`)

// trimmed takes the marks of a sentence off a word.
func trimmed(word string) (before, name, after string) {
	name = strings.TrimLeft(word, `"'(`)
	before = word[:len(word)-len(name)]
	marks := `"'.,:;!?`
	if !strings.Contains(name, "(") {
		marks += ")"
	}
	name = strings.TrimRight(name, marks)
	after = word[len(before)+len(name):]
	if name == "" {
		return "", word, ""
	}
	return before, name, after
}

// code writes s as a code span, which nothing in s can end; "" for nothing.
func code(s string) string {
	s = oneLine(s)
	if s == "" {
		return ""
	}
	ticks := strings.Repeat("`", longestRun(s)+1)
	if strings.HasPrefix(s, "`") || strings.HasSuffix(s, "`") {
		s = " " + s + " "
	}
	return ticks + s + ticks
}

// fenced writes s as a block of code, which nothing in s can end.
func fenced(language, s string) string {
	s = strings.Join(lines(s), "\n")
	fence := strings.Repeat("`", max(3, longestRun(s)+1))
	return fence + language + "\n" + s + "\n" + fence + "\n"
}

// longestRun is the length of the longest run of backticks in s.
func longestRun(s string) int {
	longest, run := 0, 0
	for i := range len(s) {
		if s[i] != '`' {
			run = 0
			continue
		}
		run++
		longest = max(longest, run)
	}
	return longest
}

// cell writes a name for a cell of a table. Renderers differ in how they read
// a bar or a backslash in code within a table, so that a name with one of them
// is written as HTML without any letter of Markdown.
func cell(name string) string {
	if !strings.ContainsAny(name, `|\`) {
		return code(name)
	}
	var b strings.Builder
	for _, r := range oneLine(name) {
		if r < 0x80 && strings.ContainsRune("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~", r) {
			fmt.Fprintf(&b, "&#%d;", r)
			continue
		}
		b.WriteRune(r)
	}
	return "<code>" + b.String() + "</code>"
}
