package main

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"time"

	"example.com/opentime/render"
	"example.com/opentime/server"
)

// publishedIndex says which revision of each campaign is published, and the
// highest number given. It stands in data/published.json.
type publishedIndex struct {
	Sender    string                    `json:"sender"` // whose data this is
	Number    uint64                    `json:"number"`
	Campaigns map[string]publishedEntry `json:"campaigns"`
	// Replaced says since when a revision is no campaign's any more: what was
	// shown and the journal name it until they are too old.
	Replaced map[string]time.Time `json:"replaced"`
}

// publishedEntry is one campaign of the index.
type publishedEntry struct {
	Number   uint64 `json:"number"`
	Revision string `json:"revision"`
	File     string `json:"file"` // of the campaign, relative to its folder
	// At is when the revision was published.
	At time.Time `json:"at,omitzero"`
	// Formats are those that each block was ever published in: sent links ask
	// for them as long as there are links.
	Formats map[string][]render.Format `json:"formats"`
}

func indexPath(data string) string { return filepath.Join(data, "published.json") }

// revisionFolder is where a revision's files are kept.
func revisionFolder(data, revision string) string { return filepath.Join(data, "revisions", revision) }

// readIndex reads the index of a data folder. One that cannot be read is put
// aside, so that what the folder of campaigns has is served all the same.
func readIndex(data, sender string) (publishedIndex, error) {
	index := publishedIndex{}
	text, err := os.ReadFile(indexPath(data))
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return index, fmt.Errorf("read published revisions: %w", err)
	default:
		if err := json.Unmarshal(text, &index); err != nil {
			index = publishedIndex{}
			aside := indexPath(data) + ".damaged"
			slog.Error("published revisions cannot be read; put aside, and campaigns are published anew",
				"path", aside, "err", errors.Join(err, os.Rename(indexPath(data), aside)))
		}
	}
	if index.Sender != "" && index.Sender != sender {
		return index, hint(fmt.Errorf("the data in %s is of sender %q, not %q", data, index.Sender, sender),
			"sender is in every seal and every stored key: put it back, or name another folder with data:")
	}
	index.Sender = sender
	if index.Campaigns == nil {
		index.Campaigns = map[string]publishedEntry{}
	}
	if index.Replaced == nil {
		index.Replaced = map[string]time.Time{}
	}
	return index, nil
}

// write writes the index so that it is there whole after a loss of power.
func (i *publishedIndex) write(data string) error {
	text, err := json.MarshalIndent(i, "", "  ")
	if err == nil {
		err = server.WriteWhole(indexPath(data), text)
	}
	if err != nil {
		return fmt.Errorf("write published revisions: %w", err)
	}
	return nil
}

// lastConfig returns the opentime.yaml that was published last from a data
// folder.
func lastConfig(data string) ([]byte, error) {
	text, err := os.ReadFile(indexPath(data))
	var index publishedIndex
	if err == nil {
		err = json.Unmarshal(text, &index)
	}
	if err == nil && len(index.Campaigns) == 0 {
		err = errors.New("nothing was published yet")
	}
	if err != nil {
		return nil, err
	}
	newest := slices.MaxFunc(slices.Collect(maps.Values(index.Campaigns)), func(a, b publishedEntry) int { return cmp.Compare(a.Number, b.Number) })
	return os.ReadFile(filepath.Join(revisionFolder(data, newest.Revision), configName))
}
