package render

import (
	"slices"
	"sort"
)

// The characters that stand for what is not shown, and for a word going on.
const (
	ellipsis   = '…'
	hyphen     = '-'
	softHyphen = 0xAD
)

// widthSlack is how much wider than its box, in ems, a line may be: rounding.
const widthSlack = 1.0 / 256

// line is a range of the text on one line, without the blanks at its end.
type line struct {
	span
	par    paragraph
	suffix rune // drawn after it, or 0
	runs   span // of Typesetter.visual
	width  float64
}

// set finds the size and the lines for a text in a box, in the fields text,
// lines and visual.
func (t *Typesetter) set(text string, s TextStyle, width, height float64) Block {
	t.prepare(text, &s)
	t.findBreaks(s.Size, width)
	size := t.fittingSize(&s, width, height)
	limit := ems(width, size)
	if whole := t.wrap(limit, false); !whole {
		t.wrap(limit, true)
	} else if len(t.lines) <= mostLines(&s, size, height) {
		t.balance(limit)
	}
	b := Block{Size: size, Missing: t.text.missing, Truncated: t.text.cut}
	if most := mostLines(&s, size, height); len(t.lines) > most {
		t.lines = t.lines[:most]
		b.Truncated = true
	}
	t.visual = t.visual[:0]
	for i := range t.lines {
		if l := &t.lines[i]; b.Truncated && s.Ellipsis && i == len(t.lines)-1 {
			t.ellipsise(l, limit)
		} else {
			t.arrange(l)
		}
	}
	t.place(&b, &s, width, height)
	return b
}

// ems is a box's width at a size; one without limit is wider than any text.
func ems(width, size float64) float64 {
	if width <= 0 {
		return maxRunes * maxBox
	}
	return width/size + widthSlack
}

// findBreaks marks where lines may end, unless all of it is on one line.
func (t *Typesetter) findBreaks(size, width float64) {
	p := &t.text
	p.breaks = resize(p.breaks, len(p.runes)+1)
	total := 0.0
	for _, a := range p.advances {
		total += a
	}
	if total <= ems(width, size) {
		return // Fast path: nothing will be broken.
	}
	t.segmenter.Init(p.runes)
	for l := t.segmenter.LineIterator(); l.Next(); {
		at := l.Line()
		p.breaks[at.Offset] = 1
	}
}

// mostLines is how many lines a style and a box take, one at least. The last
// line needs its letters' height only, not the space below.
func mostLines(s *TextStyle, size, height float64) int {
	most := maxRunes + 1
	if s.MaxLines > 0 {
		most = s.MaxLines
	}
	if height > 0 {
		most = min(most, 1+int(max(0, height-size+0.01)/(size*s.LineHeight)))
	}
	return most
}

// fittingSize is the largest size, in quarters of a pixel, in which the whole
// text fits, else the smallest allowed.
func (t *Typesetter) fittingSize(s *TextStyle, width, height float64) float64 {
	if s.Shrink <= 0 || s.Shrink >= s.Size {
		return s.Size
	}
	fits := func(k int) bool {
		size := s.Size - float64(k)/4
		return t.wrap(ems(width, size), false) && len(t.lines) <= mostLines(s, size, height)
	}
	if fits(0) {
		return s.Size // Fast path: most texts are not too long.
	}
	steps := int((s.Size - s.Shrink) * 4)
	found := sort.Search(steps+1, fits)
	if found > steps {
		return s.Shrink
	}
	return s.Size - float64(found)/4
}

// wrap breaks the text into lines no wider than limit. A word that is wider
// is broken where a character ends; without anywhere that is a failure.
func (t *Typesetter) wrap(limit float64, anywhere bool) bool {
	t.lines = t.lines[:0]
	for _, par := range t.text.paragraphs {
		for start := par.start; ; {
			end, whole := t.lineEnd(start, par.end, limit)
			if !whole && !anywhere {
				return false
			}
			t.lines = append(t.lines, t.lineOf(par, start, end))
			if start = end; start >= par.end {
				break
			}
		}
	}
	return true
}

// lineOf is the line of a paragraph from start to end.
func (t *Typesetter) lineOf(par paragraph, start, end int) line {
	l := line{span: span{start, t.trim(start, end)}, par: par}
	if end < par.end && end > start && t.text.runes[end-1] == softHyphen {
		l.suffix = hyphen
	}
	return l
}

