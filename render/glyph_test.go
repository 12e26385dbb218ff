package render

import (
	"encoding/binary"
	"image"
	"os"
	"strconv"
	"testing"
)

// TestCachesAreBounded draws far more glyphs, sizes and emoji than a worker
// may keep.
func TestCachesAreBounded(t *testing.T) {
	t.Parallel()
	fonts, err := LoadFonts(os.DirFS("../assets/fonts"))
	if err != nil {
		t.Fatal(err)
	}
	ts := fonts.Typesetter()
	dst := image.NewRGBA(image.Rect(0, 0, 300, 100))
	most := 0
	for i := range 200 {
		runes := []rune{0x1F300 + rune(i), ' '}
		for k := range 16 {
			runes = append(runes, 0x100+rune(i*16+k))
		}
		ts.Draw(dst, Box{W: 300, H: 100}, string(runes), TextStyle{
			Size: 20 + float64(i)/2, Weight: 1 + i, Locale: "x" + strconv.Itoa(i),
		})
		bytes := 0
		for _, glyphs := range []map[string]kept[glyph]{ts.glyphs.young, ts.glyphs.old} {
			for _, g := range glyphs {
				bytes += len(g.value.mask)
				if g.value.picture.rgba != nil {
					bytes += len(g.value.picture.rgba.Pix)
				}
			}
		}
		most = max(most, bytes)
	}
	if most > glyphCacheBytes || most < glyphCacheBytes/4 {
		t.Errorf("kept %d bytes of glyphs, want at most %d and to use them", most, glyphCacheBytes)
	}
	for _, c := range ts.choices {
		if len(c.runes) > maxChosenRunes {
			t.Errorf("remembers the fonts of %d characters, want at most %d", len(c.runes), maxChosenRunes)
		}
	}
	if len(ts.choices) > maxChoices || len(ts.locales) > maxLocales {
		t.Errorf("remembers %d choices and %d locales", len(ts.choices), len(ts.locales))
	}
}

// TestRecentKeepsWhatIsUsed fills what glyphs are kept in twice over while one of them
// is asked for again and again.
func TestRecentKeepsWhatIsUsed(t *testing.T) {
	c := recent[glyph]{max: glyphCacheBytes}
	used, other := []byte("used"), []byte("0000")
	c.put(used, glyph{w: 1}, 100)
	for i := range 2000 {
		binary.LittleEndian.PutUint32(other, uint32(i))
		c.put(other, glyph{}, 2048)
		if _, ok := c.get(used); !ok {
			t.Fatalf("lost after %d others", i)
		}
	}
	if _, ok := c.get([]byte{0, 0, 0, 0}); ok {
		t.Error("the first of 2000 others is still there")
	}
}
