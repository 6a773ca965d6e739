package iampolicy

import (
	"strings"

	"whystopped/internal/iampolicy/sar"
)

// actsOn reports whether the action can act on a resource as a policy names it.
// AWS prints what it evaluated, and the reference does not have every form of
// that: a function with its alias, an object behind a multi-Region access point.
// An ARN of a kind that the action takes is right for it, though the reference
// knows a template that says more about it. What holds a thing of that kind is
// another: a table's bucket.
func actsOn(act Action, resource string) bool {
	resource = sample(resource)
	if act.Fits(resource) {
		return true
	}
	parts := strings.SplitN(resource, ":", 6)
	if len(parts) < 6 {
		return false
	}
	for _, use := range act.Types {
		head, last := tailOf(*use.ResourceType)
		kind, _, variable := strings.Cut(last, "${")
		own := strings.SplitN(head, ":", 4)
		if variable && kind != "" && own[2] == parts[2] && strings.HasPrefix(parts[5], kind) && !act.Holds(*use.ResourceType, resource) {
			return true
		}
	}
	return act.Service == "s3" && parts[2] == "s3" && onAccessPoint(act, parts[5])
}

// onAccessPoint reports whether an S3 action acts on what is behind an access
// point: objects, or the access point as the bucket.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/MultiRegionAccessPointPermissions.html
func onAccessPoint(act sar.Action, resource string) bool {
	rest, ok := strings.CutPrefix(resource, "accesspoint/")
	if strings.Contains(rest, "/object/") {
		return ok && takes(act, "object")
	}
	return ok && takes(act, "bucket")
}
