package rules

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"example.com/opentime/strict"
)

// variants are the definitions of variants. "show" may have others laid over
// it, which may have another layout: its values may be any layout's. Nothing is
// laid over a "variant": what it says must fit its layout.
func (w *vocabulary) variants() map[string]strict.Shape {
	locales := w.sender.Locales
	said := constantShape()
	said.MinLength = 1
	defs := map[string]strict.Shape{
		"constant": spoken(constantShape(), locales), "said": spoken(said, locales), "link": spoken(linkShape(), locales),
		"value": w.value(), "any-value": anyValueShape(), "show": w.show(), "variant": w.variant(), "items": itemsShape(),
		"value-text": spoken(drawnShape(), locales), "value-picture": spoken(drawnShape(), locales),
		"value-colour": spoken(colourShape(), locales), "value-number": bareShape("number", "string"),
		"value-moment": bareShape("string"), "value-list": listValueShape(),
	}
	for _, id := range slices.Sorted(maps.Keys(w.sender.Layouts)) {
		defs["show-"+id] = layoutShape(w.sender.Layouts[id])
	}
	return defs
}

// mapOrNothing is a variant with the fields that all have.
func mapOrNothing() strict.Shape {
	nothing := strict.Shape{
		Type: []string{"string"}, Pattern: "^nothing$", Remedy: "write a map, {layout: ...}, or nothing", Examples: []any{"nothing"},
	}
	s := nothing.OrMap(variantFields.Shape())
	s.Not = &strict.Shape{Type: []string{"object"}, Required: []string{"item", "items"}}
	return s
}

// show is a variant that others may be laid over.
func (w *vocabulary) show() strict.Shape {
	s := mapOrNothing()
	s.Others = strict.RefShape("any-value")
	for name, taken := range w.values() {
		s.Properties[name] = strict.RefShape("any-value").Says(taken.about())
	}
	return s
}

// variant is a variant that nothing is laid over.
func (w *vocabulary) variant() strict.Shape {
	s := mapOrNothing()
	s.Others = strict.RefShape("value")
	if len(w.sender.Layouts) == 0 {
		return s
	}
	named := []string{"layout"}
	for _, id := range slices.Sorted(maps.Keys(w.sender.Layouts)) {
		s.AllOf = append(s.AllOf, strict.Shape{
			If:   &strict.Shape{Type: []string{"object"}, Required: named, Properties: map[string]strict.Shape{"layout": {Enum: []any{id}}}},
			Then: new(strict.RefShape("show-" + id)),
		})
	}
	inherits := strict.Shape{Properties: map[string]strict.Shape{}, Names: &strict.Shape{}}
	for _, name := range variantFields.Names() {
		inherits.Names.Enum = append(inherits.Names.Enum, name)
	}
	all := w.values()
	for _, name := range slices.Sorted(maps.Keys(all)) {
		inherits.Names.Enum = append(inherits.Names.Enum, name)
		inherits.Properties[name] = all[name].shape().Says(all[name].about())
	}
	s.AllOf = append(s.AllOf, strict.Shape{
		If: &strict.Shape{Type: []string{"object"}, Not: &strict.Shape{Required: named}}, Then: &inherits,
	})
	return s
}

// layoutShape is the values of a layout, where a variant names it itself.
func layoutShape(layout *Layout) strict.Shape {
	s := strict.Shape{Properties: map[string]strict.Shape{}, Names: &strict.Shape{}}
	for _, name := range variantFields.Names() {
		s.Names.Enum = append(s.Names.Enum, name)
	}
	for _, value := range layout.Values {
		one := taken{value.Type: {layout.ID}}
		s.Names.Enum = append(s.Names.Enum, value.Name)
		s.Properties[value.Name] = one.shape().Says(one.about())
	}
	return s
}

// taken is the layouts that take a value, by the type they take it with.
type taken map[Type][]string

// values are the values of all layouts by their names.
func (w *vocabulary) values() map[string]taken {
	all := map[string]taken{}
	for _, id := range slices.Sorted(maps.Keys(w.sender.Layouts)) {
		for _, value := range w.sender.Layouts[id].Values {
			if all[value.Name] == nil {
				all[value.Name] = taken{}
			}
			all[value.Name][value.Type] = append(all[value.Name][value.Type], id)
		}
	}
	return all
}

// about says what a value is: a text of photo-headline, strip.
func (t taken) about() string {
	var parts []string
	for _, typ := range slices.Sorted(maps.Keys(t)) {
		parts = append(parts, fmt.Sprintf("a %s of %s", typ, strings.Join(t[typ], ", ")))
	}
	return upperFirst(strings.Join(parts, "; ")) + "."
}

// shape is what may be given for a value.
func (t taken) shape() strict.Shape {
	if len(t) > 1 {
		return strict.RefShape("value")
	}
	s := strict.RefShape("value")
	for typ := range t {
		s = strict.RefShape("value-" + typ.String())
	}
	return s
}

// value is what may be given for a value of any type.
func (w *vocabulary) value() strict.Shape {
	s := spoken(drawnShape(), w.sender.Locales)
	s.Type, s.MinItems, s.Items = nil, 0, new(strict.TextShape()) // a list of texts has no placeholders
	return s
}

// anyValueShape is what may be written for a value that no variant may come to
// use: a scalar, a list of them, or either by locale.
func anyValueShape() strict.Shape {
	texts := strict.TextsShape()
	texts.MaxLength = 0
	s := texts.OrMap(strict.Shape{Others: texts})
	s.Type = nil
	return s
}

// listValueShape is a list of texts, or a signal that is one.
func listValueShape() strict.Shape {
	s := bareShape("string", "array")
	s.Items = new(strict.TextShape())
	return s
}

// itemsShape is a list of items: ids, or where they come from.
func itemsShape() strict.Shape {
	ids := strict.Shape{
		Type: []string{"array", "string"}, Items: new(itemShape()), MinItems: 1, Unique: true,
		Pattern: "^$", Remedy: "write a list of ids, or {from: popular}",
	}
	return ids.OrMap(listFields.Shape())
}
