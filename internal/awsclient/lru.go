package awsclient

import (
	"container/list"
	"sync"
)

// lru is a bounded map that forgets what was not used for longest. It is safe
// for concurrent use.
type lru[K comparable, V any] struct {
	limit int
	mu    sync.Mutex
	byKey map[K]*list.Element
	order *list.List // newest use first, of entry[K, V]
}

type entry[K comparable, V any] struct {
	key   K
	value V
}

func newLRU[K comparable, V any](limit int) *lru[K, V] {
	return &lru[K, V]{limit: limit, byKey: make(map[K]*list.Element), order: list.New()}
}

func (c *lru[K, V]) get(key K) (V, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	e, ok := c.byKey[key]
	if !ok {
		var none V
		return none, false
	}
	c.order.MoveToFront(e)
	return e.Value.(entry[K, V]).value, true
}

// getOrMake gives what is kept, or keeps and gives what make makes, which must
// not use the map.
func (c *lru[K, V]) getOrMake(key K, make func() V) V {
	c.mu.Lock()
	defer c.mu.Unlock()
	if e, ok := c.byKey[key]; ok {
		c.order.MoveToFront(e)
		return e.Value.(entry[K, V]).value
	}
	value := make()
	c.keep(key, value)
	return value
}

func (c *lru[K, V]) put(key K, value V) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if e, ok := c.byKey[key]; ok {
		e.Value = entry[K, V]{key, value}
		c.order.MoveToFront(e)
		return
	}
	c.keep(key, value)
}

func (c *lru[K, V]) keep(key K, value V) {
	c.byKey[key] = c.order.PushFront(entry[K, V]{key, value})
	if c.order.Len() > c.limit {
		oldest := c.order.Back()
		c.order.Remove(oldest)
		delete(c.byKey, oldest.Value.(entry[K, V]).key)
	}
}
