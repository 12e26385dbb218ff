package render

import (
	"slices"

	"example.com/opentime/strict"
)

// Words of enumerations; never changed.
var (
	valueTypes     = [...]string{"text", "picture", "number", "moment", "list", "colour"}
	fontStyles     = [...]string{"normal", "italic"}
	textAligns     = [...]string{"start", "center", "end"}
	verticalAligns = [...]string{"top", "middle", "bottom"}
	decorations    = [...]string{"none", "underline", "line-through"}
	objectFits     = [...]string{"cover", "contain"}
	alignItems     = [...]string{"stretch", "start", "center", "end"}
	justifyContent = [...]string{"start", "center", "end", "space-between"}
	symbologies    = [...]string{"code-128", "ean"}
	directions     = [...]string{"horizontal", "vertical"}
	chartLabels    = [...]string{"beside", "inside"}
	chartFigures   = [...]string{"value", "percent", "none"}
	chartType      = [...]string{"font-family", "font-size", "min-font-size", "font-weight"} // of a chart's words
	clockParts     = [...]string{"days", "hours", "minutes", "seconds"}
	showKeys       = [...]string{"layout", "item", "items", "link", "after"}
)

// bounds are the least and the most a number may be.
type bounds struct{ low, high float64 }

// Bounds of numbers; never changed.
var (
	anyLength     = bounds{0, maxSideHeight}
	growth        = bounds{0, 100}
	cornerRadius  = bounds{0, 600}
	borderWidth   = bounds{0, 50}
	fontSize      = bounds{minFontSize, maxFontSize}
	fontWeight    = bounds{100, 900}
	lineHeight    = bounds{0.8, 3}
	lineClamp     = bounds{1, 20}
	letterSpacing = bounds{-10, 50}
	lineThickness = bounds{0.5, 50}
	starCount     = bounds{1, 10}
	starSize      = bounds{8, 100}
	starGap       = bounds{0, 50}
	barMost       = bounds{0.000001, 1e12}
	chartAmount   = bounds{0, 1e12}
	barThickness  = bounds{1, 200}
	cellSide      = bounds{16, 200}
	cellGap       = bounds{0, 100}
	quietZone     = bounds{0, 10}
	barcodeQuiet  = bounds{0, 20}
	groupGap      = bounds{0, 200}
	gridColumns   = bounds{1, 12}
)

// layoutFields are the keys of a layout.
var layoutFields = strict.Fields{
	strict.Needs("layout", idShape(), "The layout's id, by which campaigns name it. First in the file."),
	strict.Needs("size", sizeShape(), "CSS pixels, 16x16 to 700x1200; drawn at two image pixels each. A block of the same proportions scales it."),
	strict.Takes("values", valuesShape(), "What campaigns give it, by name: a type, or {type, optional, default}."),
	strict.Needs("layers", strict.RefShape("layers"), "What is drawn, in order, each over the one before. A layer with a missing value is left out."),
}

// valueFields are the keys of a value's declaration.
var valueFields = strict.Fields{
	strict.Needs("type", strict.WordShape(valueTypes[:]...), "What campaigns give: a number may be a percentage, 0 to 100."),
	strict.Takes("optional", strict.BoolShape(), "Layers with it are left out where it is not given.").Or(false),
	strict.Takes("default", strict.Shape{}, "What it is where it is not given: of item.* only, such as \"{item.title}\"."),
}

// commonFields are the keys of every layer.
var commonFields = strict.Fields{
	strict.Takes("left", lengthShape(anyLength), "The distance from the left side of the canvas or grid cell.").Or(0),
	strict.Takes("top", lengthShape(anyLength), "The distance from the top.").Or(0),
	strict.Takes("right", lengthShape(anyLength), "The distance from the right side.").Or(0),
	strict.Takes("bottom", lengthShape(anyLength), "The distance from the bottom.").Or(0),
	strict.Takes("width", sideShape(), "All there is between the sides, if left out; fit-content is what a group needs."),
	strict.Takes("height", sideShape(), "All there is between the sides, if left out; fit-content is what a group needs."),
	strict.Takes("flex-grow", lengthShape(growth), "In a row or column: the share of the room that is left.").Or(0),
	strict.Takes("with", namesShape(), "A value, or a list: the layer is drawn only with them."),
	strict.Takes("without", namesShape(), "A value, or a list: the layer is drawn only without them."),
}

