package taskref

import (
	"regexp"
	"slices"
	"strings"

	"whystopped/internal/arn"
	"whystopped/internal/words"
)

// refuseName names what is neither an ARN nor a link nor CLUSTER/ID.
func refuseName(text string) error {
	last := text[strings.LastIndexByte(text, '/')+1:]
	switch {
	case isTaskID(text):
		return &Error{What: words.Say("reference.is", words.Args{"what": "task-id"}), Advice: advise("cluster", words.Args{"id": text})}
	case isTaskID(last) && strings.Count(text, "/") == 2:
		return &Error{What: words.Say("reference.is", words.Args{"what": "stream-name"}), Advice: advise("cluster", words.Args{"id": last})}
	}
	for _, s := range shapes {
		if s.pattern.MatchString(text) {
			return refuse(s.what, s.advice)
		}
	}
	return notAReference(text)
}

// shapes are what else people have in the clipboard.
var shapes = []struct {
	pattern      *regexp.Regexp
	what, advice string
}{
	{regexp.MustCompile(`^[{\[]`), "json", pasteAny},
	{regexp.MustCompile(`\.dkr\.ecr[.-]`), "image", pasteTask},
	{regexp.MustCompile(`^(?:[\w.-]+/)?[\w.-]*@?sha256:[0-9a-f]*$`), "image-digest", pasteTask},
	{regexp.MustCompile(`^[A-Za-z0-9_-]+:[0-9]+$`), "task-definition-name", pasteTask},
	{regexp.MustCompile(`^[0-9]{12}$`), "account", pasteTask},
	{regexp.MustCompile(`^[A-Za-z0-9_-]+/[0-9A-Fa-f-]{8,}$`), "cut-task-id", "whole-id"},
}

// refuseProse names a text of several words.
func refuseProse(text string) error {
	parts := strings.Fields(text)
	references := 0
	for _, w := range parts {
		if isARN(w) || isLink(w) {
			references++
		}
	}
	if references == len(parts) {
		return refuse("several", "one")
	}
	if found := taskInside.FindString(text); found != "" {
		if _, err := parseARN(found); err == nil {
			return &Error{What: words.Say("reference.is", words.Args{"what": "text"}), Advice: advise("alone", words.Args{"arn": found})}
		}
	}
	return notAReference(text)
}

var taskInside = regexp.MustCompile(`arn:aws[a-z0-9-]*:ecs:[a-z0-9-]+:[0-9]{12}:task/(?:[A-Za-z0-9_-]+/)?[0-9a-f-]+`)

// ecsTypes are the resources of ECS that are no task.
var ecsTypes = []string{
	"task-definition", "cluster", "container-instance", "task-set", "service-deployment", "service-revision", "capacity-provider", "attachment",
}

// refuseECS names another resource of ECS. Those that belong to a service hold
// its ARN, which is a reference too.
func refuseECS(a arn.ARN, path []string) error {
	if !slices.Contains(ecsTypes, path[0]) {
		return refuseFor("ecs-type", words.Args{"type": excerpt(path[0])}, pasteTask)
	}
	what := "ecs:" + path[0]
	ofService := path[0] == "task-set" || path[0] == "service-deployment" || path[0] == "service-revision"
	if ofService && len(path) >= 4 {
		a.Resource = "service/" + path[1] + "/" + path[2]
		if _, err := parseARN(a.String()); err == nil {
			return &Error{What: words.Say("reference.is", words.Args{"what": what}), Advice: advise("task-or-service", words.Args{"arn": a.String()})}
		}
	}
	return refuse(what, pasteTask)
}

// refuseService names the ARN of another AWS service: what people copy near a task
// has a word in the vocabulary "pasted", by service and type, or by service alone.
func refuseService(a arn.ARN) error {
	if session := a.Name(); a.Service == "sts" && a.Type() == "assumed-role" {
		if isTaskID(session) {
			return &Error{What: words.Say("reference.is", words.Args{"what": "task-role-session"}), Advice: advise("session", words.Args{"id": session})}
		}
		return refuse("role-session", pasteTask)
	}
	if a.Service == "logs" && strings.Contains(a.Resource, ":log-stream:") {
		return refuse("log-stream", pasteTask)
	}
	for _, key := range []string{a.Service + ":" + a.Type(), a.Service} {
		if words.Known("pasted", key, "") != "" {
			return refuse(key, pasteTask)
		}
	}
	return refuseFor("other-service", words.Args{"service": excerpt(a.Service)}, pasteTask)
}
