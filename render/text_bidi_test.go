package render

import (
	"bufio"
	"os"
	"strconv"
	"strings"
	"testing"
)

// TestLevelsAreThoseOfUnicode runs lines of Unicode's BidiCharacterTest.txt: runes,
// direction, level of the paragraph, levels. Those with embeddings are not in
// it: clean takes embeddings out.
func TestLevelsAreThoseOfUnicode(t *testing.T) {
	f, err := os.Open("testdata/bidi/BidiCharacterTest.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var b bidiText
	cases := 0
	for scan := bufio.NewScanner(f); scan.Scan(); {
		text := scan.Text()
		if text == "" || text[0] == '#' {
			continue
		}
		cases++
		fields := strings.Split(text, ";")
		var runes []rune
		for code := range strings.FieldsSeq(fields[0]) {
			n, err := strconv.ParseInt(code, 16, 32)
			if err != nil {
				t.Fatal(err)
			}
			runes = append(runes, rune(n))
		}
		levels := make([]int8, len(runes))
		base, err := strconv.Atoi(fields[2])
		if err != nil {
			t.Fatal(err)
		}
		b.levels(runes, int8(base), levels)
		for i, want := range strings.Fields(fields[3]) {
			if got := strconv.Itoa(int(levels[i])); want != "x" && got != want {
				t.Errorf("%s: level of rune %d is %s", text, i, got)
				break
			}
		}
	}
	if cases < 1000 {
		t.Errorf("ran %d cases, want at least 1000", cases)
	}
}

func TestParagraphDirection(t *testing.T) {
	for _, c := range []struct {
		text string
		rtl  bool
		want int8
	}{
		{"Hello אב", false, 0},
		{"אב Hello", false, 1},
		{"\u2068אב\u2069 Hello", false, 0},
		{"\u2068אב\u2069", false, 1},
		{"123", false, 0},
		{"123", true, 1},
		{"Hello אב", true, 1},
		{"Hello", true, 0},
		{"", true, 1},
	} {
		if got := baseLevel([]rune(c.text), c.rtl); got != c.want {
			t.Errorf("base level of %q in a locale to the left %t is %d, want %d", c.text, c.rtl, got, c.want)
		}
	}
}
