package server

// Rung is how far down the ladder an answer came from. A lower rung needs
// nothing that a higher one needed.
type Rung uint8

// The rungs, best first.
const (
	Live    Rung = iota // decision and data fresh
	Stale               // last good data within its age
	Local               // only what is known without the store
	Generic             // the block's fallback, drawn when published
	BuiltIn             // one colour, compiled in
)

// String returns the rung's word, as metrics and records have it.
func (r Rung) String() string {
	return [...]string{"live", "stale", "local", "generic", "built-in"}[r]
}
