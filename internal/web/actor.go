package web

import (
	"whystopped/internal/diagnose/verdict"
	"whystopped/internal/web/roles"
	"whystopped/internal/words"
)

// actor is an identity as the pages show it.
type actor = roles.Actor

func actorOf(id verdict.Identity) actor { return roles.ActorOf(id, words.English()) }
