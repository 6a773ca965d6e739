// Package lifeline draws when what happened to a task: one drawing for wide
// screens, one for narrow ones, and the sentence below them. Start with Of; what
// happened, and who acted, the diagnosis says.
package lifeline

import (
	"strings"
	"time"

	"whystopped/internal/diagnose"
	"whystopped/internal/web/drawing"
	"whystopped/internal/words"
)

// View is the picture of a task's life.
type View struct {
	Drawings []drawing.Drawing
	Caption  string
}

// Of draws a task's life; it returns nil if its times are not known.
func Of(d diagnose.Diagnosis, say *words.Language) *View {
	l, ok := lifeOf(d, say)
	if !ok {
		return nil
	}
	title, desc := say.Say("life.title", nil), l.inWords()
	v := &View{Drawings: []drawing.Drawing{l.wide(), l.tall()}, Caption: l.caption()}
	for i := range v.Drawings {
		v.Drawings[i].Title, v.Drawings[i].Desc = title, desc
	}
	return v
}

// caption sums the life up.
func (l life) caption() string {
	first, last := l.Phases[0], l.Phases[len(l.Phases)-1]
	id := "life.caption"
	switch {
	case last.Class == "run":
		id = "life.caption.ongoing"
	case l.NeverRan:
		id = "life.caption.never"
	}
	return l.say.Say(id, words.Args{"took": last.To.Sub(first.From)})
}

// inWords says what the picture shows to those who do not see it.
func (l life) inWords() string {
	var parts []string
	add := func(id string, args words.Args) { parts = append(parts, l.say.Say(id, args)) }
	for _, p := range l.Phases {
		add("life.stage", words.Args{"stage": p.Stage, "from": p.From, "took": p.To.Sub(p.From)})
	}
	for _, m := range l.Marks {
		add("life.mark", words.Args{"actor": laneActors[m.Lane].who, "at": m.At, "what": m.Label})
	}
	if l.NeverRan {
		add("life.never-ran", nil)
	}
	add("life.times", nil)
	return strings.Join(parts, " ")
}

// lasted writes how long something took.
func (l life) lasted(d time.Duration) string { return l.say.Duration(d) }
