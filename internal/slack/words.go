package slack

import (
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
	if name := arn.PrincipalName(id.ARN); name != "" {
		text += " " + code(name, 300)
	}
	return text
}
