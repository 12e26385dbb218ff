package server

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"time"

	"github.com/valyala/fasthttp"
)

// patient is a Listener that outlives what passes: too many open files, a
// connection that ended before it was accepted. fasthttp takes any error but a
// timeout for the end.
type patient struct{ net.Listener }

// Pauses before a failed Accept is tried again.
const (
	shortestPause = 5 * time.Millisecond
	longestPause  = 100 * time.Millisecond
)

// Accept returns the next connection, or an error once the listener is closed.
func (l patient) Accept() (net.Conn, error) {
	for pause := shortestPause; ; pause = min(2*pause, longestPause) {
		conn, err := l.Listener.Accept()
		if err == nil || errors.Is(err, net.ErrClosed) {
			return conn, err
		}
		if pause == longestPause {
			slog.Error("connections cannot be accepted", "err", err)
		}
		time.Sleep(pause)
	}
}

// Serve answers on the listeners until Shutdown, or until one of them fails;
// then the other is closed too.
func (s *Server) Serve(public, admin net.Listener) error {
	ended := make(chan error, 2)
	go serveOn(s.public, public, ended)
	go serveOn(s.admin, admin, ended)
	first := <-ended
	if first != nil { // not by Shutdown, which ends both
		_, _ = public.Close(), admin.Close()
	}
	return errors.Join(first, <-ended)
}

// ServePublic answers opens and clicks on one listener, and nothing else.
func (s *Server) ServePublic(public net.Listener) error { return s.public.Serve(patient{public}) }

func serveOn(server *fasthttp.Server, listener net.Listener, ended chan<- error) {
	defer func() {
		if cause := recover(); cause != nil {
			ended <- fmt.Errorf("serve: panic: %v", cause)
		}
	}()
	ended <- server.Serve(patient{listener})
}
