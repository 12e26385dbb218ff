package main

import (
	"errors"
	"fmt"
	"net"
	"os"
	"strconv"
	"syscall"
)

// bind opens the listeners, or takes those that the process was handed.
func (a *app) bind(o serveOptions) (public, admin net.Listener, err error) {
	public, admin, err = handed(a.env.getenv)
	if err == nil && public == nil {
		public, err = listenOn(o.listen, a.site.config.listen)
	}
	if err == nil && admin == nil {
		admin, err = listenOn(o.admin, a.site.config.admin)
	}
	if err == nil && !isLoopbackAddress(admin.Addr()) && (a.env.getenv("OPENTIME_TOKEN_INGEST") == "" || a.env.getenv("OPENTIME_TOKEN_READ") == "") {
		err = hint(fmt.Errorf("the admin listener %s is no loopback address and has no tokens", admin.Addr()),
			"set OPENTIME_TOKEN_INGEST and OPENTIME_TOKEN_READ, or listen on 127.0.0.1")
	}
	if err != nil {
		closeAll(public, admin)
		return nil, nil, err
	}
	a.public, a.admin = public.Addr().String(), admin.Addr().String()
	return public, admin, nil
}

// firstHanded is the number of the first file that systemd hands over.
const firstHanded = 3

// handed returns the listeners that the process was handed by systemd, or by
// whatever does as it does: the public one first, then the admin's, nil where
// there is none. Who handed them keeps them open, so they outlive the process:
// while none accepts, who connects waits in their queue.
func handed(getenv func(string) string) (public, admin net.Listener, err error) {
	if pid, _ := strconv.Atoi(getenv("LISTEN_PID")); pid != os.Getpid() {
		return nil, nil, nil
	}
	count, _ := strconv.Atoi(getenv("LISTEN_FDS"))
	if count > 2 {
		return nil, nil, hint(fmt.Errorf("%d sockets were handed over", count), "name two in the socket unit: public, then admin")
	}
	var listeners [2]net.Listener
	for i := range count {
		file := os.NewFile(uintptr(firstHanded+i), "handed socket")
		listeners[i], err = net.FileListener(file)
		_ = file.Close() // the listener has a copy
		if err == nil {
			if _, ok := listeners[i].(*net.TCPListener); !ok {
				err = errors.New("it is no TCP socket")
			}
		}
		if err != nil {
			closeAll(listeners[:]...)
			return nil, nil, hint(fmt.Errorf("take over socket %d: %w", i+1, err), "write ListenStream= with an address such as 127.0.0.1:8080")
		}
	}
	return listeners[0], listeners[1], nil
}

// closeAll closes the listeners that were opened.
func closeAll(listeners ...net.Listener) {
	for _, l := range listeners {
		if l != nil {
			_ = l.Close()
		}
	}
}

func listenOn(address, fallback string) (net.Listener, error) {
	if address == "" {
		address = fallback
	}
	listener, err := net.Listen("tcp", address)
	if err != nil {
		err = fmt.Errorf("listen on %s: %w", address, err)
		if errors.Is(err, syscall.EADDRINUSE) {
			return nil, hint(err, "is another server running? --listen and --admin name other addresses")
		}
		return nil, hint(err, "write an address such as 127.0.0.1:8080")
	}
	return listener, nil
}

func isLoopbackAddress(address net.Addr) bool {
	tcp, ok := address.(*net.TCPAddr)
	return ok && tcp.IP.IsLoopback()
}
