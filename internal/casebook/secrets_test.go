package casebook

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"whystopped/internal/diagnose"
	"whystopped/internal/diagnose/evidence"
	"whystopped/internal/taskref"
	"whystopped/internal/words"
)

// The secrets are made up, and put together here so that no scanner takes this
// file for a leak.
var (
	accessKey = "AKIA" + "Q3EGUZTX5IIRY7FB"
	password  = "hunter2" + "-of-the-database"
)

// secretText is a line as an application might print it, with two secrets.
var secretText = "connect to postgres://app:" + password + "@db.internal:5432/app with AWS_ACCESS_KEY_ID=" + accessKey

// fillStrings sets every string that v holds, however deep, and makes one item
// of every list, map and pointer on the way.
func fillStrings(v reflect.Value, text string) {
	switch v.Kind() {
	case reflect.String:
		v.SetString(text)
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fillStrings(v.Elem(), text)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		fillStrings(v.Index(0), text)
	case reflect.Map:
		value := reflect.New(v.Type().Elem()).Elem()
		fillStrings(value, text)
		v.Set(reflect.MakeMap(v.Type()))
		v.SetMapIndex(reflect.ValueOf("option"), value)
	case reflect.Interface:
		v.Set(reflect.ValueOf(map[string]any{"list": []any{text, map[string]any{"deep": text}}}))
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				fillStrings(v.Field(i), text)
			}
		}
	}
}

func leaks(t *testing.T, where string, v any) {
	t.Helper()
	text := fmt.Sprintf("%+v", v)
	if b, err := json.Marshal(v); err == nil {
		text += string(b)
	}
	for _, secret := range []string{accessKey, password} {
		if strings.Contains(text, secret) {
			t.Errorf("%s holds the secret %q", where, secret)
		}
	}
}

// TestNoSecretIsLeft fills every string of the evidence, so a field that is new
// is tested as well.
func TestNoSecretIsLeft(t *testing.T) {
	var ev evidence.Evidence
	fillStrings(reflect.ValueOf(&ev).Elem(), secretText)
	before, err := json.Marshal(ev)
	if err != nil {
		t.Fatalf("write the evidence: %v", err)
	}
	if n := strings.Count(string(before), password); n < 50 {
		t.Fatalf("the evidence holds the secret %d times, so most fields are not filled", n)
	}

	clean := cleaned(t, ev)
	for i := range reflect.TypeFor[evidence.Evidence]().NumField() {
		leaks(t, reflect.TypeFor[evidence.Evidence]().Field(i).Name, reflect.ValueOf(clean).Field(i).Interface())
	}
	leaks(t, "the diagnosis", diagnose.Diagnose(clean))

	after, err := json.Marshal(ev)
	if err != nil {
		t.Fatalf("write the evidence again: %v", err)
	}
	if diff := cmp.Diff(string(before), string(after)); diff != "" {
		t.Errorf("the original was changed:\n%s", diff)
	}
}

func TestWhatIsNoSecretStays(t *testing.T) {
	at := time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC)
	code := 1
	ev := evidence.Evidence{
		Now: at,
		Ref: taskref.OfTask("arn:aws:ecs:eu-west-1:111122223333:task/web/0123456789abcdef0123456789abcdef", "", "service:api"),
		Task: &evidence.Task{
			StoppedAt:     evidence.At(at),
			StoppedReason: "ResourceInitializationError: unable to pull secrets: AccessDeniedException: User: arn:aws:sts::111122223333:assumed-role/api-execution/0123456789abcdef0123456789abcdef is not authorized to perform: secretsmanager:GetSecretValue on resource: arn:aws:secretsmanager:eu-west-1:111122223333:secret:prod/db-password-AbCdEf because no identity-based policy allows the secretsmanager:GetSecretValue action",
			Containers:    []evidence.Container{{Name: "app", ExitCode: &code, ImageDigest: "sha256:0f343b0931126a20f133d67c2b018a3b5c5d5e1b0f343b0931126a20f133d67c"}},
		},
		TaskDefinition: &evidence.TaskDefinition{ContainerDefinitions: []evidence.ContainerDefinition{{
			Command:          []string{"serve", "--port", "8080"},
			Secrets:          []evidence.Secret{{Name: "DB_PASSWORD", ValueFrom: "arn:aws:secretsmanager:eu-west-1:111122223333:secret:prod/db-password-AbCdEf"}},
			LogConfiguration: &evidence.LogConfiguration{LogDriver: "awslogs", Options: map[string]string{"awslogs-group": "/ecs/api", "awslogs-stream-prefix": "ecs"}},
		}}},
		Logs:       []evidence.Log{{Container: "app", Lines: []evidence.LogLine{{At: at, Text: "listening on :8080"}}}},
		CloudTrail: []evidence.Record{{EventTime: evidence.At(at), RequestParameters: map[string]any{"secretId": "prod/db-password", "limit": 3.0, "nothing": nil}}},
	}
	if diff := cmp.Diff(ev, cleaned(t, ev)); diff != "" {
		t.Errorf("evidence without secrets was changed (-want +got):\n%s", diff)
	}
}

