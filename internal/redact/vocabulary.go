package redact

import "slices"

// nameWords are parts of the names in secretName, enough to find each of them.
var nameWords = slices.Concat(
	[]string{
		"pass", "pwd", "pw", "psw", "pword", "secret", "token", "key", "cred", "auth", "cookie", "signature", "sig=",
		"sessid", "sessionid", "_session",
	},
	[]string{"bearer", "crumb", "mdp", "communit", "dockerc"},
	// Of other languages as much as makes them rare. Capital letters beyond ASCII
	// begin some of them.
	[]string{
		"kennwort", "contrase", "senha", "twoord", "senord", "heslo", "haslo", "has\xc5\x82o", "parola", "ifre",
		"jelsz", "salasana", "adgangskode", "clave",
	},
	[]string{"ароль", "密", "ワード", "밀번호", "암호"},
)

// nameEnding is how the words of secret names end.
type nameEnding struct {
	text  string
	kind  kind
	label string
}

// endingsBy are the endings by their last byte.
var endingsBy = func() (by [256][]nameEnding) {
	for _, e := range endings {
		last := e.text[len(e.text)-1]
		by[last] = append(by[last], e)
	}
	return by
}()

// endings are those endings, without the plural's s.
var endings = []nameEnding{
	{"password", password, "password"},
	{"passwd", password, "password"},
	{"passphrase", password, "password"},
	{"passcode", password, "password"},
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

	{"passwort", password, "password"},
	{"kennwort", password, "password"},
	{"contraseña", password, "password"},
	{"contrasena", password, "password"},
	{"motdepasse", password, "password"},
	{"senha", password, "password"},
	{"wachtwoord", password, "password"},
	{"lösenord", password, "password"},
	{"losenord", password, "password"},
	{"adgangskode", password, "password"},
	{"salasana", password, "password"},
	{"heslo", password, "password"},
	{"hasło", password, "password"},
	{"haslo", password, "password"},
	{"jelszó", password, "password"},
	{"jelszo", password, "password"},
	{"parola", password, "password"},
	{"şifre", password, "password"},
	{"Şifre", password, "password"},
	{"пароль", password, "password"},
	{"Пароль", password, "password"},
	{"密码", password, "password"},
	{"密碼", password, "password"},
	{"パスワード", password, "password"},
	{"비밀번호", password, "password"},
	{"암호", password, "password"},
}

// lastWords mean a secret only where they end a name.
var lastWords = map[string]secretName{
	"pw":               {kind: password, label: "password", bare: true},
	"dbpw":             {kind: password, label: "password"},
	"rootpw":           {kind: password, label: "password"},
	"adminpw":          {kind: password, label: "password"},
	"userpw":           {kind: password, label: "password"},
	"community":        {kind: password, label: "community string", bare: true}, // of SNMP
	"communities":      {kind: password, label: "community string", bare: true, many: true},
	"psw":              {kind: password, label: "password", bare: true},
	"pword":            {kind: password, label: "password"},
	"pswd":             {kind: password, label: "password"},
	"mdp":              {kind: password, label: "password", bare: true},
	"passe":            {kind: password, label: "password"},
	"clave":            {kind: password, label: "password", bare: true},
	"authorization":    {kind: header, label: "authorization header"},
	"auth":             {kind: login, label: "registry login"},
	"cookie":           {kind: cookie, label: "cookie"},
	"cookies":          {kind: cookie, label: "cookie", many: true},
	"signature":        {kind: signature, label: "signature"},
	"sig":              {kind: signature, label: "signature"},
	"creds":            {kind: secret, label: "credential", many: true},
	"dockerconfigjson": {kind: token, label: "registry login"},
	"dockercfg":        {kind: token, label: "registry login"},
	"bearer":           {kind: token, label: "token", bare: true},
	"crumb":            {kind: token, label: "token", bare: true},
}

// plainPasses are words that end in "pass" and pass on no secret.
var plainPasses = set("bypass", "compass", "encompass", "overpass", "surpass", "trespass", "underpass")

// sessions are the names under which frameworks keep who is logged in. A
// session's id is else none: that of an assumed role says who called.
var sessions = []string{"jsessionid", "phpsessid", "connectsid", "gitlabsession", "laravelsession"}

// pagingWords make a token one that opens nothing.
var pagingWords = set("next", "page", "pagination", "continuation", "client", "request", "idempotency")

// keyQualifiers are the words that make a "key" behind them a secret one.
var keyQualifiers = set(
	"activation", "admin", "api", "app", "application", "access", "account", "auth", "authentication", "client",
	"consumer", "deploy", "encryption", "hmac", "ingest", "insert", "instrumentation", "integration", "license",
	"master", "preshared", "priv", "privacy", "private", "product", "recovery", "secret", "session", "shared",
	"signing", "ssh", "subscription", "unseal", "write",
)

// plainKeys are words that make a "key" behind them none of a lock: the place of
// an object, a column, an entry.
var plainKeys = set(
	"bucket", "cache", "file", "foreign", "group", "hash", "idempotency", "index", "item", "lock", "lookup",
	"message", "object", "partition", "path", "primary", "pub", "public", "range", "recv", "redis", "row", "route",
	"routing", "s3", "shard", "sort", "storage", "surrogate", "tag", "unique",
)

// forms are last words of a name that say how the value is written.
var forms = set(
	"b64", "base64", "content", "contents", "hex", "pem", "plain", "plaintext", "raw", "str", "string", "strings",
	"text", "val", "value", "values",
)

// about are last words of a name that make its value a word about the secret:
// where it is, what it is called, how long it lives.
var about = set(
	"algorithm", "arn", "arns", "at", "audience", "class", "code", "count", "dir", "disabled", "enabled", "endpoint",
	"error", "exception", "expiration", "expired", "expires", "expiry", "field", "file", "format", "handler",
	"header", "host", "id", "ids", "in", "issuer", "kind", "length", "limit", "manager", "max", "min", "name",
	"names", "only", "param", "parameter", "parameters", "path", "policy", "port", "prefix", "process", "prompt",
	"provider", "ref", "region", "required", "rotation", "scope", "seconds", "service", "size", "source", "spec",
	"specs", "stage", "state", "status", "stdin", "store", "suffix", "ttl", "type", "uri", "url", "urls", "used",
	"version", "versions", "exists", "hint", "method", "mode", "namespace", "user", "username",
	// A host's or a source file's name has words too.
	"cn", "com", "go", "io", "java", "js", "json", "net", "org", "py", "rb", "ts", "txt", "yaml", "yml",
)

// plainMembers are the members beside secrets that are none, but for those of
// about: {"credentials": {"login": "app", "database": "orders", "password": "x"}}.
var plainMembers = set(
	"account", "alg", "aud", "cluster", "comment", "container", "created", "database", "date", "db", "dbname",
	"description", "domain", "driver", "email", "engine", "env", "environment", "exp", "from", "group", "hostname",
	"iat", "image", "iss", "jti", "key", "keys", "kid", "label", "location", "login", "mail", "message", "nbf",
	"optional", "owner", "project", "property", "realm", "role", "scheme", "server", "service", "stack", "stage",
	"sub", "tags", "team", "tenant", "title", "typ", "uid", "updated",
)

func set(words ...string) map[string]bool {
	out := make(map[string]bool, len(words))
	for _, w := range words {
		out[w] = true
	}
	return out
}
