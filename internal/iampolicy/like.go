package iampolicy

// Like reports whether text matches a pattern of IAM: "*" stands for any number
// of characters, "?" for one, and all others for themselves.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
func Like(pattern, text string) bool {
	p, t := 0, 0
	star, from := -1, 0 // the last "*", and where what it stands for ends so far
	for t < len(text) {
		switch {
		case p < len(pattern) && pattern[p] == '*':
			star, from = p, t
			p++
		case p < len(pattern) && (pattern[p] == '?' || pattern[p] == text[t]):
			p++
			t++
		case star >= 0: // let the "*" take one more
			from++
			p, t = star+1, from
		default:
			return false
		}
	}
	for p < len(pattern) && pattern[p] == '*' {
		p++
	}
	return p == len(pattern)
}
