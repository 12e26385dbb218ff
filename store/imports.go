package store

// Import appends to dst the payload kept of the import of a file, by the file's
// hash, and returns its time in Unix ms. Where there is none it returns dst as it
// is; where it is damaged that and ErrDamaged.
func (s *Store) Import(file [32]byte, dst []byte) (payload []byte, at int64, err error) {
	key := ImportKey(make([]byte, 0, 40), file)
	return s.read(key, KindImport, key, dst)
}

// PutImport writes how far the import of a file is together with the values that
// fill puts, all or nothing. Without sync it does not wait for the disk; what was
// written before survives whenever this does. Payloads are copied.
func (s *Store) PutImport(sync bool, file [32]byte, at int64, payload []byte, fill func(put func(id string, kind byte, at int64, payload []byte))) error {
	b := Batch{Lazy: !sync}
	s.putting.RLock()
	defer s.putting.RUnlock()
	s.putRecipients(&b, fill)
	key := ImportKey(make([]byte, 0, 40), file)
	b.Put(key, Seal(nil, KindImport, key, at, payload))
	return s.Apply(&b)
}

// EndImport forgets how far the import of a file is. It returns once that, and
// what was written before, would survive a loss of power.
func (s *Store) EndImport(file [32]byte) error {
	var b Batch
	b.Delete(ImportKey(make([]byte, 0, 40), file))
	return s.Apply(&b)
}

// Imports calls each for every import that is kept, until it returns an error,
// which Imports then returns. Damaged ones are left out. What is passed on is
// valid during the call only.
func (s *Store) Imports(each func(file [32]byte, at int64, payload []byte) error) error {
	return s.Each([]byte{KindImport}, func(key, value []byte) error {
		at, payload, err := Unseal(value, KindImport, key)
		if err != nil || len(key) != 1+32 {
			s.alarms.Add(1)
			return nil //nolint:nilerr // left out and counted
		}
		return each([32]byte(key[1:]), at, payload)
	})
}
