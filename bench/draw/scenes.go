package main

import "fmt"

// scene is a picture that several ways draw; the first is ours, and what others are
// compared with.
type scene struct {
	name   string
	format string // of what is coded: jpg, png or gif; "": nothing is
	ways   []string
	goals  []goal
}

// goal is what is wanted of a way, or of ours beside it.
type goal struct {
	way   string
	what  measure
	bound float64
}

// measure is what a goal bounds.
type measure uint8

const (
	micros    measure = iota // its CPU time, at most
	size                     // its bytes, at most
	timesOurs                // its CPU time as a multiple of ours, at least
	ofItsSize                // our bytes as a part of its, at most
	ofItsSSIM                // our SSIM less its, at least
)

// scenes are all that is measured.
func scenes() []scene {
	return []scene{
		{"jpeg", "jpg", []string{"opentime", "napi-canvas", "sharp-pango", "sharp-svg", "gg"}, []goal{
			{"napi-canvas", timesOurs, 16},
			{"sharp-pango", timesOurs, 28},
			{"sharp-svg", timesOurs, 28},
			{"napi-canvas", ofItsSize, 1.03},
			{"sharp-pango", ofItsSize, 1.03},
			{"sharp-svg", ofItsSize, 1.03},
			{"napi-canvas", ofItsSSIM, -0.0005},
			{"sharp-pango", ofItsSSIM, -0.0005},
			{"sharp-svg", ofItsSSIM, -0.0005},
		}},
		{"jpeg-whole", "jpg", []string{"opentime", "napi-canvas", "gg"}, []goal{{"napi-canvas", timesOurs, 1.5}, {"gg", timesOurs, 2.5}}},
		{"png", "png", []string{"opentime", "sharp-1", "gg"}, []goal{{"sharp-1", timesOurs, 2.4}, {"sharp-1", ofItsSize, 0.6}}},
		{"png-flat", "png", []string{"opentime", "sharp-1", "sharp-palette", "gg"}, nil},
		{"gif", "gif", []string{"opentime", "opentime-again", "sharp-gif"}, []goal{
			{"opentime", micros, 120}, {"opentime", size, 28_000}, {"opentime-again", micros, 20},
		}},
		{"gif-photo", "gif", []string{"opentime", "sharp-gif"}, []goal{{"opentime", micros, 400}, {"opentime", size, 105_000}}},
		{"gif-whole", "gif", []string{"opentime", "sharp-gif"}, []goal{{"opentime", micros, 1000}, {"opentime", size, 160_000}}},
		textScene(),
	}
}

// textScene is a line of text in each script of the built-in fonts.
func textScene() scene {
	s := scene{name: "text"}
	for _, l := range lines {
		s.ways = append(s.ways, l.script)
		s.goals = append(s.goals, goal{l.script, micros, 30})
	}
	return s
}

// judged is a goal with what came of it.
type judged struct {
	Goal string  `json:"goal"`
	Is   float64 `json:"is"`
	Met  bool    `json:"met"`
}

// judge compares a way with a goal; ours is the scene's first.
func (g goal) judge(ours, its *result) judged {
	switch g.what {
	case micros:
		is := median(its.CPU)
		return judged{fmt.Sprintf("<= %g us", g.bound), is, is <= g.bound}
	case size:
		is := float64(its.Bytes)
		return judged{fmt.Sprintf("<= %g bytes", g.bound), is, is <= g.bound}
	case timesOurs:
		is := median(its.Ratios)
		return judged{fmt.Sprintf(">= %g times ours", g.bound), is, is >= g.bound}
	case ofItsSize:
		is := float64(ours.Bytes) / float64(its.Bytes)
		return judged{fmt.Sprintf("ours <= %g%% of its bytes", 100*g.bound), is, is <= g.bound}
	}
	is := ours.SSIM - its.SSIM
	return judged{fmt.Sprintf("our SSIM >= its %+g", g.bound), is, is >= g.bound}
}
