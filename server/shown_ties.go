package server

import (
	"encoding/binary"

	"example.com/opentime/rules"
)

// ties are what an open of a claimed link was told beside the id, hashed: what
// its parameters say and where it was. Anybody can write a claimed link, so
// what was shown by these is for a click only that has them too. 0: nothing.
type ties struct {
	parameters, place uint64
	country           uint64 // of the place alone: all that a relay tells
}

// tiesOf returns the ties of an open.
func (s *Server) tiesOf(open *Open, c *rules.Campaign) (t ties) {
	var text []byte
	for _, p := range open.Parameters {
		text = appendText(appendText(text, p.Name), p.Value)
		text = append(text, flag(p.Sealed))
	}
	if len(text) > 0 {
		t.parameters = digest(text)
	}
	if !c.AsksPlace() {
		return t
	}
	// Without a profile here is where the address is, which is the open's own.
	switch here := s.config.Gatherer.Here(&open.Open, nil); here.From {
	case rules.FromAddress:
		t.country = digest(appendText(nil, here.Country))
		t.place = digest(appendText(appendText(appendText(nil, here.Country), here.Region), here.City))
	case rules.FromRelay:
		t.country = digest(appendText(nil, here.Country))
		t.place = t.country
	}
	return t
}

// lead reports whether a click with these ties may be led by a reading of a
// claimed link.
func (t ties) lead(r *shownReading) bool {
	return (r.Parameters == 0 || r.Parameters == t.parameters) &&
		(r.Place == 0 || r.Place == t.place || r.Place == t.country)
}

// appendText appends a text after its length.
func appendText(dst []byte, text string) []byte {
	return append(binary.AppendUvarint(dst, uint64(len(text))), text...)
}
