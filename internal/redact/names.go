package redact

import (
	"slices"
	"strings"
)

// kind is what a secret is, as its name announces it. It decides how much a value
// must look like a secret before it is taken for one.
type kind int

const (
	password  kind = iota + 1
	token          // of any service
	secret         // and credential
	key            // of an API, an account, an application
	signature      // of a URL or a request
	header         // Authorization: SCHEME VALUE
	login          // "auth" of a Docker or npm configuration
	cookie
	anyKey // of who knows what: STRIPE_KEY, but a cache's or a file's as well
)

// secretName is a name whose value is a secret.
type secretName struct {
	kind  kind
	label string // of the placeholder
	bare  bool   // the word alone, as prose has it too
	last  bool   // the deciding word ends the name: dbPassword, not passwordReset
	many  bool   // and is a plural: passwords, API_KEYS
	own   bool   // of a member itself, and not of what it is a member of
}

// SecretName reports whether a value of this name (a variable, a JSON key, a
// header, a flag) is a secret whatever it looks like: DB_PASSWORD and apiKey
// are, secretArn and TOKEN_URL are not.
func SecretName(name string) bool {
	n, ok := classify(name)
	return ok && n.always()
}

// always reports whether any value under the name is a secret.
func (n secretName) always() bool { return n.kind <= key || n.kind == header }

// Value returns a value without its secrets, and nothing of it if its name says
// that it is one: the text of a JSON member, or of a log driver's option. A
// reference to a secret and a word about one stay.
func Value(name, value string) string {
	if n, ok := classify(name); ok && n.always() && !harmless(value) {
		return placeholder(n.label)
	}
	return Text(value)
}

// classify judges a name by its words, which are told apart by separators and
// by changes of case. The last of them that means a secret decides.
func classify(name string) (secretName, bool) {
	var buffer [16]string
	words := withoutForm(wordsOf(buffer[:0], name))
	if len(words) == 0 || about[words[len(words)-1]] || isPagingToken(words) {
		return secretName{}, false
	}
	if isSession(words) {
		return secretName{kind: token, label: "session", last: true}, true
	}
	for i := range slices.Backward(words) {
		if n, ok := classifyWord(words, i); ok {
			n.bare = n.bare && len(words) == 1
			return n.specific(strings.Join(words, "")), true
		}
	}
	return secretName{}, false
}

// withoutForm drops the words at a name's end that say how its value is written:
// TLS_KEY_B64, secretString.
func withoutForm(words []string) []string {
	for len(words) > 1 && forms[words[len(words)-1]] {
		words = words[:len(words)-1]
	}
	return words
}

// isSession reports whether the words name who is logged in.
func isSession(words []string) bool {
	for _, s := range sessions {
		if spell(words, s) {
			return true
		}
	}
	return false
}

// spell reports whether the words in a row are s.
func spell(words []string, s string) bool {
	for _, w := range words {
		rest, ok := strings.CutPrefix(s, w)
		if !ok {
			return false
		}
		s = rest
	}
	return s == ""
}

// isPagingToken tells the tokens that open nothing: the next page's, and those
// that make a request safe to repeat.
func isPagingToken(words []string) bool {
	return words[len(words)-1] == "token" && slices.ContainsFunc(words, func(w string) bool { return pagingWords[w] }) ||
		len(words) == 1 && (words[0] == "nexttoken" || words[0] == "clienttoken")
}

// specific gives AWS's own secrets, which many names stand for, their labels.
func (n secretName) specific(joined string) secretName {
	switch {
	case strings.Contains(joined, "secretaccesskey"), strings.Contains(joined, "awssecretkey"):
		n.kind, n.label = key, awsSecretKey
	case strings.Contains(joined, "sessiontoken"), strings.Contains(joined, "securitytoken"):
		n.label = awsSessionToken
	}
	return n
}

