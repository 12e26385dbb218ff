package server

import (
	"errors"
	"net"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/valyala/fasthttp/fasthttputil"
)

// exhausted is a listener whose first accepts fail for want of files.
type exhausted struct {
	net.Listener
	left atomic.Int32
}

func (l *exhausted) Accept() (net.Conn, error) {
	if l.left.Add(-1) >= 0 {
		return nil, &net.OpError{Op: "accept", Err: syscall.EMFILE}
	}
	return l.Listener.Accept()
}

func TestAListenerOutlivesTooManyOpenFiles(t *testing.T) {
	inner := fasthttputil.NewInmemoryListener()
	l := &exhausted{Listener: inner}
	l.left.Store(8)
	accepted := make(chan error, 1)
	go func() {
		_, err := patient{l}.Accept()
		accepted <- err
	}()
	if _, err := inner.Dial(); err != nil {
		t.Fatal(err)
	}
	if err := <-accepted; err != nil {
		t.Errorf("after files are left again: %v", err)
	}
	tcp, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_ = tcp.Close()
	if _, err := (patient{tcp}).Accept(); !errors.Is(err, net.ErrClosed) {
		t.Errorf("a closed listener: %v", err)
	}
}
