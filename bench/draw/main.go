// Command draw compares drawing by opentime with gg and Go's own coders, sharp and
// @napi-rs/canvas: pictures in which words change, as JPEG and PNG, countdowns as GIF,
// and lines of text. It says which of our goals are met. README.md has the protocol and
// figures.
//
//	go run ./bench/draw [--rounds 5] [--seconds 2] [--scenes jpeg,png] [--json]
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

// measured is what one process says of itself.
type measured struct {
	Images int     `json:"images"`
	CPU    float64 `json:"cpu"` // microseconds
	Bytes  int     `json:"bytes"`
}

// result is a row of the table.
type result struct {
	Scene  string    `json:"scene"`
	Way    string    `json:"way"`
	CPU    []float64 `json:"cpu_us"` // an image, by round
	Ratios []float64 `json:"ratios"` // of CPU to that of the scene's first way, by round
	Bytes  int       `json:"bytes"`  // of an image, the mean
	Goals  []judged  `json:"goals"`
	likeness
}

func main() {
	rounds := flag.Int("rounds", 5, "paired rounds")
	seconds := flag.Int("seconds", 2, "of each way in a round; of a line of text 1")
	only := flag.String("scenes", "", "measure these alone, with commas between: jpeg, jpeg-whole, png, png-flat, gif, gif-photo, gif-whole, text")
	asJSON := flag.Bool("json", false, "print JSON")
	way := flag.String("way", "", "draw a scene in this way, written in Go, in this process; for the command's own use")
	dir := flag.String("dir", "", "where the scenes are; for the command's own use")
	flag.Parse()
	var err error
	if *way != "" {
		err = drawHere(*only, *way, *dir, *seconds)
	} else {
		err = compare(*only, *rounds, *seconds, *asJSON)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "draw:", err)
		os.Exit(1)
	}
}

// compare draws all scenes in all ways, in turns, and prints what they took.
func compare(only string, rounds, seconds int, asJSON bool) error {
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
	var results []*result
	for _, s := range scenes() {
		if only != "" && !slices.Contains(strings.Split(only, ","), s.name) {
			continue
		}
		some, err := s.measure(dir, node, rounds, seconds)
		if err != nil {
			return err
		}
		results = append(results, some...)
	}
	if asJSON {
		return json.NewEncoder(os.Stdout).Encode(results)
	}
	printTable(results)
	return nil
}

// measure draws a scene in all its ways, in turns.
func (s *scene) measure(dir, node string, rounds, seconds int) ([]*result, error) {
	if s.format == "" {
		seconds = 1
	}
	results := make([]*result, len(s.ways))
	for i, way := range s.ways {
		results[i] = &result{Scene: s.name, Way: way}
	}
	for round := range rounds {
		fmt.Fprintf(os.Stderr, "%s: round %d of %d\n", s.name, round+1, rounds)
		for _, r := range results {
			m, err := run(s.name, r.Way, dir, node, seconds)
			if err != nil {
				return nil, err
			}
			r.Bytes = m.Bytes / m.Images
			r.CPU = append(r.CPU, m.CPU/float64(m.Images))
			r.Ratios = append(r.Ratios, r.CPU[round]/results[0].CPU[round])
		}
	}
	for _, r := range results {
		if s.format != "" {
			var err error
			if r.likeness, err = quality(pictureFile(dir, s.name, r.Way, false), pictureFile(dir, s.name, r.Way, true)); err != nil {
				return nil, err
			}
		}
	}
	for _, g := range s.goals {
		i := slices.Index(s.ways, g.way)
		results[i].Goals = append(results[i].Goals, g.judge(results[0], results[i]))
	}
	return results, nil
}

// pictureFile is where a way writes its first picture.
func pictureFile(dir, scene, way string, lossless bool) string {
	if lossless {
		return filepath.Join(dir, scene+"-"+way+".lossless")
	}
	return filepath.Join(dir, scene+"-"+way+".coded")
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

// run draws a scene in one way for some seconds, in a process of its own.
func run(scene, way, dir, node string, seconds int) (measured, error) {
	var m measured
	command := exec.Command("node", "peer.mjs", scene, way, dir, strconv.Itoa(seconds))
	command.Dir = node
	if scene == "text" || way == "gg" || strings.HasPrefix(way, "opentime") {
		own, err := os.Executable()
		if err != nil {
			return m, err
		}
		command = exec.Command(own, "--scenes", scene, "--way", way, "--dir", dir, "--seconds", strconv.Itoa(seconds))
	}
	command.Env = append(os.Environ(), "UV_THREADPOOL_SIZE=1", "GOMAXPROCS=1", "FONTCONFIG_FILE="+filepath.Join(dir, "fonts.conf"))
	command.Stderr = os.Stderr
	out, err := command.Output()
	if err != nil {
		return m, fmt.Errorf("draw %s by %s: %w", scene, way, err)
	}
	if err := json.Unmarshal(out, &m); err != nil || m.Images == 0 {
		return m, fmt.Errorf("draw %s by %s: it says %q", scene, way, out)
	}
	return m, nil
}

// printTable prints the table, and under each row its goals.
func printTable(results []*result) {
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "scene\tway\tCPU us\t(min-max)\ttimes ours\tbytes\tSSIM\tPSNR dB\tgoal")
	for i, r := range results {
		name := r.Scene
		if i > 0 && results[i-1].Scene == name {
			name = ""
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s-%s\t%.1f\t%s\n", name, r.Way,
			digits(median(r.CPU)), digits(slices.Min(r.CPU)), digits(slices.Max(r.CPU)), median(r.Ratios), r.image()+"\t"+r.judgement())
	}
	_ = w.Flush()
}

// image is a row's columns of what was coded.
func (r *result) image() string {
	switch {
	case r.Bytes == 0:
		return "\t\t"
	case r.Same:
		return fmt.Sprintf("%d\t1\tsame", r.Bytes)
	}
	return fmt.Sprintf("%d\t%.4f\t%.2f", r.Bytes, r.SSIM, r.PSNR)
}

// judgement is a row's goals, and whether they are met.
func (r *result) judgement() string {
	var all []string
	for _, g := range r.Goals {
		met := "met"
		if !g.Met {
			met = fmt.Sprintf("MISSED, %.4g", g.Is)
		}
		all = append(all, g.Goal+": "+met)
	}
	return strings.Join(all, "; ")
}

// digits writes microseconds: those below 100 to a tenth.
func digits(us float64) string {
	if us < 100 {
		return strconv.FormatFloat(us, 'f', 1, 64)
	}
	return strconv.FormatFloat(us, 'f', 0, 64)
}

func median(list []float64) float64 {
	sorted := slices.Sorted(slices.Values(list))
	return sorted[len(sorted)/2]
}
