package redact_test

import (
	"strings"
	"testing"

	"whystopped/internal/redact"
)

// BenchmarkText reads 8 MiB, the largest body that the service takes, of:
// a log without triggers, a log in which some lines have a trigger and no
// secret, one with secrets, and texts made to be slow.
func BenchmarkText(b *testing.B) {
	nested := ""
	for depth := range 150 {
		nested += strings.Repeat(" ", depth) + "password: |\n"
	}
	for _, bb := range []struct{ name, line string }{
		{"no trigger", "2026-11-22T08:00:00.000Z INFO  [http-8080-exec-3] c.e.orders.Orders : order 4711 shipped in 12 ms\n"},
		{"triggers without secrets", "2026-11-22T08:00:00.000Z INFO  [http-8080-exec-3] c.e.TokenService : token for https://id.example.com/authorize is " +
			"still valid\n"},
		{"secrets", "2026-11-22T08:00:00.000Z DEBUG connecting to postgres://app:hunter2@db/app with password=hunter2 " +
			"and region eu-west-1\n"},
		{"one long line of names", "token:("},
		{"one long line of quotes", `key="`},
		{"one long line of URLs", "://:a"},
		{"one long line of escaped URLs", "%3a%2f%2fa%3a%4"},
		{"one long line of users", "curl -u a "},
		{"one long line of marks", "1Q~.atlasv1.NRAL_mmk:AA"},
		{"one long line of headers", "authorization:(cookie:("},
		{"one long line of lists", "tokens:["},
		{"one long line of objects", `{"secrets":{`},
		{"one long line of lost messages", `received:"path:[`},
		{"lines of names", "password:\n"},
		{"lines of names with lists", "tokens:\n- a\n"},
		{"blocks within blocks", nested},
		{"blocks that do not end", "-----BEGIN PRIVATE KEY-----"},
		{"colours", "\x1b[36m"},
		{"written colours", `\u001b[36m`},
		{"links", "\x1b]8;;a\a"},
	} {
		text := strings.Repeat(bb.line, 8<<20/len(bb.line))
		b.Run(bb.name, func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			b.ReportAllocs()
			for b.Loop() {
				redact.Text(text)
			}
		})
	}
}
