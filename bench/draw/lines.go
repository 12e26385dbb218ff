package main

import (
	"image"
	"image/color"

	"example.com/opentime/assets"
	"example.com/opentime/render"
)

// lines are a line of text in each script of the built-in fonts, and another that is
// set in turns with it: a worker remembers the text set last.
var lines = []struct{ script, one, other string }{
	{"latin", "Hi Alexandria, 50% off", "Hi Alexandros, 40% off"},
	{"greek", "Γεια σου Αλεξάνδρα", "Γεια σου Νικόλαε"},
	{"cyrillic", "Привет, Александра!", "Привет, Николай!"},
	{"arabic", "مرحبا أحمد علي", "مرحبا علي أحمد"},
	{"hebrew", "שלום אלכסנדרה", "שלום נועם לוי"},
	{"armenian", "Բարեւ Ալեքսանդրա", "Բարեւ Արամ"},
	{"georgian", "გამარჯობა ალექსანდრა", "გამარჯობა ნიკა"},
	{"devanagari", "नमस्ते क्षत्रिय", "क्षत्रिय नमस्ते"},
	{"bengali", "নমস্কার আলেকজান্দ্রা", "নমস্কার শ্রীকান্ত"},
	{"gujarati", "નમસ્તે એલેક્ઝાન્ડ્રા", "નમસ્તે શ્રીકાંત"},
	{"gurmukhi", "ਸਤ ਸ੍ਰੀ ਅਕਾਲ ਅਮਰ", "ਸਤ ਸ੍ਰੀ ਅਕਾਲ ਜੋਤ"},
	{"kannada", "ನಮಸ್ಕಾರ ಶ್ರೀಕಾಂತ್", "ನಮಸ್ಕಾರ ಲಕ್ಷ್ಮಿ"},
	{"malayalam", "നമസ്കാരം ശ്രീകാന്ത്", "നമസ്കാരം ലക്ഷ്മി"},
	{"tamil", "வணக்கம் ஸ்ரீகாந்த்", "வணக்கம் லட்சுமி"},
	{"telugu", "నమస్కారం శ్రీకాంత్", "నమస్కారం లక్ష్మి"},
	{"thai", "สวัสดี อเล็กซานดร้า", "สวัสดี สมชาย"},
	{"lao", "ສະບາຍດີ ອາເລັກຊານດຣາ", "ສະບາຍດີ ສົມໃຈ"},
	{"khmer", "សួស្តី អាឡិចសាន់ដ្រា", "សួស្តី សុខា"},
	{"emoji", "Hi 👍🏽 Anna 🎬", "Hi 🎬 Anna 👍🏽"},
	{"mixed", "Hi \u2068أحمد علي\u2069, 50% off", "Hi \u2068علي أحمد\u2069, 40% off"},
}

// newLine returns what sets and draws a script's lines in turns; there is no image.
func newLine(script string) (drawer, error) {
	fonts, err := render.LoadFonts(assets.FS)
	if err != nil {
		return nil, err
	}
	var texts [2]string
	for _, l := range lines {
		if l.script == script {
			texts = [2]string{l.one, l.other}
		}
	}
	set, dst := fonts.Typesetter(), image.NewRGBA(image.Rect(0, 0, 1200, 100))
	style := render.TextStyle{Size: 64, Weight: 700, Colour: color.NRGBA{A: 255}, MaxLines: 1, Shrink: 40, Ellipsis: true}
	return func(n int, _ bool) ([]byte, error) {
		set.Draw(dst, render.Box{W: 1200, H: 100}, texts[n%2], style)
		return nil, nil
	}, nil
}