func TestSecretsByName(t *testing.T) {
	ev := cleaned(t, evidence.Evidence{
		TaskDefinition: &evidence.TaskDefinition{ContainerDefinitions: []evidence.ContainerDefinition{{
			Command:          []string{"serve", "--db-password", "plain-1", "--port", "80"},
			LogConfiguration: &evidence.LogConfiguration{Options: map[string]string{"splunk-token": "plain-2", "splunk-url": "https://splunk.internal"}},
		}}},
		CloudTrail: []evidence.Record{{ResponseElements: map[string]any{"credentials": map[string]any{"sessionToken": "plain-3", "expiration": "Nov 22, 2026"}}}, {
			RequestParameters: map[string]any{"containerDefinitions": []any{map[string]any{"environment": []any{map[string]any{"name": "DB_PASSWORD", "value": "plain-4"}}}}},
			ResponseElements:  map[string]any{"password": map[string]any{"value": "plain-5"}, "apiKeys": []any{"plain-6"}, "secrets": map[string]any{"stripe": "plain-7"}},
		}},
	})
	got := fmt.Sprintf("%+v", ev.TaskDefinition.ContainerDefinitions[0].Command) +
		fmt.Sprintf("%+v", ev.TaskDefinition.ContainerDefinitions[0].LogConfiguration) + fmt.Sprintf("%+v", ev.CloudTrail)
	for _, secret := range []string{"plain-1", "plain-2", "plain-3", "plain-4", "plain-5", "plain-6", "plain-7"} {
		if strings.Contains(got, secret) {
			t.Errorf("%q is left in %s", secret, got)
		}
	}
	for _, kept := range []string{"--port 80", "https://splunk.internal", "Nov 22, 2026", "DB_PASSWORD"} {
		if !strings.Contains(got, kept) {
			t.Errorf("%q is gone from %s", kept, got)
		}
	}
}

func TestKeyOverSeveralLines(t *testing.T) {
	lines := []string{
		"starting",
		"key: -----BEGIN RSA " + "PRIVATE KEY-----",
		"MIIEowIBAAKCAQEAx6w0mYk1bq0m1Yk4bq0m1Yk4bq0m1Yk4bq0m1Yk4",
		"q0m1Yk4bq0m1Yk4bq0m1Yk4bq0m1Yk4bq0==",
		"-----END RSA " + "PRIVATE KEY-----",
		"done",
		"-----BEGIN " + "PRIVATE KEY-----",
		"MIIEowIBAAKCAQEA",
		"the key was cut off",
		"c2hvcnQ=",
	}
	var log evidence.Log
	for _, l := range lines {
		log.Lines = append(log.Lines, evidence.LogLine{Text: l})
	}
	var got []string
	for _, l := range cleaned(t, evidence.Evidence{Logs: []evidence.Log{log}}).Logs[0].Lines {
		got = append(got, l.Text)
	}
	const hidden = "[redacted: private key]"
	want := []string{"starting", "key: " + hidden, hidden, hidden, hidden, "done", hidden, hidden, "the key was cut off", "c2hvcnQ="}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("lines (-want +got):\n%s", diff)
	}
}

func cleaned(t *testing.T, ev evidence.Evidence) evidence.Evidence {
	t.Helper()
	clean, err := withoutSecrets(t.Context(), ev)
	if err != nil {
		t.Fatal(err)
	}
	return clean
}

// TestNothingIsGivenOnceTheAskerHasLeft: evidence of which only a part was
// cleaned must not get anywhere.
func TestNothingIsGivenOnceTheAskerHasLeft(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	ev := evidence.Evidence{Text: "password=hunter2", Logs: []evidence.Log{{Lines: []evidence.LogLine{{Text: "password=hunter2"}}}}}
	if got, err := withoutSecrets(ctx, ev); !errors.Is(err, context.Canceled) || !reflect.DeepEqual(got, evidence.Evidence{}) {
		t.Errorf("withoutSecrets = %+v, %v, want context.Canceled", got, err)
	}
	if got, err := concludeFor(ctx, ev); !errors.Is(err, context.Canceled) || got.Verdict.Cause != "" {
		t.Errorf("concludeFor = %q, %v, want context.Canceled", got.Verdict.Cause, err)
	}
}

// A sentence cuts long values. What is cut may be a secret that its first half
// doesn't tell, so secrets are taken out of the whole value.
func TestNoSecretIsHiddenByACut(t *testing.T) {
	for before := range 170 {
		message := strings.Repeat("x", before) + " postgres://app:hunter2-of-the-database@db.internal/app"
		ev := cleaned(t, evidence.Evidence{Sources: []evidence.Source{{
			Name: "ecs:DescribeTasks", Status: evidence.SourceFailed,
			Detail: words.Say("failure.answered", words.Args{"code": "Failure", "message": message}),
		}}})
		if got := fmt.Sprintf("%+v", ev.Sources[0].Detail) + fmt.Sprint(ev.Sources[0].Detail.Args); strings.Contains(got, "hunter") {
			t.Fatalf("after %d bytes: %s", before, got)
		}
	}
}
