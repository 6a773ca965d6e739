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

// said is a message's words as plain text.
func said(id string, args words.Args) string { return words.English().Say(id, args) }

// say is a message's words in Slack's markup.
func say(id string, args words.Args) mrkdwn { return prose(said(id, args), maxField) }

// sayMarked is a message's words with values that are markup already, such as
// times that Slack shows in the reader's time zone.
func sayMarked(id string, values map[string]mrkdwn) mrkdwn {
	args := words.Args{}
	var marks []string
	for name, value := range values {
		args[name] = "⟦" + name + "⟧"
		marks = append(marks, "⟦"+name+"⟧", string(value))
	}
	return mrkdwn(strings.NewReplacer(marks...).Replace(string(say(id, args))))
}

// fieldName is the name of a field of a message.
func fieldName(code string) mrkdwn { return mrkdwn(words.English().Word("slack-field", code, "")) }

// whose names an identity: "Task role" and its name in code.
func whose(id verdict.Identity) mrkdwn {
	text := prose(label("identity", id.Kind), 200)
	if name := arn.PrincipalName(id.ARN); name != "" {
		text += " " + code(name, 300)
	}
	return text
}
