package render

import (
	"fmt"
	"io/fs"
	"os"
	"strings"
	"testing"
	"testing/fstest"
)

// TestShapingIsThatOfHarfBuzz compares glyphs, their order, offsets and
// advances with those of hb-shape, a shaper that is none of ours.
func TestShapingIsThatOfHarfBuzz(t *testing.T) {
	data, err := os.ReadFile("testdata/shaping/hb-shape.txt")
	if err != nil {
		t.Fatal(err)
	}
	for text := range strings.Lines(string(data)) {
		fields := strings.Split(strings.TrimSuffix(text, "\n"), " | ")
		if text[0] == '#' {
			continue
		}
		fonts, err := LoadFonts(oneFile(t, fields[0]))
		if err != nil {
			t.Fatal(err)
		}
		ts := fonts.Typesetter()
		s := TextStyle{Size: 40, Weight: 700}.sane()
		ts.prepare(fields[1], &s)
		var got []string
		for i := range ts.text.items {
			it := &ts.text.items[i]
			for _, g := range it.glyphs {
				at := ""
				if g.x != 0 || g.y != 0 {
					at = fmt.Sprintf("@%d,%d", g.x/64, g.y/64)
				}
				got = append(got, fmt.Sprintf("%d=%d%s+%d", g.id, it.start+int(g.at), at, g.advance/64))
			}
		}
		if have := "[" + strings.Join(got, "|") + "]"; have != fields[2] {
			t.Errorf("%s, %s\n got %s\nwant %s", fields[0], fields[1], have, fields[2])
		}
	}
}

// oneFile is a folder of one built-in font; of letters too where it has none.
func oneFile(t *testing.T, name string) fs.FS {
	t.Helper()
	files := fstest.MapFS{}
	for _, name := range []string{name, "NotoSansLao-Regular.ttf"} {
		data, err := os.ReadFile("../assets/fonts/" + name)
		if err != nil {
			t.Fatal(err)
		}
		files[name] = &fstest.MapFile{Data: data}
	}
	return files
}
