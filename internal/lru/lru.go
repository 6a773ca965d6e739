// Package lru is a bounded map that drops the entry that wasn't used for longest.
package lru

import (
	"container/list"
	"sync"
)

// Cache is a bounded map that forgets what was not used for longest. It is safe
// for concurrent use.
type Cache[K comparable, V any] struct {
	limit int
	mu    sync.Mutex
	byKey map[K]*list.Element
	order *list.List // newest use first, of entry[K, V]
}

type entry[K comparable, V any] struct {
	key   K
	value V
}

// New returns an empty cache of at most limit entries.
func New[K comparable, V any](limit int) *Cache[K, V] {
	return &Cache[K, V]{limit: limit, byKey: make(map[K]*list.Element), order: list.New()}
}

// Get returns the value of a key, and counts as a use of it.
func (c *Cache[K, V]) Get(key K) (V, bool) {
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

// GetOrMake returns the value of a key, or stores and returns what make makes,
// which must not use the cache.
func (c *Cache[K, V]) GetOrMake(key K, make func() V) V {
	c.mu.Lock()
	defer c.mu.Unlock()
	if e, ok := c.byKey[key]; ok {
		c.order.MoveToFront(e)
		return e.Value.(entry[K, V]).value
	}
	value := make()
	c.add(key, value)
	return value
}

// Put stores a value, and counts as a use of its key.
func (c *Cache[K, V]) Put(key K, value V) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if e, ok := c.byKey[key]; ok {
		e.Value = entry[K, V]{key, value}
		c.order.MoveToFront(e)
		return
	}
	c.add(key, value)
}

func (c *Cache[K, V]) add(key K, value V) {
	c.byKey[key] = c.order.PushFront(entry[K, V]{key, value})
	if c.order.Len() > c.limit {
		oldest := c.order.Back()
		c.order.Remove(oldest)
		delete(c.byKey, oldest.Value.(entry[K, V]).key)
	}
}
