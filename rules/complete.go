package rules

// complete reports whether everything the variant's picture requires is known,
// its link too, and an until lies ahead. Without item, what only an item
// supplies counts as known.
func (v *view) complete(variant *Variant, item bool) bool {
	return v.drawable(variant, item) && (len(variant.Link) == 0 || v.alternative(variant.Link, item) >= 0)
}

// drawable reports the same of all that is drawn, so not of the link.
func (v *view) drawable(variant *Variant, item bool) bool {
	for i := range variant.Values {
		declared, e := &variant.Layout.Values[i], &variant.Values[i]
		if e.Type == Unknown {
			if !declared.Optional {
				return false
			}
			continue
		}
		value, known := v.given(e, item)
		if !known && !declared.Optional {
			return false
		}
		if known && declared.Type == Moment && declared.Name == "until" && value.Known() && value.N <= v.clock.ms {
			return false
		}
	}
	return true
}

// given reports whether what a variant gives is known, and of a number, moment
// or list also what it is.
func (v *view) given(e *Expr, item bool) (Value, bool) {
	switch e.Type {
	case Number, Moment, TextList:
		if !item && e.Ref.Kind == ItemRef {
			return Value{}, true
		}
		value := e.Literal
		if e.Ref.Kind != NoRef {
			value = v.value(e.Ref)
		}
		if value.Type == Some {
			value = Value{}
		}
		switch {
		case value.Type != Moment:
		case e.Local:
			value.N = v.clock.instant(value.N, EndsAt)
		default:
			value.N += e.Offset
		}
		return value, value.Known()
	}
	return Value{}, v.alternative(e.Texts, item) >= 0
}

// alternative returns the first text of this locale whose placeholders are all
// known, or -1. An empty text is none.
func (v *view) alternative(texts [][]Template, item bool) int {
	if v.locale >= len(texts) {
		return -1
	}
	for i, template := range texts[v.locale] {
		if len(template) > 0 && v.knows(template, item) {
			return i
		}
	}
	return -1
}

// knows reports whether every placeholder of a text can be written.
func (v *view) knows(template Template, item bool) bool {
	for i := range template {
		p := &template[i]
		switch {
		case p.Ref.Kind == NoRef, !item && p.Ref.Kind == ItemRef:
		case p.Pictures != nil:
			if v.position > len(p.Pictures) {
				return false
			}
		case v.ahead && (p.Format.Name == "left" || p.Format.writesClock() && v.clockOf(p.Ref) == "now"):
			return false // a copy may be looked at hours later
		default:
			value := v.value(p.Ref)
			if !value.Known() || value.Type == Some || value.Type == Text && value.Text == "" {
				return false
			}
			if p.Unproven && wrongLink(value.Text, false, v.campaign.sender.Hosts) != "" {
				return false
			}
		}
	}
	return true
}

// writesClock reports whether a format writes the time of day.
func (f *TextFormat) writesClock() bool {
	return f.Name == "" || f.Name == "time" || f.Name == "moment"
}
