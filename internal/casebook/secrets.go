package casebook

import (
	"reflect"
	"regexp"
	"slices"
	"strings"

	"whystopped/internal/diagnose/evidence"
	"whystopped/internal/redact"
)

// hidden stands where a value was taken out because of its name alone.
const hidden = "[redacted]"

// withoutSecrets gives the evidence with every string in it redacted, wherever
// it stands. It walks the types instead of naming fields, so that a field that
// joins the evidence later cannot be forgotten. The original stays as it is.
func withoutSecrets(ev evidence.Evidence) evidence.Evidence {
	ev.Logs = slices.Clone(ev.Logs)
	for i := range ev.Logs {
		ev.Logs[i].Lines = withoutKeyBlocks(ev.Logs[i].Lines)
	}
	return clean(reflect.ValueOf(ev)).Interface().(evidence.Evidence)
}

// clean gives a deep copy of v in which every string is redacted.
func clean(v reflect.Value) reflect.Value {
	out := reflect.New(v.Type()).Elem()
	switch v.Kind() {
	case reflect.String:
		out.SetString(redact.Text(v.String()))
	case reflect.Pointer:
		if !v.IsNil() {
			out.Set(reflect.New(v.Type().Elem()))
			out.Elem().Set(clean(v.Elem()))
		}
	case reflect.Interface:
		if !v.IsNil() {
			out.Set(clean(v.Elem()))
		}
	case reflect.Slice:
		cleanSlice(out, v)
	case reflect.Map:
		cleanMap(out, v)
	case reflect.Struct:
		out.Set(v) // fields that are not exported too: those of time.Time
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				out.Field(i).Set(clean(v.Field(i)))
			}
		}
	default:
		out.Set(v)
	}
	return out
}

func cleanSlice(out, v reflect.Value) {
	if v.IsNil() {
		return
	}
	out.Set(reflect.MakeSlice(v.Type(), v.Len(), v.Len()))
	for i := range v.Len() {
		out.Index(i).Set(clean(v.Index(i)))
		// A command line: the word behind --password is one.
		if v.Index(i).Kind() == reflect.String && i > 0 && isSecretFlag(v.Index(i-1).String()) {
			out.Index(i).SetString(hidden)
		}
	}
}

func cleanMap(out, v reflect.Value) {
	if v.IsNil() {
		return
	}
	out.Set(reflect.MakeMapWithSize(v.Type(), v.Len()))
	for it := v.MapRange(); it.Next(); {
		value := clean(it.Value())
		if isSecretName(it.Key().String()) && isText(it.Value()) {
			value = reflect.ValueOf(hidden)
		}
		out.SetMapIndex(clean(it.Key()), value)
	}
}

// isText tells whether v is a string, also one inside an interface.
func isText(v reflect.Value) bool {
	return v.Kind() == reflect.String || (v.Kind() == reflect.Interface && v.Elem().Kind() == reflect.String)
}

// secretNames are the names, without case and separators, whose values are
// secrets whatever they look like: AssumeRole's response in CloudTrail has a
// sessionToken, a log driver's options a splunk-token.
var secretNames = []string{
	"password", "passwd", "pwd", "passphrase", "secret", "secretstring", "secretbinary", "secretkey", "secretaccesskey", "clientsecret",
	"token", "sessiontoken", "accesstoken", "refreshtoken", "idtoken", "authtoken", "authorizationtoken", "authorization",
	"splunktoken", "apikey", "privatekey", "credential", "dbpassword", "databasepassword",
}

func isSecretName(name string) bool {
	return slices.Contains(secretNames, strings.NewReplacer("-", "", "_", "", ".", "").Replace(strings.ToLower(name)))
}

func isSecretFlag(word string) bool {
	return strings.HasPrefix(word, "-") && isSecretName(strings.TrimLeft(word, "-"))
}

var (
	keyBegin = regexp.MustCompile(`-----BEGIN [A-Z ]*PRIVATE KEY( BLOCK)?-----`)
	keyEnd   = regexp.MustCompile(`-----END [A-Z ]*PRIVATE KEY( BLOCK)?-----`)
	keyLine  = regexp.MustCompile(`^\s*[A-Za-z0-9+/=]*\s*$`)
)

// keyLines is how many lines the end of a private key is looked for: RSA keys
// of 16,384 bits have 200.
const keyLines = 250

// withoutKeyBlocks hides private keys that a log holds one line an event, which
// no look at a single line can tell from other text.
func withoutKeyBlocks(lines []evidence.LogLine) []evidence.LogLine {
	out := slices.Clone(lines)
	for i := 0; i < len(out); i++ {
		begin := keyBegin.FindStringIndex(out[i].Text)
		if begin == nil || keyEnd.MatchString(out[i].Text[begin[0]:]) {
			continue // no key, or one that redact sees whole
		}
		out[i].Text = out[i].Text[:begin[0]] + hidden
		for end := keyBlockEnd(out, i+1); i+1 < end; i++ {
			out[i+1].Text = hidden
		}
	}
	return out
}

// keyBlockEnd is the index behind a key's last line: behind its end mark, or,
// where that was cut off, behind the last line that looks like a part of it.
func keyBlockEnd(lines []evidence.LogLine, from int) int {
	for i := from; i < min(from+keyLines, len(lines)); i++ {
		if keyEnd.MatchString(lines[i].Text) {
			return i + 1
		}
	}
	end := from
	for end < len(lines) && keyLine.MatchString(lines[end].Text) {
		end++
	}
	return end
}
