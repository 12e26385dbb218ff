package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"example.com/opentime/people"
	"example.com/opentime/rules"
	"example.com/opentime/store"
)

// killed is an import of a file in a process of its own, some of whose rows are
// refused, which is killed again and again.
type killed struct {
	t           *testing.T
	dir         string
	file        string
	ids         []string
	wrong       int    // every so manieth row
	errors      []byte // what is to stand in the file of errors
	admin       string
	listen      string
	random      *rand.Rand
	resumptions int
}

func newKilled(t *testing.T, rows, wrong int) *killed {
	t.Helper()
	k := &killed{t: t, dir: t.TempDir(), wrong: wrong, random: rand.New(rand.NewPCG(uint64(time.Now().UnixNano()), 0))}
	k.file = filepath.Join(k.dir, "people.csv")
	k.ids = writeProfiles(t, k.file, rows, 1)
	k.admin, k.listen = freeAddress(t), freeAddress(t)
	write(t, filepath.Join(k.dir, "opentime.yaml"), fmt.Sprintf(importConfig, "signed"))
	write(t, filepath.Join(k.dir, "campaigns", "README"), "none")
	k.spoil()
	return k
}

// spoil makes rows wrong: some by a value, some so that no row can be read.
func (k *killed) spoil() {
	k.t.Helper()
	data, err := os.ReadFile(k.file)
	if err != nil {
		k.t.Fatal(err)
	}
	var out bytes.Buffer
	lines := bytes.Split(bytes.TrimSpace(data), []byte("\n"))
	k.errors = append([]byte("#row,#why,"), append(lines[0], '\n')...)
	for i, line := range lines {
		if row := i - 1; row >= 0 && row%k.wrong == k.wrong-1 {
			why := `8 cells under 13 names; quote texts with a separator in them`
			if row/k.wrong%2 == 0 {
				line = bytes.Replace(line, []byte(",full,"), []byte(",,"), 1)
				line = bytes.Replace(line, []byte("2026-11-20T08:00:00Z"), []byte("soon"), 1)
				why = `at ""soon"" is no moment; write one such as 2026-11-23T08:00:00Z`
			} else {
				line = bytes.Join(bytes.SplitN(line, []byte(","), 9)[:8], []byte(","))
			}
			k.errors = fmt.Appendf(k.errors, "%d,\"%s\",%s\n", i+1, why, line)
		}
		out.Write(append(line, '\n'))
	}
	if err := os.WriteFile(k.file, out.Bytes(), 0o600); err != nil {
		k.t.Fatal(err)
	}
}

func (k *killed) command(args ...string) *exec.Cmd {
	run := exec.Command("opentime-quick", append(args, k.dir, "--data", filepath.Join(k.dir, "data"), "--admin", k.admin)...)
	run.Env = append(os.Environ(), "OPENTIME_KEYS="+demoKeys)
	return run
}

// errorsSize is how far an import is, told by its file of errors.
func (k *killed) errorsSize() int64 {
	info, err := os.Stat(filepath.Join(k.dir, "people.errors.csv"))
	if err != nil {
		return 0
	}
	return info.Size()
}

// importUntil imports the file until so many bytes of errors are written, and then
// does what is told of a process that runs. It reports whether the import ended by
// itself, and with what.
func (k *killed) importUntil(size int64, then func(*os.Process)) (ended bool, sum importSum) {
	k.t.Helper()
	run := k.command("import", "profiles", "--json", k.file)
	var out, said bytes.Buffer
	run.Stdout, run.Stderr = &out, &said
	if err := run.Start(); err != nil {
		k.t.Fatal(err)
	}
	done := make(chan struct{})
	go func() { _ = run.Wait(); close(done) }()
	for {
		select {
		case <-done:
			if ended = run.ProcessState.Exited(); ended {
				if err := json.Unmarshal(out.Bytes(), &sum); err != nil || run.ProcessState.ExitCode() != 1 {
					k.t.Fatalf("ends with %v: %s%s", run.ProcessState, &out, &said)
				}
			}
			if strings.Contains(said.String(), "note: goes on after") {
				k.resumptions++
			}
			return ended, sum
		case <-time.After(time.Millisecond):
			if then != nil && k.errorsSize() >= size {
				then(run.Process)
				then = nil
			}
		}
	}
}

