package main

import (
	"log/slog"
	"os"
	"os/signal"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/fsnotify/fsnotify"

	"example.com/opentime/signals"
)

// serveCmd is opentime serve.
type serveCmd struct {
	Path   string        `arg:"" optional:"" help:"A folder with an opentime.yaml, or that file. Without it that of the working folder, or else the demo."`
	Listen string        `env:"OPENTIME_LISTEN" placeholder:"ADDR" help:"Public address: images and links. 127.0.0.1:8080, or opentime.yaml's listen."`
	Admin  string        `env:"OPENTIME_ADMIN" placeholder:"ADDR" help:"Admin address: ingestion, metrics, explain, demo. 127.0.0.1:8081, or opentime.yaml's admin."`
	Drain  time.Duration `env:"OPENTIME_DRAIN" placeholder:"TIME" help:"After SIGTERM, for how long /healthz says draining before anybody is turned away: 10s, for balancers that ask it. 0s."`
	Data   string        `env:"OPENTIME_DATA" placeholder:"DIR" help:"Where data is kept. opentime.yaml's data; the demo's goes with the process."`
}

// Help teaches the command.
func (serveCmd) Help() string {
	return `Answers opens and clicks until SIGTERM, which lets requests under way finish. Changed files are published by themselves, or by SIGHUP; what is wrong in them is logged, and the last good state serves on.

  opentime serve                          the folder you are in, or the demo
  opentime serve /etc/opentime            your own
  OPENTIME_KEYS='a:...' opentime serve .  keys come from the environment

Behind a front such as nginx, name its network in trusted_proxies. Sockets that systemd hands over are taken, the public one first, then the admin's: a restart then refuses nobody.`
}

// Run serves until a signal ends it.
func (c *serveCmd) Run(e *env) error {
	collectSeldom(e.getenv)
	told := make(chan os.Signal, 1)
	signal.Notify(told, syscall.SIGTERM, syscall.SIGINT, syscall.SIGHUP)
	defer signal.Stop(told)
	a, err := startApp(e, serveOptions{path: c.Path, listen: c.Listen, admin: c.Admin, data: c.Data})
	if err != nil {
		return err
	}
	a.awaitWarm()
	e.print("public  http://%s", a.public)
	e.print("admin   http://%s", a.admin)
	if a.folder.embedded != nil {
		e.print("demo    http://%s/demo", a.admin)
	}
	changes := a.watch()
	for {
		select {
		case err := <-a.served:
			_ = a.stop()
			return err
		case <-changes:
			a.reload()
		case s := <-told:
			if s == syscall.SIGHUP {
				a.reload()
				continue
			}
			a.drain(c.Drain, told)
			return a.stop()
		}
	}
}

// drain lets balancers see that the server is about to end, for so long or until
// it is told once more.
func (a *app) drain(during time.Duration, told <-chan os.Signal) {
	a.front.Drain()
	if during <= 0 {
		return
	}
	slog.Info("draining; /healthz says so", "for", during)
	over := time.NewTimer(during)
	defer over.Stop()
	for {
		select {
		case <-over.C:
			return
		case s := <-told:
			if s != syscall.SIGHUP {
				return
			}
		}
	}
}

// quiet is how long a folder must not have changed before it is read.
const quiet = 500 * time.Millisecond

// watch tells of changes in the site's folder, and of files that it names
// elsewhere, once it is quiet again. The demo never changes.
func (a *app) watch() <-chan struct{} {
	changes := make(chan struct{}, 1)
	if a.folder.embedded != nil {
		return changes
	}
	watcher, err := fsnotify.NewWatcher()
	if err != nil {
		slog.Error("changed files are not noticed; send SIGHUP to have them read", "err", err)
		return changes
	}
	dir := a.folder.dir
	add := func() {
		for _, file := range a.filesElsewhere() {
			if err := watcher.Add(filepath.Dir(file)); err != nil {
				slog.Warn("changes of a file are not noticed", "file", file, "err", err)
			}
		}
		a.walk(func(name string, entry os.DirEntry) {
			if !entry.IsDir() {
				return
			}
			if err := watcher.Add(name); err != nil {
				slog.Warn("changes in a folder are not noticed", "folder", name, "err", err)
			}
		})
	}
	add()
	concerns := func(name string) bool {
		if strings.HasPrefix(filepath.Base(name), ".") {
			return false // a file that is being written, by an editor or by opentime data fetch
		}
		within, err := filepath.Rel(dir, name)
		return err == nil && filepath.IsLocal(within) || slices.Contains(a.filesElsewhere(), strings.TrimSuffix(name, ".sha256"))
	}
	if a.changedSinceRead() { // before anybody watched
		changes <- struct{}{}
	}
	go guarded("watching files", func() { follow(watcher, changes, add, concerns) })
	return changes
}

