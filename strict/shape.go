package strict

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// Shape says what a value may be, in the words of JSON Schema (draft 2020-12).
// It is never changed once it is made.
//
// A Reader reads scalars from their source text, and editors do not: 1.10 is a
// number to them, true a boolean. A Shape allows such types wherever the text
// may look like one. It is never stricter than what reads the value.
type Shape struct {
	Dialect     string `json:"$schema,omitempty"`
	Title       string `json:"title,omitempty"`
	Description string `json:"description,omitempty"`
	Ref         string `json:"$ref,omitempty"`
	Default     any    `json:"default,omitempty"`
	Examples    []any  `json:"examples,omitempty"`

	Type Types `json:"type,omitempty"`
	Enum []any `json:"enum,omitempty"`

	Pattern string `json:"pattern,omitempty"`
	// Remedy is what editors say where a value does not fit, InText where a text
	// does not, which else may be a map. They are words of VS Code's, which others
	// pass over.
	Remedy    string   `json:"errorMessage,omitempty"`
	InText    string   `json:"patternErrorMessage,omitempty"`
	MinLength int      `json:"minLength,omitempty"`
	MaxLength int      `json:"maxLength,omitempty"`
	Minimum   *float64 `json:"minimum,omitempty"`
	Maximum   *float64 `json:"maximum,omitempty"`

	Items    *Shape `json:"items,omitempty"`
	MinItems int    `json:"minItems,omitempty"`
	MaxItems int    `json:"maxItems,omitempty"`
	Unique   bool   `json:"uniqueItems,omitempty"`

	Properties        map[string]Shape    `json:"properties,omitempty"`
	PatternProperties map[string]Shape    `json:"patternProperties,omitempty"`
	Others            any                 `json:"additionalProperties,omitempty"` // a Shape, or false
	Names             *Shape              `json:"propertyNames,omitempty"`
	MinProperties     int                 `json:"minProperties,omitempty"`
	MaxProperties     int                 `json:"maxProperties,omitempty"`
	Required          []string            `json:"required,omitempty"`
	Together          map[string][]string `json:"dependentRequired,omitempty"`

	AnyOf []Shape `json:"anyOf,omitempty"`
	AllOf []Shape `json:"allOf,omitempty"`
	Not   *Shape  `json:"not,omitempty"`
	If    *Shape  `json:"if,omitempty"`
	Then  *Shape  `json:"then,omitempty"`
	Else  *Shape  `json:"else,omitempty"`

	Defs map[string]Shape `json:"$defs,omitempty"`
}

// Types are the JSON types that a value may have.
type Types []string

// MarshalJSON writes one type as a word, several as a list.
func (t Types) MarshalJSON() ([]byte, error) {
	if len(t) == 1 {
		return json.Marshal(t[0])
	}
	return json.Marshal([]string(t))
}

// scalars are the types that a plain scalar may have in an editor.
func scalars() []string { return []string{"string", "number", "boolean", "null"} }

// TextShape is what Text reads.
func TextShape() Shape { return Shape{Type: scalars(), MaxLength: MaxText} }

// IDShape is what ID reads.
func IDShape() Shape {
	words := make([]any, len(keptWords))
	for i, word := range keptWords {
		words[i] = word
	}
	return Shape{
		Type: scalars(), Pattern: fmt.Sprintf("^[a-z0-9][a-z0-9-]{0,%d}$", maxID-1), Not: &Shape{Enum: words},
		Remedy: fmt.Sprintf("this is no id; write 1 to %d of a-z, 0-9 and -, not beginning with -", maxID),
	}
}

// NameShape is what Name reads.
func NameShape() Shape {
	return Shape{
		Type: scalars(), Pattern: fmt.Sprintf("^[a-z][a-z0-9_]{1,%d}$", maxName-1),
		Remedy: fmt.Sprintf("this is no name; write 2 to %d of a-z, 0-9 and _, beginning with a letter", maxName),
	}
}

// BoolShape is what Bool reads.
func BoolShape() Shape {
	return Shape{Type: []string{"boolean", "string"}, Pattern: "^(?:true|false)$", Remedy: "write true or false"}
}

// IntShape is what Int reads.
func IntShape(lo, hi int) Shape {
	s := FloatShape(float64(lo), float64(hi))
	s.Type = []string{"integer", "string"}
	s.Remedy = fmt.Sprintf("write a whole number from %d to %d", lo, hi)
	return s
}

// FloatShape is what Float reads.
func FloatShape(lo, hi float64) Shape {
	return Shape{
		Type: []string{"number", "string"}, Minimum: new(lo), Maximum: new(hi), Pattern: "^" + NumberPattern() + "$",
		Remedy: fmt.Sprintf("write a number from %g to %g", lo, hi),
	}
}

