package auth

import (
	"net/http"
	"time"
)

// How long a session lasts, and how long it lasts unused.
const (
	sessionLife = 12 * time.Hour
	sessionIdle = 2 * time.Hour
	// seenEvery is how far behind the note of a session's last use may be: not
	// every answer has to bring a cookie.
	seenEvery = 5 * time.Minute
)

// session is somebody who logged in at the provider.
type session struct {
	// ID is new at each login, and tells sessions apart in the audit log.
	ID     string    `json:"id"`
	Person identity  `json:"p"`
	Begun  time.Time `json:"b"`
	Seen   time.Time `json:"u"`
}

func (s session) over(now time.Time) bool {
	return now.Sub(s.Begun) >= sessionLife || now.Sub(s.Seen) >= sessionIdle
}

// cookies writes and reads our cookies.
type cookies struct {
	// secure is set where people come by https. The names then begin with
	// __Host-, which no other host can set a cookie for.
	secure bool
	sealed *sealer
}

func (c cookies) name(s string) string {
	if c.secure {
		return "__Host-whystopped-" + s
	}
	return "whystopped-" + s
}

// set gives the browser a value for a while. It is false where the value is too
// large to be kept.
func (c cookies) set(w http.ResponseWriter, name string, v any, life time.Duration) bool {
	name = c.name(name)
	text, err := c.sealed.seal(name, v)
	if err != nil || len(name)+len(text) > maxCookie {
		return false
	}
	http.SetCookie(w, c.cookie(name, text, int(life.Seconds())))
	return true
}

// clear takes a value from the browser.
func (c cookies) clear(w http.ResponseWriter, name string) {
	http.SetCookie(w, c.cookie(c.name(name), "", -1))
}

// get reads a value. A browser that has two of the same name was given one by
// somebody else, so that neither counts.
func (c cookies) get(r *http.Request, name string, v any) bool {
	name = c.name(name)
	found := r.CookiesNamed(name)
	return len(found) == 1 && c.sealed.open(name, found[0].Value, v) == nil
}

func (c cookies) cookie(name, value string, maxAge int) *http.Cookie {
	return &http.Cookie{Name: name, Value: value, Path: "/", MaxAge: maxAge, HttpOnly: true, Secure: c.secure, SameSite: http.SameSiteLaxMode}
}

// sessionCookie is the name of the cookie with the session.
const sessionCookie = "session"
