package store

// Stats says how the engine does. Counts are since Open.
type Stats struct {
	Synced, Unsynced uint64 // batches written, by whether the disk was waited for
	Compactions      uint64
	Debt             uint64 // bytes that compactions are behind by
	Hits, Misses     uint64 // of blocks in memory
	Memory           uint64 // bytes
}

// Stats returns how the engine does: its own part is zero while the store is
// closed or failed.
func (s *Store) Stats() Stats {
	stats := Stats{Synced: s.synced.Load(), Unsynced: s.unsynced.Load()}
	e, err := s.enter()
	if err != nil {
		return stats
	}
	defer e.leave()
	defer s.rescue("read store", &err)
	m := e.db.Metrics()
	stats.Compactions, stats.Debt = uint64(m.Compact.Count), m.Compact.EstimatedDebt
	stats.Hits, stats.Misses = uint64(m.BlockCache.Hits), uint64(m.BlockCache.Misses)
	stats.Memory = uint64(m.BlockCache.Size) + m.MemTable.Size + m.MemTable.ZombieSize
	return stats
}
