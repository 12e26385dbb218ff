package main

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"example.com/opentime/render"
	"example.com/opentime/rules"
	"example.com/opentime/strict"
)

// picture reads a picture that a campaign names, relative to its file.
func (s *site) picture(c *campaign, file, name string) (string, error) {
	if strings.Contains(name, "://") {
		return "", fmt.Errorf("%q is a web address; save the picture beside the campaign and write its path", name)
	}
	whole := filepath.Join(filepath.Dir(file), name)
	if s.folder.embedded != nil {
		whole = path.Join(path.Dir(file), name)
	}
	if info, err := s.folder.stat(whole); err == nil && !info.Mode().IsRegular() {
		return "", fmt.Errorf("picture %s is no file; put a picture there", whole) // a pipe may never end
	}
	data, err := s.folder.read(whole)
	if err != nil {
		return "", s.noPicture(whole, err)
	}
	if err := render.CheckSource(data); err != nil {
		return "", fmt.Errorf("picture %s is not taken: %w; put another there", whole, err)
	}
	hash := render.Hash(sha256.Sum256(data))
	c.pictures[hash] = data
	c.files[whole] = data
	return hash.String(), nil
}

// noPicture says which picture is not there, and which are.
func (s *site) noPicture(whole string, err error) error {
	if !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("picture %s cannot be read: %w", whole, cause(err))
	}
	var known []string
	_ = s.folder.walk(path.Dir(filepath.ToSlash(whole)), func(name string) {
		switch path.Ext(name) {
		case ".jpg", ".jpeg", ".png", ".gif":
			known = append(known, path.Base(filepath.ToSlash(name)))
		}
	})
	if len(known) == 0 {
		return fmt.Errorf("no picture %s; put the file there", whole)
	}
	return fmt.Errorf("no picture %s; %s", whole, strict.DidYouMean(path.Base(filepath.ToSlash(whole)), known))
}

// revision is the hash of a campaign with all it names: its file and pictures,
// the layouts it uses, and opentime.yaml, which says what signals there are.
func (s *site) revision(c *campaign) [16]byte {
	sum := sha256.New()
	add := func(name string, data []byte) {
		_, _ = fmt.Fprintf(sum, "%s %d\n", name, len(data))
		_, _ = sum.Write(data)
	}
	add(configName, s.configData)
	for _, name := range slices.Sorted(maps.Keys(c.files)) {
		add(s.relative(name), c.files[name])
	}
	for _, id := range c.layouts() {
		if layout, ok := s.layouts[id]; ok {
			add("layout "+id, layout.Revision[:])
		}
	}
	return [16]byte(sum.Sum(nil)[:16])
}

// layouts are the ids of the layouts a campaign uses, in order.
func (c *campaign) layouts() []string {
	used := map[string]bool{}
	for _, b := range c.Blocks {
		for _, v := range variants(b) {
			if v.Layout != nil {
				used[v.Layout.ID] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(used))
}

// variants are all a block can show.
func variants(b *rules.Block) []*rules.Variant {
	var all []*rules.Variant
	for _, r := range b.Rules {
		all = append(append(all, r.Variant), r.Split...)
	}
	return slices.DeleteFunc(append(all, b.Fallback), func(v *rules.Variant) bool { return v == nil })
}
