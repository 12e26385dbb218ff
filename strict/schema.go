package strict

import (
	"encoding/json"
	"fmt"
	"io"
)

// dialect is the JSON Schema that Shapes are written in.
const dialect = "https://json-schema.org/draft/2020-12/schema"

// Schema is what one kind of file may say.
type Schema struct {
	Title string
	Root  Shape
	Defs  map[string]Shape // what RefShape names
}

// Write writes the schema as JSON.
func (s Schema) Write(w io.Writer) error {
	root := s.Root
	root.Dialect, root.Title, root.Defs = dialect, s.Title, s.Defs
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(root); err != nil {
		return fmt.Errorf("write schema: %w", err)
	}
	return nil
}