// decorFields are the looks of boxes.
var decorFields = strict.Fields{
	strict.Takes("background", backgroundShape(), "A colour, or a gradient: degrees (0 upwards, 90 to the right) and two to eight colours with their places."),
	strict.Takes("border-radius", lengthShape(cornerRadius), "Of the corners.").Or(0),
	strict.Takes("border-width", lengthShape(borderWidth), "A border inside the edge.").Or(0),
	strict.Takes("border-color", strict.RefShape("colour"), "The border's colour."),
	strict.Takes("box-shadow", shadowShape(), "\"0 2 8 #00000033\": right, down, blur, colour."),
}

// styleFields are the keys of type.
var styleFields = strict.Fields{
	strict.Takes("color", strict.RefShape("colour"), "The text's colour; black if left out."),
	strict.Takes("font-family", strict.TextShape(), "sans, serif or a font's own name. Characters it lacks come from another font.").Or("sans"),
	strict.Takes("font-size", lengthShape(fontSize), "CSS pixels; 16, of a button 15, of a countdown 32 if left out."),
	strict.Takes("min-font-size", lengthShape(fontSize), "Text that does not fit shrinks to this first; it does not shrink if left out."),
	strict.Takes("font-weight", lengthShape(fontWeight), "400 is normal, 700 bold."),
	strict.Takes("font-style", strict.WordShape(fontStyles[:]...), "normal or italic.").Or(fontStyles[0]),
	strict.Takes("line-height", lengthShape(lineHeight), "Of the font's size.").Or(1.25),
	strict.Takes("line-clamp", lengthShape(lineClamp), "The most lines; what is over ends in an ellipsis."),
	strict.Takes("letter-spacing", lengthShape(letterSpacing), "Between letters.").Or(0),
	strict.Takes("text-align", strict.WordShape(textAligns[:]...), "start is the side where the text's own script begins."),
	strict.Takes("vertical-align", strict.WordShape(verticalAligns[:]...), "Where the text stands in its box."),
	strict.Takes("text-decoration", strict.WordShape(decorations[:]...), "A line under or through the text.").Or(decorations[0]),
}

