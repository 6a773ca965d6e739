package outside

import "strings"

// headerNames stand at the beginning of a line where somebody prints the headers
// of a request, a line each.
var headerNames = wordSet(`useragent referer referrer cookie origin accept acceptlanguage acceptencoding host authorization via forwarded from`)

// labelWords stand before a colon and what a request or a person said, which
// runs to the line's end. They hold in a line that tells of no trouble.
var labelWords = wordSet(`useragent httpuseragent ua referer referrer requestpath requesturl requesturi requestbody requestheader requestheaders requestparams requestquery requestline requestpayload
	requestedpath requestedurl rawpath rawurl rawbody rawquery rawinput originalurl originalpath decodedpath decodedurl querystring path url uri query userinput input header headers cookie cookies formdata
	chat chatmessage comment feedback review prompt question usermessage usersaid userquery userprompt receivedmessage newmessage gotmessage incomingmessage textmessage search searchterm searchquery searchedfor searchfor
	tweet subject payload`)

// labelTags are such labels in brackets.
var labelTags = []string{"[chat] ", "[irc] ", "[#", "[room", "[dm] ", "[comment] ", "[tweet] "}

// labelled returns where the words begin that a label says came from outside;
// 0 where there are none.
func labelled(line string) int {
	colon := strings.Index(line, ": ")
	if colon > 0 && header(line[:colon]) && refuses(line[colon:]) {
		return colon + 2
	}
	if levelOfText(line) == levelHigh || !refuses(line) {
		return 0
	}
	start := said(line)
	for colon >= 0 && start == 0 {
		if labels(line[:colon]) && refuses(line[colon:]) {
			start = colon + 2
			break
		}
		next := strings.Index(line[colon+1:], ": ")
		if next < 0 || colon > maxLabel {
			break
		}
		colon += 1 + next
	}
	if start == 0 || troubled(line[:start]) {
		return 0
	}
	return start
}

// maxLabel is how far in a line a label is looked for.
const maxLabel = 600

// header reports whether a line's beginning is the name of a request's header.
func header(before string) bool {
	name := strings.ToLower(strings.TrimLeft(before, "<>* \t"))
	return headerNames[normal(name)] || strings.HasPrefix(name, "x-") && !strings.HasPrefix(name, "x-amz") && !strings.ContainsAny(name, " \t")
}

// labels reports whether the last words before a colon are a label.
func labels(before string) bool {
	words := strings.FieldsFunc(lastBytes(before, 80), func(r rune) bool { return strings.ContainsRune(" \t([,;\"'_-", r) })
	n := len(words)
	if n == 0 || strings.HasSuffix(before, " ") {
		return false
	}
	last := normal(words[n-1])
	if labelWords[last] || n > 1 && labelWords[normal(words[n-2])+last] {
		return true
	}
	for i := max(0, n-4); i+1 < n; i++ { // message from bob
		if strings.EqualFold(words[i], "message") && (strings.EqualFold(words[i+1], "from") || strings.EqualFold(words[i+1], "by")) {
			return true
		}
	}
	return false
}

// said returns where begins what a person said: <bob> words, [chat] words.
func said(line string) int {
	head := line[:min(len(line), levelPrefix)]
	if open := strings.IndexByte(head, '<'); open >= 0 && digitsOnly(head[:open]) {
		if end := strings.Index(head[open:], "> "); end > 1 && letter(head[open+1]) && !isLevel(head[open+1:open+end]) {
			return open + end + 2
		}
	}
	lower := strings.ToLower(head)
	for _, tag := range labelTags {
		if i := strings.Index(lower, tag); i >= 0 {
			if end := strings.Index(lower[i:], "] "); end > 0 {
				return i + end + 2
			}
		}
	}
	return 0
}

func isLevel(word string) bool {
	_, ok := levelWords[strings.ToLower(word)]
	return ok
}
