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
	bare  bool   // the English word alone, as prose has it too
	last  bool   // the deciding word ends the name: dbPassword, not passwordReset
}

// nameWords are parts of the names in secretName, enough to find each of them.
var nameWords = []string{"pass", "pwd", "secret", "token", "key", "cred", "auth", "cookie", "signature", "sig=", "sessid", "sessionid", "_session"}

// SecretName tells whether a value of this name (a variable, a JSON key, a
// header, a flag) is a secret whatever it looks like: DB_PASSWORD and apiKey
// are, secretArn and TOKEN_URL are not.
func SecretName(name string) bool {
	n, ok := classify(name)
	return ok && (n.kind <= key || n.kind == header)
}

// Value returns a value without its secrets, and nothing of it where its name
// says that it is one: the text of a JSON member, or of a log driver's option.
// A reference to a secret and a word about one stay.
func Value(name, value string) string {
	if n, ok := classify(name); ok && (n.kind <= key || n.kind == header) && !harmless(value) {
		return placeholder(n.label)
	}
	return Text(value)
}

// classify judges a name by its words, which are told apart by separators and
// by changes of case. The last of them that means a secret decides.
func classify(name string) (secretName, bool) {
	words := wordsOf(name)
	if len(words) == 0 || about[words[len(words)-1]] || isPagingToken(words) {
		return secretName{}, false
	}
	if slices.Contains(sessions, strings.Join(words, "")) {
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

// sessions are the names under which frameworks keep who is logged in. A
// session's id is else none: that of an assumed role says who called.
var sessions = []string{"jsessionid", "phpsessid", "connectsid", "gitlabsession", "laravelsession"}

// isPagingToken tells the tokens that open nothing: the next page's, and those
// that make a request safe to repeat.
func isPagingToken(words []string) bool {
	return words[len(words)-1] == "token" && slices.ContainsFunc(words, func(w string) bool {
		return slices.Contains([]string{"next", "page", "pagination", "continuation", "client", "request", "idempotency"}, w)
	}) || len(words) == 1 && (words[0] == "nexttoken" || words[0] == "clienttoken")
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
	w := strings.TrimSuffix(strings.TrimRight(words[i], "0123456789"), "s")
	for _, e := range endings {
		if strings.HasSuffix(w, e.text) {
			return secretName{kind: e.kind, label: e.label, bare: w == e.text, last: last}, true
		}
	}
	if w == "key" && i > 0 && slices.Contains(keyQualifiers, words[i-1]) {
		return secretName{kind: key, label: "key", last: last}, true
	}
	if w == "key" && i > 0 && last && !slices.Contains(plainKeys, words[i-1]) {
		return secretName{kind: anyKey, label: "key", last: last}, true
	}
	n, ok := lastWords[words[i]]
	return n, ok && last
}

// lastWords mean a secret only where they end a name.
var lastWords = map[string]secretName{
	"pass":          {kind: password, label: "password", bare: true, last: true},
	"dbpass":        {kind: password, label: "password", last: true},
	"userpass":      {kind: password, label: "password", last: true},
	"authorization": {kind: header, label: "authorization header", last: true},
	"auth":          {kind: login, label: "registry login", last: true},
	"cookie":        {kind: cookie, label: "cookie", last: true},
	"signature":     {kind: signature, label: "signature", last: true},
	"sig":           {kind: signature, label: "signature", last: true},
	"creds":         {kind: secret, label: "credential", last: true},
}

// endings are how the words of secret names end, without the plural's s.
var endings = []struct {
	text  string
	kind  kind
	label string
}{
	{"password", password, "password"},
	{"passwd", password, "password"},
	{"passphrase", password, "password"},
	{"pwd", password, "password"},
	{"token", token, "token"},
	{"secret", secret, "secret"},
	{"credential", secret, "credential"},
	{"apikey", key, "key"},
	{"secretkey", key, "key"},
	{"accesskey", key, "key"},
	{"privatekey", key, "key"},
	{"accountkey", key, "key"},
	{"masterkey", key, "key"},
	{"authkey", key, "key"},
	{"licensekey", key, "key"},
	{"encryptionkey", key, "key"},
	{"instrumentationkey", key, "key"},
}

// keyQualifiers are the words that make a "key" behind them a secret one.
var keyQualifiers = []string{
	"admin", "api", "app", "application", "access", "account", "auth", "client", "consumer", "deploy", "encryption", "hmac", "ingest",
	"insert", "instrumentation", "integration", "license", "master", "private", "secret", "session", "signing", "ssh", "subscription", "write",
}

// plainKeys are words that make a "key" behind them none of a lock: the place of
// an object, a column, an entry.
var plainKeys = []string{
	"bucket", "cache", "file", "foreign", "group", "hash", "idempotency", "index", "item", "lock", "lookup", "message", "object", "partition",
	"path", "primary", "public", "range", "redis", "row", "route", "routing", "s3", "shard", "sort", "storage", "tag", "unique",
}

// about are last words of a name that make its value a word about the secret:
// where it is, what it is called, how long it lives.
var about = set(
	"algorithm", "arn", "arns", "at", "audience", "class", "code", "count", "dir", "disabled", "enabled", "endpoint", "error", "exception",
	"expiration", "expired", "expires", "expiry", "field", "file", "format", "handler", "header", "host", "id", "ids", "in", "issuer", "kind",
	"length", "limit", "manager", "max", "min", "name", "names", "only", "param", "parameter", "parameters", "path", "policy", "port", "prefix",
	"process", "prompt", "provider", "ref", "region", "required", "rotation", "scope", "seconds", "service", "size", "source", "spec", "specs",
	"stage", "state", "status", "stdin", "store", "suffix", "ttl", "type", "uri", "url", "urls", "used", "version", "versions",
	// A host's or a source file's name has words too.
	"cn", "com", "go", "io", "java", "js", "json", "net", "org", "py", "rb", "ts", "txt", "yaml", "yml",
)

func set(words ...string) map[string]bool {
	out := make(map[string]bool, len(words))
	for _, w := range words {
		out[w] = true
	}
	return out
}

// wordsOf gives the words of an identifier in lower case: dbPassword,
// DB_PASSWORD and db.password are all db and password.
func wordsOf(name string) []string {
	var words []string
	start := 0
	for i := range len(name) {
		switch {
		case !isAlnum(name[i]):
			words = appendWord(words, name[start:i])
			start = i + 1
		case i > start && isUpper(name[i]) && !isUpper(name[i-1]):
			words = appendWord(words, name[start:i])
			start = i
		}
	}
	return appendWord(words, name[start:])
}

func appendWord(words []string, w string) []string {
	if w == "" {
		return words
	}
	return append(words, strings.ToLower(w))
}
