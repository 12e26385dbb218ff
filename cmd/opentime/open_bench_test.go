package main

import (
	"bufio"
	"io"
	"log/slog"
	"math"
	"net"
	"testing"
	"time"

	"github.com/valyala/fasthttp"
	"github.com/valyala/fasthttp/fasthttputil"

	"example.com/opentime/server"
)

// BenchmarkOpen measures whole opens of the demo mail through an in-memory
// listener, profile and pictures cached: reload is a reading of its own, which
// decides all blocks; mail is the average of a reading's eleven images, of which
// the first decides. fasthttp alone sending the same images is there to compare with.
// joined-ns, worked out of these, is what an image that joins a reading costs
// beyond fasthttp.
func BenchmarkOpen(b *testing.B) {
	slog.SetDefault(slog.New(slog.DiscardHandler))
	e := &env{stdout: io.Discard, stderr: io.Discard, now: time.Now, getenv: func(string) string { return "" }}
	a, err := startApp(e, serveOptions{data: b.TempDir(), listen: "127.0.0.1:0", admin: "127.0.0.1:0"})
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = a.stop() }()
	keys, err := siteKeys(a.site.folder, e)
	if err != nil {
		b.Fatal(err)
	}
	const id = "CiJY8HQBKNkZMAh8snSZig"
	r := "?r=" + id + "." + keys.Seal("cinema", id)
	mail := []string{
		"hero.jpg", "greeting.jpg", "poster.jpg", "weekend.jpg", "picks/1.jpg", "picks/2.jpg", "picks/3.jpg", "picks/4.jpg",
		"premiere.jpg", "cinema.jpg", "points.png",
	}
	for i := range mail {
		mail[i] = "/i/weekly-films/" + mail[i] + r
	}
	images := map[string][]byte{}
	for _, path := range mail {
		if _, images[path], err = fasthttp.Get(nil, "http://"+a.public+path); err != nil {
			b.Fatal(err)
		}
	}
	var alone, reload float64 // ns an open
	answer := func(listener net.Listener) error {
		server.ServePublic(listener, "").Answer(a.server)
		return nil
	}
	b.Run("fasthttp", func(b *testing.B) {
		raw := &fasthttp.Server{WriteBufferSize: 128 << 10, Handler: func(ctx *fasthttp.RequestCtx) {
			ctx.SetContentType("image/jpeg")
			ctx.Response.SetBodyRaw(images[string(ctx.RequestURI())])
		}}
		alone = benchmarkGet(b, raw.Serve, mail)
	})
	b.Run("reload", func(b *testing.B) { reload = benchmarkGet(b, answer, mail[:1]) })
	b.Run("mail", func(b *testing.B) {
		n := float64(len(mail))
		each := benchmarkGet(b, answer, mail)
		b.ReportMetric((n*each-reload)/(n-1)-alone, "joined-ns")
	})
}

// joinedAllocations is the most that an open may allocate that joins a reading, its
// picture drawn: who it is, and its recipient's id.
const joinedAllocations = 0

// TestJoinedOpensAllocateLittle opens the images of mails one after the other. What goes
// on beside the opens allocates too, so the least of several mails counts.
func TestJoinedOpensAllocateLittle(t *testing.T) {
	d := startDemo(t)
	least := math.MaxFloat64
	for i := range 12 {
		images := []string{"hero.jpg", "greeting.jpg", "poster.jpg", "weekend.jpg", "premiere.jpg", "cinema.jpg", "points.png"}
		var requests [][]byte
		for _, name := range append(images, images...) { // the second time is another reading, all of whose pictures are drawn
			requests = append(requests, []byte("GET /i/weekly-films/"+name+"?r="+d.r(i%2)+" HTTP/1.1\r\nHost: x\r\nUser-Agent: "+outlook+"\r\n\r\n"))
		}
		conn, err := d.dial()
		if err != nil {
			t.Fatal(err)
		}
		reader := bufio.NewReaderSize(conn, 256<<10)
		var answer fasthttp.Response
		next := func() {
			if _, err := conn.Write(requests[0]); err != nil {
				t.Fatal(err)
			}
			requests = requests[1:]
			if err := answer.Read(reader); err != nil || answer.StatusCode() != fasthttp.StatusOK {
				t.Fatal(answer.StatusCode(), err)
			}
		}
		for range len(images) + 1 {
			next()
		}
		least = min(least, testing.AllocsPerRun(len(images)-2, next))
		_ = conn.Close()
	}
	if least > joinedAllocations {
		t.Errorf("%v allocations, at most %d are to be", least, joinedAllocations)
	}
	t.Logf("%v allocations", least)
}

// benchmarkGet asks for paths in turn over one connection, and returns the ns
// each took.
func benchmarkGet(b *testing.B, serve func(net.Listener) error, paths []string) float64 {
	listener := fasthttputil.NewInmemoryListener()
	go func() { _ = serve(listener) }()
	defer func() { _ = listener.Close() }()
	conn, err := listener.Dial()
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	requests := make([][]byte, len(paths))
	for i, path := range paths {
		requests[i] = []byte("GET " + path + " HTTP/1.1\r\nHost: x\r\nUser-Agent: " + outlook + "\r\n\r\n")
	}
	reader := bufio.NewReaderSize(conn, 256<<10)
	var answer fasthttp.Response
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		if _, err := conn.Write(requests[i%len(requests)]); err != nil {
			b.Fatal(err)
		}
		if err := answer.Read(reader); err != nil || answer.StatusCode() != fasthttp.StatusOK {
			b.Fatal(answer.StatusCode(), err)
		}
		i++
	}
	return float64(b.Elapsed().Nanoseconds()) / float64(b.N)
}