// classifyWord judges words[i] by how it ends ("dbpassword") and by its place.
func classifyWord(words []string, i int) (secretName, bool) {
	last := i == len(words)-1
	unnumbered := words[i]
	for len(unnumbered) > 0 && isDigit(unnumbered[len(unnumbered)-1]) {
		unnumbered = unnumbered[:len(unnumbered)-1]
	}
	w := strings.TrimSuffix(unnumbered, "s")
	if w == "" {
		return secretName{}, false
	}
	for _, e := range endingsBy[w[len(w)-1]] {
		if strings.HasSuffix(w, e.text) {
			return secretName{kind: e.kind, label: e.label, bare: w == e.text, last: last, many: w != unnumbered}, true
		}
	}
	switch {
	case w == "key" && i > 0 && keyQualifiers[words[i-1]]:
		return secretName{kind: key, label: "key", last: last, many: w != unnumbered}, true
	case w == "key" && i > 0 && last && !plainKeys[words[i-1]]:
		return secretName{kind: anyKey, label: "key", last: last}, true
	case !last:
		return secretName{}, false
	}
	if n, ok := lastWords[words[i]]; ok {
		n.last = true
		return n, true
	}
	if strings.HasSuffix(words[i], "pass") && !plainPasses[words[i]] {
		return secretName{kind: password, label: "password", bare: words[i] == "pass", last: true}, true
	}
	return secretName{}, false
}

// isPlainMember reports whether a member of this name says something about the
// secrets beside it and is none: the user of a login, the ARN of a secret, the
// claims of a token.
func isPlainMember(name string) bool {
	var buffer [16]string
	words := wordsOf(buffer[:0], name)
	return len(words) == 0 || about[words[len(words)-1]] || plainMembers[words[len(words)-1]]
}

// isValueMember reports whether a member of this name is the value of what is
// around it: {"password": {"value": "x"}}.
func isValueMember(name string) bool {
	var buffer [16]string
	words := wordsOf(buffer[:0], name)
	if len(words) == 0 {
		return false
	}
	last := words[len(words)-1]
	return last == "value" || len(words) == 1 && (forms[last] || last == "default")
}

// wordsOf appends the words of an identifier in lower case: dbPassword,
// DB_PASSWORD and db.password are all db and password. What is no ASCII is part
// of a word, but for punctuation: contraseña is one.
func wordsOf(words []string, name string) []string {
	lower := lowerASCII(name)
	start := 0
	for i := 0; i < len(name); {
		size := separator(name, i)
		switch {
		case size > 0:
			words = appendWord(words, lower[start:i])
			i += size
			start = i
			continue
		case i > start && isUpper(name[i]) && !isUpper(name[i-1]):
			words = appendWord(words, lower[start:i])
			start = i
		}
		i++
	}
	return appendWord(words, lower[start:])
}

// separator is the length of what separates words at i, or 0: any ASCII that is
// no letter or digit, and the punctuation of other scripts, which UTF-8 keeps
// in a few blocks.
func separator(name string, i int) int {
	switch {
	case name[i] < 0x80:
		if isAlnum(name[i]) {
			return 0
		}
		return 1
	case name[i] == 0xc2: // « » and no letter but ª µ º
		return min(2, len(name)-i)
	case name[i] == 0xe2, name[i] == 0xe3 && i+1 < len(name) && name[i+1] == 0x80, name[i] == 0xef: // “ ” 、 ， ：
		return min(3, len(name)-i)
	}
	return 0
}

// lowerASCII is strings.ToLower that keeps every byte at its place.
func lowerASCII(s string) string {
	for i := range len(s) {
		if isUpper(s[i]) {
			b := []byte(s)
			for ; i < len(b); i++ {
				if isUpper(b[i]) {
					b[i] += 'a' - 'A'
				}
			}
			return string(b)
		}
	}
	return s
}

func appendWord(words []string, w string) []string {
	if w == "" {
		return words
	}
	return append(words, w)
}
