package render

import (
	"container/list"
	"errors"
	"sync"
)

// memo remembers what was made for a key, the last used within a bound. Who
// asks for what is being made waits for it. It is safe for concurrent use.
type memo[K comparable, V any] struct {
	max int64 // cost of all; the one used last stays whatever it costs

	mu    sync.Mutex
	used  int64
	made  map[K]*list.Element // of *memory[K, V]
	order list.List           // last used first
}

// entryBytes is about what remembering takes, its key with it, whatever is
// remembered.
const entryBytes = 1 << 10

type memory[K comparable, V any] struct {
	key   K
	value V
	cost  int64
	err   error
	done  chan struct{} // closed when value or err is there
}

var errMaking = errors.New("making it panicked")

// get returns what create returned for key, now or before. A failure is not
// remembered.
func (m *memo[K, V]) get(key K, create func() (V, int64, error)) (V, error) {
	m.mu.Lock()
	if e, ok := m.made[key]; ok {
		m.order.MoveToFront(e)
		m.mu.Unlock()
		one := e.Value.(*memory[K, V])
		<-one.done
		return one.value, one.err
	}
	one := &memory[K, V]{key: key, err: errMaking, done: make(chan struct{})}
	if m.made == nil {
		m.made = map[K]*list.Element{}
	}
	e := m.order.PushFront(one)
	m.made[key] = e
	m.mu.Unlock()

	defer func() {
		close(one.done)
		m.settle(e, one)
	}()
	one.value, one.cost, one.err = create()
	return one.value, one.err
}

// settle counts what was made, or drops a failure, and evicts the oldest.
func (m *memo[K, V]) settle(e *list.Element, one *memory[K, V]) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if one.err != nil {
		m.order.Remove(e)
		delete(m.made, one.key)
		return
	}
	one.cost += entryBytes
	m.used += one.cost
	for e := m.order.Back(); e != nil && m.used > m.max && e != m.order.Front(); {
		old, before := e.Value.(*memory[K, V]), e.Prev()
		select {
		case <-old.done:
			m.used -= old.cost
			m.order.Remove(e)
			delete(m.made, old.key)
		default: // being made: its cost is not counted yet
		}
		e = before
	}
}
