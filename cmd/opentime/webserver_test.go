package main

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// front is a web server from Debian in front of ours, with its file in deploy/.
type front struct {
	t       *testing.T
	dir     string
	address string // that speaks TLS
	roots   *x509.CertPool
	run     *exec.Cmd
	said    bytes.Buffer
}

// imageHost is whom the certificate is for.
const imageHost = "img.cinema.example"

func newFront(t *testing.T) *front {
	t.Helper()
	f := &front{t: t, dir: t.TempDir(), address: freeAddress(t)}
	f.makeCertificate()
	return f
}

// startNginx starts an nginx before the server at an address. Of deploy/nginx.conf
// nothing changes but where things are.
func startNginx(t *testing.T, upstream string, places ...[2]string) *front {
	t.Helper()
	f := newFront(t)
	conf := f.configure("nginx.conf", append(places, [][2]string{
		{"user www-data;", "user root;"},
		{"/run/nginx.pid", f.path("nginx.pid")},
		{"/var/log/nginx/", f.path("")},
		{"/etc/letsencrypt/live/" + imageHost + "/", f.path("")},
		{"127.0.0.1:8080", upstream},
		{"listen 80 default_server backlog=4096;", ""},
		{"listen [::]:80 default_server backlog=4096;", ""},
		{"listen [::]:443 ssl http2 default_server backlog=4096;", ""},
		{"listen 443 ", "listen " + f.address + " "},
		{"http {", "http {\nclient_body_temp_path " + f.path("body") + "; proxy_temp_path " + f.path("proxy") + "; fastcgi_temp_path " +
			f.path("fastcgi") + "; uwsgi_temp_path " + f.path("uwsgi") + "; scgi_temp_path " + f.path("scgi") + ";"},
	}...))
	program, err := exec.LookPath("nginx")
	if err != nil { // Debian has it where only root looks
		program = "/usr/sbin/nginx"
	}
	f.start(exec.Command(program, "-c", conf, "-e", f.path("error.log"), "-g", "daemon off;"))
	return f
}

// startCaddy starts a Caddy with deploy/Caddyfile.
func startCaddy(t *testing.T, upstream string, places ...[2]string) *front {
	t.Helper()
	f := newFront(t)
	host, port, _ := net.SplitHostPort(f.address)
	conf := f.configure("Caddyfile", append(places, [][2]string{
		{"127.0.0.1:8080", upstream},
		{"\n" + imageHost + " {", "\nhttps://" + imageHost + ":" + port + " {\nbind " + host + "\ntls " + f.path("fullchain.pem") + " " + f.path("privkey.pem")},
		{"\n{\n", "\n{\nadmin off\nauto_https off\n"},
	}...))
	run := exec.Command("caddy", "run", "--config", conf, "--adapter", "caddyfile")
	run.Env = append(os.Environ(), "HOME="+f.dir, "XDG_DATA_HOME="+f.dir, "XDG_CONFIG_HOME="+f.dir)
	f.start(run)
	return f
}

// configure writes a file of deploy/ with other places in it, and returns its
// path.
func (f *front) configure(name string, places [][2]string) string {
	f.t.Helper()
	pictures, err := filepath.Abs("../../deploy/front")
	if err != nil {
		f.t.Fatal(err)
	}
	text := fileText(f.t, "../../deploy/"+name)
	for _, place := range append(places, [2]string{"/usr/share/opentime/front", pictures}) {
		if !strings.Contains(text, place[0]) {
			f.t.Fatalf("deploy/%s has no %q", name, place[0])
		}
		text = strings.ReplaceAll(text, place[0], place[1])
	}
	if err := os.WriteFile(f.path(name), []byte(text), 0o600); err != nil {
		f.t.Fatal(err)
	}
	return f.path(name)
}

func (f *front) path(name string) string { return f.dir + "/" + name }

// start runs the front until the test ends, and waits until it answers.
func (f *front) start(run *exec.Cmd) {
	f.t.Helper()
	f.run = run
	run.Stderr = &f.said
	if err := run.Start(); err != nil {
		f.t.Fatalf("%v; test.sh installs what the tests need", err)
	}
	f.t.Cleanup(f.stop)
	for range 200 {
		conn, err := f.dial("http/1.1")
		if err == nil {
			_ = conn.Close()
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	f.stop()
	f.t.Fatalf("%s does not answer: %s", run.Path, &f.said)
}

// stop ends the front, which then has written its logs.
func (f *front) stop() {
	if f.run.ProcessState == nil {
		_ = f.run.Process.Signal(syscall.SIGTERM)
		_ = f.run.Wait()
	}
}

// dial opens a connection over TLS that speaks a protocol.
func (f *front) dial(protocol string) (net.Conn, error) {
	return tls.Dial("tcp", f.address, &tls.Config{RootCAs: f.roots, ServerName: imageHost, NextProtos: []string{protocol}})
}

// client returns a client with connections of its own, over HTTP/2 or 1.1.
func (f *front) client(http2 bool) *http.Client {
	protocols := &http.Protocols{}
	protocols.SetHTTP2(http2)
	protocols.SetHTTP1(!http2)
	return &http.Client{
		Timeout:       time.Minute,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport: &http.Transport{
			TLSClientConfig: &tls.Config{RootCAs: f.roots}, Protocols: protocols,
			DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
				return (&net.Dialer{}).DialContext(ctx, network, f.address)
			},
		},
	}
}

// request is one for a path that is sent as it is.
func (f *front) request(method, path string, headers http.Header) *http.Request {
	return &http.Request{
		Method: method, Host: imageHost, Header: headers,
		URL: &url.URL{Scheme: "https", Host: imageHost, Opaque: "//" + imageHost + path},
	}
}

// log returns what the front has logged, once it has ended.
func (f *front) log(name string) string {
	f.t.Helper()
	return fileText(f.t, f.path(name))
}

// freeAddress is one on loopback where nobody listens.
func freeAddress(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = listener.Close() }()
	return listener.Addr().String()
}

// makeCertificate makes an authority and lets it certify the host of images.
func (f *front) makeCertificate() {
	f.t.Helper()
	authority := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "the tests"}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), KeyUsage: x509.KeyUsageCertSign,
	}
	host := &x509.Certificate{
		SerialNumber: big.NewInt(2), DNSNames: []string{imageHost}, KeyUsage: x509.KeyUsageDigitalSignature,
		NotBefore: authority.NotBefore, NotAfter: authority.NotAfter, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	ofAuthority, err1 := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	ofHost, err2 := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err1 != nil || err2 != nil {
		f.t.Fatal(err1, err2)
	}
	root, err1 := x509.CreateCertificate(rand.Reader, authority, authority, ofAuthority.Public(), ofAuthority)
	leaf, err2 := x509.CreateCertificate(rand.Reader, host, authority, ofHost.Public(), ofAuthority)
	key, err3 := x509.MarshalPKCS8PrivateKey(ofHost)
	if err1 != nil || err2 != nil || err3 != nil {
		f.t.Fatal(err1, err2, err3)
	}
	parsed, err := x509.ParseCertificate(root)
	if err != nil {
		f.t.Fatal(err)
	}
	f.roots = x509.NewCertPool()
	f.roots.AddCert(parsed)
	for name, block := range map[string]*pem.Block{
		"fullchain.pem": {Type: "CERTIFICATE", Bytes: leaf}, "privkey.pem": {Type: "PRIVATE KEY", Bytes: key},
	} {
		if err := os.WriteFile(f.path(name), pem.EncodeToMemory(block), 0o600); err != nil {
			f.t.Fatal(err)
		}
	}
}
