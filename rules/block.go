package rules

import (
	"cmp"
	"slices"
	"strings"

	"example.com/opentime/strict"
)

// blocks reads the blocks, in the order of the mail.
func (l *loader) blocks(n *strict.Node) {
	if !l.IsMap(n) {
		return
	}
	if len(n.Entries) == 0 || len(n.Entries) > maxBlocks {
		l.Errorf(n, "%d blocks; write 1 to %d", len(n.Entries), maxBlocks)
	}
	for _, e := range n.Entries {
		if key := e.Key.Text; l.noBlock(e) {
			l.Errorf(e.Key, "%q stands where the id of a block does; move it out of blocks, or into a block", key)
			continue
		}
		id := l.ID(e.Key)
		b := l.block(e, id)
		b.First = l.c.Positions
		l.c.Positions += b.Positions
		l.c.Blocks = append(l.c.Blocks, b)
	}
	if l.c.Positions > maxShown {
		l.Errorf(n, "the blocks have %d positions together; write at most %d", l.c.Positions, maxShown)
	}
}

// noBlock reports whether an entry is no block, but a key of a campaign or block
// that stands too far out or in.
func (l *loader) noBlock(e strict.Entry) bool {
	if !campaignFields.Has(e.Key.Text) && !blockFields.Has(e.Key.Text) {
		return false
	}
	return !slices.ContainsFunc(e.Value.Entries, func(e strict.Entry) bool { return blockFields.Has(e.Key.Text) })
}

// blockLoader reads one block.
type blockLoader struct {
	*loader
	b        *Block
	found    map[string]*strict.Node
	layers   []layer // of the campaign and the block
	variants []placed
}

// placed is a variant of the block, nil where it is none, and where it and its
// layout were written.
type placed struct {
	*Variant
	node, layout *strict.Node
}

func (l *loader) block(e strict.Entry, id string) *Block {
	bl := &blockLoader{loader: l, b: &Block{ID: id, Node: e.Key, Positions: 1}, found: map[string]*strict.Node{}}
	strays := l.keysOf(e.Value, blockFields.Into(bl.found))
	if e.Value.Kind != strict.Map {
		return bl.b
	}
	if n := bl.found["positions"]; n != nil {
		bl.b.Positions = l.Int(n, 1, maxPositions)
	}
	bl.asks()
	if n := bl.found["prefetched"]; n != nil {
		bl.b.AsOpened = l.OneOf(n, prefetchedWords[:]...) == "as-opened"
	}
	bl.layers = []layer{l.show, {}}
	if n := bl.found["show"]; n != nil {
		bl.layers[1] = l.layer(n)
	}
	bl.layers[1] = bl.layers[1].with(strays, e.Key)
	bl.rules()
	bl.fallback()
	bl.lacking()
	bl.linked()
	bl.size()
	bl.format()
	bl.alt()
	if n := bl.found["retired"]; n != nil {
		bl.retired(n)
	}
	return bl.b
}

// rules reads the block's rules. Without them show is the only rule; without
// show too the fallback always serves.
func (bl *blockLoader) rules() {
	n := bl.found["rules"]
	if n == nil {
		bl.onlyShow()
		return
	}
	if n.Kind == strict.List && (len(n.Items) == 0 || len(n.Items) > maxRules) {
		bl.Errorf(n, "%d rules; write 1 to %d, or remove rules", len(n.Items), maxRules)
	}
	names := map[string]int{}
	bl.Each(n, func(n *strict.Node) {
		r := bl.rule(n)
		if line, twice := names[r.Name]; twice && r.Name != "" {
			bl.Errorf(cmp.Or(n.Find("name"), n), "rule %q is there twice, first on line %d; rename one", r.Name, line)
		}
		names[r.Name] = n.Line
		bl.b.Rules = append(bl.b.Rules, r)
	})
}

// onlyShow makes show the rule of a block without rules. Of one without show,
// what it inherits is, if that is whole.
func (bl *blockLoader) onlyShow() {
	node, house := bl.found["show"], bl.layers[0]
	inherits := node == nil
	if inherits {
		if bl.found["retired"] != nil || !house.nothing && house.node.Find("layout") == nil {
			return
		}
		node = bl.b.Node
	}
	v := bl.show(node, nil, inherits)
	if inherits && (v == nil || v.lacks()) {
		last := len(bl.variants) - 1
		bl.variants = bl.variants[:last]
		return
	}
	bl.b.Rules = []*Rule{{Name: "show", Node: node, Variant: v}}
}

