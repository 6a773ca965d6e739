package words

// englishEvidence says what is wrong with evidence that somebody sent.
var englishEvidence = map[string]string{
	"evidence.both":        "The request has both task and event. Send one of them.",
	"evidence.none":        "The request has no evidence. Send at least one of {fields:list}.",
	"evidence.nothing":     "Nothing was pasted.",
	"evidence.malformed":   "{path|The body} isn't well-formed JSON[[ at byte {offset}]]: {message}",
	"evidence.type":        "{path|The body} is a JSON {type}, which doesn't belong there.",
	"evidence.unreadable":  "{path|The body} can't be read: {message}",
	"evidence.object":      "{path|The body} has to be an object.",
	"evidence.list":        "{path|The body} has to be a list.",
	"evidence.field":       "{path} isn't a field of the evidence. Fields are {fields:list}.",
	"evidence.twice":       "{path} comes twice.",
	"evidence.tasks":       "{path} has {n} tasks. Send the one that is meant.",
	"evidence.empty":       "{path} is empty: ECS answered {reason} for {arn}.",
	"evidence.one-event":   "{path} has to be one event.",
	"evidence.missing":     "{path} is missing.",
	"evidence.detail-type": "{path} is {type}. The event of a stopped task is an ECS Task State Change.",
	"evidence.record":      "{path} has to be a CloudTrail record, an object.",
	"evidence.no-events":   "The services have no events.",
	"evidence.too-many":    "{path} has {n} entries, and at most {most} are read.[[ {why:evidence-limit}]]",
	"evidence.too-long":    "{path} has {n} bytes. AWS has no such name of more than {most}.",

	"evidence-limit.one-task":        "Send the task that is meant.",
	"evidence-limit.ten-containers":  "A task has at most 10 containers.",
	"evidence-limit.few-attachments": "A task has about three attachments.",
	"evidence-limit.one-agent":       "A container has one managed agent.",
	"evidence-limit.definition-size": "A task definition has at most 64 KiB.",
	"evidence-limit.ten-files":       "A container has at most 10 environment files.",
	"evidence-limit.hundred-events":  "ECS keeps the newest 100.",
	"evidence-limit.around-the-stop": "Send those of the task's roles from around its stop.",
	"evidence-limit.end-of-the-log":  "Send the last ones before the stop.",
}
