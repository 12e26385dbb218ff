package rules

import "slices"

// ageing warns of what passes where copies fetched ahead are told it.
func (a *analysis) ageing() {
	if !a.b.AsOpened {
		return
	}
	var names []string
	note := func(name string) {
		if name != "" && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	for i := range a.rules {
		a.passingIn(a.rules[i].When, note)
		for _, v := range a.rules[i].variants() {
			a.passingOf(v, note)
		}
	}
	if len(names) > 0 {
		a.l.Warnf(a.b.Node, "a copy fetched ahead may show %s as of days ago; remove prefetched: as-opened, or do without", listed(names))
	}
}

// passingIn notes what passes among what conditions decide on. That there is
// some stock, or none, lasts.
func (a *analysis) passingIn(c *Condition, note func(string)) {
	if c == nil {
		return
	}
	for _, part := range c.Parts {
		a.passingIn(part, note)
	}
	for _, ref := range c.Refs {
		if word := a.passing(ref, &plainFormat); word != "" && word != stockCounts {
			note(c.Name)
		}
	}
	if c.Op != Compare {
		return
	}
	number := func(m Match) bool { return m.Hi >= Million && (m.Lo > Million || m.Hi != most) }
	if word := a.passing(c.Ref, &plainFormat); word != "" && (word != stockCounts || slices.ContainsFunc(c.Any, number)) {
		note(c.Name)
	}
}

// passingOf notes what passes among what a variant draws and leads to.
func (a *analysis) passingOf(v *Variant, note func(string)) {
	if v.Nothing {
		return
	}
	if v.Layout.Countdown {
		note("a countdown")
	}
	for i := range v.Values {
		if ref := v.Values[i].Ref; ref.Kind != NoRef && a.passing(ref, &plainFormat) != "" {
			note(a.c.nameOf(ref))
		}
	}
	for p := range v.pieces() {
		if p.Ref.Kind != NoRef && a.passing(p.Ref, &p.Format) != "" {
			note(a.c.nameOf(p.Ref))
		}
	}
}

// rights warns of codes that whoever can write a link gets.
func (a *analysis) rights() {
	for i := range a.rules {
		x := &a.rules[i]
		parameter := a.onlyParameters(x.When)
		if parameter == "" {
			continue
		}
		for _, v := range x.variants() {
			if code := a.code(v); code != "" {
				a.l.Warnf(x.nameNode(), "anybody can write %s into a link and be shown %s; decide by profile.* or by what the recipient did", parameter, code)
				break
			}
		}
	}
}

// code returns the single-use code that a variant shows or leads to, or "".
func (a *analysis) code(v *Variant) string {
	for p := range v.pieces() {
		if p.Ref.Kind == SignalRef && a.c.Signals[p.Ref.Index].Source == CodeSource {
			return a.c.Signals[p.Ref.Index].Name
		}
	}
	return ""
}

// onlyParameters returns a parameter that conditions ask of, if they ask of
// nothing else but the clock, or "".
func (a *analysis) onlyParameters(c *Condition) string {
	if c == nil {
		return ""
	}
	name, only := "", true
	var walk func(c *Condition)
	walk = func(c *Condition) {
		refs := c.Refs
		switch c.Op {
		case And, Or, Not, Known:
		case Compare:
			refs = []Ref{c.Ref}
		default:
			only = false
		}
		for _, ref := range refs {
			switch {
			case ref.Kind == SignalRef && a.c.Signals[ref.Index].Source == ParameterSource:
				name = a.c.Signals[ref.Index].Name
			case a.clockOf(ref) == "":
				only = false
			}
		}
		for _, part := range c.Parts {
			walk(part)
		}
	}
	if walk(c); !only {
		return ""
	}
	return name
}

// pixels warns of pictures that are small once drawn, at two pixels a CSS
// pixel.
func (a *analysis) pixels() {
	if b := a.b; min(b.Width, b.Height) <= 50 {
		a.l.Warnf(b.Node, "the picture is %dx%d once drawn, a side of 100 px or less; write a size whose sides are above 50", 2*b.Width, 2*b.Height)
	}
}
