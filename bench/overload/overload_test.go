package main

import (
	"bytes"
	"context"
	"io"
	"strings"
	"testing"
	"time"

	"example.com/opentime/bench/load"
)

// TestStand starts a server on the site and sends to it what a flood does: each
// answer is an image, those of both kinds are counted apart, and signed recipients
// see pictures drawn for them.
func TestStand(t *testing.T) {
	o := &options{connections: 64, stdout: io.Discard, stderr: io.Discard}
	s, err := newStand(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	defer s.close()
	const lasts = 500 * time.Millisecond
	for o.picture = range pictures {
		seen := s.send(context.Background(), lasts, both(even(20, lasts, s.signed), even(40, lasts, s.stranger)))
		var own, others counts
		for i := range seen.over[signed] {
			own.merge(seen.over[signed][i])
			others.merge(seen.over[stranger][i])
		}
		if own.asked != 10 || others.asked != 20 || seen.result.Wrong() > 0 && seen.result.Problems[0].What != load.TimedOut {
			t.Errorf("%s: signed %+v, strangers %+v, %+v", o.picture, own, others, seen.result.Problems)
		}
		if seen.drawn == 0 || seen.cpu.server == 0 || seen.result.RungsFrom != "each image" {
			t.Errorf("%s: %v drawn, CPU %+v, rungs from %q", o.picture, seen.drawn, seen.cpu, seen.result.RungsFrom)
		}
	}
}

// TestBackAfter finds from when on nearly all pictures were full.
func TestBackAfter(t *testing.T) {
	right, wrong := counts{asked: 3, valid: 3, full: 3}, counts{asked: 3, valid: 3, full: 2}
	for _, c := range []struct {
		over []counts
		want time.Duration
	}{
		{nil, 0}, {[]counts{right, right}, 0}, {[]counts{wrong, right}, bucket}, {[]counts{right, wrong, right, {}}, 2 * bucket}, {[]counts{right, wrong}, 2 * bucket},
	} {
		if got := backAfter(c.over); got != c.want {
			t.Errorf("%+v: back after %v, want %v", c.over, got, c.want)
		}
	}
}

// TestFloodIsJudgedByTheSecond has one second in which too few pictures are full.
func TestFloodIsJudgedByTheSecond(t *testing.T) {
	var out bytes.Buffer
	o := &options{duration: 2 * time.Second, stdout: &out}
	seen := newSeries(o.duration)
	seen.seconds = 2
	for i := range 200 {
		rung := "live"
		if i >= 185 {
			rung = "generic"
		}
		r := load.Request{At: time.Duration(i) * 10 * time.Millisecond, Image: &load.Image{}, Kind: signed}
		seen.add(&load.Outcome{Request: r, Verdict: load.Verdict{What: load.Valid}, Rung: rung, Took: time.Millisecond})
	}
	if !printFlood(o, 3, seen) || !strings.Contains(out.String(), "100.0%") || !strings.Contains(out.String(), "85.0%") {
		t.Errorf("a second of 85%% passes:\n%s", out.String())
	}
}

// TestOptions refuses what cannot be done.
func TestOptions(t *testing.T) {
	for _, args := range []string{"what", "levels --duration 1ms", "levels --level 3", "flood --picture mug", "peak --connections 0", "levels more"} {
		if err := command(context.Background(), strings.Fields(args), io.Discard, io.Discard); err == nil {
			t.Errorf("%s is done", args)
		}
	}
}
