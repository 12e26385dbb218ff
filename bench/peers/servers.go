//go:build linux

package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/valyala/fasthttp"
)

// Cores: who is measured has one, who asks the other.
const (
	servingCore = 0
	askingCore  = 1
)

// process is a server that is measured.
type process struct {
	command *exec.Cmd
	address string
	port    int
}

// launch starts a program on the core that serves, and waits until it, and
// nobody else, listens.
func launch(ctx context.Context, address string, environment []string, program string, args ...string) (*process, error) {
	_, port, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	p := &process{address: address}
	if p.port, err = strconv.Atoi(port); err != nil {
		return nil, err
	}
	p.command = exec.Command("taskset", append([]string{"-c", strconv.Itoa(servingCore), program}, args...)...)
	p.command.Env = append(os.Environ(), environment...)
	p.command.Stderr = os.Stderr
	p.command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // an interrupt is ours to pass on
	if err := p.command.Start(); err != nil {
		return nil, err
	}
	ended := make(chan error, 1)
	go func() { ended <- p.command.Wait() }()
	for end := time.Now().Add(2 * time.Minute); time.Now().Before(end); {
		if conn, err := net.Dial("tcp", address); err == nil {
			_ = conn.Close()
			if err := p.owns(); err != nil {
				p.stop()
				return nil, err
			}
			return p, nil
		}
		select {
		case err := <-ended:
			return nil, fmt.Errorf("%s ended: %w", program, err)
		case <-ctx.Done():
			p.stop()
			return nil, ctx.Err()
		case <-time.After(50 * time.Millisecond):
		}
	}
	p.stop()
	return nil, fmt.Errorf("%s does not answer on %s", program, address)
}

// stop ends it.
func (p *process) stop() {
	_ = p.command.Process.Signal(syscall.SIGTERM)
	for range 300 {
		if len(tree(p.command.Process.Pid)) == 0 {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	_ = p.command.Process.Kill()
}

// freeAddress is one that nobody listens on.
func freeAddress() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return l.Addr().String(), l.Close()
}

// nginxConf is that of a server of static files, as it is tuned for them. It has
// no query to look at, and fewer headers than ours.
const nginxConf = `worker_processes 1;
daemon off;
pid %[1]s/nginx.pid;
error_log %[1]s/nginx.log;
%[4]s
events { worker_connections 1024; }
http {
	types { image/jpeg jpg; image/gif gif; }
	access_log off;
	sendfile on;
	tcp_nopush on;
	keepalive_requests 100000000;
	keepalive_timeout 300s;
	open_file_cache max=100000 inactive=300s;
	open_file_cache_valid 300s;
	client_body_temp_path %[1]s/body; proxy_temp_path %[1]s/proxy; fastcgi_temp_path %[1]s/fastcgi; uwsgi_temp_path %[1]s/uwsgi; scgi_temp_path %[1]s/scgi;
	server {
		listen %[2]s;
		root %[3]s;
		add_header Cache-Control "no-cache, no-store, must-revalidate, max-age=0";
		add_header X-Robots-Tag noindex;
	}
}
`

// startNginx starts nginx with the files of a folder.
func startNginx(ctx context.Context, dir, files string) (*process, error) {
	program, err := exec.LookPath("nginx")
	if err != nil { // Debian has it where only root looks
		program = "/usr/sbin/nginx"
	}
	if _, err := os.Stat(program); err != nil {
		return nil, errors.New("there is no nginx; apt-get install nginx-light, or run test.sh, which installs it")
	}
	address, err := freeAddress()
	if err != nil {
		return nil, err
	}
	user := ""
	if os.Geteuid() == 0 {
		user = "user root;"
	}
	conf := filepath.Join(dir, "nginx.conf")
	if err := os.WriteFile(conf, fmt.Appendf(nil, nginxConf, dir, address, files, user), 0o600); err != nil {
		return nil, err
	}
	return launch(ctx, address, nil, program, "-c", conf, "-e", filepath.Join(dir, "nginx.log"))
}

// startFixed starts this program as a server of fixed bytes.
func startFixed(ctx context.Context, files string, buffer int) (*process, error) {
	address, err := freeAddress()
	if err != nil {
		return nil, err
	}
	own, err := os.Executable()
	if err != nil {
		return nil, err
	}
	return launch(ctx, address, []string{"GOMAXPROCS=1"}, own, "--fixed", files, "--listen", address, "--write-buffer", strconv.Itoa(buffer))
}

// serveFixed answers with the files of a folder, which it holds in memory: all that
// fasthttp costs, and nothing else.
func serveFixed(dir, address string, buffer int) error {
	files := map[string][]byte{}
	types := map[string]string{".jpg": "image/jpeg", ".gif": "image/gif"}
	err := filepath.WalkDir(dir, func(name string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		data, err := os.ReadFile(name)
		files[strings.TrimPrefix(name, dir)] = data
		return err
	})
	if err != nil {
		return err
	}
	s := &fasthttp.Server{
		WriteBufferSize: buffer, NoDefaultServerHeader: true, NoDefaultContentType: true,
		Handler: func(ctx *fasthttp.RequestCtx) {
			path := ctx.URI().PathOriginal()
			ctx.Response.Header.SetContentType(types[string(path[len(path)-4:])])
			ctx.Response.SetBodyRaw(files[string(path)])
		},
	}
	return s.ListenAndServe(address)
}

// get asks once, beside what is measured.
func get(address string) ([]byte, error) {
	status, body, err := fasthttp.GetTimeout(nil, address, 10*time.Second)
	if err == nil && status != fasthttp.StatusOK {
		err = fmt.Errorf("get %s: status %d", address, status)
	}
	return body, err
}