// The keys of each layer.
var (
	textFields = with(commonFields, styleFields, strict.Fields{
		strict.Needs("text", strict.RefShape("words"), "Words and values, \"{price} only\", or one per locale, the first for all others."),
	})
	imageFields = with(commonFields, decorFields, strict.Fields{
		strict.Needs("src", valueShape(), "A value of type picture, such as \"{photo}\"."),
		strict.Takes("object-fit", strict.WordShape(objectFits[:]...), "cover fills the box and cuts, contain shows all.").Or(objectFits[0]),
		strict.Takes("object-position", focusShape(), "What stays in view, from the left and the top.").Or("50% 50%"),
	})
	boxFields  = with(commonFields, decorFields)
	lineFields = with(commonFields, strict.Fields{
		strict.Takes("color", strict.RefShape("colour"), "The line's colour.").Or("#e2e8f0"),
		strict.Takes("thickness", lengthShape(lineThickness), "The line lies along the longer side of its place.").Or(1),
	})
	buttonFields = with(commonFields, styleFields, decorFields, strict.Fields{
		strict.Needs("text", strict.RefShape("words"), "What the button says, such as \"{button}\", or one per locale."),
		strict.Takes("padding", paddingShape(), "One to four numbers, as CSS has them.").Or("10 18"),
	})
	starsFields = with(commonFields, strict.Fields{
		strict.Needs("value", valueShape(), "A value of type number, such as \"{stars}\"; parts of a star are drawn."),
		strict.Takes("max", lengthShape(starCount), "How many stars.").Or(5),
		strict.Takes("size", lengthShape(starSize), "Of a star.").Or(18),
		strict.Takes("gap", lengthShape(starGap), "Between stars.").Or(3),
		strict.Takes("color", strict.RefShape("colour"), "Of what is given.").Or("#f59e0b"),
		strict.Takes("empty-color", strict.RefShape("colour"), "Of what is not.").Or("#e2e8f0"),
	})
	barFields = with(commonFields, decorFields, strict.Fields{
		strict.Needs("value", valueShape(), "A value of type number, such as \"{value}\"."),
		strict.Takes("max", quantityShape(barMost), "A number, or a value of type number.").Or(100),
		strict.Takes("color", strict.RefShape("colour"), "Of the part that is full.").Or("#0f172a"),
	})
	chartFields = with(commonFields, decorFields, only(styleFields, chartType[:]...), strict.Fields{
		strict.Needs("bars", barsShape(), "What is compared, in order, at most 12. A bar with a missing value is left out."),
		strict.Takes("direction", strict.WordShape(directions[:]...), "horizontal bars lie one under the other, vertical ones stand side by side.").Or(directions[0]),
		strict.Takes("labels", strict.WordShape(chartLabels[:]...), "beside the bars, or inside: in them. Under vertical ones.").Or(chartLabels[0]),
		strict.Takes("figures", strict.WordShape(chartFigures[:]...), "value writes each bar's number, percent its share of all, in whole ones that add up to 100; none.").Or(chartFigures[0]),
		strict.Takes("max", quantityShape(barMost), "What fills a bar's place: a number, or a value; the largest bar if left out, of percent 100."),
		strict.Takes("gap", lengthShape(groupGap), "Between bars.").Or(8),
		strict.Takes("thickness", lengthShape(barThickness), "Of a bar; all its room if left out."),
		strict.Takes("label-width", lengthShape(anyLength), "Of labels beside bars; what the longest needs if left out, at most 45% of the chart."),
		strict.Takes("label-color", strict.RefShape("colour"), "Of labels and figures; black if left out."),
		strict.Takes("color", strict.RefShape("colour"), "Of the bars.").Or("#94a3b8"),
		strict.Takes("highlight", valueShape(), "A value of type text that is the name of a bar, such as \"{chosen}\": that bar is highlighted, if there is one."),
		strict.Takes("highlight-color", strict.RefShape("colour"), "Of the highlighted bar.").Or("#0f172a"),
		strict.Takes("highlight-text", strict.RefShape("words"), "Words behind the highlighted bar's label."),
		strict.Takes("font-size", lengthShape(fontSize), "Of labels and figures.").Or(13),
		strict.Takes("min-font-size", lengthShape(fontSize), "Labels that do not fit shrink to this first.").Or(9),
	})
	chartBarFields = strict.Fields{
		strict.Needs("label", strict.RefShape("words"), "What the bar is: words and values, or one per locale."),
		strict.Needs("value", quantityShape(chartAmount), "A number, or a value of type number, such as \"{monday}\"."),
		strict.Takes("name", strict.RefShape("words"), "What highlight calls the bar; its label if left out."),
		strict.Takes("color", strict.RefShape("colour"), "Of the bar; the chart's if left out."),
	}
	countdownFields = with(commonFields, decorFields, without(styleFields, "text-align", "vertical-align", "line-clamp", "text-decoration"), strict.Fields{
		strict.Needs("value", valueShape(), "A value of type moment, such as \"{until}\"."),
		strict.Takes("labels", labelFields.Shape(), "The words under the cells: {days, hours, minutes, seconds}; none if left out."),
		strict.Takes("cell-width", lengthShape(cellSide), "Of a cell.").Or(64),
		strict.Takes("cell-height", lengthShape(cellSide), "Of a cell.").Or(56),
		strict.Takes("gap", lengthShape(cellGap), "Between cells.").Or(10),
		strict.Takes("label-color", strict.RefShape("colour"), "Of the labels.").Or("#64748b"),
		strict.Takes("label-size", lengthShape(fontSize), "Of the labels.").Or(11),
		strict.Takes("date-size", lengthShape(fontSize), "Of the date that clients that fetch ahead are sent.").Or(24),
	})
	qrFields = with(commonFields, strict.Fields{
		strict.Needs("text", strict.RefShape("words"), "What the code says, such as \"https://cinema.example/{code}\"."),
		strict.Takes("color", strict.RefShape("colour"), "Of the modules.").Or("#000000"),
		strict.Takes("background", strict.RefShape("colour"), "Of what lies between them.").Or("#ffffff"),
		strict.Takes("quiet", lengthShape(quietZone), "Empty modules around the code; readers expect 4.").Or(4),
	})
	barcodeFields = with(commonFields, strict.Fields{
		strict.Needs("text", strict.RefShape("words"), "What the code says, such as \"{code}\"."),
		strict.Takes("symbology", strict.WordShape(symbologies[:]...), "code-128 takes ASCII, ean 8 or 13 digits, the last of which may be left out.").Or(symbologies[0]),
		strict.Takes("color", strict.RefShape("colour"), "Of the bars.").Or("#000000"),
		strict.Takes("background", strict.RefShape("colour"), "Of what lies between them.").Or("#ffffff"),
		strict.Takes("quiet", lengthShape(barcodeQuiet), "Empty modules on either side; readers expect 10.").Or(10),
	})
	groupFields = with(commonFields, decorFields, strict.Fields{
		strict.Needs("layers", strict.RefShape("layers"), "What the group arranges, in order. Layers that are left out take no room."),
		strict.Takes("gap", lengthShape(groupGap), "Between layers.").Or(0),
		strict.Takes("padding", paddingShape(), "One to four numbers, as CSS has them.").Or(0),
	})
	flowFields = with(groupFields, strict.Fields{
		strict.Takes("align-items", strict.WordShape(alignItems[:]...), "Across the group's direction.").Or(alignItems[0]),
		strict.Takes("justify-content", strict.WordShape(justifyContent[:]...), "Along the group's direction.").Or(justifyContent[0]),
	})
	gridFields = with(groupFields, strict.Fields{
		strict.Takes("columns", lengthShape(gridColumns), "How many cells a row has.").Or(2),
	})
)

