package cause

import (
	"regexp"
	"strings"
)

// ecsText begins texts that only ECS writes: an error's name, or the words of
// its task resources, perhaps behind the label under which the console, the CLI
// or a service event shows them.
var ecsText = regexp.MustCompile(`(?i)^(?:["'\s(]*(?:"?(?:stopped ?reason|status reason|reason)"?\s*[:=|]?|STOPPED\b|Task stopped at: \S+)[\s"':(]*)?` +
	`(?:\(?service [^\n]{1,120}? was unable to place a task\. Reason: )?["'\s]*` +
	`(?:(?:CannotPull|CannotStart|CannotCreate|CannotInspect|CannotStop|ResourceInitialization|DockerTimeout|DockerState|DockerClientConfig|HostConfig|ContainerRuntime|ContainerNetworking|OutOfMemory|TaskStopped)\w*:` +
	`|Fetching secret data from|asm fetching|secret arn:|unable to (?:download|pull) (?:env file|firelens|secrets)|fsx describing filesystem)`)

const (
	ecsTextBytes = 4 << 10 // ECS's own reasons are at most 1,024 bytes; people add some
	ecsTextLines = 6       // an SDK's errors have line breaks of their own
)

// placeOfPasted reads pasted text that is one of ECS's reasons and nothing else
// as such: what an application might have logged need not be thought of.
func placeOfPasted(text string) Place {
	text = strings.TrimSpace(text)
	if len(text) <= ecsTextBytes && strings.Count(text, "\n") < ecsTextLines && ecsText.MatchString(text) {
		return Stopped
	}
	return Pasted
}
