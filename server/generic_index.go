package server

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"example.com/opentime/render"
	"example.com/opentime/rules"
)

// genericIndex is the file beside a campaign's generic pictures that says what
// they are, so that they can be served without its campaign file: by a later
// release that finds something wrong with it.
const genericIndex = "fallbacks.json"

// keptGenerics is what the index says.
type keptGenerics struct {
	Campaign string        `json:"campaign"`
	Locales  []string      `json:"locales"`
	Blocks   []keptBlock   `json:"blocks"`
	Pictures []keptPicture `json:"pictures"`
}

type keptBlock struct {
	ID        string `json:"id"`
	Positions int    `json:"positions"`
	Width     int    `json:"width"`
	Height    int    `json:"height"`
	Retired   string `json:"retired,omitempty"`
}

// keptPicture is one generic picture: at, a position of the campaign, locale,
// an index, and format, as an extension, say which.
type keptPicture struct {
	At     int    `json:"at"`
	Locale int    `json:"locale"`
	Format string `json:"format"`
	File   string `json:"file"`
	Item   string `json:"item,omitempty"`
	Link   string `json:"link,omitempty"`
	After  string `json:"after,omitempty"`
	Digest uint64 `json:"digest"`
}

// keepGeneric writes the index of a campaign's generic pictures.
func (p *Published) keepGeneric(folder string) error {
	kept := keptGenerics{Campaign: p.ID, Locales: p.Locales}
	for _, b := range p.Blocks {
		kept.Blocks = append(kept.Blocks, keptBlock{b.ID, b.Positions, b.Width, b.Height, b.Retired})
	}
	for i := range p.generic {
		g := p.generic[i].Load()
		if g == nil {
			continue
		}
		kept.Pictures = append(kept.Pictures, keptPicture{
			At: i / formats / len(p.Locales), Locale: i / formats % len(p.Locales), Format: render.Format(i % formats).Extension(),
			File: filepath.Base(g.path), Item: g.shown.Item, Link: g.shown.Link, After: g.shown.After, Digest: g.shown.Digest,
		})
	}
	text, err := json.MarshalIndent(kept, "", "  ")
	if err != nil {
		return err
	}
	name := filepath.Join(folder, genericIndex)
	if before, err := os.ReadFile(name); err == nil && bytes.Equal(before, text) {
		return nil
	}
	return WriteWhole(name, text)
}

// LoadGeneric returns what was published of a campaign as far as its fallbacks:
// images show them, clicks lead to what was shown or to their links. revision
// is as DrawGeneric names its folders.
func LoadGeneric(dir, revision string) (*Published, error) {
	folder := filepath.Join(dir, revision)
	text, err := os.ReadFile(filepath.Join(folder, genericIndex))
	var kept keptGenerics
	if err == nil {
		err = json.Unmarshal(text, &kept)
	}
	p := &Published{Campaign: &rules.Campaign{ID: kept.Campaign, Locales: kept.Locales}, FallbackOnly: true}
	if err == nil && hex.DecodedLen(len(revision)) != len(p.Revision) {
		err = errors.New("not named by a revision")
	}
	if err == nil {
		_, err = hex.Decode(p.Revision[:], []byte(revision))
	}
	if err != nil {
		return nil, fmt.Errorf("load fallbacks: %w", err)
	}
	for _, b := range kept.Blocks {
		p.Blocks = append(p.Blocks, &rules.Block{
			ID: b.ID, Positions: b.Positions, First: p.Positions, Width: b.Width, Height: b.Height, Retired: b.Retired,
		})
		p.Positions += b.Positions
	}
	p.generic = make(generics, p.Positions*len(p.Locales)*formats)
	for _, k := range kept.Pictures {
		format, ok := render.ParseFormat(k.Format)
		if !ok || k.At < 0 || k.At >= p.Positions || k.Locale < 0 || k.Locale >= len(p.Locales) {
			return nil, fmt.Errorf("load fallbacks: %s has no place for %s", genericIndex, k.File)
		}
		block := p.blockAt(k.At)
		p.genericAt(k.At, k.Locale, format).Store(&genericPicture{
			path: filepath.Join(folder, filepath.Base(k.File)),
			shown: shownPosition{
				Block: block.ID, Position: k.At - block.First + 1, Rule: "none", Variant: "none",
				Item: k.Item, Link: k.Link, After: k.After, Digest: k.Digest,
			},
		})
	}
	return p, nil
}

// blockAt returns the block that a position of the campaign is of.
func (p *Published) blockAt(at int) *rules.Block {
	for _, b := range p.Blocks {
		if at < b.First+b.Positions {
			return b
		}
	}
	return nil
}
