// Package assets holds what is built into the program: fonts, layouts, client
// tables, the gazetteer and the demo.
package assets

import "embed"

// FS has the folders fonts, layouts, clients, places and demo.
//
//go:embed all:fonts all:layouts all:clients all:places all:demo
var FS embed.FS
