package casebook

import "time"

// Standing is how an incident stands.
type Standing struct {
	ID string
	// Tasks is how many tasks of it are known, between First and Last, when
	// the first and the last of them became known.
	Tasks       int
	First, Last time.Time
}

// Incident tells how an incident stands that is remembered; ok is false once it
// is forgotten.
func (c *Casebook) Incident(id string) (s Standing, ok bool) {
	return c.incidents.standing(id)
}

func (all *incidents) standing(id string) (s Standing, ok bool) {
	all.mu.Lock()
	defer all.mu.Unlock()
	for _, in := range all.open {
		if in.id == id {
			return Standing{ID: id, Tasks: len(in.tasks), First: in.began, Last: in.last}, true
		}
	}
	return Standing{}, false
}
