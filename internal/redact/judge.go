package redact

import (
	"regexp"
	"strings"
)

// harmless reports whether a value under a secret's name is none: a reference, a
// word about the secret, or a secret that somebody has hidden already.
func harmless(v string) bool {
	v = strings.TrimSpace(v)
	if v == "" || strings.HasPrefix(v, "arn:") || strings.Contains(v, "[redacted") || isStatus(v) {
		return true
	}
	switch b := v[0]; { // the patterns cost more
	case strings.IndexByte("$<{%", b) >= 0:
		return variable.MatchString(v)
	case isLower(b) && action.MatchString(v):
		return true
	case b == '/' || b == '.' || b == '~' || b == 'f':
		return isPath(v) || masked.MatchString(v)
	default:
		return masked.MatchString(v)
	}
}

var (
	// ${NAME}, $NAME, $(command), {{resolve:…}}, %NAME%, and names of our own such as <password>.
	variable = regexp.MustCompile(`\A(?:\$\{[^}]*\}|\$(?:[A-Z_][A-Z0-9_]*|\d)|\$\([^)]*\)|` +
		`\{\{[^}]*\}\}|%[A-Za-z_]+%|<[^>]*>)\z`)
	masked = regexp.MustCompile(`(?i)\A(?:[*•#.-]+|x{3,}|` +
		`\(?(?:redacted|masked|hidden|hidden_due_to_security_reasons|sensitive)\)?|` +
		`[\[<*]{1,3}(?:filtered|redacted|masked|hidden|secure|removed)[\]>*]{1,3})\z`)
	// secretsmanager:GetSecretValue
	action = regexp.MustCompile(`\A[a-z][a-z0-9-]*:[A-Z*][A-Za-z]*\*?[,.;]?\z`)
	path   = regexp.MustCompile(`\A(?:\.{0,2}|~|file:/{0,2})/[\w.@:/-]*\z`)
)

// isPath reports whether v is the path of a file, a parameter or a URL. Base64
// may begin with a slash as well, so a part that looks random makes it none.
func isPath(v string) bool { return path.MatchString(v) && !isRandom(v) }

// isStatus reports whether v is a word that programs print in place of a value,
// or the name of an error.
func isStatus(v string) bool {
	w := strings.Trim(v, ".,;:!()")
	return statuses[lowerASCII(w)] || w != "" && isUpper(w[0]) && errorName.MatchString(w)
}

var (
	statuses = set(
		"true", "false", "null", "nil", "none", "undefined", "yes", "no", "on", "off", "n/a", "empty", "set", "unset",
		"missing", "required", "optional", "invalid", "valid", "expired", "unknown", "ok", "denied", "failed", "default",
		"string", "unable", "error", "failure", "rejected", "revoked", "unauthorized", "forbidden", "disabled", "enabled",
		"number", "boolean", "object", "array", "integer", "nan", "incorrect", "wrong", "weak", "blank", "str", "int",
		"bool", "bytes",
	)
	errorName = regexp.MustCompile(`\A[A-Z][A-Za-z]+(?:Exception|Error|Denied|Failed|Failure|Expired|Invalid|Missing|` +
		`Found|Exist|Mismatch|Token|Request|Credentials?|Signature|Operation)\z`)
)

// isSecret judges a value under a name that is a secret's for certain.
func isSecret(n secretName, v string) bool {
	switch {
	case n.label == awsSecretKey && len(v) == 40: // may look like a path
		return true
	case harmless(v), strings.HasPrefix(v, "-----BEGIN"): // that is privateKey's
		return false
	case n.kind == password:
		return !n.bare || !isNumber(v) || len(v) > 3
	case n.kind == anyKey:
		return isRandom(v)
	case n.kind == signature:
		return len(v) >= 16
	case n.kind == login:
		return isLogin(v)
	case n.kind == cookie:
		return true
	case n.label == "credential" && len(v) < 8: // a piece of a request's signature that is cut off
		return false
	case n.kind == secret && strings.ContainsAny(v, "/ "): // a secret's own name, prod/db
		return isRandom(v)
	default:
		return !isNumber(v) && !strings.Contains(v, " ")
	}
}

