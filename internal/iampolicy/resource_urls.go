package iampolicy

import (
	"net/url"
	"regexp"
	"strings"

	"whystopped/internal/arn"
)

// The hosts of queue URLs: the Region's, the old ones that begin with it or
// have none (us-east-1), and a VPC endpoint's.
// https://docs.aws.amazon.com/general/latest/gr/sqs-service.html
var queueHosts = []*regexp.Regexp{
	regexp.MustCompile(`^sqs(?:-fips)?\.([a-z0-9-]+)\.(?:amazonaws|api)\.`),
	regexp.MustCompile(`\.sqs\.([a-z0-9-]+)\.vpce\.`),
	regexp.MustCompile(`^([a-z0-9-]+)\.queue\.amazonaws\.`),
	regexp.MustCompile(`^()queue\.amazonaws\.`),
}

// queueOfURL reads https://sqs.REGION.amazonaws.com/ACCOUNT/NAME. A URL without
// a queue gives nothing.
func queueOfURL(_ Action, printed string, ctx Context) string {
	u, err := url.Parse(printed)
	if err != nil || u.Host == "" {
		return ""
	}
	account, name, ok := strings.Cut(strings.Trim(u.Path, "/"), "/")
	if !ok || strings.Contains(name, "/") {
		return ""
	}
	ctx.Account = account
	for _, host := range queueHosts {
		if m := host.FindStringSubmatch(u.Host); m != nil {
			ctx.Region = m[1]
			if ctx.Region == "" {
				ctx.Region = "us-east-1"
			}
			break
		}
	}
	return ctx.arn("sqs", name)
}

// bucketOrObject reads "bucket", "bucket/key", "s3://bucket/key" and the URLs
// of both styles.
func bucketOrObject(_ Action, printed string, ctx Context) string {
	name := printed
	if u, err := url.Parse(printed); err == nil && u.Host != "" {
		switch bucket, ok := bucketOfHost(u.Host); {
		case u.Scheme == "s3":
			name = u.Host + u.Path
		case u.Scheme != "http" && u.Scheme != "https" || !ok:
			return ""
		case bucket == "":
			name = strings.TrimPrefix(u.Path, "/")
		default:
			name = bucket + u.Path
		}
	}
	bucket, key, _ := strings.Cut(name, "/")
	if key == "" {
		name = bucket
	}
	if !bucketName.MatchString(bucket) {
		return ""
	}
	return "arn:" + ctx.partition() + ":s3:::" + name
}

// https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
var bucketName = regexp.MustCompile(`^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$`)

var s3Host = regexp.MustCompile(`^(?:(.+)\.)?s3[.-](?:[a-z0-9.-]+\.)?amazonaws\.com(?:\.cn)?$`)

// bucketOfHost reads a virtual-hosted bucket's name; "" in path style.
func bucketOfHost(host string) (string, bool) {
	m := s3Host.FindStringSubmatch(host)
	if m == nil {
		return "", false
	}
	return m[1], true
}

// bucketNotObject gives an action on buckets the object's bucket, and an action
// on objects all of a bucket's objects.
func bucketNotObject(act Action, a arn.ARN) (of arn.ARN, tail string, ok bool) {
	if a.Region != "" || a.Account != "" {
		return a, "", true // an access point, a job
	}
	bucket, _, hasKey := strings.Cut(a.Resource, "/")
	switch onBuckets, onObjects := takes(act, "bucket"), takes(act, "object"); {
	case hasKey && onBuckets && !onObjects:
		a.Resource = bucket
	case !hasKey && onObjects && !onBuckets:
		tail = "/*"
	}
	return a, tail, bucket != "*"
}
