package server

import (
	"fmt"
	"hash/maphash"
	"reflect"
	"strings"
	"testing"
)

// TestPathsAreParsedAsEver parses paths twice, and more of them than are kept.
func TestPathsAreParsedAsEver(t *testing.T) {
	p := &paths{seed: maphash.MakeSeed()}
	cases := []string{"/i/weekly/hero.jpg", "/I/Weekly/Hero.PNG", "/i/weekly/picks/3.gif", "/i/weekly", "/i/weekly/hero%2ejpg", "/i/" + strings.Repeat("a", 300) + "/b.jpg"}
	for i := range 2 * pathSlots {
		cases = append(cases, fmt.Sprintf("/i/c%d/b.jpg", i))
	}
	for range 2 {
		for _, path := range cases {
			want, wantOK := parsePath([]byte(path))
			if got, ok := p.parse([]byte(path)); ok != wantOK || !reflect.DeepEqual(got, want) {
				t.Fatalf("%s: %+v, %v, want %+v, %v", path, got, ok, want, wantOK)
			}
		}
	}
	path := []byte("/i/weekly/hero.jpg")
	if n := testing.AllocsPerRun(100, func() { p.parse(path) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// BenchmarkParsePath reads the path of an image that was asked for before.
func BenchmarkParsePath(b *testing.B) {
	p := &paths{seed: maphash.MakeSeed()}
	path := []byte("/i/weekly-films/picks/3.jpg")
	b.Run("kept", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			p.parse(path)
		}
	})
	b.Run("read", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			parsePath(path)
		}
	})
}
