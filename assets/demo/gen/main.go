// Command gen makes what the demo is made of: its feed of films with a poster for
// each, the photos of its campaigns, its profiles and the recorded weather. It
// is run by hand, in the repository's root, when the demo is to change:
//
//	go run ./assets/demo/gen
//
// The same files come out each time.
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"
)

func main() {
	out := flag.String("o", "assets/demo", "folder of the demo")
	only := flag.String("only", "", "data, posters or photos; else all")
	flag.Parse()
	if err := run(*out, *only); err != nil {
		fmt.Fprintln(os.Stderr, "gen:", err)
		os.Exit(1)
	}
}

func run(out, only string) error {
	zone, err := time.LoadLocation("Europe/Brussels")
	if err != nil {
		return err
	}
	all := films(zone)
	makers := map[string]func() error{
		"data":    func() error { return writeData(out, all) },
		"posters": func() error { return writePosters(out, all) },
		"photos":  func() error { return writePhotos(out) },
	}
	for name, makeThem := range makers {
		if only != "" && only != name {
			continue
		}
		if err := makeThem(); err != nil {
			return fmt.Errorf("make %s: %w", name, err)
		}
	}
	return nil
}

func writeData(out string, all []film) error {
	if err := save(out, "films.xml", []byte(feed(all))); err != nil {
		return err
	}
	people, err := profiles(1000)
	if err != nil {
		return err
	}
	if err := save(out, "profiles.csv", []byte(people)); err != nil {
		return err
	}
	for i := range skies {
		data, err := recording(&skies[i])
		if err != nil {
			return err
		}
		if err := save(out, skies[i].name(), data); err != nil {
			return err
		}
	}
	return nil
}

func writePosters(out string, all []film) error {
	faces, err := loadFaces(filepath.Join(out, "..", "fonts"))
	if err != nil {
		return err
	}
	return each(len(all), func(i int) error {
		data, err := poster(&all[i], faces)
		if err != nil {
			return fmt.Errorf("poster of %s: %w", all[i].ID, err)
		}
		return save(out, "posters/"+all[i].ID+".jpg", data)
	})
}

func writePhotos(out string) error {
	return each(len(photos), func(i int) error {
		data, err := photos[i].draw()
		if err != nil {
			return fmt.Errorf("photo %s: %w", photos[i].name, err)
		}
		return save(out, "campaigns/photos/"+photos[i].name+".jpg", data)
	})
}

// each does n things, four at a time, and returns the first error.
func each(n int, do func(i int) error) error {
	errs := make([]error, n)
	next := make(chan int)
	var working sync.WaitGroup
	for range 4 {
		working.Go(func() {
			for i := range next {
				errs[i] = do(i)
			}
		})
	}
	for i := range n {
		next <- i
	}
	close(next)
	working.Wait()
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

func save(out, name string, data []byte) error {
	file := filepath.Join(out, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return err
	}
	return os.WriteFile(file, data, 0o644)
}
