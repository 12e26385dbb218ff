package render_test

import (
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"example.com/opentime/render"
)

// cjk is where the package fonts-noto-cjk has the fonts that are too large to
// build in.
const cjk = "/usr/share/fonts/opentype/noto/"

// fonts loads the built-in fonts, and those for Chinese, Japanese and Korean,
// once.
var fonts = sync.OnceValues(func() (*render.Fonts, error) {
	return render.LoadFonts(os.DirFS("../assets/fonts"), cjk+"NotoSansCJK-Regular.ttc", cjk+"NotoSansCJK-Bold.ttc")
})

func typesetter(t testing.TB) *render.Typesetter {
	t.Helper()
	f, err := fonts()
	if err != nil {
		t.Fatal(err)
	}
	return f.Typesetter()
}

var (
	ink   = color.NRGBA{R: 24, G: 28, B: 40, A: 255}
	paper = color.NRGBA{R: 250, G: 250, B: 246, A: 255}
)

// line is a style most samples share.
func line(change func(*render.TextStyle)) render.TextStyle {
	s := render.TextStyle{Size: 40, Colour: ink, VAlign: render.VAlignMiddle}
	if change != nil {
		change(&s)
	}
	return s
}

// isolated is a merged value as rules hand it over.
func isolated(value string) string { return "\u2068" + value + "\u2069" }

// samples are the golden pictures: every script, and every way to fit text.
var samples = []struct {
	name string
	w, h int
	text string
	s    render.TextStyle
}{
	{"latin-kerning", 560, 64, "AVATAR Toyota, office fjord", line(nil)},
	{"latin-bold", 560, 64, "Zażółć Łukasz Öğün Đặng", line(func(s *render.TextStyle) { s.Weight = 700 })},
	{"latin-italic", 560, 64, "the quick brown fox 1234", line(func(s *render.TextStyle) { s.Italic = true })},
	{"latin-serif", 560, 64, "Serif headline AV", line(func(s *render.TextStyle) { s.Family = "serif"; s.Weight = 700 })},
	{"combining", 560, 64, "e\u0301 a\u0308 Z\u030c o\u0302\u0301 x\u0304 n\u0303", line(nil)},
	{"greek-cyrillic", 560, 64, "Γειά σου · Привет · Їжак", line(nil)},
	{"arabic", 560, 64, "مرحبا بالعالم", line(nil)},
	{"arabic-bold", 560, 64, "أحمد علي ١٢٣", line(func(s *render.TextStyle) { s.Weight = 700 })},
	{"arabic-in-latin", 560, 64, "Hi " + isolated("أحمد علي") + ", 50% off", line(nil)},
	{"arabic-unisolated", 560, 64, "Hi أحمد علي, 50% off", line(nil)},
	{"arabic-street", 560, 64, "To " + isolated("12 شارع النيل") + " 3 km", line(nil)},
	{"latin-in-arabic", 560, 64, "عرض على iPhone 15 اليوم", line(nil)},
	{"hebrew", 560, 64, "שָׁלוֹם, עולם (2026)", line(nil)},
	{"hebrew-bold", 560, 64, "מבצע 50% היום", line(func(s *render.TextStyle) { s.Weight = 700 })},
	{"devanagari", 560, 64, "नमस्ते क्षत्रिय हिन्दी", line(nil)},
	{"devanagari-bold", 560, 64, "आज ५०% छूट", line(func(s *render.TextStyle) { s.Weight = 700 })},
	{"thai", 560, 64, "สวัสดีครับ ที่นี่ ปั๊ม", line(nil)},
	{"bengali-tamil", 560, 64, "নমস্কার வணக்கம்", line(nil)},
	{"indic-more", 560, 64, "ਸਤਿ ਨਮસ્તે నమస్తే ನಮ നമ", line(nil)},
	{"khmer-lao-armenian", 560, 64, "សួស្តី ສະບາຍດີ Բարեւ გამ", line(nil)},
	{"chinese", 560, 64, "你好,世界!骨直", line(func(s *render.TextStyle) { s.Locale = "zh-CN" })},
	{"japanese", 560, 64, "こんにちは 骨直 カナ", line(func(s *render.TextStyle) { s.Locale = "ja"; s.Weight = 700 })},
	{"korean", 560, 64, "안녕하세요 세계", line(func(s *render.TextStyle) { s.Locale = "ko" })},
	{"chinese-regions", 560, 64, "骨直戸 traditional", line(func(s *render.TextStyle) { s.Locale = "zh-TW" })},
	{"chinese-anywhere", 560, 64, "骨直戸 anywhere", line(func(s *render.TextStyle) { s.Locale = "nl" })},
	{"japanese-anywhere", 560, 64, "骨直戸 の anywhere", line(func(s *render.TextStyle) { s.Locale = "nl" })},
	{"emoji", 560, 64, "Hi 👩‍👩‍👧 🇳🇱 👍🏽 ☺️ 1️⃣ ⚡ 🏴󠁧󠁢󠁥󠁮󠁧󠁿 ok", line(nil)},
	{"emoji-spaces", 560, 64, "🎬 a b 🎬 c d", line(nil)},
	{"emoji-faded", 560, 64, "half 🎉 seen", line(func(s *render.TextStyle) { s.Colour.A = 96 })},
	{"symbols", 560, 64, "★★★☆☆ → ✓ € £ © ™", line(nil)},
	{"missing", 560, 64, "a \U00012000 b", line(nil)},
	{"spacing", 560, 64, "SPACED office", line(func(s *render.TextStyle) { s.LetterSpacing = 6 })},
	{"spacing-arabic", 560, 64, "مرحبا abc", line(func(s *render.TextStyle) { s.LetterSpacing = 6 })},
	{"strike-through", 560, 64, "was €19.90", line(func(s *render.TextStyle) { s.Decoration = render.StrikeThrough })},
	{"underline", 560, 64, "Buy now – gypsy", line(func(s *render.TextStyle) { s.Decoration = render.Underline; s.Align = render.AlignCentre })},
	{"end", 560, 64, "at the end", line(func(s *render.TextStyle) { s.Align = render.AlignEnd })},
	{"end-rtl", 560, 64, "בסוף", line(func(s *render.TextStyle) { s.Align = render.AlignEnd })},
	{"wrap", 560, 160, "A longer headline breaks where words end, not within them", line(nil)},
	{"wrap-arabic", 560, 160, "هذا عنوان طويل يمتد على أكثر من سطر واحد مع iPhone 15 في الوسط", line(nil)},
	{"wrap-thai", 560, 160, "ภาพยนตร์เรื่องใหม่เข้าฉายวันนี้ที่โรงภาพยนตร์ใกล้บ้านคุณ", line(nil)},
	{"wrap-chinese", 560, 160, "今天晚上在您附近的电影院上映的新电影,立即购票享受优惠。", line(func(s *render.TextStyle) { s.Locale = "zh" })},
	{"ellipsis", 560, 64, "This headline is far too long for its line", line(func(s *render.TextStyle) { s.MaxLines = 1; s.Ellipsis = true })},
	{"ellipsis-two", 560, 110, "This headline is far too long even for the two lines that it may take here", line(func(s *render.TextStyle) { s.MaxLines = 2; s.Ellipsis = true })},
	{"ellipsis-arabic", 560, 64, "هذا عنوان طويل جدا لا يتسع له السطر الواحد", line(func(s *render.TextStyle) { s.MaxLines = 1; s.Ellipsis = true })},
	{"shrink", 560, 64, "This text shrinks until it fits its line", line(func(s *render.TextStyle) { s.MaxLines = 1; s.Shrink = 20 })},
	{"shrink-two", 300, 100, "Shrinks into two lines of a box", line(func(s *render.TextStyle) { s.Shrink = 20; s.LineHeight = 1.1 })},
	{"word-too-long", 300, 110, "Donaudampfschifffahrtsgesellschaft", line(nil)},
	{"soft-hyphen", 300, 110, "Donau\u00addampf\u00adschiff\u00adfahrt", line(nil)},
	{"override", 560, 64, "safe \u202egnp.exe\u202c text", line(nil)},
	{"marks", 560, 64, "Z\u0310\u0311\u0312\u0313\u0314\u0315\u0316\u0317\u0318\u0319\u031a\u031b\u031c alg\u0489o", line(nil)},
}

