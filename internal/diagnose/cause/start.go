package cause

import (
	"slices"
	"strings"
)

// startWord is what the agent, the container daemon, or ECS writes about the
// start of a task.
type startWord struct {
	words string
	// alone is set where nobody else writes it, so that a denial beside it is one
	// of the start. The rest stands in logs of programs too.
	alone bool
}

// startWordList has every such word, in lower case. A new kind of start-up
// error is added here and nowhere else.
var startWordList = []startWord{
	{"resourceinitializationerror", true},
	{"cannotpull", true},
	{"cannotstartcontainer", true},
	{"cannotcreatecontainer", true},
	{"cannotcreatevolume", true},
	{"unable to place a task", true},
	{"unable to pull secrets or registry auth", true},
	{"fetching secret data from", true},
	{"secret data from", false},
	{"sm fetching secret from", true}, // of asm and ssm
	{"asm fetching", false},
	{"unable to download env file", true},
	{"failed to download env file", true},
	{"env file", false},
	{"unable to download firelens", true},
	{"domainless gmsa user", true},
	{"fsx describing filesystem", true},
	{"failed to validate logger args", true},
	{"failed to initialize logging driver", true},
	{"error while pulling", true},
	{"while pulling", false},
	{"error pulling", false},
	{"failed to pull image", false},
	{"response from daemon", false},
	{"api error (", false},
	// Of ecs-agent.log.
	{"managed task [", true},
	{"task engine [", true},
	{"transitioning container", true},
	{"starting/provisioning container", true},
}

// StartWords matches them in logs and in pasted text.
var StartWords = func() Matcher {
	var all []*Phrase
	for _, w := range startWordList {
		all = append(all, NewPhrase(w.words))
	}
	return SaysIn(Log|Pasted, all...)
}()

// tellsOfStart reports whether a text has words of a failed start that nobody
// else writes, or begins as the agent's word of a secret does.
func tellsOfStart(s string) bool {
	s = strings.ToLower(s)
	return strings.HasPrefix(s, "secret arn:aws") || slices.ContainsFunc(startWordList, func(w startWord) bool {
		return w.alone && strings.Contains(s, w.words)
	})
}

// Startup matches denials of calls that ECS makes while it starts a task;
// "kms:*" means all of a service.
type Startup []string

// StartupOf matches denials of these actions while ECS starts the task.
func StartupOf(actions ...string) Matcher { return Startup(actions) }

func (s Startup) parts() []Matcher { return nil }

// Find implements [Matcher].
func (s Startup) Find(c *Case) []Match {
	return Refused(func(c *Case, r *Refusal) bool { return Starting(c, r) && byTask(r) && ActionIs(r, s...) }).Find(c)
}

// OtherStartup matches denials of a start that no cause of the catalogue names.
var OtherStartup = Refused(func(c *Case, r *Refusal) bool {
	return Starting(c, r) && byTask(r) && !ActionIs(r, c.book.startActions...) && !byRegistry(r)
})
