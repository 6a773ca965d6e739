package casebook

import (
	"testing"
	"time"
)

func TestNewID(t *testing.T) {
	at := time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC)
	first, same, later := NewID(at), NewID(at), NewID(at.Add(time.Millisecond))
	for _, id := range []string{first, same, later, NewID(time.Time{}), NewID(time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC))} {
		if !isID(id) {
			t.Errorf("%q is no id", id)
		}
	}
	if first == same {
		t.Errorf("two diagnoses of the same moment have the id %s", first)
	}
	if first >= later || same >= later {
		t.Errorf("ids %s and %s do not sort before the later %s", first, same, later)
	}
}

func TestFirstID(t *testing.T) {
	at := time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC)
	first := FirstID(at.Add(999 * time.Microsecond))
	if !isID(first) {
		t.Errorf("%q is no id", first)
	}
	if before := NewID(at.Add(-time.Millisecond)); before >= first {
		t.Errorf("the first id of a time, %s, does not sort after the earlier %s", first, before)
	}
	if same := NewID(at); same < first {
		t.Errorf("the first id of a time, %s, sorts after another of it, %s", first, same)
	}
}

func TestIsID(t *testing.T) {
	for _, s := range []string{"", "x", NewID(time.Now()) + "0", "ABCDEFGHJKMNPQRSTVWXYZ01", "../../../../etc/passwd00", "iiiiiiiiiiiiiiiiiiiiiiii"} {
		if isID(s) {
			t.Errorf("%q passes for an id", s)
		}
	}
}
