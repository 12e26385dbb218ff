package render

import (
	"os"
	"testing"

	"example.com/opentime/strict"
)

// TestScenesTakeWhatTheyCount lets as many days pass as a countdown keeps numbers: they
// take no more memory than was counted for it.
func TestScenesTakeWhatTheyCount(t *testing.T) {
	t.Parallel()
	fonts, err := LoadFonts(os.DirFS("../assets/fonts"))
	if err != nil {
		t.Fatal(err)
	}
	r := New(fonts, nil)
	root, _ := strict.Parse("a.yaml", []byte("layout: a\nsize: 700x160\nvalues: {until: moment}\nlayers:\n  - countdown: {value: \"{until}\", cell-width: 160, cell-height: 150, font-size: 120}\n"))
	l, problems := LoadLayout("a.yaml", root)
	if l == nil {
		t.Fatal(problems)
	}
	p := &Picture{Layout: l, Format: GIF, Density: 1, Values: []Value{{Kind: Moment}}}
	if _, err := r.Draw(p); err != nil {
		t.Fatal(err)
	}
	s := r.scenes.order.Front().Value.(*memory[string, *scene]).value
	worker := r.worker()
	taken := 0
	for day := range int64(maxTiles) {
		p.Values[0].Seconds = 86400*day + 1
		s.paint(s.numbers(p, 0), worker)
		bytes := len(s.base.Pix) + len(s.still.Pix) + maxCoded
		for _, tile := range s.tiles {
			bytes += len(tile.Pix)
		}
		taken = max(taken, bytes)
	}
	if int64(taken) > r.scenes.used {
		t.Errorf("a scene takes %d bytes, and %d were counted", taken, r.scenes.used)
	}
}
