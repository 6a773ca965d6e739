package auth

import (
	"crypto/rand"
	"crypto/subtle"
	"errors"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"whystopped/internal/words"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/go-chi/chi/v5"
	"golang.org/x/oauth2"
)

// loginTime is how long a login at the provider may take.
const loginTime = 10 * time.Minute

// login is a login that is under way. The browser holds it, sealed, so that an
// answer of the provider counts only in the browser that was led there.
type login struct {
	State    string    `json:"s"`
	Nonce    string    `json:"n"`
	Verifier string    `json:"v"` // of PKCE
	Back     string    `json:"b"` // where to go on
	Until    time.Time `json:"u"`
}

const (
	// loginCookie begins the names of the cookies of logins.
	loginCookie = "login-"
	// maxLogins is how many logins of one browser may be under way. Another site
	// can have a browser begin any number, and with the cookies of some thirty of
	// them no server would take its requests any more.
	maxLogins = 5
)

// cookieOf names the cookie of a login: several may be under way at once, as when
// a browser opens its tabs again.
func cookieOf(state string) string { return loginCookie + state[:min(8, len(state))] }

// trimLogins takes logins from a browser that has more than so many: the oldest,
// and before them what cannot be opened.
func (g *Gate) trimLogins(w http.ResponseWriter, r *http.Request, most int) {
	type underWay struct {
		name  string
		until time.Time
	}
	var all []underWay
	for _, c := range r.Cookies() {
		name, isLogin := strings.CutPrefix(c.Name, g.logins.name(loginCookie))
		if !isLogin {
			continue
		}
		var l login
		if g.logins.sealed.open(c.Name, c.Value, &l) != nil {
			l = login{}
		}
		all = append(all, underWay{loginCookie + name, l.Until})
	}
	if len(all) <= most {
		return
	}
	slices.SortStableFunc(all, func(a, b underWay) int { return b.until.Compare(a.until) })
	for _, old := range all[most:] {
		g.logins.clear(w, old.name)
	}
}

// Routes adds the addresses of logging in and out.
func (g *Gate) Routes(r chi.Router) {
	if g.provider != nil {
		r.Get(loginPath, g.login)
		r.Get(callbackPath, g.callback)
		r.Get(signedOutPath, g.signedOut)
	}
	if g.provider != nil || g.alb != nil {
		r.With(g.CrossOrigin).Post(logoutPath, g.logout)
	}
}

// login leads to the provider.
func (g *Gate) login(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet { // HEAD may be routed here
		g.askToLogIn(w, r, say(LoginFailed, "browser", nil))
		return
	}
	found, err := g.provider.get(r.Context())
	if err != nil {
		g.unavailable(w, r, err)
		return
	}
	l := login{
		State: rand.Text(), Nonce: rand.Text(), Verifier: oauth2.GenerateVerifier(),
		Back: localPath(r.URL.Query().Get("return")), Until: g.opts.Now().Add(loginTime),
	}
	g.trimLogins(w, r, maxLogins-1) // with the one that begins
	if !g.logins.set(w, cookieOf(l.State), l, loginTime) {
		g.deny(w, r, http.StatusBadRequest, LoginFailed, say(LoginFailed, "begin", nil))
		return
	}
	g.redirect(w, found.oauth.AuthCodeURL(l.State, oidc.Nonce(l.Nonce), oauth2.S256ChallengeOption(l.Verifier)))
}

// callback takes the provider's answer.
func (g *Gate) callback(w http.ResponseWriter, r *http.Request) {
	l, problem := g.loginOf(w, r)
	if problem != "" {
		g.failed(w, r, say(LoginFailed, problem, words.Args{"code": errorOf(r)}), nil)
		return
	}
	q := r.URL.Query()
	id, err := g.provider.redeem(r.Context(), q.Get("code"), l)
	switch {
	case errors.Is(err, errUnavailable):
		g.unavailable(w, r, err)
		return
	case err != nil:
		g.failed(w, r, say(LoginFailed, "exchange", nil), err)
		return
	}
	who := id.who(KindOIDC)
	if lack := g.opts.Allow.missing(id, who); !lack.IsZero() {
		g.shutOut(w, r, who, lack)
		return
	}
	now := g.opts.Now()
	s := session{ID: rand.Text(), Person: id, Begun: now, Seen: now}
	if !g.sessions.set(w, sessionCookie, s, sessionLife) {
		g.failed(w, r, say(LoginFailed, "large", nil), nil)
		return
	}
	g.audit.Record(With(r.Context(), who), Entry{Action: "sign-in", Outcome: "ok"})
	g.redirect(w, g.opts.PublicURL+l.Back)
}

