package render

import (
	"bytes"
	"image/gif"
	"testing"

	"example.com/opentime/strict"
)

// sceneMemory is the most that one layout in one size and quality may take, in bytes.
const sceneMemory = 2500 << 10

// TestScenesTakeWhatTheyCount lets as many days pass as a countdown shows: of numbers and
// frames it keeps no more than was counted for it, which is not much.
func TestScenesTakeWhatTheyCount(t *testing.T) {
	t.Parallel()
	r, photo := filmRenderer(t)
	root, _ := strict.Parse("a.yaml", []byte(`layout: a
size: 600x120
values: {until: moment, photo: picture}
layers:
  - image: {src: "{photo}"}
  - countdown: {value: "{until}", cell-width: 140, cell-height: 100, font-size: 80}
`))
	l, problems := LoadLayout("a.yaml", root)
	if l == nil {
		t.Fatal(problems)
	}
	for _, p := range []*Picture{{Density: 2}, {Density: 1, Frames: WholeFrames}} {
		p.Layout, p.Format, p.Values = l, GIF, []Value{{Kind: Moment}, {Kind: Photo, Photo: photo}}
		r.scenes.used = 0
		if _, err := r.Draw(p); err != nil {
			t.Fatal(err)
		}
		counted := r.scenes.used
		s := r.scenes.order.Front().Value.(*memory[string, *scene]).value
		taken := int64(0)
		for day := range int64(20) {
			p.Values[0].Seconds = 86400*day + 3600*(day%24) + day
			i, err := r.Draw(p)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := gif.DecodeAll(bytes.NewReader(i.Bytes)); err != nil { // frames of noise, larger than a table
				t.Fatal(err)
			}
			taken = max(taken, s.bytes()+keptOf(&s.tiles)+keptOf(&s.lists)+keptOf(&s.coded))
		}
		if taken > counted || counted > sceneMemory || keptOf(&s.tiles) == 0 || keptOf(&s.lists) == 0 {
			t.Errorf("a scene takes %d bytes, %d were counted for it; at most %d", taken, counted, sceneMemory)
		}
	}
}

// keptOf is what is kept, in bytes.
func keptOf[V any](r *recent[V]) int64 {
	n := 0
	for _, generation := range []map[string]kept[V]{r.young, r.old} {
		for _, k := range generation {
			n += k.cost + keptBytes
		}
	}
	return int64(n)
}

// FuzzRecent keeps and looks up values in any order: what is found is what was put
// under its key last, and all of it takes no more than it may.
func FuzzRecent(f *testing.F) {
	f.Add([]byte("abcabcddddaaaa"))
	f.Fuzz(func(t *testing.T, keys []byte) {
		r := recent[int]{max: 8 * (keptBytes + 20)}
		last := map[byte]int{}
		for i, key := range keys {
			if got, ok := r.get([]byte{key}); ok && got != last[key] {
				t.Fatalf("%d is kept for %q, not %d", got, key, last[key])
			}
			if i%3 == 0 {
				r.put([]byte{key}, i, int(key)%40)
				if int(key)%40+keptBytes <= r.max/4 {
					last[key] = i
				}
			}
			if n := keptOf(&r); n > int64(r.max) {
				t.Fatalf("%d bytes are kept, at most %d", n, r.max)
			}
		}
	})
}
