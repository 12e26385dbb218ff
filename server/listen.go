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

// Serve answers on the admin listener until Shutdown, or until that or the
// public listener fails; then the other is closed too.
func (s *Server) Serve(public *Public, admin net.Listener) error {
	s.files.weigh()
	go serveOn(s.admin, lazy{patient{admin}}, public.ended)
	first := <-public.ended
	if first != nil { // not by Close and Shutdown
		_, _ = public.listener.Close(), admin.Close()
	}
	return errors.Join(first, <-public.ended)
}

func serveOn(server *fasthttp.Server, listener net.Listener, ended chan<- error) {
	defer func() {
		if cause := recover(); cause != nil {
			ended <- fmt.Errorf("serve: panic: %v", cause)
		}
	}()
	ended <- server.Serve(listener)
}