// NumberPattern matches what ParseNumber reads.
func NumberPattern() string {
	return fmt.Sprintf(`-?(?:0|[1-9][0-9]{0,%d})(?:\.[0-9]{1,%d})?`, maxDigits-1, maxDecimals)
}

// PercentShape is what Percent reads.
func PercentShape() Shape {
	part := fmt.Sprintf(`(?:\.[0-9]{1,%d})?`, maxDecimals)
	none := strings.ReplaceAll(part, "[0-9]", "0")
	return Shape{
		Type: []string{"string"}, Pattern: "^(?:-?0" + none + "|[1-9]?[0-9]" + part + "|100" + none + ")%$",
		Remedy: "write a percentage from 0% to 100%",
	}
}

// DurationShape is what Duration reads.
func DurationShape() Shape {
	return Shape{
		Type: []string{"string"}, Pattern: "^" + DurationPattern() + "$",
		Remedy: "write a duration such as 90s, 15m, 48h, 30d or 1d12h", Examples: []any{"15m", "48h", "30d"},
	}
}

// DurationPattern matches what ParseDuration reads.
func DurationPattern() string {
	parts := make([]string, len(units))
	for i, u := range units {
		parts[i] = fmt.Sprintf("[0-9]{1,%d}%c", maxUnitDigits, u.letter)
		for _, smaller := range units[i+1:] {
			parts[i] += fmt.Sprintf("(?:[0-9]{1,%d}%c)?", maxUnitDigits, smaller.letter)
		}
	}
	return "(?:" + strings.Join(parts, "|") + ")"
}

// SizeShape is what Size reads.
func SizeShape() Shape {
	return Shape{
		Type: []string{"string"}, Pattern: "^[1-9][0-9]*x[1-9][0-9]*$",
		Remedy: "write width and height in CSS pixels, such as 600x240", Examples: []any{"600x240"},
	}
}

// WordShape is one of words, as OneOf reads it.
func WordShape(words ...string) Shape {
	s := Shape{Type: []string{"string"}}
	for _, word := range words {
		s.Enum = append(s.Enum, word)
	}
	if also := MistakenTypes(words...); len(also) > 0 {
		return Shape{AnyOf: []Shape{s, {Type: also}}}
	}
	return s
}

// MistakenTypes returns what else than strings an editor may take some of the
// words for.
func MistakenTypes(words ...string) []string {
	var types []string
	add := func(t string) {
		if !slices.Contains(types, t) {
			types = append(types, t)
		}
	}
	for _, word := range words {
		switch lower := strings.ToLower(word); lower {
		case "true", "false", "yes", "no", "on", "off", "y", "n":
			add("boolean")
		case "null", "~":
			add("null")
		case "":
		default:
			if strings.ContainsRune("0123456789+-.", rune(lower[0])) {
				add("number")
			}
		}
	}
	return types
}

// TextsShape is what Texts reads.
func TextsShape() Shape { return OneOrList(TextShape()) }

// OneOrList is an item, or a list of items.
func OneOrList(item Shape) Shape {
	if item.Enum != nil || item.AnyOf != nil || item.AllOf != nil || item.Ref != "" {
		return Shape{AnyOf: []Shape{item, ListShape(item)}}
	}
	one := item
	one.Type, one.Items = append(slices.Clone(item.Type), "array"), &item
	return one
}

// OneOrMore is an item, or a list of at least one.
func OneOrMore(item Shape) Shape {
	s := OneOrList(item)
	if len(s.AnyOf) > 0 {
		s.AnyOf[1].MinItems = 1
		return s
	}
	s.MinItems = 1
	return s
}

// OrMap is the shape, or a map as m is.
func (s Shape) OrMap(m Shape) Shape {
	m.Description, m.Examples = s.Description, s.Examples
	m.Type, m.Enum = append(slices.Clone(s.Type), m.Type...), s.Enum
	m.Pattern, m.InText, m.MinLength, m.MaxLength = s.Pattern, s.Remedy, s.MinLength, s.MaxLength
	m.Minimum, m.Maximum = s.Minimum, s.Maximum
	m.Items, m.MinItems, m.MaxItems, m.Unique = s.Items, s.MinItems, s.MaxItems, s.Unique
	return m
}

// ListShape is a list of items.
func ListShape(item Shape) Shape { return Shape{Type: []string{"array"}, Items: &item} }

// MapShape is a map whose keys have one shape and whose values another.
func MapShape(key, value Shape) Shape {
	return Shape{Type: []string{"object"}, Names: KeyShape(key), Others: value}
}

// KeyShape is the shape of a key, which editors always take for a string.
func KeyShape(s Shape) *Shape {
	s.Type = nil
	return &s
}

// RefShape is what is defined under a name.
func RefShape(name string) Shape { return Shape{Ref: "#/$defs/" + name} }

// Says is the shape with a description.
func (s Shape) Says(description string) Shape {
	s.Description = description
	return s
}
