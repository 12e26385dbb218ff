package render

import (
	"fmt"
	"maps"
	"regexp"
	"strconv"

	"example.com/opentime/strict"
)

// imageLayer is a source picture.
type imageLayer struct {
	common
	src            int
	contain        bool
	focusX, focusY float64 // 0..1: what stays in view
	look           decor
}

func (l *imageLayer) natural(_ *drawing, w, h float64) (float64, float64) { return w, h }

func (l *imageLayer) draw(d *drawing, b Box) error {
	r := d.pixels(b)
	if r.Empty() {
		return nil
	}
	if tooLarge(r) {
		return fmt.Errorf("draw image: %dx%d pixels are too many", r.Dx(), r.Dy())
	}
	d.decorate(&l.look, b)
	of := cut{
		hash: d.p.value(l.src).Photo, w: r.Dx(), h: r.Dy(), contain: l.contain,
		focusX: l.focusX, focusY: l.focusY, radius: l.look.radius * d.scale,
	}
	photo, err := d.photos.sized(of)
	if err != nil {
		return err
	}
	d.touch(r)
	d.laid = append(d.laid, laid{photo, of, r.Min})
	blendPicture(d.dst, photo, r.Min.X, r.Min.Y, 255)
	return nil
}

var focusPattern = regexp.MustCompile(`^([0-9.]{1,5})% ([0-9.]{1,5})%$`)

// image reads an image layer.
func (r *layoutReader) image(n *strict.Node) layer {
	l := &imageLayer{src: -1, focusX: 0.5, focusY: 0.5}
	keys := r.keys(&l.common)
	maps.Copy(keys, r.decor(&l.common, &l.look))
	keys["src"] = func(n *strict.Node) { l.src = r.value(&l.common, n, "picture") }
	keys["object-fit"] = func(n *strict.Node) { l.contain = r.oneOf(n, objectFits[:]...) == "contain" }
	keys["object-position"] = func(n *strict.Node) {
		m := focusPattern.FindStringSubmatch(n.Text)
		if m == nil {
			r.Errorf(n, `%q is no position; write "50%% 30%%", from the left and from the top`, n.Text)
			return
		}
		l.focusX, _ = strconv.ParseFloat(m[1], 64)
		l.focusY, _ = strconv.ParseFloat(m[2], 64)
		l.focusX, l.focusY = min(l.focusX/100, 1), min(l.focusY/100, 1)
	}
	r.Map(n, imageFields.Read(keys))
	r.require(n, n.Find("src") != nil, "src", `a picture, as in "{photo}"`)
	return l
}
