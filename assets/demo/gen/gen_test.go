package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
	"time"
)

func TestTheSameDataComesOutEachTime(t *testing.T) {
	zone, err := time.LoadLocation("Europe/Brussels")
	if err != nil {
		t.Fatal(err)
	}
	out := t.TempDir()
	all := films(zone)
	if err := writeData(out, all); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"films.xml", "profiles.csv", "weather/ghent.json"} {
		made, err := os.ReadFile(filepath.Join(out, name))
		if err != nil {
			t.Fatal(err)
		}
		kept, err := os.ReadFile(filepath.Join("..", name))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(made, kept) {
			t.Errorf("%s is not what gen makes; run go run ./assets/demo/gen", name)
		}
	}
}

func TestAPremiereEachWednesday(t *testing.T) {
	all := films(time.UTC)
	for i := 1; i < len(all); i++ {
		if all[i].Starts.Weekday() != time.Wednesday || all[i].Starts.Sub(all[i-1].Starts) != 7*24*time.Hour {
			t.Fatalf("%s starts %s", all[i].ID, all[i].Starts)
		}
	}
}

func TestTitlesBreakWhereTheyRead(t *testing.T) {
	for title, want := range map[string]int{"Fado at Five": 2, "Encore": 1, "The Whale Who Sang at Night": 3} {
		if got := lines(title); len(got) != want {
			t.Errorf("%q breaks into %q, want %d lines", title, got, want)
		}
	}
}