func TestDrawLooksAsItDid(t *testing.T) {
	t.Parallel()
	ts := typesetter(t)
	for _, sample := range samples {
		t.Run(sample.name, func(t *testing.T) {
			got := canvas(sample.w, sample.h)
			box := render.Box{X: 10, Y: 0, W: float64(sample.w - 20), H: float64(sample.h)}
			ts.Draw(got, box, sample.text, sample.s)
			compareGolden(t, filepath.Join("testdata", "text", sample.name+".png"), got)
		})
	}
}

// canvas is an empty picture.
func canvas(w, h int) *image.RGBA {
	m := image.NewRGBA(image.Rect(0, 0, w, h))
	draw.Draw(m, m.Rect, image.NewUniform(paper), image.Point{}, draw.Src)
	return m
}

// compareGolden compares the pixels of a picture with a file's: a channel may
// differ by 8, since compilers round differently. What differs is left in
// testdata/failed.
func compareGolden(t *testing.T, name string, got *image.RGBA) {
	t.Helper()
	if *update {
		writePNG(t, name, got)
		return
	}
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	decoded, err := png.Decode(f)
	if err != nil {
		t.Fatal(err)
	}
	want := image.NewRGBA(decoded.Bounds())
	draw.Draw(want, want.Rect, decoded, want.Rect.Min, draw.Src)
	if err := samePixels(want, got); err != nil {
		failed := filepath.Join("testdata", "failed", filepath.Base(name))
		writePNG(t, failed, got)
		t.Errorf("%s: %v; drawn is %s", name, err, failed)
	}
}

func samePixels(want, got *image.RGBA) error {
	if want.Rect != got.Rect {
		return fmt.Errorf("size is %v, want %v", got.Rect, want.Rect)
	}
	worst, at := 0, 0
	for i := range want.Pix {
		d := int(want.Pix[i]) - int(got.Pix[i])
		if d = max(d, -d); d > worst {
			worst, at = d, i
		}
	}
	if worst > 8 {
		return fmt.Errorf("a channel differs by %d at %d,%d", worst, at%want.Stride/4, at/want.Stride)
	}
	return nil
}

func writePNG(t *testing.T, name string, m image.Image) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	f, err := os.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	if err := png.Encode(f, m); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
}
