package recommend

// Recommend appends the N best items for whom q says, best first, fewer only
// where fewer are allowed: by their history, then what they declared and the
// trend, then the region, then all. Nothing is allocated where dst has room and
// the scratch was used before.
func (m *Model) Recommend(s *Scratch, q *Query, dst []Pick) []Pick {
	s.fit(m)
	m.weigh(s, q.History)
	s.fetch(m.lists, q.History)
	for n := range q.History {
		source, w := q.History[n].Item, s.weights[n]
		s.add(m.lists, source, w)
		s.add(m.fresh, source, w*float32(m.Settings.Fresh))
	}
	c := m.tasteWeight(len(q.History), len(q.Declared))
	if c > 0 {
		for _, f := range q.Declared {
			s.add(m.taste.lists, f, c)
		}
		s.add(m.taste.lists, int32(len(m.taste.features)), c)
	}
	if w := float32(m.Settings.Trend); w > 0 && len(q.History) > 0 {
		for _, i := range m.top {
			s.bump(i, w*m.trend[i])
		}
	}
	from := len(dst)
	dst = m.best(s, q, dst)
	m.because(s, q, c, dst[from:])
	dst = s.walk(m.regions[q.Region], ByRegion, q, dst, from)
	return s.end(q, s.walk(m.order, ByAll, q, dst, from), from)
}

// Next appends at most N items that others took after what q's history has.
func (m *Model) Next(s *Scratch, q *Query, dst []Pick) []Pick {
	s.fit(m)
	m.weigh(s, q.History)
	for n := range q.History {
		s.add(m.next, q.History[n].Item, s.weights[n])
	}
	from := len(dst)
	dst = m.best(s, q, dst)
	for n := range q.History {
		source := q.History[n].Item
		s.blame(m.next, source, s.weights[n], Because{ByItem, source}, dst[from:])
	}
	return s.end(q, dst, from)
}

// Similar appends at most N items that are near others, such as those in a cart:
// people who took them took these, and of items that few took those that are
// like them by what is said of both.
func (m *Model) Similar(s *Scratch, to []int32, q *Query, dst []Pick) []Pick {
	return m.similar(s, to, 0, q, dst)
}

// Alternatives is Similar of what is cheaper than the cheapest of to. Where no
// price is known there are none.
func (m *Model) Alternatives(s *Scratch, to []int32, q *Query, dst []Pick) []Pick {
	price := 0.0
	for _, i := range to {
		if p := m.items[i].Number; p > 0 && (price == 0 || p < price) {
			price = p
		}
	}
	if price == 0 {
		return dst
	}
	return m.similar(s, to, price, q, dst)
}

// similar is Similar of what costs less than below; 0: whatever it costs.
func (m *Model) similar(s *Scratch, to []int32, below float64, q *Query, dst []Pick) []Pick {
	s.fit(m)
	s.below = below
	for _, i := range to {
		s.add(m.lists, i, 1)
		s.add(m.fresh, i, 1)
		s.add(m.near, i, nearShare)
		s.mark[i] = barred
	}
	from := len(dst)
	dst = m.best(s, q, dst)
	for _, i := range to {
		s.blame(m.lists, i, 1, Because{ByItem, i}, dst[from:])
		s.blame(m.fresh, i, 1, Because{ByItem, i}, dst[from:])
		s.blame(m.near, i, nearShare, Because{ByContent, i}, dst[from:])
		s.mark[i] = 0
	}
	s.below = 0
	return s.end(q, dst, from)
}

// nearShare is what likeness by content counts beside what people did.
const nearShare = 0.01

// Popular appends the N items that are most popular lately in the region,
// then of all.
func (m *Model) Popular(s *Scratch, q *Query, dst []Pick) []Pick {
	s.fit(m)
	s.bar(q)
	from := len(dst)
	dst = s.walk(m.regions[q.Region], ByRegion, q, dst, from)
	return s.end(q, s.walk(m.order, ByAll, q, dst, from), from)
}

// Imported appends the first N items of a list that may be offered.
func (m *Model) Imported(s *Scratch, list []int32, q *Query, dst []Pick) []Pick {
	s.fit(m)
	s.bar(q)
	from := len(dst)
	return s.end(q, s.walk(list, ByList, q, dst, from), from)
}
