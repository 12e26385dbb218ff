package signals

import "sync/atomic"

// recallSlots is how many answers are remembered, a power of two.
const recallSlots = 1 << 12

// recall remembers what was worked out for keys of which few make nearly all
// questions. Each has one place, and takes it from whoever has it. The zero value is
// ready; it is safe for concurrent use. What is remembered is never changed.
type recall[K comparable, V any] struct {
	slots [recallSlots]atomic.Pointer[recalled[K, V]]
}

type recalled[K comparable, V any] struct {
	key   K
	value V
}

// find returns what is remembered of a key. hash is any number that differs where
// keys do, as good as always.
func (r *recall[K, V]) find(key K, hash uint64) (value V, ok bool) {
	if kept := r.slot(hash).Load(); kept != nil && kept.key == key {
		return kept.value, true
	}
	return value, false
}

// keep remembers a value.
func (r *recall[K, V]) keep(key K, hash uint64, value V) {
	r.slot(hash).Store(&recalled[K, V]{key, value})
}

// slot spreads hashes by Fibonacci's multiplication: the upper bits depend on all.
func (r *recall[K, V]) slot(hash uint64) *atomic.Pointer[recalled[K, V]] {
	const bits = 12
	return &r.slots[hash*0x9e3779b97f4a7c15>>(64-bits)]
}
