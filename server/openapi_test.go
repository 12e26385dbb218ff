package server

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestOpenAPIHasEveryRoute holds the document and the routes against each other.
func TestOpenAPIHasEveryRoute(t *testing.T) {
	var document struct {
		Paths map[string]map[string]struct{ Responses map[string]any }
	}
	if err := json.Unmarshal(openAPI, &document); err != nil {
		t.Fatal(err)
	}
	var documented, served []string
	for path, operations := range document.Paths {
		for method := range operations {
			documented = append(documented, strings.ToUpper(method)+" "+path)
		}
	}
	s := &Server{config: Config{Demo: &Demo{}}}
	for method, paths := range s.routes().List() {
		for _, path := range paths {
			served = append(served, method+" "+strings.ReplaceAll(path, ":*}", "}"))
		}
	}
	slices.Sort(documented)
	slices.Sort(served)
	if diff := cmp.Diff(served, documented); diff != "" {
		t.Errorf("routes (-) and openapi.json (+):\n%s", diff)
	}
}
