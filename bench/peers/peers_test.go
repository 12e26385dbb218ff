//go:build linux

package main

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/valyala/fasthttp"

	"example.com/opentime/render"
	"example.com/opentime/server"
)

// TestAskChecksAnswers asks a real server that answers rightly, and others that do
// not.
func TestAskChecksAnswers(t *testing.T) {
	image := render.BuiltIn(render.GIF).Bytes
	for name, answer := range map[string]func(*fasthttp.RequestCtx){
		"": func(ctx *fasthttp.RequestCtx) {
			ctx.SetContentType("image/gif")
			ctx.SetBody(image)
		},
		"404": func(ctx *fasthttp.RequestCtx) { ctx.SetStatusCode(404) },
		"a page": func(ctx *fasthttp.RequestCtx) {
			ctx.SetContentType("text/html")
			ctx.SetBody(image)
		},
		"broken": func(ctx *fasthttp.RequestCtx) {
			ctx.SetContentType("image/gif")
			ctx.SetBody(image[:len(image)/2])
		},
		"closed": func(ctx *fasthttp.RequestCtx) { ctx.Conn().Close() },
	} {
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		s := &fasthttp.Server{Handler: answer, Logger: quiet{}}
		go func() { _ = s.Serve(listener) }()
		a, err := newAsker(listener.Addr().String(), map[uint32]bool{})
		if err != nil {
			t.Fatal(err)
		}
		request := func(dst []byte) []byte { return append(dst, "GET / HTTP/1.1\r\nHost: x\r\n\r\n"...) }
		taken := 0
		took := func(n int, body []byte) {
			if taken++; n >= 500 || !bytes.Equal(body, image) {
				t.Errorf("%d, %d bytes", n, len(body))
			}
		}
		got, err := a.ask(context.Background(), plan{during: time.Minute, most: 500, next: request, took: took})
		if (err == nil) != (name == "") {
			t.Errorf("%q: %v", name, err)
		}
		if name == "" && err == nil && (got.requests != 500 || taken != 500 || got.bytes < int64(500*len(image))) {
			t.Errorf("%d answers, %d bytes", got.requests, got.bytes)
		}
		if name == "" {
			got, err = a.ask(context.Background(), plan{during: time.Minute, interval: time.Millisecond / 10, most: 300, next: request})
			if err != nil || len(got.latencies) != 300 || got.seconds < 0.029 {
				t.Errorf("at a rate: %v, %v", got, err)
			}
		}
		a.close()
		_ = s.Shutdown()
	}
}

type quiet struct{}

func (quiet) Printf(string, ...any) {}

// TestRequestsAreOpens reads what is asked with the server's own parser.
func TestRequestsAreOpens(t *testing.T) {
	keys, err := server.ParseKeys("a:" + strings.Repeat("A", 43))
	if err != nil {
		t.Fatal(err)
	}
	p := makePeople(20, keys)
	for n := range 40 {
		var req fasthttp.RequestHeader
		text := p.request(nil, ownPath(whole, sizes[1], n%blocks), n/blocks, n/blocks, n)
		if _, body, _ := strings.Cut(string(text), "\r\n\r\n"); body != "" {
			t.Fatalf("%q", text)
		}
		link := parse(t, &req, text)
		if link.Campaign != "full-8k" || link.Block != fmt.Sprintf("b%d", 1+n%blocks) || link.Format != render.JPG {
			t.Errorf("%d: %+v", n, link)
		}
		if state := keys.Check("shop", link.Recipient, link.Seal, time.Now()); state != server.Verified {
			t.Errorf("%d: %v", n, state)
		}
	}
}

func parse(t *testing.T, h *fasthttp.RequestHeader, text []byte) server.Link {
	t.Helper()
	line, rest, _ := strings.Cut(string(text), "\r\n")
	if !strings.Contains(rest, "X-Forwarded-For: ") || !strings.HasSuffix(line, " HTTP/1.1") {
		t.Fatalf("%q", text)
	}
	h.SetRequestURI(strings.TrimSuffix(strings.TrimPrefix(line, "GET "), " HTTP/1.1"))
	path, query, _ := strings.Cut(string(h.RequestURI()), "?")
	link, ok := server.ParseLink([]byte(path), []byte(query))
	if !ok {
		t.Fatalf("%q", path)
	}
	return link
}

// TestVerdicts pairs figures by round, and says nothing on a busy machine.
func TestVerdicts(t *testing.T) {
	r := &result{}
	for round, cpu := range []float64{10, 20, 40} {
		for name, times := range map[string]float64{nginx: 1, tuned: 0.9, whole: 1.2, same: 0.9, missed: 2} {
			r.Slices = append(r.Slices, slice{Way: name, Size: "8k", Round: round, CPU: cpu * times, Rate: 1 / cpu})
		}
	}
	if got := r.ratio(missed, nginx, "8k"); got != (ratio{0.5, 0.5, 0.5, 3}) {
		t.Errorf("%+v", got)
	}
	r.judge()
	var said []string
	for _, v := range r.Verdicts {
		said = append(said, v.Verdict)
	}
	if got := strings.Join(said, " "); got != "pass pass pass" {
		t.Errorf("%s: %+v", got, r.Verdicts)
	}
	for i := range r.Slices {
		r.Slices[i].Foreign = 1
	}
	r.Verdicts = nil
	if r.judge(); r.Verdicts[0].Verdict != "inconclusive" {
		t.Errorf("on a busy machine: %+v", r.Verdicts)
	}
}
