package main

import (
	"bufio"
	"io"
	"log/slog"
	"net"
	"testing"
	"time"

	"github.com/valyala/fasthttp"
	"github.com/valyala/fasthttp/fasthttputil"
)

// BenchmarkOpen measures whole opens of the demo's hero through an in-memory
// listener: profile and picture cached, one reading each (a reload), as one of
// six images of a reading, and, to compare with, fasthttp alone sending the
// same bytes.
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
		"hero.jpg", "picks/1.jpg", "picks/2.jpg", "picks/3.jpg", "picks/4.jpg", "cinema.jpg",
	}
	for i := range mail {
		mail[i] = "/i/weekly-films/" + mail[i] + r
	}
	_, body, err := fasthttp.Get(nil, "http://"+a.public+mail[0])
	if err != nil {
		b.Fatal(err)
	}
	b.Run("fasthttp", func(b *testing.B) {
		raw := &fasthttp.Server{WriteBufferSize: 128 << 10, Handler: func(ctx *fasthttp.RequestCtx) {
			ctx.SetContentType("image/jpeg")
			ctx.Response.SetBodyRaw(body)
		}}
		benchmarkGet(b, raw.Serve, mail[:1])
	})
	b.Run("reload", func(b *testing.B) { benchmarkGet(b, a.server.ServePublic, mail[:1]) })
	b.Run("mail", func(b *testing.B) { benchmarkGet(b, a.server.ServePublic, mail) })
}

// benchmarkGet asks for paths in turn over one connection.
func benchmarkGet(b *testing.B, serve func(net.Listener) error, paths []string) {
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
}
