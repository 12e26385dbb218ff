package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"example.com/opentime/journal"
)

const backupConfig = `sender: cinema
home: https://cinema.example
hosts: [cinema.example]
timezone: Europe/Brussels
locales: [nl]
forgotten: %s
profiles: {attributes: {tier: text, first_name: text}}
feeds: {films: {file: films.xml, refresh: 24h}}
`

// putProfiles sends profiles to a server, and reports whether they were
// acknowledged.
func (p *process) putProfiles(rows string) bool {
	request, err := http.NewRequest(http.MethodPut, "http://"+p.admin+"/v1/profiles", strings.NewReader(rows))
	if err != nil {
		return false
	}
	request.Header.Set("Authorization", "Bearer ingest")
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return false
	}
	body, err := io.ReadAll(answer.Body)
	_ = answer.Body.Close()
	return err == nil && answer.StatusCode == http.StatusOK && bytes.Contains(body, []byte(`"applied": 1`))
}

// TestABackupBringsEverythingBack backs a server up that is under load, forgets
// somebody, kills it, and restores into an empty folder: what links lead to, who
// is known and what is published are as they were when it was backed up, and who
// was forgotten since is not known.
func TestABackupBringsEverythingBack(t *testing.T) {
	elsewhere := t.TempDir()
	p := newProcess(t, fmt.Sprintf(backupConfig, filepath.Join(elsewhere, "forgotten.log")))
	p.start("")
	p.site.write("people.csv", "r,tier,first_name\nr-1,gold,Zephyrine\nr-2,gold,Emma\nr-3,silver,Lucas\n")
	p.must("import", "profiles", "people.csv")
	var links []string
	for _, id := range []string{"r-1", "r-2", "r-3", "r-4"} {
		for _, path := range []string{"/i/spring/hero.jpg", "/i/spring/films/1.jpg", "/i/spring/films/2.gif", "/c/spring/hero", "/c/spring/films/2"} {
			links = append(links, p.link(path, id))
		}
	}
	before := map[string]string{}
	for _, link := range links {
		before[link] = p.shows(link)
	}
	hero := func(id string) string { return p.shows(p.link("/i/spring/hero.jpg", id)) }
	if hero("r-1") == hero("r-3") || hero("r-1") != hero("r-2") {
		t.Fatal("gold is not told from silver, so nothing would be shown by comparing")
	}

	// Under load: opens and clicks, and a profile after another, each acknowledged.
	var over atomic.Bool
	var acknowledged, opened atomic.Int64
	var load sync.WaitGroup
	for i := range 3 {
		load.Go(func() {
			for n := i; !over.Load(); n++ {
				_, _, _ = p.get("http://" + p.public + links[n%len(links)])
				opened.Add(1)
			}
		})
	}
	load.Go(func() {
		for n := int64(0); !over.Load(); n++ {
			if p.putProfiles(fmt.Sprintf(`[{"r": "load-%d", "attributes": {"tier": "gold"}}]`, n)) && acknowledged.Load() == n {
				acknowledged.Add(1)
			}
		}
	})
	for acknowledged.Load() < 50 || opened.Load() < 100 {
		_ = hero("r-2")
	}
	least := acknowledged.Load()
	said := p.must("backup", elsewhere)
	most := acknowledged.Load()
	over.Store(true)
	load.Wait()
	backup, _, _ := strings.Cut(said, ":")
	info, err := os.Stat(backup)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("%v: %v", backup, err)
	}
	if left, _ := filepath.Glob(filepath.Join(p.site.data, ".backup-*")); len(left) > 0 {
		t.Errorf("left over: %v", left)
	}
	published, err := os.ReadFile(filepath.Join(p.site.data, "published.json"))
	if err != nil {
		t.Fatal(err)
	}
	p.must("forget", "r-1")
	if hero("r-1") != before[p.link("/i/spring/hero.jpg", "r-3")] {
		t.Error("who was forgotten is shown something of their own")
	}
	p.kill()

	lost := p.site.data
	p.site.data = t.TempDir()
	t.Log(p.must("restore", backup))
	if back, err := os.ReadFile(filepath.Join(p.site.data, "published.json")); err != nil || !bytes.Equal(back, published) {
		t.Errorf("what is published came back as %s, %v", back, err)
	}
	p.start("")
	for _, link := range links {
		if !strings.Contains(link, "r=r-1.") && p.shows(link) != before[link] {
			t.Errorf("%s leads to %s, and led to %s", link, p.shows(link), before[link])
		}
	}
	if back, err := os.ReadFile(filepath.Join(p.site.data, "published.json")); err != nil || !bytes.Equal(back, published) {
		t.Errorf("published anew: %s, %v", back, err)
	}
	gold, silver := hero("r-2"), hero("r-3")
	if hero("r-1") != silver {
		t.Error("who was forgotten is known again")
	}
	if said := p.must("import", "profiles", "people.csv"); !strings.Contains(said, "forgotten; nothing is kept of who was") {
		t.Errorf("who was forgotten is imported again: %s", said)
	}
	kept := int64(0)
	for hero(fmt.Sprintf("load-%d", kept)) == gold {
		kept++
	}
	if kept < least || kept > most+1 { // one more may be on its way
		t.Errorf("%d profiles came back; %d were acknowledged before, %d when it ended", kept, least, most)
	}
	p.kill()
	if files := filesWith(t, p.site.data, "Zephyrine"); len(files) > 0 {
		t.Errorf("of who was forgotten there is something in %v", files)
	}
	if len(filesWith(t, lost, "Emma"))+len(filesWith(t, p.site.data, "Emma")) == 0 {
		t.Error("nobody's name is found anywhere, so not finding one says nothing")
	}
	records := readJournal(t, filepath.Join(p.site.data, "journal"))
	t.Logf("%d profiles of %d to %d, %d records of the journal came back", kept, least, most, records)
	if records == 0 {
		t.Error("the journal is empty")
	}
}

