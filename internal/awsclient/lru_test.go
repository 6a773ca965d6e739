package awsclient

import "testing"

func TestLRUForgetsWhatWasNotUsedForLongest(t *testing.T) {
	c := newLRU[string, int](2)
	c.put("a", 1)
	c.put("b", 2)
	c.get("a")
	c.put("c", 3) // forgets b
	c.put("a", 4) // is used again, and changed
	c.put("d", 5) // forgets c
	for key, want := range map[string]int{"a": 4, "b": 0, "c": 0, "d": 5} {
		if got, ok := c.get(key); got != want || ok != (want != 0) {
			t.Errorf("get(%q) = %d, %v; want %d", key, got, ok, want)
		}
	}
}
