package redact

import "regexp"

// An access key id has 20 characters: AKIA for a user, ASIA for a session, ABIA
// for a bearer token of STS, ACCA for a credential of another service, A3T and
// a letter for old ones.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-unique-ids
const keyIDLength = 20

const awsSecretKey = "AWS secret access key"

// accessKeyID hides the middle of an access key id and all of a secret access
// key that stands next to it. The id alone opens nothing, but people ask which
// one it was.
func accessKeyID(c *cursor, start int) []replacement {
	end := start + keyIDLength
	if !isAccessKeyID(c.ahead(start, keyIDLength)) || isAlnum(c.at(end)) || isAlnum(c.before(start)) && !c.begins(start) {
		return nil
	}
	found := []replacement{{start, end, keyIDLabel(c.text[start:end])}}
	if m := besideKeyID.FindStringSubmatch(c.ahead(end, maxGap)); m != nil && isMixed(m[2]) {
		from := end + len(m[1])
		found = append(found, replace(from, from+len(m[2]), awsSecretKey)...)
	}
	return found
}

// besideKeyID is a secret access key behind its id, as in the console's CSV file.
var besideKeyID = regexp.MustCompile(`\A([\s,:;|"'\\/()>=-]{1,8})([A-Za-z0-9/+]{40})(?:[^A-Za-z0-9/+=]|\z)`)

func keyIDLabel(id string) string { return "AWS access key id " + id[:4] + "..." + id[keyIDLength-4:] }
