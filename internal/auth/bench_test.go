package auth

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"whystopped/internal/auth/authfake"
)

// BenchmarkIdentify measures what each way in costs a request.
func BenchmarkIdentify(b *testing.B) {
	reader := madeUpToken("r")
	tokens, err := ParseTokens("reader:read:" + hashOf(reader))
	if err != nil {
		b.Fatal(err)
	}
	keys := newKeyServer(b)
	s, p := newLoginService(b, func(o *Options, _ *op) { o.ALB, o.Tokens = withALB(keys).ALB, tokens })
	person := newBrowser(b, s)
	person.login(p, "/")
	for _, way := range []struct{ name, header, value string }{
		{"token", "Authorization", "Bearer " + reader},
		{"session", "Cookie", cookieName + "=" + person.cookies[cookieName].Value},
		{"alb", albHeader, authfake.SignALB(authfake.ALBKey(), albHeaderOf(nil), ana())},
	} {
		b.Run(way.name, func(b *testing.B) {
			r := httptest.NewRequest(http.MethodGet, publicURL+"/", nil)
			r.Header.Set(way.header, way.value)
			b.ReportAllocs()
			for b.Loop() {
				if i := s.identify(r); i.refused != nil || i.someone == nil {
					b.Fatal("nobody is known")
				}
			}
		})
	}
}
