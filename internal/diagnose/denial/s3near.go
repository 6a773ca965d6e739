package denial

import (
	"regexp"
	"strings"
)

// S3's bare "Access Denied" names neither bucket nor key, but the program
// around it often does.
var (
	s3URL        = regexp.MustCompile(`s3[an]?://([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:/([^\s"'<>|,;)]*))?`)
	s3HTTPSHost  = regexp.MustCompile(`https?://([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])\.s3[.-][a-z0-9.-]*amazonaws\.com(?:\.cn)?(?:/([^\s"'<>|,;)?]*))?`)
	s3HTTPSPath  = regexp.MustCompile(`https?://s3[.-][a-z0-9.-]*amazonaws\.com(?:\.cn)?/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:/([^\s"'<>|,;)?]*))?`)
	s3UploadText = regexp.MustCompile(`Failed to upload \S+ to ([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])/(\S+?):\s`)
)

const s3Near = 400 // bytes on either side of the refusal

// s3ResourceNear takes bucket and key from an S3 address beside the refusal,
// when there is just one.
func s3ResourceNear(text string, d Denial) string {
	from, to := max(0, d.Start-s3Near), min(len(text), d.End+s3Near)
	window := text[from:to]
	seen := map[string]bool{}
	var bucket, key string
	for _, re := range []*regexp.Regexp{s3URL, s3HTTPSHost, s3HTTPSPath, s3UploadText} {
		for _, m := range re.FindAllStringSubmatch(window, -1) {
			bucket, key = m[1], strings.TrimRight(m[2], ".:")
			seen[bucket+"/"+key] = true
		}
	}
	if len(seen) != 1 {
		return ""
	}
	if key == "" || bucketAction(d.Action) {
		return "arn:aws:s3:::" + bucket
	}
	return "arn:aws:s3:::" + bucket + "/" + key
}

// bucketAction tells S3 actions on buckets from those on objects.
func bucketAction(action string) bool {
	return strings.Contains(action, "Bucket") || action == "s3:GetLifecycleConfiguration" || action == "s3:PutLifecycleConfiguration"
}
