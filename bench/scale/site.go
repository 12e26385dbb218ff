package main

import (
	"bufio"
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"io"
	"os"
	"path/filepath"
	"strings"
)

const config = `sender: shop
home: https://shop.example
hosts: [shop.example]
locales: [en]
timezone: Europe/Brussels
recipients: signed
consent: aggregate
campaigns: campaigns
feeds: {shop: {file: shop.xml}}
profiles: {attributes: {first_name: text, points: number}}
`

// writeSite writes a site of a size, and its recipients' profiles beside it.
func writeSite(dir string, s size) error {
	if err := os.MkdirAll(filepath.Join(dir, "campaigns"), 0o755); err != nil {
		return err
	}
	var square bytes.Buffer
	picture := image.NewPaletted(image.Rect(0, 0, 64, 64), color.Palette{color.White, color.Black})
	if err := png.Encode(&square, picture); err != nil {
		return err
	}
	files := map[string]string{"opentime.yaml": config, "rose.png": square.String()}
	for i := range s.campaigns {
		files[fmt.Sprintf("campaigns/c%d.yaml", i)] = campaign(i, s)
	}
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			return err
		}
	}
	err := writeFile(filepath.Join(dir, "shop.xml"), func(out io.Writer) {
		fmt.Fprint(out, `<rss xmlns:g="http://base.google.com/ns/1.0"><channel>`)
		for i := range s.items {
			fmt.Fprintf(out, "<item><g:id>i%d</g:id><title>Item %d</title><link>https://shop.example/i%d</link><g:image_link>rose.png</g:image_link><g:price>%d EUR</g:price></item>\n", i, i, i, 1+i%90)
		}
		fmt.Fprintln(out, "</channel></rss>")
	})
	if err != nil {
		return err
	}
	return writeFile(filepath.Join(dir, "people.csv"), func(out io.Writer) {
		fmt.Fprintln(out, "r,locale,first_name,points")
		for i := range s.recipients {
			fmt.Fprintf(out, "%s,en,Name%d,%d\n", id(i), i%5000, i%1000)
		}
	})
}

func writeFile(name string, write func(io.Writer)) error {
	file, err := os.Create(name)
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }()
	out := bufio.NewWriterSize(file, 1<<20)
	write(out)
	return out.Flush()
}

// id is the i-th recipient's.
func id(i int) string { return fmt.Sprintf("recipient-%09d", i) }

// campaign is the i-th: of two blocks, one shows a number of the link, the other an
// item.
func campaign(i int, s size) string {
	var b strings.Builder
	fmt.Fprintf(&b, "campaign: c%d\nparameters: {points: {type: number}}\nshow: {layout: strip, link: \"https://shop.example\"}\nblocks:\n  hero:\n    size: 600x120\n    rules:\n", i)
	rule := func(name, when string) {
		fmt.Fprintf(&b, "      - {name: %s, when: {%s}, show: {headline: \"{parameters.points} points\"}}\n", name, when)
	}
	for k := range s.reached - 1 {
		rule(fmt.Sprintf("before-%d", k), fmt.Sprintf(`profile.points: %d, profile.first_name: nobody-%d`, 10_000+k, k))
	}
	rule("holds", `parameters.points: ">= 0"`)
	for k := range s.rules - 1 {
		rule(fmt.Sprintf("behind-%d", k), fmt.Sprintf(`profile.points: %d, profile.first_name: nobody-%d`, 20_000+k, k))
	}
	b.WriteString("    fallback: {headline: Points}\n  pick:\n    show: {layout: item-card, items: {from: popular}}\n    rules: [{name: show, show: {}}]\n    fallback: {items: {from: popular}}\n")
	return b.String()
}
