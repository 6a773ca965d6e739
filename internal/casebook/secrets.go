package casebook

import (
	"context"
	"reflect"
	"slices"
	"strings"

	"whystopped/internal/diagnose/evidence"
	"whystopped/internal/redact"
	"whystopped/internal/words"
)

// withoutSecrets returns the evidence with every string in it redacted, wherever
// it stands. It walks the types instead of naming fields, so that a field that
// joins the evidence later cannot be forgotten. The original stays as it is. The
// only error is that of a context that has ended.
func withoutSecrets(ctx context.Context, ev evidence.Evidence) (evidence.Evidence, error) {
	c := cleaning{ctx.Err}
	logs := ev.Logs
	ev.Logs = nil
	ev = c.clean(reflect.ValueOf(ev)).Interface().(evidence.Evidence)
	for _, l := range logs {
		if ctx.Err() == nil {
			ev.Logs = append(ev.Logs, c.cleanLog(l))
		}
	}
	if ctx.Err() != nil {
		return evidence.Evidence{}, ctx.Err()
	}
	return ev, nil
}

// cleaning is one walk through evidence. Once nobody waits for it any more it
// leaves every string out.
type cleaning struct{ ended func() error }

// cleanLog cleans a log as a whole: a private key goes over several lines.
func (c cleaning) cleanLog(l evidence.Log) evidence.Log {
	lines := slices.Clone(l.Lines)
	texts := make([]string, len(lines))
	for i := range lines {
		texts[i] = lines[i].Text
	}
	for i, text := range redact.Lines(texts) {
		lines[i].Text = text
	}
	l.Lines = nil
	l = c.clean(reflect.ValueOf(l)).Interface().(evidence.Log)
	l.Lines = lines
	return l
}

// clean returns a deep copy of v in which every string is redacted.
func clean(v reflect.Value) reflect.Value {
	return cleaning{func() error { return nil }}.clean(v)
}

func (c cleaning) clean(v reflect.Value) reflect.Value {
	out := reflect.New(v.Type()).Elem()
	switch v.Kind() {
	case reflect.String:
		if c.ended() == nil {
			out.SetString(redact.Text(v.String()))
		}
	case reflect.Pointer:
		if !v.IsNil() {
			out.Set(reflect.New(v.Type().Elem()))
			out.Elem().Set(c.clean(v.Elem()))
		}
	case reflect.Interface:
		if !v.IsNil() {
			if tree := redact.Tree(v.Interface()); tree != nil && c.ended() == nil {
				out.Set(reflect.ValueOf(tree))
			}
		}
	case reflect.Slice:
		c.cleanSlice(out, v)
	case reflect.Map:
		c.cleanMap(out, v)
	case reflect.Struct:
		v = onlySpecs(v)
		out.Set(v) // fields that are not exported too: those of time.Time
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				out.Field(i).Set(c.clean(v.Field(i)))
			}
		}
		if said, ok := out.Interface().(words.Text); ok && c.ended() == nil {
			out.Set(reflect.ValueOf(said.Again()))
		}
	default:
		out.Set(v)
	}
	return out
}

func (c cleaning) cleanSlice(out, v reflect.Value) {
	if v.IsNil() {
		return
	}
	if words := reflect.TypeFor[[]string](); v.Type().ConvertibleTo(words) { // a command: the word behind --password is one
		out.Set(reflect.ValueOf(redact.Words(v.Convert(words).Interface().([]string))).Convert(v.Type()))
		return
	}
	out.Set(reflect.MakeSlice(v.Type(), v.Len(), v.Len()))
	for i := range v.Len() {
		out.Index(i).Set(c.clean(v.Index(i)))
	}
}

func (c cleaning) cleanMap(out, v reflect.Value) {
	if v.IsNil() {
		return
	}
	out.Set(reflect.MakeMapWithSize(v.Type(), v.Len()))
	for it := v.MapRange(); it.Next(); {
		out.SetMapIndex(c.clean(it.Key()), c.cleanMember(it.Key().String(), it.Value()))
	}
}

// cleanMember cleans a map's value, which its name may make a secret: AssumeRole's
// response in CloudTrail has a sessionToken, a log driver's options a
// splunk-token.
func (c cleaning) cleanMember(name string, v reflect.Value) reflect.Value {
	text, isText := v.Interface().(string)
	if !isText {
		return c.clean(v)
	}
	return reflect.ValueOf(redact.Value(name, text))
}

// onlySpecs returns a container definition with those of its security options
// alone that name a credential spec, which is all that is read of them: the rest
// is free text.
func onlySpecs(v reflect.Value) reflect.Value {
	d, ok := v.Interface().(evidence.ContainerDefinition)
	if !ok || len(d.DockerSecurityOptions) == 0 {
		return v
	}
	d.DockerSecurityOptions = slices.DeleteFunc(slices.Clone(d.DockerSecurityOptions), func(option string) bool {
		return !strings.HasPrefix(option, "credentialspec:")
	})
	return reflect.ValueOf(d)
}

// WithoutSecrets returns what is said of something that was sent, which it quotes.
func WithoutSecrets(said words.Text) words.Text {
	return clean(reflect.ValueOf(said)).Interface().(words.Text)
}
