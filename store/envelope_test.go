package store

import (
	"bytes"
	"encoding/hex"
	"testing"
)

// TestTheEnvelopeIsFrozen fails when a stored byte changes its meaning: stores
// out there could not be read any more.
func TestTheEnvelopeIsFrozen(t *testing.T) {
	got := hex.EncodeToString(Seal(nil, KindProfile, FullKey(nil, "emma", KindProfile), 0x0102030405, []byte("gold")))
	const want = "0170" + "07" + "52656d6d610070" + "0000000102030405" + "676f6c64" + "dc11bd4b"
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// TestKeysAreFrozen likewise.
func TestKeysAreFrozen(t *testing.T) {
	h := Hash{0: 0xaa, 15: 0xbb}
	hash := "aa" + "0000000000000000000000000000" + "bb"
	for want, got := range map[string][]byte{
		"52" + hash + "70":                 RecipientKey(nil, h, KindProfile),
		"52" + hash + "77" + "61" + "0062": ShownKey(nil, h, "a", "b"),
		"4b" + "61":                        FactKey(nil, "a", ""),
		"4b" + "61" + "0062":               FactKey(nil, "a", "b"),
		"45" + hash:                        EventKey(nil, h),
		"54" + hash:                        ForgottenKey(nil, h),
		"4e" + "61" + "00" + "0007a120":    CountKey(nil, "a", 500_000),
		"49" + hash + hash:                 ImportKey(nil, [32]byte{0: 0xaa, 15: 0xbb, 16: 0xaa, 31: 0xbb}),
	} {
		if hex.EncodeToString(got) != want {
			t.Errorf("got %x, want %s", got, want)
		}
	}
	s := &Store{secret: [32]byte{1, 2, 3}}
	const want = "eda790ada331ce8737d47d6d04cb5a98" // worked out with Python's hmac
	if got := s.H("cinema", "emma"); hex.EncodeToString(got[:]) != want {
		t.Errorf("H is %x, want %s", got, want)
	}
}

func FuzzUnseal(f *testing.F) {
	f.Add(Seal(nil, 'p', []byte("Remma\x00p"), 1, []byte("gold")), []byte("Remma\x00p"))
	f.Add([]byte{1, 'p', 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1}, []byte("x"))
	f.Add([]byte{}, []byte{})
	f.Fuzz(func(t *testing.T, value, key []byte) {
		at, payload, err := Unseal(value, 'p', key)
		if err == nil {
			if !bytes.Equal(Seal(nil, 'p', key, at, payload), value) {
				t.Error("what was unsealed does not seal to the same")
			}
		}
		sealed := Seal(nil, 'p', key, 42, value)
		if at, payload, err := Unseal(sealed, 'p', key); err != nil || at != 42 || !bytes.Equal(payload, value) {
			t.Errorf("sealed and unsealed: %d %q %v", at, payload, err)
		}
		if _, _, err := Unseal(sealed, 'c', key); err == nil {
			t.Error("unsealed as another kind")
		}
	})
}
