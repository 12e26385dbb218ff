package store

// Recipient appends to dst the payload kept for a recipient under kind, and
// returns its time in Unix ms. Where there is none it returns dst as it is;
// where it is damaged that and ErrDamaged.
func (s *Store) Recipient(id string, kind byte, dst []byte) (payload []byte, at int64, err error) {
	key := RecipientKey(make([]byte, 0, 32), s.H(s.sender, id), kind)
	return s.read(key, kind, FullKey(make([]byte, 0, 80), id, kind), dst)
}
