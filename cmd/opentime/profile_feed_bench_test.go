package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"example.com/opentime/people"
	"example.com/opentime/store"
)

// BenchmarkProfileFeed takes a feed of profiles into a store: all of them new, then
// none. Half of the time it leaves the machine to opens. To see a million:
//
//	go test ./cmd/opentime -run xxx -bench ProfileFeed -benchtime 1x -rows 1000000
func BenchmarkProfileFeed(b *testing.B) {
	slog.SetDefault(slog.New(slog.DiscardHandler))
	dir := b.TempDir()
	var text strings.Builder
	text.WriteString("r,tier,points\n")
	for i := range *importRows {
		_, _ = fmt.Fprintf(&text, "recipient-%d,gold,%d\n", i, i)
	}
	name := filepath.Join(dir, "scores.csv")
	write(b, name, text.String())
	text.Reset()
	write(b, filepath.Join(dir, "opentime.yaml"), fmt.Sprintf(importConfig, "signed"))
	write(b, filepath.Join(dir, "campaigns", "README"), "none")
	s, err := loadSite(folder{dir: dir})
	if err != nil {
		b.Fatal(err)
	}
	kept, err := store.Open(filepath.Join(dir, "store"), "cinema")
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = kept.Close() }()
	profiles := people.Open(kept, s.sender, s.config.consent, time.Now, func(string, string) bool { return true })
	for _, pass := range []string{"new", "known"} {
		b.Run(pass, func(b *testing.B) {
			for b.Loop() {
				feeds := &profileFeeds{profiles: profiles, now: time.Now, folder: filepath.Join(dir, "feeds"), declared: profiles.Declared}
				f := &profileFeed{profileFeedConfig: profileFeedConfig{id: "scores", lost: lostRows}}
				f.source.File = name
				report, err := feeds.refresh(context.Background(), f, true)
				if err != nil || report.Items != *importRows {
					b.Fatal(report, err)
				}
				_ = os.Remove(feeds.stateFile(f))
			}
			b.ReportMetric(float64(*importRows)*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
			b.ReportMetric(float64(peakMemory(b))/(1<<20), "peak-MB")
		})
	}
}