func (bl *blockLoader) rule(n *strict.Node) *Rule {
	r := &Rule{Node: n}
	found := map[string]*strict.Node{}
	strays := bl.keysOf(n, ruleFields.Into(found))
	if n.Kind != strict.Map {
		return r
	}
	bl.Need(n, ruleFields.Needed()...)
	if name := found["name"]; name != nil {
		r.Name = bl.ID(name)
	}
	var own []layer
	node := n
	if show := found["show"]; show != nil {
		own, node = []layer{bl.layer(show).with(strays, show)}, show
	} else if len(strays) > 0 {
		own = []layer{layer{}.with(strays, n)}
	}
	if found["split"] == nil {
		r.Variant = bl.show(node, own, false)
	}
	bl.split(r, found, own)
	if when := found["when"]; when != nil {
		items := !slices.ContainsFunc(r.variants(), func(v *Variant) bool { return v != nil && !v.hasItem() })
		nothing := r.Variant != nil && r.Variant.Nothing && len(r.Split) == 0
		r.When = bl.when(when, scope{item: items, nothing: nothing, block: bl.b})
	}
	return r
}

// show compiles a variant of the block: what it inherits and its own layers.
// What a partial one lacks is not reported: it may stay out of use.
func (bl *blockLoader) show(node *strict.Node, own []layer, partial bool) *Variant {
	layers := append(bl.layers[:2:2], own...)
	m := merge(node, layers)
	v := bl.variant(variantLoader{merged: m, b: bl.b, own: 2, partial: partial})
	bl.variants = append(bl.variants, placed{v, node, m.values["layout"].value})
	return v
}

// fallback compiles the block's fallback, or what show gives without signals.
func (bl *blockLoader) fallback() {
	n := bl.found["fallback"]
	if n == nil && bl.found["show"] == nil && bl.found["retired"] != nil {
		bl.b.Fallback = nothingLeft // nothing is left of the block but its link
		return
	}
	layers, node := bl.layers[:2:2], bl.b.Node
	if n != nil {
		layers, node = append(layers, bl.layer(n)), n
	}
	m := merge(node, layers)
	bl.b.Fallback = bl.variant(variantLoader{merged: m, b: bl.b, fallback: true, own: 2, ownFallback: n != nil})
	bl.variants = append(bl.variants, placed{bl.b.Fallback, node, m.values["layout"].value})
}

// linked reports where only some of the block's variants have a link: those that
// have none, or those that have one, whichever are fewer.
func (bl *blockLoader) linked() {
	var with, without []*strict.Node
	for _, v := range bl.variants {
		switch {
		case v.Variant == nil || v.Nothing || v.node == bl.b.Node && v.lacks():
		case v.Link == nil:
			without = append(without, v.node)
		default:
			with = append(with, v.node)
		}
	}
	switch {
	case len(with) == 0:
	case len(with) < len(without):
		for _, n := range with {
			bl.Errorf(n, "this has a link and most variants of the block have none; add link to the block's show, or remove it here")
		}
	default:
		for _, n := range without {
			bl.Errorf(n, "this has no link and other variants of the block have; add link")
		}
	}
}

