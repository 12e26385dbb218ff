package main

import (
	"encoding/json"
	"fmt"
	"os"
	"syscall"
	"time"

	"example.com/opentime/render"
)

// newDrawer returns what draws a way of a scene in Go.
func newDrawer(scene, way, dir string) (drawer, error) {
	if way == "gg" {
		ground := "photo"
		if scene == "png-flat" {
			ground = "flat"
		}
		return newGoPeer(dir, ground, scene == "jpeg" || scene == "jpeg-whole", scene == "jpeg-whole")
	}
	switch scene {
	case "jpeg":
		return newPhotos(dir, render.JPG, false)
	case "jpeg-whole":
		return newPhotos(dir, render.JPG, true)
	case "png":
		return newPhotos(dir, render.PNG, false)
	case "png-flat":
		return newFlat(dir)
	case "gif":
		return newClock(dir, false, false, way == "opentime-again")
	case "gif-photo":
		return newClock(dir, true, false, false)
	case "gif-whole":
		return newClock(dir, false, true, false)
	case "text":
		return newLine(way)
	}
	return nil, fmt.Errorf("draw scene: there is no %q", scene)
}

// drawHere draws with a way in Go for some seconds, and says what it took. It writes
// the first picture, as it is coded and without loss.
func drawHere(scene, way, dir string, seconds int) error {
	draw, err := newDrawer(scene, way, dir)
	if err != nil {
		return err
	}
	for n := range 5 {
		if _, err := draw(n, false); err != nil {
			return err
		}
	}
	for _, lossless := range []bool{false, true} {
		data, err := draw(0, lossless)
		if err != nil {
			return err
		}
		if err := os.WriteFile(pictureFile(dir, scene, way, lossless), data, 0o644); err != nil {
			return err
		}
	}
	var m measured
	from := used()
	for end := time.Now().Add(time.Duration(seconds) * time.Second); m.Images%16 > 0 || time.Now().Before(end); m.Images++ {
		data, err := draw(m.Images+5, false)
		if err != nil {
			return err
		}
		m.Bytes += len(data)
	}
	m.CPU = used() - from
	return json.NewEncoder(os.Stdout).Encode(m)
}

// used is the CPU time this process took, in microseconds.
func used() float64 {
	var usage syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &usage) // of oneself it does not fail
	return float64(usage.Utime.Nano()+usage.Stime.Nano()) / 1000
}
