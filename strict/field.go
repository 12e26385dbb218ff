package strict

import (
	"fmt"
	"maps"
	"slices"
)

// Field is a key that a map may have: what reads a file and what editors are
// told of it both come from here.
type Field struct {
	Name    string
	Is      Shape
	About   string // in a line, for people
	Needed  bool
	Default any  // what a map without the key comes to; nil: nothing that can be written
	Refused bool // belongs to the language and is not supported yet: read to say so
}

// Takes is a key that may be left out.
func Takes(name string, is Shape, about string) Field { return Field{Name: name, Is: is, About: about} }

// Needs is a key that may not.
func Needs(name string, is Shape, about string) Field {
	return Field{Name: name, Is: is, About: about, Needed: true}
}

// Refuses is a key of the language that is not supported yet.
func Refuses(name string) Field { return Field{Name: name, Refused: true} }

// Or is the field with what a map without it comes to.
func (f Field) Or(value any) Field {
	f.Default = value
	return f
}

// Fields are the keys that a map may have, in the order in which people write
// them. They are never changed.
type Fields []Field

// Read pairs the fields with what reads them. Where one lacks the other it
// panics: then the program is wrong, not a file.
func (f Fields) Read(keys Keys) Keys {
	for _, field := range f {
		if keys[field.Name] == nil {
			panic(fmt.Sprintf("BUG: nothing reads the field %q", field.Name))
		}
	}
	if len(keys) != len(f) {
		panic(fmt.Sprintf("BUG: the keys %q are read, and the fields are %q", slices.Sorted(maps.Keys(keys)), f.Names()))
	}
	return keys
}

// Into reads each field's node into found.
func (f Fields) Into(found map[string]*Node) Keys {
	keys := make(Keys, len(f))
	for _, field := range f {
		keys[field.Name] = func(n *Node) { found[field.Name] = n }
	}
	return keys
}

// Names lists the keys.
func (f Fields) Names() []string {
	names := make([]string, len(f))
	for i, field := range f {
		names[i] = field.Name
	}
	return names
}

// Needed lists the keys that may not be left out.
func (f Fields) Needed() []string {
	var names []string
	for _, field := range f {
		if field.Needed {
			names = append(names, field.Name)
		}
	}
	return names
}

// Has reports whether a key is among the fields.
func (f Fields) Has(name string) bool {
	return slices.ContainsFunc(f, func(field Field) bool { return field.Name == name })
}

// Shape is a map that has the fields and no others.
func (f Fields) Shape() Shape {
	s := Shape{Type: []string{"object"}, Properties: map[string]Shape{}, Required: f.Needed(), Others: false}
	for _, field := range f {
		if field.Refused {
			continue
		}
		property := field.Is
		property.Description, property.Default = field.About, field.Default
		s.Properties[field.Name] = property
	}
	return s
}
