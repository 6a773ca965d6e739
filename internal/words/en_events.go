package words

// englishEvents say why a body isn't taken for events of EventBridge.
var englishEvents = map[string]string{
	"event.malformed":  "{path|The body} isn't well-formed JSON.",
	"event.empty":      "{path|The body} is a list without events.",
	"event.too-large":  "{path|The body} is larger than {most:bytes}, and no event is.",
	"event.none":       "{path|The body} isn't an EventBridge event.",
	"event.part":       "{path|The body} isn't an EventBridge event: it has no {part}.",
	"event.missing":    "{path} is missing.",
	"event.time":       "{path} is missing or isn't a time.",
	"event.task":       "{path} isn't the ARN of a task in a cluster.",
	"event.service":    "{path} isn't the ARN of a service in a cluster.",
	"event.no-service": "{path} is empty: the service is missing.",
	"event.elsewhere":  "{path} isn't that of the task or service.",
	"event.form":       "{path} isn't as ECS writes it.",
}