// loginOf finds the login that an answer of the provider belongs to, which is
// then over, or returns which problem of a login it is that there is none.
func (g *Gate) loginOf(w http.ResponseWriter, r *http.Request) (l login, problem string) {
	if r.Method != http.MethodGet {
		return l, "browser"
	}
	q, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil || len(q["state"]) != 1 || len(q["code"]) > 1 || len(q["error"]) > 1 || len(q["iss"]) > 1 {
		return l, "answer"
	}
	state := q.Get("state")
	name := cookieOf(state)
	if !g.logins.get(r, name, &l) || subtle.ConstantTimeCompare([]byte(l.State), []byte(state)) != 1 {
		return l, "state"
	}
	g.logins.clear(w, name)
	if !g.opts.Now().Before(l.Until) {
		return l, "late"
	}
	found, err := g.provider.get(r.Context())
	if iss := q.Get("iss"); err == nil && iss != g.opts.OIDC.Issuer && (iss != "" || found.namesItself) {
		return l, "foreign" // RFC 9207
	}
	if q.Get("error") != "" {
		return l, "provider"
	}
	if q.Get("code") == "" {
		return l, "answer"
	}
	return l, ""
}

var errorCode = regexp.MustCompile(`^[a-z_]{1,60}$`)

// errorOf returns a provider's error if it is the code that it should be, and not
// somebody's text.
func errorOf(r *http.Request) string {
	if code := r.URL.Query().Get("error"); errorCode.MatchString(code) {
		return code
	}
	return ""
}

// failed tells that a login came to nothing.
func (g *Gate) failed(w http.ResponseWriter, r *http.Request, detail words.Text, err error) {
	g.opts.Log.WarnContext(r.Context(), "a login failed", "detail", detail.English, "error", err)
	g.audit.Record(r.Context(), Entry{Action: "sign-in", Outcome: LoginFailed})
	g.deny(w, r, http.StatusBadRequest, LoginFailed, detail)
}

// logout takes the session from the browser, and leads on to be signed out at
// the provider too.
//
// It does so by the page and not by a redirect: browsers hold a form to the
// policy of its page (form-action) through all redirects, and ours allows no
// other site. Nor is there a page of ours between: the load balancer would log
// its reader in again.
func (g *Gate) logout(w http.ResponseWriter, r *http.Request) {
	someone := g.identify(r).someone
	if someone != nil {
		g.audit.Record(With(r.Context(), *someone), Entry{Action: "sign-out", Outcome: "ok"})
	}
	to := ""
	if g.provider != nil {
		g.sessions.clear(w, sessionCookie)
		to = g.endSession(r)
	}
	if g.alb != nil {
		clearALB(w)
		if someone != nil && someone.Kind == KindALB {
			to = g.alb.alb.SignOutURL
		}
	}
	if to != "" {
		w.Header().Set("Refresh", "0; url="+to)
	}
	g.signedOut(w, r)
}

// clearALB takes the load balancer's session, which it keeps in up to four
// cookies.
func clearALB(w http.ResponseWriter) {
	for _, n := range []string{"0", "1", "2", "3"} {
		http.SetCookie(w, &http.Cookie{Name: "AWSELBAuthSessionCookie-" + n, Path: "/", MaxAge: -1, HttpOnly: true, Secure: true})
	}
}

// signedOut is where somebody ends who signed out, also at the provider.
func (g *Gate) signedOut(w http.ResponseWriter, r *http.Request) {
	g.deny(w, r, http.StatusOK, SignedOut, say(SignedOut, "", nil))
}

// endSession is where the provider signs somebody out; "" for nowhere.
// Source: https://openid.net/specs/openid-connect-rpinitiated-1_0.html
func (g *Gate) endSession(r *http.Request) string {
	found, err := g.provider.get(r.Context())
	if err != nil || found.endSession == "" {
		return ""
	}
	to, err := url.Parse(found.endSession)
	if err != nil {
		return ""
	}
	q := to.Query()
	q.Set("client_id", g.opts.OIDC.ClientID)
	q.Set("post_logout_redirect_uri", g.opts.PublicURL+signedOutPath)
	to.RawQuery = q.Encode()
	return to.String()
}

// maxBack bounds the way back of a login, in bytes: it goes into a cookie.
const maxBack = 1500

// localPath returns a way back that leads nowhere but to this service: the start
// page where s might not.
func localPath(s string) string {
	const start = "/"
	if len(s) > maxBack || !strings.HasPrefix(s, "/") || strings.HasPrefix(s, "//") || strings.ContainsRune(s, '\\') {
		return start
	}
	for i := range len(s) {
		if s[i] <= ' ' || s[i] >= 0x7f {
			return start
		}
	}
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "" || u.Host != "" || strings.HasPrefix(u.Path, "/auth/") || strings.HasPrefix(u.Path, "//") {
		return start
	}
	return s
}

// LoginPath is where a person logs in to come back to the page that they asked
// for, or to the start page from what cannot simply be asked again; "" where
// there is no login at a provider.
func (g *Gate) LoginPath(r *http.Request) string {
	if g.provider == nil {
		return ""
	}
	back := "/"
	if r.Method == http.MethodGet {
		back = localPath(r.URL.RequestURI())
	}
	return loginPath + "?return=" + url.QueryEscape(back)
}