// size takes the block's size from what is written, or from the layout whose
// proportions most of its variants have.
func (bl *blockLoader) size() {
	b := bl.b
	n := bl.found["size"]
	if n != nil {
		b.Width, b.Height = bl.Size(n)
		if b.Width > 0 && (b.Width < 16 || b.Height < 16 || b.Width > 700 || b.Height > 1200) {
			bl.Errorf(n, "%s is out of range; write 16x16 to 700x1200", n.Text)
			return
		}
	} else if layout := bl.usual(); layout != nil {
		b.Width, b.Height = layout.Width, layout.Height
	}
	if b.Width == 0 {
		b.Width, b.Height = 600, 200
		return
	}
	var others []placed
	scaled := false
	for _, v := range bl.variants {
		switch {
		case v.Variant == nil || v.Nothing:
		case !sameRatio(b.Width, b.Height, v.Layout.Width, v.Layout.Height):
			others = append(others, v)
		case n == nil && b.Width != v.Layout.Width && !scaled:
			bl.Errorf(b.Node, "the layouts differ in scale (%dx%d and %dx%d); write size", b.Width, b.Height, v.Layout.Width, v.Layout.Height)
			scaled = true
		}
	}
	if layout := bl.usual(); n != nil && len(others) > 1 && bl.shares(layout) == bl.shares(nil) {
		bl.Errorf(n, "the block is %dx%d and its layouts are %dx%d; write a size of their proportions, or choose others", b.Width, b.Height, layout.Width, layout.Height)
		return
	}
	for _, v := range others {
		bl.Errorf(cmp.Or(v.node.Find("layout"), v.node), "the layout %q is %dx%d and the block %dx%d; choose a layout of the same proportions",
			v.Layout.ID, v.Layout.Width, v.Layout.Height, b.Width, b.Height)
	}
}

// usual returns the first layout whose proportions most variants have; nil if
// nothing is drawn.
func (bl *blockLoader) usual() *Layout {
	var usual *Layout
	for _, v := range bl.variants {
		if v.Variant != nil && !v.Nothing && (usual == nil || bl.shares(v.Layout) > bl.shares(usual)) {
			usual = v.Layout
		}
	}
	return usual
}

// shares counts the variants that are drawn in a layout of the proportions of
// another; of nil in any.
func (bl *blockLoader) shares(layout *Layout) int {
	n := 0
	for _, v := range bl.variants {
		if v.Variant != nil && !v.Nothing && (layout == nil || sameRatio(layout.Width, layout.Height, v.Layout.Width, v.Layout.Height)) {
			n++
		}
	}
	return n
}

// sameRatio reports whether two sizes agree in proportions within 1 %.
func sameRatio(w1, h1, w2, h2 int) bool {
	a, b := w1*h2, w2*h1
	return 100*max(a, b) <= 101*min(a, b)
}

// format is the written one; else gif with a countdown, png if the block can
// show nothing, else jpg.
func (bl *blockLoader) format() {
	nothing, countdown := false, false
	for _, v := range bl.variants {
		nothing = nothing || v.Variant != nil && v.Nothing
		countdown = countdown || v.Variant != nil && !v.Nothing && v.Layout.Countdown
	}
	n := bl.found["format"]
	switch {
	case n != nil:
		bl.b.Format = map[string]Format{"jpg": JPG, "png": PNG, "gif": GIF}[bl.OneOf(n, formatNames[:]...)]
		if nothing && n.Text == "jpg" {
			bl.Errorf(n, "a jpg cannot show nothing; write png or gif")
		}
	case countdown:
		bl.b.Format = GIF
	case nothing || bl.found["retired"] != nil:
		bl.b.Format = PNG
	}
}

// alt reads the text for readers without images: by default the first
// constant text of the fallback.
func (bl *blockLoader) alt() {
	bl.b.Alt = make([]string, len(bl.c.Locales))
	var texts [][]Template
	if n := bl.found["alt"]; n != nil {
		sc := scope{kind: constantText, block: bl.b}
		texts, _ = bl.texts(n, sc, func(n *strict.Node) (Template, bool) { return bl.template(n, sc) })
	} else if v := bl.b.Fallback; v != nil {
		for _, e := range v.Values {
			if e.Type == Text && texts == nil && len(e.Texts) > 0 && len(e.Texts[0]) > 0 && !e.Texts[0][0].hasPlaceholder() {
				texts = e.Texts
			}
		}
	}
	for i := range texts {
		if len(texts[i]) > 0 && !texts[i][0].hasPlaceholder() && len(texts[i][0]) > 0 {
			bl.b.Alt[i] = texts[i][0][0].Literal
		}
	}
}

// retired reads where the links of a block that is over lead.
func (bl *blockLoader) retired(n *strict.Node) {
	text := strings.TrimSpace(bl.Text(n))
	if why := wrongLink(text, false, bl.sender.Hosts); why != "" || strings.ContainsAny(text, "{} ") {
		if why == "" {
			why = "a retired block has one constant link; write https://..."
		}
		bl.Errorf(n, "%s", why)
		return
	}
	bl.b.Retired = ascii(text)
}