// layerFields are the kinds of layers.
var layerFields = strict.Fields{
	strict.Takes("text", textFields.Shape(), "Text in one style."),
	strict.Takes("image", imageFields.Shape(), "A picture that the campaign gives."),
	strict.Takes("box", boxFields.Shape(), "A filled or bordered box."),
	strict.Takes("line", lineFields.Shape(), "A straight line."),
	strict.Takes("button", buttonFields.Shape(), "A text in a box that is as large as the text needs."),
	strict.Takes("stars", starsFields.Shape(), "A rating."),
	strict.Takes("bar", barFields.Shape(), "A progress bar."),
	strict.Takes("chart", chartFields.Shape(), "Bars that are compared: numbers, or shares of all answers."),
	strict.Takes("countdown", countdownFields.Shape(), "Days, hours, minutes and seconds to a moment, each in a cell. It moves in a GIF."),
	strict.Takes("qr", qrFields.Shape(), "A QR code."),
	strict.Takes("barcode", barcodeFields.Shape(), "A barcode, for tills."),
	strict.Takes("row", flowFields.Shape(), "Layers side by side."),
	strict.Takes("column", flowFields.Shape(), "Layers one under the other."),
	strict.Takes("grid", gridFields.Shape(), "Layers in cells of one size, row by row."),
}

// labelFields are the words under a countdown's cells.
var labelFields = func() strict.Fields {
	var fields strict.Fields
	for _, part := range clockParts {
		fields = append(fields, strict.Takes(part, strict.RefShape("words"), "A text, or one per locale."))
	}
	return fields
}()

// with joins the fields that layers have in common with a layer's own, which
// replace those of the same name.
func with(all ...strict.Fields) strict.Fields {
	var fields strict.Fields
	for _, some := range all {
		fields = append(without(fields, some.Names()...), some...)
	}
	return fields
}

// only is the fields of those names.
func only(fields strict.Fields, names ...string) strict.Fields {
	return slices.DeleteFunc(slices.Clone(fields), func(f strict.Field) bool { return !slices.Contains(names, f.Name) })
}

// without leaves fields out.
func without(fields strict.Fields, names ...string) strict.Fields {
	return slices.DeleteFunc(slices.Clone(fields), func(f strict.Field) bool { return slices.Contains(names, f.Name) })
}
