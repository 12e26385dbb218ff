// Command draw compares drawing one scene by opentime with gg and image/jpeg,
// sharp and @napi-rs/canvas: a headline and a price over a picture that does not
// change, 1200x400, JPEG at quality 82. README.md has the protocol and figures.
//
//	go run ./bench/draw [--rounds 5] [--seconds 3] [--json]
//
// It needs node and npm, and installs the peers beside the user's other caches.
package main

import (
	"bytes"
	"embed"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
)

//go:embed peers
var peers embed.FS

// variants are all ways to draw the scene; the first is what others are compared
// with.
var variants = []string{"opentime", "opentime-whole", "napi-canvas", "sharp-pango", "sharp-svg", "gg"}

// measured is what one process says of itself.
type measured struct {
	Images int     `json:"images"`
	CPU    float64 `json:"cpu"` // microseconds
	Bytes  int     `json:"bytes"`
}

// result is a row of the table.
type result struct {
	Variant string    `json:"variant"`
	CPU     []float64 `json:"cpu_us"`  // an image, by round
	Ratios  []float64 `json:"ratios"`  // of CPU to the first variant's, by round
	Bytes   int       `json:"bytes"`   // of an image, the mean
	SSIM    float64   `json:"ssim"`    // against the variant's own lossless picture
	PSNR    float64   `json:"psnr_db"` //
}

func main() {
	rounds := flag.Int("rounds", 5, "paired rounds")
	seconds := flag.Int("seconds", 3, "of each variant in a round")
	asJSON := flag.Bool("json", false, "print JSON")
	variant := flag.String("variant", "", "draw with one of ours, in this process; for the command's own use")
	dir := flag.String("dir", "", "where the scene is; for the command's own use")
	flag.Parse()
	var err error
	if *variant != "" {
		err = drawHere(*variant, *dir, *seconds)
	} else {
		err = compare(*rounds, *seconds, *asJSON)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "draw:", err)
		os.Exit(1)
	}
}

// compare runs all variants in turns and prints what they took.
func compare(rounds, seconds int, asJSON bool) error {
	dir, err := os.MkdirTemp("", "opentime-bench-draw")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	if err := writeScene(dir); err != nil {
		return err
	}
	node, err := install()
	if err != nil {
		return err
	}
	results := make([]result, len(variants))
	for round := range rounds {
		for i, name := range variants {
			fmt.Fprintf(os.Stderr, "round %d of %d: %s\n", round+1, rounds, name)
			m, err := run(name, dir, node, seconds)
			if err != nil {
				return err
			}
			r := &results[i]
			r.Variant, r.Bytes = name, m.Bytes/m.Images
			r.CPU = append(r.CPU, m.CPU/float64(m.Images))
			r.Ratios = append(r.Ratios, r.CPU[round]/results[0].CPU[round])
		}
	}
	for i := range results {
		if results[i].SSIM, results[i].PSNR, err = quality(filepath.Join(dir, results[i].Variant)); err != nil {
			return err
		}
	}
	if asJSON {
		return json.NewEncoder(os.Stdout).Encode(results)
	}
	printTable(results)
	return nil
}

// install installs the peers in the user's cache, as their lock file says.
func install() (string, error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	dir := filepath.Join(cache, "opentime", "bench-draw")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", err
	}
	same := true
	for _, name := range []string{"package.json", "package-lock.json", "peer.mjs"} {
		data, err := peers.ReadFile("peers/" + name)
		if err != nil {
			return "", err
		}
		old, _ := os.ReadFile(filepath.Join(dir, name))
		same = same && bytes.Equal(old, data)
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o644); err != nil {
			return "", err
		}
	}
	if _, err := os.Stat(filepath.Join(dir, "node_modules", "sharp")); err == nil && same {
		return dir, nil
	}
	npm := exec.Command("npm", "ci", "--no-audit", "--no-fund", "--loglevel=error")
	npm.Dir, npm.Stdout, npm.Stderr = dir, os.Stderr, os.Stderr
	if err := npm.Run(); err != nil {
		return "", fmt.Errorf("install peers with npm: %w", err)
	}
	return dir, nil
}

// run draws with a variant for some seconds, in a process of its own.
func run(variant, dir, node string, seconds int) (measured, error) {
	var m measured
	command := exec.Command("node", "peer.mjs", variant, dir, strconv.Itoa(seconds))
	command.Dir = node
	if variant == "gg" || strings.HasPrefix(variant, "opentime") {
		own, err := os.Executable()
		if err != nil {
			return m, err
		}
		command = exec.Command(own, "--variant", variant, "--dir", dir, "--seconds", strconv.Itoa(seconds))
	}
	command.Env = append(os.Environ(), "UV_THREADPOOL_SIZE=1", "GOMAXPROCS=1", "FONTCONFIG_FILE="+filepath.Join(dir, "fonts.conf"))
	command.Stderr = os.Stderr
	out, err := command.Output()
	if err != nil {
		return m, fmt.Errorf("run %s: %w", variant, err)
	}
	if err := json.Unmarshal(out, &m); err != nil || m.Images == 0 {
		return m, fmt.Errorf("run %s: it says %q", variant, out)
	}
	return m, nil
}

// printTable prints the table.
func printTable(results []result) {
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "variant\tCPU us\t(min-max)\ttimes ours\t(min-max)\tbytes\tSSIM\tPSNR dB\t")
	for _, r := range results {
		fmt.Fprintf(w, "%s\t%.0f\t%.0f-%.0f\t%.1f\t%.1f-%.1f\t%d\t%.4f\t%.2f\t\n", r.Variant,
			median(r.CPU), slices.Min(r.CPU), slices.Max(r.CPU), median(r.Ratios), slices.Min(r.Ratios), slices.Max(r.Ratios), r.Bytes, r.SSIM, r.PSNR)
	}
	_ = w.Flush()
}

func median(list []float64) float64 {
	sorted := slices.Sorted(slices.Values(list))
	return sorted[len(sorted)/2]
}
