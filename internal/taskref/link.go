package taskref

import (
	"net/url"
	"regexp"
	"slices"
	"strings"

	"whystopped/internal/arn"
	"whystopped/internal/words"
)

// isLink reports whether text is a URL; a console's host without https:// counts.
func isLink(text string) bool { return link.MatchString(text) }

var link = regexp.MustCompile(`^(?i:https?://|(?:[a-z0-9-]+\.)*console\.[a-z0-9-]+\.[a-z0-9.-]+/)`)

// parseLink reads the address of a task's or service's page in the AWS console:
//
//	https://REGION.console.aws.amazon.com/ecs/v2/clusters/C/tasks/ID/…?region=REGION
//	https://REGION.console.aws.amazon.com/ecs/v2/clusters/C/services/S/tasks/ID/…
//	https://REGION.console.aws.amazon.com/ecs/home?region=REGION#/clusters/C/tasks/ID/details
//
// The host may be that of any partition, may lack the region, and may begin
// with the account of one of several sessions (ACCOUNT-xxxxxxxx). Where host and
// query name different regions the host wins, as it does in the browser.
func parseLink(text string) (Ref, error) {
	if !strings.Contains(text, "://") {
		text = "https://" + text
	}
	u, err := url.Parse(strings.ReplaceAll(text, "&amp;", "&"))
	if err != nil {
		return Ref{}, refuse("broken-link", pasteLink)
	}
	ref, ok := readHost(u.Hostname())
	if !ok {
		return Ref{}, refuseFor("host", words.Args{"host": excerpt(u.Hostname())}, pasteLink)
	}
	page, ok := pageOf(u)
	if !ok {
		return Ref{}, refuse("other-page", pasteLink)
	}
	if err := ref.readRegion(u); err != nil {
		return Ref{}, err
	}
	return ref.readPage(page)
}

// readHost takes region, account and partition from a console's host; ok is
// false for other hosts.
func readHost(host string) (ref Ref, ok bool) {
	labels := strings.Split(strings.ToLower(host), ".")
	console := slices.Index(labels, "console")
	if console < 0 || console == len(labels)-1 {
		return Ref{}, false
	}
	ref.Partition = partitionOfConsole(strings.Join(labels[console+1:], "."))
	for _, l := range labels[:console] {
		number, _, _ := strings.Cut(l, "-")
		switch {
		case arn.IsAccount(number):
			ref.Account = number
		case arn.IsRegion(l):
			ref.Region = l
		}
	}
	return ref, true
}

// readRegion completes the region from the query, and the partition from the
// region, to which the host has to belong. A link without any region means the
// default one.
func (r *Ref) readRegion(u *url.URL) error {
	region := u.Query().Get("region")
	if _, query, ok := strings.Cut(u.Fragment, "?"); ok && region == "" {
		values, _ := url.ParseQuery(query) // what can be read of it
		region = values.Get("region")
	}
	if r.Region == "" && region != "" {
		if !arn.IsRegion(region) {
			return refuseFor("link-region", words.Args{"region": excerpt(region)}, pasteLink)
		}
		r.Region = region
	}
	if r.Region == "" {
		r.Partition = ""
		return nil
	}
	of := arn.PartitionOf(r.Region)
	if r.Partition != "" && r.Partition != of {
		return refuseFor("link-mixed", mixed(r.Partition, r.Region), pasteLink)
	}
	r.Partition = of
	return nil
}

// pageOf returns the parts of the page's path behind /ecs/v2, or of the fragment
// of the former console; ok is false for other services.
func pageOf(u *url.URL) (page []string, ok bool) {
	path := segments(u.EscapedPath())
	if len(path) == 0 || path[0] != "ecs" {
		return nil, false
	}
	path = path[1:]
	if len(path) > 0 && path[0] == "home" {
		fragment, _, _ := strings.Cut(u.EscapedFragment(), "?")
		return segments(strings.TrimPrefix(fragment, "!")), true
	}
	if len(path) > 0 && path[0] == "v2" {
		path = path[1:]
	}
	return path, true
}

// segments splits an escaped path and reads each part.
func segments(path string) []string {
	var out []string
	for part := range strings.SplitSeq(path, "/") {
		if plain, err := url.PathUnescape(part); err == nil && plain != "" {
			out = append(out, plain)
		}
	}
	return out
}

// readPage completes r from a page such as clusters/C/services/S/tasks/ID/logs.
func (r Ref) readPage(page []string) (Ref, error) {
	if len(page) < 2 || page[0] != "clusters" || !nameOK.MatchString(page[1]) {
		return Ref{}, refusePage(page)
	}
	r.Cluster, page = page[1], page[2:]
	service := ""
	if len(page) >= 2 && page[0] == "services" && nameOK.MatchString(page[1]) {
		service, page = page[1], page[2:]
	}
	switch {
	case len(page) >= 2 && page[0] == "tasks" && isTaskID(page[1]):
		r.TaskID = strings.ToLower(page[1])
	case len(page) >= 2 && page[0] == "tasks":
		return Ref{}, refuseFor("link-task-id", words.Args{"id": excerpt(page[1])}, pasteLink)
	case service != "":
		r.Group = ServiceGroup(service)
	default:
		return Ref{}, refuse("cluster-page", "page")
	}
	return r, nil
}

// refusePage names the pages of ECS's console that are about no task.
func refusePage(page []string) error {
	if len(page) > 1 && page[0] == "task-definitions" {
		return refuse("task-definition-page", pasteLink)
	}
	return refuse("ecs-page", pasteLink)
}
