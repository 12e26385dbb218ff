package render

import (
	"fmt"

	"example.com/opentime/strict"
)

// LayoutSchema is what a layout may say.
func LayoutSchema() strict.Schema {
	layer := layerFields.Shape()
	layer.MinProperties, layer.MaxProperties = 1, 1
	layers := strict.ListShape(strict.RefShape("layer"))
	layers.MaxItems = maxLayers
	return strict.Schema{
		Title: "A layout of opentime", Root: layoutFields.Shape(),
		Defs: map[string]strict.Shape{"layers": layers, "layer": layer, "colour": paintShape(), "words": wordsShape()},
	}
}

// namePart matches the name of a value between braces.
const namePart = `[a-z][a-z0-9_-]{0,47}`

// scalars are the types that an editor may take a scalar for.
func scalars() []string { return strict.TextShape().Type }

func idShape() strict.Shape {
	return strict.Shape{
		Type: scalars(), Pattern: idPattern.String(), Remedy: "this is no id; use a-z, 0-9 and -, at most 48, beginning with a letter or digit",
	}
}

func sizeShape() strict.Shape {
	return strict.Shape{
		Type: []string{"string"}, Pattern: sizePattern.String(), Remedy: "write a size as 600x240", Examples: []any{"600x240", "600x120"},
	}
}

// valuesShape are the values a layout declares: a type each, or a map.
func valuesShape() strict.Shape {
	types := strict.WordShape(valueTypes[:]...)
	name := strict.Shape{Pattern: namePattern.String(), Remedy: "this is no name of a value; use a-z, 0-9, - and _", Not: &strict.Shape{}}
	for _, key := range showKeys {
		name.Not.Enum = append(name.Not.Enum, key)
	}
	s := strict.MapShape(name, strict.Shape{AnyOf: []strict.Shape{types, valueFields.Shape()}})
	s.MaxProperties = maxValues
	return s
}

// lengthShape is what number reads.
func lengthShape(b bounds) strict.Shape {
	return strict.Shape{
		Type: []string{"number", "string"}, Minimum: new(b.low), Maximum: new(b.high), Pattern: `^[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)$`,
		Remedy: fmt.Sprintf("write a number from %g to %g, without a unit", b.low, b.high),
	}
}

// sideShape is a width or height.
func sideShape() strict.Shape {
	s := lengthShape(anyLength)
	s.Pattern, s.Examples = `^fit-content$|`+s.Pattern, []any{"fit-content"}
	s.Remedy += ", or fit-content"
	return s
}

// quantityShape is a number, or a value that is one.
func quantityShape(b bounds) strict.Shape {
	s := lengthShape(b)
	s.Pattern = `^\{` + namePart + `\}$|` + s.Pattern
	s.Remedy += ", or a value in braces and quotes"
	return s
}

// barsShape are the bars of a chart.
func barsShape() strict.Shape {
	s := strict.ListShape(chartBarFields.Shape())
	s.MinItems, s.MaxItems = 1, maxBars
	return s
}

// namesShape is a value's name, or a list of them.
func namesShape() strict.Shape {
	return strict.OneOrList(strict.Shape{Type: scalars(), Pattern: namePattern.String(), Remedy: "write the name of a value"})
}

// valueShape is a value in braces.
func valueShape() strict.Shape {
	return strict.Shape{Type: []string{"string"}, Pattern: `^\{` + namePart + `\}$`, Remedy: "write a value's name in braces and quotes"}
}

// paintShape is a colour, or a value that is one.
func paintShape() strict.Shape {
	return strict.Shape{
		Type: []string{"string"}, Pattern: colorPattern.String() + `|^\{` + namePart + `\}$`,
		Remedy: "write a colour in quotes, \"#1a2b3c\", with transparency \"#1a2b3c80\", or a value in braces",
	}
}

// backgroundShape is a colour or a gradient.
func backgroundShape() strict.Shape {
	s := paintShape()
	s.Pattern += "|" + gradientPattern.String()
	s.Remedy += ", or \"linear-gradient(90deg, #000000 0%, #00000000 100%)\""
	return s
}

func shadowShape() strict.Shape {
	return strict.Shape{Type: []string{"string"}, Pattern: shadowPattern.String(), Remedy: "write \"0 2 8 #00000033\": right, down, blur, colour"}
}

func focusShape() strict.Shape {
	return strict.Shape{Type: []string{"string"}, Pattern: focusPattern.String(), Remedy: "write \"50% 30%\", from the left and from the top"}
}

func paddingShape() strict.Shape {
	return strict.Shape{
		Type: []string{"number", "string"}, Minimum: new(0.0), Pattern: paddingPattern.String(), Remedy: "write one to four numbers, as in \"8 16\"",
	}
}

// wordsShape is a text with values, or one per locale.
func wordsShape() strict.Shape {
	text := strict.TextShape()
	text.Pattern = `^[^{]*(?:\{` + namePart + `\}[^{]*)*$`
	text.Remedy = "layers use the layout's own values by bare name, as in {headline}"
	locale := strict.Shape{Pattern: "^[A-Za-z]{1,8}(?:[-_][A-Za-z0-9]{1,8})*$", Remedy: "write a locale such as nl or nl-BE"}
	return text.OrMap(strict.MapShape(locale, text))
}
