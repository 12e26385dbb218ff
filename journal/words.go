package journal

// Limits of the words of one file. Beyond them a new file is begun, so that
// made-up User-Agents cost disk, not memory.
const (
	maxWords = 1 << 16
	maxText  = 1024 // bytes of a word; longer ones are cut
)

// words numbers the texts of one file, from 1. 0 is the empty text.
type words struct {
	numbers map[string]uint64
	texts   []string // by number - 1
	fresh   []uint64 // first written in the block under way
}

func newWords() *words { return &words{numbers: map[string]uint64{}} }

func (w *words) full() bool { return len(w.texts) >= maxWords }

// find returns the number of a text, and whether it is new: then it has to be
// written before its number is used.
func (w *words) find(text []byte) (n uint64, isNew bool) {
	text = text[:min(len(text), maxText)]
	if len(text) == 0 {
		return 0, false
	}
	if n, ok := w.numbers[string(text)]; ok {
		return n, false
	}
	own := string(text)
	w.texts = append(w.texts, own)
	n = uint64(len(w.texts))
	w.numbers[own] = n
	return n, true
}

// wrote notes a word that was written for the first time.
func (w *words) wrote(n uint64) { w.fresh = append(w.fresh, n) }

// turned returns, at the start of a block, the words that were first written
// in the one before. They are written once more, so that a damaged block never
// makes records of other blocks unreadable.
func (w *words) turned(used int) []uint64 {
	if used > 0 {
		return nil
	}
	fresh := w.fresh
	w.fresh = nil
	return fresh
}
