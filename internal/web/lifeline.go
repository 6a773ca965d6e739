package web

import (
	"strings"

	"whystopped/internal/diagnose"
)

// lifeView is the picture of a task's life: one drawing for wide screens, one
// for narrow ones, and the sentence below them.
type lifeView struct {
	Drawings []drawing
	Caption  string
}

// lifeViewOf draws a task's life; nil where its times are not known.
func lifeViewOf(d diagnose.Diagnosis) *lifeView {
	l, ok := lifeOf(d)
	if !ok {
		return nil
	}
	title, desc := "When what happened to the task", l.inWords()
	v := &lifeView{Drawings: []drawing{l.wide(), l.tall()}, Caption: l.caption()}
	for i := range v.Drawings {
		v.Drawings[i].Title, v.Drawings[i].Desc = title, desc
	}
	return v
}

// caption sums the life up.
func (l life) caption() string {
	first, last := l.Phases[0], l.Phases[len(l.Phases)-1]
	whole := lasted(last.To.Sub(first.From))
	switch {
	case last.Class == "run":
		return whole + " since it was created; it runs still."
	case l.NeverRan:
		return whole + " from created to stopped; your code never ran."
	}
	return whole + " from created to stopped. Each phase has a scale of its own."
}

// inWords tells the picture to those who do not see it.
func (l life) inWords() string {
	var parts []string
	for _, p := range l.Phases {
		parts = append(parts, p.Name+" from "+p.From.UTC().Format("15:04:05")+" for "+lasted(p.To.Sub(p.From)))
	}
	for _, m := range l.Marks {
		parts = append(parts, laneActors[m.Lane].Label+" at "+m.At.UTC().Format("15:04:05")+": "+m.Label)
	}
	if l.NeverRan {
		parts = append(parts, "Running was never reached")
	}
	return strings.Join(parts, ". ") + ". Times are UTC; the list below says the same."
}
