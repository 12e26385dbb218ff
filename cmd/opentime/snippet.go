package main

import (
	_ "embed" // the script
	"fmt"
	"io"
	"strings"
)

// snippetScript is what the sender's own pages load, without the server's address.
//
//go:embed snippet.js
var snippetScript string

// snippetCmd is opentime snippet.
type snippetCmd struct {
	Path string `arg:"" optional:"" help:"A folder with an opentime.yaml."`
}

// Help teaches the command.
func (snippetCmd) Help() string {
	return `Prints the script for the sender's own pages, which tells what visitors who came from a mail look at, put into the cart and buy. It does nothing until consent is told, and sends nothing but that to this server.

  opentime snippet > opentime.js

Serve it from the site itself, and name the site in opentime.yaml, under origins. It takes r from the link that led to the site: write the field that sign filled into the mail's plain links, as https://shop.example/?r=...`
}

// Run prints the script.
func (c *snippetCmd) Run(e *env) error {
	s, err := openSite(c.Path, e)
	if err != nil {
		return err
	}
	if err := s.checkPublic(e); err != nil {
		return err
	}
	if len(s.config.origins) == 0 {
		_, _ = fmt.Fprintln(e.stderr, "opentime: hint: no page may tell anything yet; write origins: [https://shop.example] in opentime.yaml")
	}
	if _, err := io.WriteString(e.stdout, strings.Replace(snippetScript, "{{.Public}}", s.config.public, 1)); err != nil {
		return fmt.Errorf("print script: %w", err)
	}
	return nil
}