// lineEnd finds where the line that begins at start ends, and reports whether
// that is between words.
func (t *Typesetter) lineEnd(start, end int, limit float64) (int, bool) {
	p := &t.text
	width, between, letter := 0.0, -1, -1
	for i := start; i < end; i++ {
		if i > start && p.breaks[i] != 0 && (p.runes[i-1] != softHyphen || width+hyphenEms <= limit) {
			between = i
		}
		if i > start && p.starts[i] {
			letter = i
		}
		width += p.advances[i]
		if width <= limit || isSpace(p.runes[i]) {
			continue
		}
		switch {
		case between >= 0:
			return between, true
		case letter >= 0:
			return letter, false
		}
		// Not even one character fits: it stands alone.
		for i++; i < end && !p.starts[i]; i++ {
		}
		return i, false
	}
	return end, true
}

// hyphenEms is about the width of a hyphen.
const hyphenEms = 0.33

// trim is the end of a line without its blanks.
func (t *Typesetter) trim(start, end int) int {
	for end > start && isSpace(t.text.runes[end-1]) {
		end--
	}
	return end
}

// ellipsise ends a line in "…", as far on as it fits.
func (t *Typesetter) ellipsise(l *line, limit float64) {
	p := &t.text
	mark := t.suffixItem(ellipsis, l.par.level)
	room := limit - mark.width()
	l.suffix = ellipsis
	width, end := 0.0, l.start
	for i := l.start; i < l.par.end; i++ {
		if width += p.advances[i]; width > room {
			break
		}
		if p.starts[i+1] {
			end = i + 1
		}
	}
	end = t.leaveStub(l.start, end)
	from := len(t.visual)
	for range 8 { // letters at a cut may get another, wider form
		l.end = t.trim(l.start, end)
		t.visual = t.visual[:from]
		t.arrange(l)
		if l.width <= limit || l.end == l.start {
			return
		}
		for end = l.end - 1; end > l.start && !p.starts[end]; end-- {
		}
	}
}

// leaveStub is where a line ends that would end in less than four letters of a
// word: before that word.
func (t *Typesetter) leaveStub(start, end int) int {
	p := &t.text
	if end >= len(p.runes) || isSpace(p.runes[end]) {
		return end
	}
	letters := 0
	for i := end; i > start && letters < 4; i-- {
		if p.breaks[i] != 0 {
			return i
		}
		if p.starts[i] {
			letters++
		}
	}
	return end
}

// visualRun is an item, or a part of one, at its place in a line.
type visualRun struct {
	item
	apart float64
}

// width is a run's in ems.
func (v *visualRun) width() float64 {
	w := 0.0
	for i := range v.glyphs {
		w += float64(v.glyphs[i].advance) * v.unit
		if v.apart != 0 && lastOfCluster(v.glyphs, i) {
			w += v.apart
		}
	}
	return w
}

// arrange puts a line's runs into visual, from left to right.
func (t *Typesetter) arrange(l *line) {
	p := &t.text
	l.runs.start = len(t.visual)
	for i := range p.items {
		it := p.items[i]
		if it.end <= l.start || it.start >= l.end {
			continue
		}
		if it.start < l.start || it.end > l.end {
			it.span = span{max(it.start, l.start), min(it.end, l.end)}
			t.shape(&it)
		}
		t.visual = append(t.visual, visualRun{it, p.apart(&it)})
	}
	if l.suffix != 0 {
		t.visual = append(t.visual, t.suffixItem(l.suffix, l.par.level))
	}
	l.runs.end = len(t.visual)
	runs := t.visual[l.runs.start:l.runs.end]
	reorder(runs)
	l.width = 0
	for i := range runs {
		l.width += runs[i].width()
	}
	if len(runs) > 0 {
		l.width -= runs[len(runs)-1].apart
	}
}

// suffixItem is a character that is not of the text.
func (t *Typesetter) suffixItem(r rune, level int8) visualRun {
	p := &t.text
	text := p.runes
	p.runes = []rune{r}
	it := item{span: span{0, 1}, level: level, face: t.faceOf(p.choice, r)}
	t.shape(&it)
	p.runes = text
	return visualRun{item: it}
}

// reorder is rule L2 of UAX 9.
func reorder(runs []visualRun) {
	highest := int8(0)
	for i := range runs {
		highest = max(highest, runs[i].level)
	}
	for level := highest; level > 0; level-- {
		for i := 0; i < len(runs); i++ {
			end := i
			for end < len(runs) && runs[end].level >= level {
				end++
			}
			if end > i {
				slices.Reverse(runs[i:end])
				i = end
			}
		}
	}
}
