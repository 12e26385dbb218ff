package main

import (
	"fmt"
	"html"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"example.com/opentime/bench/load"
)

// mail is what a mail asks a server for.
type mail struct {
	blocks  []block
	columns []string // of the recipients' file, merged into links; r is the first
}

// block is an image of the mail and the link around it.
type block struct {
	load.Image
	image, click string // paths
	query        []pair
}

// pair is a part of a query: a column's value or, where that is -1, a text.
type pair struct {
	name, text string // text is encoded
	column     int
}

var (
	imageTag  = regexp.MustCompile(`(?is)<img\b(?:"[^"]*"|'[^']*'|[^>"'])*>`) // merge tags in quotes may have > and the other quote
	sourceIn  = regexp.MustCompile(`(?is)\ssrc\s*=\s*(?:"([^"]*)"|'([^']*)')`)
	widthIn   = regexp.MustCompile(`(?is)\bwidth\s*=\s*["']?(\d+)`)
	imagePath = regexp.MustCompile(`/i/([a-z0-9_][a-z0-9-]{0,47}/[a-z0-9_][a-z0-9-]{0,47}(?:/\d{1,2})?)\.(jpg|png|gif)$`)
)

// readMail finds opentime's images in a mail's HTML. Values of a query are merged
// from the recipients' columns of the same name, those are kept that are no merge
// tag.
func readMail(text string, columns []string) (*mail, error) {
	m := &mail{columns: columns}
	for _, tag := range imageTag.FindAllString(text, -1) {
		source := sourceIn.FindStringSubmatch(tag)
		if source == nil {
			continue
		}
		address, query, _ := strings.Cut(html.UnescapeString(source[1]+source[2]), "?")
		found := imagePath.FindStringSubmatch(address)
		if found == nil {
			continue
		}
		b := block{image: found[0], click: "/c/" + found[1], Image: load.Image{Extension: found[2]}, query: readQuery(query, columns)}
		if width := widthIn.FindStringSubmatch(tag); width != nil {
			b.Width, _ = strconv.Atoi(width[1])
		}
		m.blocks = append(m.blocks, b)
	}
	if len(m.blocks) == 0 {
		return nil, fmt.Errorf("the mail has no image whose address is /i/<campaign>/<block>.<jpg|png|gif>; give what opentime link prints")
	}
	return m, nil
}

// namedMail makes a mail of images that are named, separated by commas.
func namedMail(text string, columns []string) (*mail, error) {
	m := &mail{columns: columns}
	for name := range strings.SplitSeq(text, ",") {
		found := imagePath.FindStringSubmatch(path.Join("/i", strings.TrimSpace(name)))
		if found == nil {
			return nil, fmt.Errorf("image %q is no <campaign>/<block>[/<position>].<jpg|png|gif>", name)
		}
		m.blocks = append(m.blocks, block{image: found[0], click: "/c/" + found[1], Image: load.Image{Extension: found[2]}, query: readQuery("r=", columns)})
	}
	return m, nil
}

// readQuery reads a query that is decoded from HTML and otherwise as it stands.
func readQuery(text string, columns []string) []pair {
	var pairs []pair
	for part := range strings.SplitSeq(text, "&") {
		name, value, _ := strings.Cut(part, "=")
		column := slices.Index(columns, name)
		if _, err := url.QueryUnescape(value); column < 0 && (err != nil || value == "" || strings.ContainsAny(value, "{}|[]<> *")) {
			continue // nothing, or a tag that no column replaces
		}
		pairs = append(pairs, pair{name, value, column})
	}
	return pairs
}

// address appends a path with its query for a recipient to dst. Nobody's r is
// left out.
func (b *block) address(dst []byte, path string, who recipient) []byte {
	dst = append(dst, path...)
	mark := byte('?')
	for _, p := range b.query {
		value := p.text
		if p.column >= 0 {
			value = ""
			if p.column < len(who) {
				value = who[p.column]
			}
		}
		if value == "" {
			continue
		}
		dst = append(append(append(append(dst, mark), p.name...), '='), value...)
		mark = '&'
	}
	return dst
}

// encode returns a value as a query has it.
func encode(value string) string {
	return strings.ReplaceAll(url.QueryEscape(value), "+", "%20")
}
