// Package taskref is the address of a task, service, or cluster, and parses it from
// what people paste: ARNs, console URLs, CLUSTER/ID. Start with Parse and Ref; an
// *Error says what can't be used and what to paste instead.
package taskref

import (
	"regexp"
	"strings"
)

// Parse reads a reference in any of these forms, with the spaces, brackets,
// quotes, and punctuation that come along when one is copied:
//
//	arn:PARTITION:ecs:REGION:ACCOUNT:task/CLUSTER/ID, and the old task/ID
//	arn:PARTITION:ecs:REGION:ACCOUNT:container/CLUSTER/ID/CONTAINER (its task)
//	arn:PARTITION:ecs:REGION:ACCOUNT:service/CLUSTER/NAME, and the old service/NAME
//	the address of a task's or service's page in the AWS console
//	CLUSTER/ID
//
// Everything else is an *Error. Regions may be ones that did not exist when this
// was written; they are then of the public partition.
func Parse(s string) (Ref, error) {
	if len(s) > maxText {
		return Ref{}, notAReference(s)
	}
	text := clean(s)
	ref, err := parse(text)
	if err != nil && strings.ContainsAny(text, "\r\n") && (isARN(text) || isLink(text)) {
		// A terminal breaks long lines, and the break is copied with them.
		if joined, err := parse(strings.Join(strings.Fields(text), "")); err == nil && joined.Kind() == KindTask {
			return joined, nil
		}
	}
	return ref, err
}

// maxText bounds what is read, in bytes: the start page's box takes whole logs.
const maxText = 4096

func parse(text string) (Ref, error) {
	switch {
	case text == "":
		return Ref{}, refuseFor("nothing", nil, pasteAny)
	case len(strings.Fields(text)) > 1:
		return Ref{}, refuseProse(text)
	case isARN(text):
		return parseARN(text)
	case isLink(text):
		return parseLink(text)
	default:
		return parseName(text)
	}
}

// LooksLike reports whether s is meant as a reference, also one that Parse
// refuses, and not as an error text or a JSON document.
func LooksLike(s string) bool {
	if len(s) > maxText {
		return false
	}
	if _, err := Parse(s); err == nil {
		return true
	}
	words := strings.Fields(clean(s))
	for _, w := range words {
		if !isARN(w) && !isLink(w) && (len(words) > 1 || !endsWithID.MatchString(w)) {
			return false
		}
	}
	return len(words) > 0
}

// endsWithID is a task id, whole or cut off, alone or as the end of a path.
var endsWithID = regexp.MustCompile(`^(?:[\w.-]+/)*[0-9A-Fa-f][0-9A-Fa-f-]{11,}$`)

// parseName reads CLUSTER/ID.
func parseName(text string) (Ref, error) {
	cluster, id, found := strings.Cut(text, "/")
	if !found || !isTaskID(id) || !nameOK.MatchString(cluster) {
		return Ref{}, refuseName(text)
	}
	return Ref{Cluster: cluster, TaskID: strings.ToLower(id)}, nil
}

var (
	// Names of clusters and services.
	nameOK = regexp.MustCompile(`^[A-Za-z0-9_-]{1,255}$`)
	// 32 digits, and the UUIDs of tasks from before 2019.
	taskID = regexp.MustCompile(`^(?i:[0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$`)
)

func isTaskID(s string) bool { return taskID.MatchString(s) }