// filesWith are the files below a folder that have a text.
func filesWith(t *testing.T, dir, text string) (names []string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		data, err := os.ReadFile(name)
		if bytes.Contains(data, []byte(text)) {
			names = append(names, name)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

// readJournal counts the records of a journal, of which none may be damaged.
func readJournal(t *testing.T, dir string) (records int) {
	t.Helper()
	files, err := journal.Files(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range files {
		loss, err := journal.Read(name, func(*journal.Record) { records++ })
		if err != nil || loss.Records > 0 || loss.Words > 0 {
			t.Errorf("%s: %+v, %v", name, loss, err)
		}
	}
	return records
}

// madeBackup is a small backup.
func madeBackup(t *testing.T) []byte {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{"published.json": "{}", "store/000001.sst": strings.Repeat("profiles", 500), "journal/x.otj": ""} {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o750); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var backup bytes.Buffer
	if err := writeBackup(&backup, dir, backupIndex{Sender: "cinema"}); err != nil {
		t.Fatal(err)
	}
	return backup.Bytes()
}

// takenFrom reads a backup; whatever is wrong with it must be said.
func takenFrom(backup []byte) (map[string]string, error) {
	taken := map[string]string{}
	_, err := readBackup(bytes.NewReader(backup), func(name string, data io.Reader) error {
		text, err := io.ReadAll(data)
		taken[name] = string(text)
		return err
	})
	return taken, err
}

// TestDamagedBackupsAreRefused cuts a backup off at many places and flips bits of
// it: it is refused, or what comes of it is what was put in.
func TestDamagedBackupsAreRefused(t *testing.T) {
	backup := madeBackup(t)
	good, err := takenFrom(backup)
	if err != nil || len(good) != 3 {
		t.Fatalf("%v, %v", good, err)
	}
	dice := rand.New(rand.NewPCG(1, 2))
	end := bytes.LastIndex(backup, []byte("}")) // behind it stands nothing but zeros
	for range 300 {
		cut := dice.IntN(end)
		if _, err := takenFrom(backup[:cut]); !errors.Is(err, errNoBackup) {
			t.Errorf("cut off at %d of %d: %v", cut, len(backup), err)
		}
	}
	refused := 0
	for at := 0; at < end; at += 7 {
		bad := bytes.Clone(backup)
		bad[at] ^= 1 << dice.IntN(8)
		taken, err := takenFrom(bad)
		if err != nil {
			refused++
			continue
		}
		if fmt.Sprint(taken) != fmt.Sprint(good) {
			t.Errorf("a bit at %d is wrong, and %v is taken", at, taken)
		}
	}
	t.Logf("%d of %d flips were refused", refused, end/7)
	if refused < end/14 {
		t.Errorf("only %d of %d", refused, end/7)
	}
}

func FuzzReadBackup(f *testing.F) {
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, backup []byte) {
		if taken, err := takenFrom(backup); err == nil {
			for name := range taken {
				if !filepath.IsLocal(name) {
					t.Errorf("%q leads elsewhere", name)
				}
			}
		}
	})
}

// TestAFullDiskLeavesNoHalfBackup writes a backup where there is no room for it.
func TestAFullDiskLeavesNoHalfBackup(t *testing.T) {
	p := newProcess(t, fmt.Sprintf(backupConfig, filepath.Join(t.TempDir(), "forgotten.log")))
	p.start("")
	small := t.TempDir()
	command := exec.Command("unshare", "--mount", "sh", "-c",
		`mount -t tmpfs -o size=16k small "$1" && cd "$2" && { opentime backup "$1"; echo "ends with $?"; ls -A "$1"; }`, "sh", small, p.site.dir)
	command.Env = p.environment()
	said, err := command.CombinedOutput()
	if err != nil || !strings.Contains(string(said), "no space left on device") || !strings.HasSuffix(string(said), "ends with 1\n") {
		t.Errorf("%v: %s", err, said)
	}
	p.must("backup", filepath.Join(small, "b.tar")) // the server is none the worse
}

// TestABackupNeedsItsToken asks for one with the other scopes' tokens.
func TestABackupNeedsItsToken(t *testing.T) {
	p := newProcess(t, fmt.Sprintf(backupConfig, filepath.Join(t.TempDir(), "forgotten.log")))
	p.start("")
	if status, _, err := p.get("http://" + p.admin + "/v1/backup"); err != nil || status != http.StatusUnauthorized {
		t.Errorf("with the read token: %d, %v", status, err)
	}
	p.kill()
	p.start("unset OPENTIME_TOKEN_PUBLISH;")
	if status, text, err := p.get("http://" + p.admin + "/v1/backup"); err != nil || status != http.StatusForbidden {
		t.Errorf("where it has none: %d %s, %v", status, text, err)
	}
}

// TestABackupHasWhatLiesElsewhere backs up data whose journal is on another disk, and
// whose feeds are behind a link: nothing of them is left out, and what a disk keeps
// for its repairs, which only root may read, is no part of it.
func TestABackupHasWhatLiesElsewhere(t *testing.T) {
	p := newProcess(t, fmt.Sprintf(backupConfig, filepath.Join(t.TempDir(), "forgotten.log")))
	p.site.write("people.csv", "r,tier\nr-1,gold\n")
	p.must("import", "profiles", "people.csv")
	feeds := t.TempDir()
	for name, text := range map[string]string{filepath.Join(feeds, "a"): "feed", filepath.Join(p.site.data, lostName, "b"): "lost"} {
		if err := errors.Join(os.MkdirAll(filepath.Dir(name), 0o700), os.WriteFile(name, []byte(text), 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink(feeds, filepath.Join(p.site.data, "feeds")); err != nil {
		t.Fatal(err)
	}
	backup := filepath.Join(t.TempDir(), "b.tar")
	command := exec.Command("unshare", "--mount", "sh", "-c",
		`mkdir "$1/journal" && mount -t tmpfs journal "$1/journal" && echo record > "$1/journal/x.otj" && cd "$2" && exec opentime backup "$3"`,
		"sh", p.site.data, p.site.dir, backup)
	command.Env = p.environment()
	if said, err := command.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, said)
	}
	text, err := os.ReadFile(backup)
	if err != nil {
		t.Fatal(err)
	}
	taken, err := takenFrom(text)
	if err != nil || taken["feeds/a"] != "feed" || taken["journal/x.otj"] != "record\n" || taken["lost+found/b"] != "" {
		t.Errorf("%v: feeds %q, journal %q, lost %q", err, taken["feeds/a"], taken["journal/x.otj"], taken["lost+found/b"])
	}
}
