package server

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"example.com/opentime/render"
)

// startingPublic is one whose server has not started.
func startingPublic(t *testing.T, patience time.Duration) (*Public, func(request string) *http.Response) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := newPublic(listener, "https://cinema.example")
	p.patience = patience
	go serveOn(p.http, listener, p.ended)
	t.Cleanup(func() {
		if err := p.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return p, func(request string) *http.Response {
		conn, err := net.Dial("tcp", listener.Addr().String())
		if err != nil {
			t.Error(err)
			return &http.Response{}
		}
		defer func() { _ = conn.Close() }()
		_, _ = io.WriteString(conn, request)
		return readAnswer(t, conn)
	}
}

func readAnswer(t *testing.T, conn net.Conn) *http.Response {
	answer, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Error(err)
		return &http.Response{}
	}
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Error(err)
	}
	answer.Body = io.NopCloser(bytes.NewReader(body))
	return answer
}

func TestWhoComesTooEarlyGetsTheLowestRung(t *testing.T) {
	p, ask := startingPublic(t, time.Millisecond)
	for request, format := range map[string]render.Format{
		"GET /i/spring/hero.gif HTTP/1.1\r\nHost: x\r\n\r\n": render.GIF, "GET /I/a.JPG HTTP/1.1\r\nHost: x\r\n\r\n": render.JPG,
		"GET /i/a b.jpg HTTP/1.1\r\nHost: x\r\n\r\n": render.JPG, "GET /i/a.gif HTTP/1.1\r\nHost: x\r\nX: " + strings.Repeat("x", 20<<10) + "\r\n\r\n": render.GIF,
	} {
		answer := ask(request)
		body, _ := io.ReadAll(answer.Body)
		if answer.StatusCode != http.StatusOK || answer.Header.Get("Content-Type") != format.ContentType() || !bytes.Equal(body, render.BuiltIn(format).Bytes) ||
			!strings.Contains(answer.Header.Get("Cache-Control"), "no-store") {
			t.Errorf("%.40q: %s, %v", request, answer.Status, answer.Header)
		}
	}
	for _, request := range []string{"GET /c/spring/hero HTTP/1.1\r\nHost: x\r\n\r\n", "GET /c/a b HTTP/1.1\r\nHost: x\r\n\r\n"} {
		if answer := ask(request); answer.StatusCode != http.StatusFound || answer.Header.Get("Location") != "https://cinema.example" {
			t.Errorf("%q: %s to %q", request, answer.Status, answer.Header.Get("Location"))
		}
	}
	if answer := ask("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"); answer.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("while it starts it says %s of its health", answer.Status)
	}
	s := &Server{metrics: newMetrics()}
	p.Answer(s)
	var text strings.Builder
	s.metrics.set.WritePrometheus(&text)
	if !strings.Contains(text.String(), `opentime_built_in_total{cause="starting"} 4`) {
		t.Errorf("four images were sent early: %s", &text)
	}
	if answer := ask("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"); answer.StatusCode != http.StatusOK {
		t.Errorf("once started it says %s of its health", answer.Status)
	}
}

func TestWhoComesWhileAServerStartsWaitsForIt(t *testing.T) {
	p, ask := startingPublic(t, time.Hour)
	answers := make(chan *http.Response)
	for range 8 {
		go func() { answers <- ask("OPTIONS /i/spring/hero.jpg HTTP/1.1\r\nHost: x\r\n\r\n") }()
	}
	select {
	case answer := <-answers:
		t.Errorf("before there is a server: %s", answer.Status)
	case <-time.After(20 * time.Millisecond):
	}
	p.Answer(&Server{metrics: newMetrics()})
	for range 8 {
		if answer := <-answers; answer.StatusCode != http.StatusNoContent {
			t.Errorf("who waited got %s", answer.Status)
		}
	}
}
