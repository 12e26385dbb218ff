package main

import (
	"bufio"
	"encoding/base64"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// importRows is how many profiles BenchmarkImport imports.
var importRows = flag.Int("rows", 100_000, "profiles that BenchmarkImport imports")

const importConfig = `sender: cinema
home: https://cinema.example
hosts: [cinema.example]
timezone: Europe/Brussels
locales: [nl]
recipients: %s
profiles: {attributes: {first_name: text, birthday: yearly, tier: {type: text, values: [silver, gold]}, points: number, favourite: text}}
`

// writeProfiles writes a CSV of random profiles, of thirteen columns and some 110
// bytes a row, and returns its ids by their row.
func writeProfiles(t testing.TB, name string, rows int, seed uint64) []string {
	t.Helper()
	file, err := os.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	random := rand.New(rand.NewPCG(seed, 1))
	pick := func(words string) string { all := strings.Fields(words); return all[random.IntN(len(all))] }
	out := bufio.NewWriterSize(file, 1<<20)
	_, _ = out.WriteString("r,at,consent,locale,zone,country,city,postcode,first_name,birthday,tier,points,favourite\n")
	ids := make([]string, rows)
	for i := range ids {
		var id [16]byte
		for j := range id {
			id[j] = byte(random.Uint32())
		}
		ids[i] = base64.RawURLEncoding.EncodeToString(id[:])
		_, _ = fmt.Fprintf(out, "%s,2026-11-20T08:00:00Z,%s,%s,%s,%02d-%02d,%s,%d,%s\n", ids[i], pick("full aggregate none"),
			pick("nl,Europe/Brussels,BE,Gent,9000 fr,Europe/Paris,FR,Paris,75010 en,Europe/London,GB,London,SE1 nl,Europe/Amsterdam,NL,Utrecht,3511"),
			pick("Emma Lucas Olivia Zoë Małgorzata Noor Wout Amélie Łukasz Şule"), 1+random.IntN(12), 1+random.IntN(28),
			pick("silver gold"), i, pick("Drama Sci-fi Music"))
	}
	if err := out.Flush(); err != nil {
		t.Fatal(err)
	}
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
	return ids
}

// BenchmarkImport imports profiles into the data itself, for senders who seal and
// for those whose ids are secret, which costs more: each is held against its row.
// To see a million:
//
//	go test ./cmd/opentime -run xxx -bench Import -benchtime 1x -rows 1000000
func BenchmarkImport(b *testing.B) {
	slog.SetDefault(slog.New(slog.DiscardHandler))
	dir := b.TempDir()
	writeProfiles(b, filepath.Join(dir, "people.csv"), *importRows, 1)
	for _, recipients := range []string{"signed", "keyed"} {
		b.Run(recipients, func(b *testing.B) {
			write(b, filepath.Join(dir, "opentime.yaml"), fmt.Sprintf(importConfig, recipients))
			write(b, filepath.Join(dir, "campaigns", "README"), "none")
			var data string
			for b.Loop() {
				data = b.TempDir()
				e := &env{stdout: io.Discard, stderr: os.Stderr, now: time.Now, getenv: func(string) string { return "" }}
				if code := run([]string{"import", "profiles", filepath.Join(dir, "people.csv"), dir, "--data", data}, e); code != 0 {
					b.Fatal("exit code", code)
				}
			}
			b.ReportMetric(float64(*importRows)*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
			b.ReportMetric(float64(sizeOf(b, data))/float64(*importRows), "disk-B/row")
			b.ReportMetric(float64(peakMemory(b))/(1<<20), "peak-MB")
		})
	}
}

// sizeOf is how many bytes the files of a folder have.
func sizeOf(t testing.TB, dir string) (bytes int64) {
	t.Helper()
	err := filepath.WalkDir(dir, func(_ string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		info, err := entry.Info()
		if err == nil {
			bytes += info.Size()
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return bytes
}

// peakMemory is the most memory that the process had, in bytes.
func peakMemory(t testing.TB) int64 {
	t.Helper()
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(status), "VmHWM:")
	kilobytes, err := strconv.ParseInt(strings.Fields(rest)[0], 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return kilobytes << 10
}
