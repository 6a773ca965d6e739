package slack

import (
	"strings"

	"whystopped/internal/arn"
	"whystopped/internal/diagnose/verdict"
	"whystopped/internal/words"
)

// label is a code as it stands alone, in the words of its vocabulary.
func label[C ~string](vocabulary string, code C) string {
	if code == "" {
		code = "unknown"
	}
	return words.English().Word(vocabulary, string(code), "label")
}

// whose names an identity: "Task role" and its name in code.
func whose(id verdict.Identity) mrkdwn {
	text := prose(label("identity", id.Kind), 200)
	if name := principalName(id.ARN); name != "" {
		text += " " + code(name, 300)
	}
	return text
}

// principalName is the role's name for a role and for a session of it, the last
// part of any other ARN, and the text itself where it is no ARN.
func principalName(principal string) string {
	a, ok := arn.Parse(principal)
	if !ok {
		return principal
	}
	if a.Service == "sts" && a.Type() == "assumed-role" {
		role, _, _ := strings.Cut(a.ID(), "/")
		return role
	}
	return a.Name()
}