// walk calls each for what is in the site's folder, but for its data and what is hidden.
func (a *app) walk(each func(name string, entry os.DirEntry)) {
	dir := a.folder.dir
	data, _ := filepath.Abs(a.data)
	_ = filepath.WalkDir(dir, func(name string, entry os.DirEntry, err error) error {
		if err != nil {
			return nil //nolint:nilerr // what cannot be read now is tried again at the next change
		}
		hidden := strings.HasPrefix(entry.Name(), ".") && name != dir
		if whole, _ := filepath.Abs(name); entry.IsDir() && (whole == data || hidden) {
			return filepath.SkipDir
		}
		if !hidden {
			each(name, entry)
		}
		return nil
	})
}

// changedSinceRead reports whether a file changed since the site began to be read.
func (a *app) changedSinceRead() (changed bool) {
	a.reloading.Lock()
	began := a.site.began
	a.reloading.Unlock()
	a.walk(func(_ string, entry os.DirEntry) {
		if info, err := entry.Info(); err == nil && !entry.IsDir() && info.ModTime().After(began) {
			changed = true
		}
	})
	for _, file := range a.filesElsewhere() {
		if info, err := os.Stat(file); err == nil && info.ModTime().After(began) {
			changed = true
		}
	}
	return changed
}

// filesElsewhere are the files of data outside the site's folder.
func (a *app) filesElsewhere() []string {
	a.reloading.Lock()
	s := a.site
	a.reloading.Unlock()
	var files []string
	for _, file := range s.dataFiles() {
		if whole := s.folder.path(file); !filepath.IsLocal(file) {
			files = append(files, filepath.Clean(whole))
		}
	}
	return files
}

// dataFiles are the files of data that the site names and that are read when they
// change.
func (s *site) dataFiles() []string {
	var files []string
	for _, file := range []string{s.config.geo, s.config.asn, s.config.relays} {
		if file != "" {
			files = append(files, file)
		}
	}
	for _, p := range s.config.places {
		files = append(files, p.file)
	}
	for _, l := range s.config.lists {
		files = append(files, l.file)
	}
	for _, f := range s.config.profileFeeds {
		if f.file != "" {
			files = append(files, f.file)
		}
	}
	if s.config.clients != "" {
		for _, name := range signals.ClientTables() {
			files = append(files, path.Join(s.config.clients, name+".tsv"))
		}
	}
	return files
}

// follow turns bursts of events that concern us into one change each.
func follow(watcher *fsnotify.Watcher, changes chan<- struct{}, add func(), concerns func(name string) bool) {
	timer := time.NewTimer(time.Hour)
	timer.Stop()
	for {
		select {
		case event, ok := <-watcher.Events:
			if !ok {
				return
			}
			if concerns(event.Name) {
				timer.Reset(quiet)
			}
		case _, ok := <-watcher.Errors: // changes may have been missed
			if !ok {
				return
			}
			timer.Reset(quiet)
		case <-timer.C:
			add()
			select {
			case changes <- struct{}{}:
			default:
			}
		}
	}
}

// warmStart is how long a start that is warm is waited for before it is told of.
const warmStart = 3 * time.Second

// awaitWarm waits for a while until the pictures that campaigns start with are
// drawn, so that who is told of the server finds it as quick as it will be. It
// answers meanwhile.
func (a *app) awaitWarm() {
	late := time.NewTimer(warmStart)
	defer late.Stop()
	select {
	case <-a.publisher.started:
	case <-late.C:
	}
}
