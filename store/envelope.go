package store

import (
	"encoding/binary"
	"hash/crc32"
)

// version is that of the envelope. A release reads its own and the one before.
const version = 1

// Overhead of an envelope: what stands before the full key's length, after the
// full key, and the sum.
const (
	beforeKey = 2
	afterKey  = 8
	sumBytes  = 4
)

// castagnoli is the table of CRC-32C. It is never changed.
var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// Seal appends to dst a value in its envelope: version, kind, the length of
// fullKey as an uvarint, fullKey, at in Unix ms, payload, and the CRC-32C of all
// before. Numbers are big-endian.
func Seal(dst []byte, kind byte, fullKey []byte, at int64, payload []byte) []byte {
	begin := len(dst)
	dst = append(dst, version, kind)
	dst = binary.AppendUvarint(dst, uint64(len(fullKey)))
	dst = append(dst, fullKey...)
	dst = binary.BigEndian.AppendUint64(dst, uint64(at))
	dst = append(dst, payload...)
	return binary.BigEndian.AppendUint32(dst, crc32.Checksum(dst[begin:], castagnoli))
}

// Unseal returns what Seal was given. payload points into value. It fails with
// ErrDamaged unless value is whole and of that kind and full key.
func Unseal(value []byte, kind byte, fullKey []byte) (at int64, payload []byte, err error) {
	key, at, payload := unseal(value, kind)
	if key == nil || string(key) != string(fullKey) {
		return 0, nil, ErrDamaged
	}
	return at, payload, nil
}

// unseal takes an envelope apart; key is nil if it is damaged.
func unseal(value []byte, kind byte) (key []byte, at int64, payload []byte) {
	body := len(value) - sumBytes
	if body < beforeKey+1+afterKey || value[0] != version || value[1] != kind ||
		binary.BigEndian.Uint32(value[body:]) != crc32.Checksum(value[:body], castagnoli) {
		return nil, 0, nil
	}
	length, n := binary.Uvarint(value[beforeKey:body])
	if n <= 0 || length > uint64(max(0, body-beforeKey-n-afterKey)) || body-beforeKey-n < afterKey {
		return nil, 0, nil
	}
	rest := value[beforeKey+n : body]
	at = int64(binary.BigEndian.Uint64(rest[length:]))
	return rest[:length], at, rest[length+afterKey:]
}
