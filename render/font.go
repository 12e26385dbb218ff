package render

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"io/fs"
	"os"
	"path"
	"strings"

	"github.com/go-text/typesetting/font"
	"github.com/go-text/typesetting/language"
	"github.com/go-text/typesetting/shaping"
)

// Fonts is a set of fonts. It never changes and is safe for concurrent use.
// Text is drawn in the family asked for, and each character that family lacks
// in the first other font that has it.
type Fonts struct {
	all []typeface
}

// typeface is one font of a set with what choosing among them needs.
type typeface struct {
	font   *font.Font
	name   string // of the file, which orders fonts that are otherwise alike
	family string // lower case without spaces: notosans
	weight int
	italic bool
	emoji  bool // colour pictures, not outlines
}

// LoadFonts reads every font in files (.ttf, .otf, .ttc), and those at the
// paths in more. It fails when one of them is not a font, or when there is
// none with outlines.
func LoadFonts(files fs.FS, more ...string) (*Fonts, error) {
	f := &Fonts{}
	err := fs.WalkDir(files, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !isFontName(name) {
			return err
		}
		data, err := fs.ReadFile(files, name)
		if err != nil {
			return err
		}
		return f.add(name, data)
	})
	if err != nil {
		return nil, fmt.Errorf("load fonts: %w", err)
	}
	for _, name := range more {
		data, err := os.ReadFile(name)
		if err != nil {
			return nil, fmt.Errorf("load fonts: %w", err)
		}
		if err := f.add(name, data); err != nil {
			return nil, fmt.Errorf("load fonts: %w", err)
		}
	}
	for i := range f.all {
		if !f.all[i].emoji {
			return f, nil
		}
	}
	return nil, errors.New("load fonts: there is no font with letters")
}

// isFontName reports whether a file's name is that of a font.
func isFontName(name string) bool {
	switch strings.ToLower(path.Ext(name)) {
	case ".ttf", ".otf", ".ttc":
		return true
	}
	return false
}

// add puts the fonts in data, one or a collection, into the set. A panic of
// the parser is an error: fonts come from customers too.
func (f *Fonts) add(name string, data []byte) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("%s: not a font: %v", name, r)
		}
	}()
	faces, err := font.ParseTTC(bytes.NewReader(data))
	if err != nil {
		return fmt.Errorf("%s: not a font: %w", name, err)
	}
	for i, face := range faces {
		about := face.Describe()
		family := font.NormalizeFamily(about.Family)
		if i > 0 && cjkRegion(family) != "" {
			continue // the first of such a collection has every region's forms
		}
		if face.Upem() == 0 {
			return fmt.Errorf("%s: not a font: no units per em", name)
		}
		one := typeface{
			font:   face.Font,
			name:   name,
			family: family,
			weight: int(about.Aspect.Weight),
			italic: about.Aspect.Style == font.StyleItalic,
			emoji:  len(face.BitmapSizes()) > 0 && !hasOutlines(face),
		}
		probe(one)
		f.all = append(f.all, one)
	}
	return nil
}

// Typesetter returns a new one over these fonts, with caches of its own.
func (f *Fonts) Typesetter() *Typesetter {
	t := &Typesetter{
		fonts:   f,
		faces:   make([]*font.Face, len(f.all)),
		choices: map[choiceKey]*choice{},
		locales: map[string]language.Language{},
	}
	t.shaper = t.newShaper()
	t.glyphs.max, t.shapes.max = glyphCacheBytes, shapedBytes
	return t
}

// newShaper returns a shaper that remembers every font.
func (t *Typesetter) newShaper() shaping.HarfbuzzShaper {
	var s shaping.HarfbuzzShaper
	s.SetFontCacheSize(len(t.fonts.all) + 1)
	return s
}

// probe draws a font's first characters, so that a font that makes the shaper
// panic does so while it is loaded and not for a recipient.
func probe(one typeface) {
	runes := []rune("Hi 12 ")
	for iter := one.font.Cmap.Iter(); len(runes) < 20 && iter.Next(); {
		r, _ := iter.Char()
		runes = append(runes, r)
	}
	fonts := &Fonts{all: []typeface{one}}
	dst := image.NewRGBA(image.Rect(0, 0, 256, 32))
	fonts.Typesetter().Draw(dst, Box{W: 256, H: 32}, string(runes), TextStyle{Size: 16})
}

// hasOutlines reports whether one of the font's first glyphs has an outline.
func hasOutlines(face *font.Face) bool {
	for gid := range font.GID(64) {
		if o, ok := face.GlyphDataOutline(gid); ok && len(o.Segments) > 0 {
			return true
		}
	}
	return false
}
