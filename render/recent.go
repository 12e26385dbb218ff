package render

// recent keeps what was used last, in two generations: when the young one is full, it
// becomes the old one, and what is then used of the old one becomes young again. It
// holds max bytes at most.
type recent[V any] struct {
	max        int
	young, old map[string]kept[V]
	bytes      int // of the young generation
}

// kept is a value and what it takes.
type kept[V any] struct {
	value V
	cost  int
}

// keptBytes is about what keeping takes, with the key, whatever is kept.
const keptBytes = 96

func (r *recent[V]) get(key []byte) (V, bool) {
	if k, ok := r.young[string(key)]; ok {
		return k.value, true
	}
	k, ok := r.old[string(key)]
	if ok {
		delete(r.old, string(key))
		r.put(key, k.value, k.cost)
	}
	return k.value, ok
}

// put keeps a value that takes cost bytes; not one that would push out all others.
func (r *recent[V]) put(key []byte, value V, cost int) {
	if cost += keptBytes; cost > r.max/4 {
		return
	}
	if r.young == nil || r.bytes+cost > r.max/2 {
		r.old, r.young, r.bytes = r.young, map[string]kept[V]{}, 0
	}
	if _, ok := r.young[string(key)]; !ok {
		r.bytes += cost
	}
	r.young[string(key)] = kept[V]{value, cost - keptBytes}
}
