package web

import (
	"strings"
	"testing"

	"whystopped/internal/diagnose/revision"
)

func TestDifference(t *testing.T) {
	tests := []struct{ before, after, was, is string }{
		{"app:41", "app:42", "app:[41]", "app:[42]"},
		{"role/orders", "role/orders-v2", "role/[orders]", "role/[orders-v2]"},
		{"a/b/c", "a/x/c", "a/[b]/c", "a/[x]/c"},
		{"npm run start", "npm start", "npm [run] start", "npm start"},
		{"role/orders-exec", "role/service/orders-exec", "role/orders-exec", "role/[service/]orders-exec"},
		{"512", "1024", "512", "1024"},
		{"", "arn:aws:s3:::config", "", "arn:aws:s3:::config"},
		{"/", "/something/entirely/different", "/", "/something/entirely/different"},
		{"größe:\xff1", "größe:\xff2", "größe:[\xff1]", "größe:[\xff2]"},
		{"\xff", "\xff", "\xff", "\xff"},
	}
	for _, tt := range tests {
		was, is := difference(tt.before, tt.after)
		if got := marked(was); got != tt.was {
			t.Errorf("%q → %q: before is %q, want %q", tt.before, tt.after, got, tt.was)
		}
		if got := marked(is); got != tt.is {
			t.Errorf("%q → %q: after is %q, want %q", tt.before, tt.after, got, tt.is)
		}
	}
}

func marked(parts []valuePart) string {
	var b strings.Builder
	for _, p := range parts {
		text := strings.Join(p.Text, "")
		if p.Marked {
			text = "[" + text + "]"
		}
		b.WriteString(text)
	}
	return b.String()
}

// FuzzDifference holds that no value loses or gains anything.
func FuzzDifference(f *testing.F) {
	f.Add("arn:aws:iam::111122223333:role/a", "arn:aws:iam::111122223333:role/b")
	f.Add("ä/ö", "ä/\xc3")
	f.Add("::", ":::")
	f.Fuzz(func(t *testing.T, before, after string) {
		was, is := difference(before, after)
		for value, parts := range map[string][]valuePart{before: was, after: is} {
			var got strings.Builder
			for _, p := range parts {
				got.WriteString(strings.Join(p.Text, ""))
			}
			if before != after && got.String() != value {
				t.Errorf("%q became %q", value, got.String())
			}
		}
	})
}

func TestChangesInWords(t *testing.T) {
	for code, want := range map[string]string{"execution-role": "Task execution role", "repository-credentials": "Registry credentials", "weather": "weather"} {
		if got := changeOf(revision.Change{What: code}).What; got != want {
			t.Errorf("%s is called %q, want %q", code, got, want)
		}
	}
	for code, class := range map[string]string{"execution-role": "exec", "task-role": "task"} {
		if who := changeOf(revision.Change{What: code}).Who; who == nil || who.Class != class {
			t.Errorf("%s is marked as %+v, want %s", code, who, class)
		}
	}
}