// whole looks whether every row is there, once, and every row that is wrong told
// of, once.
func (k *killed) whole(sum importSum) {
	k.t.Helper()
	refused := int64(len(k.ids) / k.wrong)
	applied := int64(len(k.ids)) - refused
	if sum.Rows != int64(len(k.ids)) || sum.Applied != applied || sum.Refused != refused || sum.Ignored != 0 {
		k.t.Errorf("it says %+v, want %d rows, %d applied, %d refused", sum, len(k.ids), applied, refused)
	}
	told, err := os.ReadFile(filepath.Join(k.dir, "people.errors.csv"))
	if err != nil || !bytes.Equal(told, k.errors) {
		k.t.Errorf("errors are not those of the file (%v):\n%s", err, firstDifference(told, k.errors))
	}
	s, err := store.Open(filepath.Join(k.dir, "data", "store"), "cinema")
	if err != nil {
		k.t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	attributes := []rules.Attribute{{Name: "points", Type: rules.Number}}
	profiles := people.Open(s, &rules.Sender{Attributes: attributes}, rules.ConsentAggregate, time.Now, nil)
	for row, id := range k.ids {
		profile, err := profiles.Profile(id)
		if err != nil {
			k.t.Fatal(err)
		}
		wrong := row%k.wrong == k.wrong-1
		if there := profile != nil; there == wrong || there && profile.Attributes[0].N != int64(row)*rules.Million {
			k.t.Fatalf("row %d is there: %v, %+v", row, there, profile)
		}
	}
	kept := int64(0)
	if err := s.Recipients(store.KindProfile, func(int64, []byte) error { kept++; return nil }); err != nil || kept != applied {
		k.t.Errorf("%d profiles are kept, %v, want %d", kept, err, applied)
	}
	if imports, err := profiles.Imports(); err != nil || len(imports) > 0 {
		k.t.Errorf("after its end an import is under way: %+v %v", imports, err)
	}
}

func firstDifference(got, want []byte) string {
	a, b := bufio.NewScanner(bytes.NewReader(got)), bufio.NewScanner(bytes.NewReader(want))
	for line := 1; ; line++ {
		more, other := a.Scan(), b.Scan()
		if a.Text() != b.Text() || more != other {
			return fmt.Sprintf("line %d\ngot  %s\nwant %s", line, a.Text(), b.Text())
		}
		if !more {
			return "none"
		}
	}
}

func kill(p *os.Process) { _ = p.Kill() }

func TestAnImportThatIsKilledGoesOnWithoutLossOrDoubling(t *testing.T) {
	k := newKilled(t, 50_000, 100)
	for range 6 {
		if ended, sum := k.importUntil(k.random.Int64N(int64(len(k.errors))*9/10), kill); ended {
			t.Logf("ended before it was killed: %+v", sum)
		}
	}
	ended, sum := k.importUntil(0, nil)
	if !ended || k.resumptions == 0 {
		t.Errorf("ended %v, went on %d times", ended, k.resumptions)
	}
	k.whole(sum)
}

// TestAnImportThroughAServerIsWhole kills the importer, and then the server under
// it, which comes back.
func TestAnImportThroughAServerIsWhole(t *testing.T) {
	k := newKilled(t, 20_000, 100)
	serve := func() *exec.Cmd {
		run := k.command("serve", "--listen", k.listen)
		if err := run.Start(); err != nil {
			t.Fatal(err)
		}
		for range 3000 {
			if conn, err := net.Dial("tcp", k.admin); err == nil {
				_ = conn.Close()
				return run
			}
			time.Sleep(10 * time.Millisecond)
		}
		t.Fatal("the server does not start")
		return nil
	}
	server := serve()
	stop := func() { _ = server.Process.Kill(); _ = server.Wait() }
	defer func() { stop() }()
	half := int64(len(k.errors)) / 2
	k.importUntil(k.random.Int64N(half), kill)
	ended, sum := k.importUntil(half+k.random.Int64N(half/2), func(*os.Process) { stop(); server = serve() })
	if !ended || k.resumptions == 0 {
		t.Errorf("ended %v, went on %d times", ended, k.resumptions)
	}
	stop()
	k.whole(sum)
}

func TestAFileThatChangedIsImportedAnew(t *testing.T) {
	k := newKilled(t, 20_000, 100)
	for ended := true; ended; { // what ends before it is killed begins anew
		ended, _ = k.importUntil(int64(len(k.errors))/3, kill)
	}
	file, err := os.OpenFile(k.file, os.O_APPEND|os.O_WRONLY, 0)
	if err == nil {
		_, err = file.WriteString("r-new,2026-11-20T08:00:00Z,,,,,,,,,,7,\n")
	}
	if err != nil || file.Close() != nil {
		t.Fatal(err)
	}
	run := k.command("import", "profiles", k.file)
	said, err := run.CombinedOutput()
	if err == nil || !strings.Contains(string(said), "it has changed since an import of it was stopped after") ||
		!strings.Contains(string(said), "19801 applied, 0 ignored, 200 refused") {
		t.Errorf("%v: %s", err, said)
	}
	told, err := os.ReadFile(filepath.Join(k.dir, "people.errors.csv"))
	if err != nil || !bytes.Equal(told, k.errors) {
		t.Errorf("errors are not those of the file (%v): %s", err, firstDifference(told, k.errors))
	}
}

// TestAnImportThatTheServerLostIsNotSaidToBeDone has the server lose what it was
// sent, as by a disk that fails, before the import ends: the end says so, and the
// same file imported again brings everything in.
func TestAnImportThatTheServerLostIsNotSaidToBeDone(t *testing.T) {
	p := newProcess(t, restartedConfig)
	p.start("")
	server := &url.URL{Scheme: "http", Host: p.admin}
	forward := httputil.NewSingleHostReverseProxy(server)
	var loses atomic.Bool
	loses.Store(true)
	between := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		forward.ServeHTTP(w, r)
		if r.Method == http.MethodPut && loses.Swap(false) {
			end := r.Clone(context.Background())
			end.Method, end.Body, end.ContentLength = http.MethodDelete, http.NoBody, 0
			forward.ServeHTTP(httptest.NewRecorder(), end)
		}
	}))
	defer between.Close()
	p.site.write("people.csv", "r,tier\nr-1,gold\nr-2,gold\n")
	through := []string{"import", "profiles", "people.csv", "--admin", strings.TrimPrefix(between.URL, "http://")}
	said, code := p.command(through...)
	if code != 1 || !strings.Contains(said, "the rows are not all there: 0 rows of the file are done") || !strings.Contains(said, "import the file again") {
		t.Errorf("lost: exit code %d: %s", code, said)
	}
	if said := p.must(through...); !strings.Contains(said, "2 applied, 0 ignored, 0 refused") {
		t.Error(said)
	}
}