// isSecretInProse judges a value that follows "name: " without quotes, where
// the same words also introduce an error: "token: AccessDenied", "password:
// authentication failed". rest is the line behind the value.
func isSecretInProse(n secretName, v, rest string) bool {
	switch {
	case !isSecret(n, v), len(v) < 4, strings.HasSuffix(v, ":"), strings.Contains(v, "://"), pair.MatchString(v):
		return false
	case n.kind == header:
		return isRandom(v) || len(v) >= 8 && isMingled(v) && (rest == "" || isOpening(rest[0]))
	case !n.last && n.kind == password:
		return isRandom(v) ||
			len(v) >= 6 && rest == "" && isMingled(v) && strings.IndexByte(v, ':') < 0 && !numeric.MatchString(v)
	case !n.last, n.bare && n.kind != password:
		return isRandom(v)
	case isLetters(v):
		rest = strings.TrimSpace(rest)
		return n.kind == password && (rest == "" || rest[0] == '-')
	default:
		return true
	}
}

// pair is another name's value: "api-key: status=403".
var pair = regexp.MustCompile(`\A[a-z_]+=\w+\z`)

// isApart judges a value that does not touch its name: only what looks like a
// secret by itself. What follows "the password is" ends its sentence.
func isApart(n secretName, sign byte, v, rest string) bool {
	switch {
	case n.kind == secret:
		return isLongRandom(v)
	case n.kind != password:
		return isLongRandom(v) || uuid.MatchString(v) && n.last && !n.bare || len(v) >= 12 && isMixed(v) && isAll(v, isAlnum)
	case sign == 'i' && strings.TrimLeft(rest, " \t\"'`.,;)") != "":
		return false
	default:
		return len(v) >= 6 && isMingled(v) && !algorithm.MatchString(v) && !numeric.MatchString(v)
	}
}

// algorithm is what a password is hashed or written with.
var algorithm = regexp.MustCompile(`(?i)\A(?:sha|md|base|utf|bcrypt|argon|scrypt|pbkdf|aes|rsa|scram)-?\d`)

// isName reports whether v looks like the name of a variable, a field or another
// secret, such as stand in lists beside each other.
func isName(v string) bool {
	v = strings.TrimLeft(v, "…")
	digits, separated := false, false
	for i := range len(v) {
		switch {
		case isLetter(v[i]):
		case isDigit(v[i]):
			digits = true
		case strings.IndexByte("_.-/", v[i]) >= 0:
			separated = true
		default:
			return false
		}
	}
	if !digits {
		return true
	}
	_, isSecrets := classify(v)
	return separated && (isSecrets || plainWords.MatchString(v) || isAll(v, isVariable))
}

func isVariable(b byte) bool { return isKeyID(b) || b == '_' }

// plainWords are words and numbers, each by itself: scram-sha-256.
var plainWords = regexp.MustCompile(`\A(?:[a-z]+|\d{1,4})(?:[-_./](?:[a-z]+|\d{1,4}))+\z`)

// isNumber reports whether v is a count, such as a number of tokens.
func isNumber(v string) bool { return len(v) < 10 && strings.Trim(v, "0123456789.,") == "" }

func isLetters(v string) bool {
	return isAll(v, func(b byte) bool { return isLetter(b) || strings.IndexByte(`.,;!?'()`, b) >= 0 })
}

// isMingled reports whether v has letters and digits.
func isMingled(v string) bool {
	letter, digit := false, false
	for i := range len(v) {
		letter = letter || isLetter(v[i])
		digit = digit || isDigit(v[i])
	}
	return letter && digit
}

// isRandom reports whether v has a long part of mixed letters and digits, as keys
// have and names have not. The ids of tasks and requests are random as well and
// no secret.
func isRandom(v string) bool { return hasRandomPart(v, 16) }

// isLongRandom is isRandom of values that nothing but a name of any kind, or
// one that is far away, makes a secret's.
func isLongRandom(v string) bool { return hasRandomPart(v, 20) && !strings.HasPrefix(v, "arn:") }

func hasRandomPart(v string, length int) bool {
	for part := range strings.FieldsFuncSeq(v, func(r rune) bool { return strings.ContainsRune("-/_.:, ", r) }) {
		if len(part) >= length && hasDigit(part) && strings.Trim(part, "0123456789") != "" && !isTaskID(part) {
			return true
		}
	}
	return false
}

func hasDigit(v string) bool { return strings.ContainsAny(v, "0123456789") }

func isTaskID(v string) bool {
	return len(v) == 32 && strings.Trim(v, "0123456789abcdef") == ""
}

// isMixed reports whether v has upper case, lower case and digits, which forty
// characters of hexadecimal have not.
func isMixed(v string) bool {
	upper, lower, digit := false, false, false
	for i := range len(v) {
		upper = upper || isUpper(v[i])
		lower = lower || isLower(v[i])
		digit = digit || isDigit(v[i])
	}
	return upper && lower && digit
}
