package lru

import "testing"

func TestForgetsWhatWasNotUsedForLongest(t *testing.T) {
	c := New[string, int](2)
	c.Put("a", 1)
	c.Put("b", 2)
	c.Get("a")
	c.Put("c", 3) // forgets b
	c.Put("a", 4) // is used again, and changed
	c.Put("d", 5) // forgets c
	for key, want := range map[string]int{"a": 4, "b": 0, "c": 0, "d": 5} {
		if got, ok := c.Get(key); got != want || ok != (want != 0) {
			t.Errorf("Get(%q) = %d, %v; want %d", key, got, ok, want)
		}
	}
}
