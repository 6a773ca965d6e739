package redact_test

import (
	"encoding/json"
	"testing"

	"whystopped/internal/redact"
)

func TestTree(t *testing.T) {
	const long = "0123456789abcdefABCDEF0123456789"
	for _, tt := range []struct{ name, in, want string }{
		{"a word about a secret", `{"token":"expired","tokens":{"prompt":12}}`, `{"token":"expired","tokens":{"prompt":12}}`},
		{"a secret", `{"user":"app","password":"hunter2"}`, `{"password":"[redacted: password]","user":"app"}`},
		{"a number", `{"password":12345678,"port":5432}`, `{"password":"[redacted: password]","port":5432}`},
		{"nothing and a switch", `{"password":null,"token":true}`, `{"password":null,"token":true}`},
		{
			"name and value", `[{"name":"DB_PASSWORD","value":"hunter2"},{"name":"PORT","value":"80"}]`,
			`[{"name":"DB_PASSWORD","value":"[redacted: password]"},{"name":"PORT","value":"80"}]`,
		},
		{
			"name and reference", `{"name":"DB_PASSWORD","valueFrom":"arn:aws:ssm:eu-west-1:111122223333:parameter/db"}`,
			`{"name":"DB_PASSWORD","valueFrom":"arn:aws:ssm:eu-west-1:111122223333:parameter/db"}`,
		},
		{"value within", `{"password":{"value":"hunter2","version":3}}`, `{"password":{"value":"[redacted: password]","version":3}}`},
		{"list", `{"passwords":["hunter2","correcthorse"]}`, `{"passwords":["[redacted: password]","[redacted: password]"]}`},
		{"list of names", `{"required":["password","token"],"secrets":["DB_PASSWORD"]}`, `{"required":["password","token"],"secrets":["DB_PASSWORD"]}`},
		{
			"object", `{"secrets":{"stripe":"` + long + `","arn":"arn:aws:iam::111122223333:role/x"}}`,
			`{"secrets":{"arn":"arn:aws:iam::111122223333:role/x","stripe":"[redacted: secret]"}}`,
		},
		{"a text", `{"message":"password=hunter2 port=80"}`, `{"message":"password=[redacted: password] port=80"}`},
		{"a secret in a name", `{"postgres://app:hunter2@db/app":1}`, `{"postgres://app:[redacted: password]@db/app":1}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var v any
			if err := json.Unmarshal([]byte(tt.in), &v); err != nil {
				t.Fatal(err)
			}
			once := redact.Tree(v)
			if got := asJSON(t, once); got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
			if got := asJSON(t, redact.Tree(once)); got != tt.want {
				t.Errorf("again %s\nwant  %s", got, tt.want)
			}
		})
	}
}

// A tree may have what no text of JSON decodes to.
func TestTreeOfOtherTypes(t *testing.T) {
	type settings struct {
		Password string
		Port     int
	}
	in := map[string]any{
		"settings": settings{"hunter2", 80}, "passwords": []string{"hunter2"}, "count": 3, "broken": func() {},
	}
	const want = `{"broken":null,"count":3,"passwords":["[redacted: password]"],"settings":{"Password":"[redacted: password]","Port":80}}`
	if got := asJSON(t, redact.Tree(in)); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func asJSON(t *testing.T, v any) string {
	t.Helper()
	out, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}
