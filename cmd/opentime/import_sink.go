package main

import (
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"example.com/opentime/people"
	"example.com/opentime/rules"
	"example.com/opentime/store"
)

// importer takes a file's pieces: the site's own data, or the server that holds
// it.
type importer interface {
	Imports() ([]people.Progress, error)
	Import(file [32]byte, piece *people.Piece) (people.Applied, error)
	EndImport(file [32]byte) error
}

// storeFolder is where a site's store is.
func (s *site) storeFolder() string { return filepath.Join(s.folder.path(s.config.data), "store") }

// held reports whether a running server holds the site's data.
func (s *site) held() bool {
	if s.folder.embedded != nil || !s.folder.isDir(s.storeFolder()) {
		return false
	}
	opened, err := store.Open(s.storeFolder(), s.config.sender)
	if err != nil {
		return errors.Is(err, store.ErrLocked)
	}
	_ = opened.Close()
	return false
}

// importer returns what takes pieces, and how to end it. The demo's data is its
// server's.
func (s *site) importer(e *env) (importer, func() error, error) {
	none := func() error { return nil }
	server := &servedImporter{admin: newAdminClient(s.config.admin, e.getenv("OPENTIME_TOKEN_INGEST")), now: e.now}
	if s.folder.embedded != nil {
		return server, none, nil
	}
	if err := os.MkdirAll(s.storeFolder(), 0o750); err != nil {
		return nil, nil, fmt.Errorf("open data: %w", err)
	}
	opened, err := store.Open(s.storeFolder(), s.config.sender)
	if errors.Is(err, store.ErrLocked) {
		return server, none, nil
	}
	if err != nil {
		return nil, nil, err
	}
	verify := func(string, string) bool { return false }
	if keys, err := siteKeys(s.folder, e); err == nil {
		verify = func(id, seal string) bool { return keys.Verify(s.config.sender, id, seal, e.now()) }
	}
	profiles := people.Open(opened, s.sender, s.config.consent, e.now, verify)
	profiles.Remember(s.config.keep.behaviour, nil)
	if s.config.recipients == rules.Keyed {
		profiles.RequireSecretIDs()
	}
	return profiles, opened.Close, nil
}

// servedImporter hands pieces to the server that runs.
type servedImporter struct {
	admin *adminClient
	now   func() time.Time
	met   bool // it answered before
}

// awayFor is how long a server may be away, as while it restarts.
const awayFor = time.Minute

// ask asks the server, and one that was there again while it is away: a piece that
// is sent twice is applied once.
func (s *servedImporter) ask(method, path string, body []byte, answer any) error {
	var data []byte
	var err error
	for wait := 100 * time.Millisecond; ; wait *= 2 {
		data, err = s.admin.do(method, path, body)
		if refused, ok := errors.AsType[refusedError](err); err == nil || !s.met || ok && refused.status < http.StatusInternalServerError || wait > awayFor {
			break
		}
		time.Sleep(wait)
	}
	if errors.Is(err, errNoServer) {
		return hint(fmt.Errorf("no server answers at %s", s.admin.base), "start it with opentime serve and import the file again; it goes on where it was")
	}
	if err != nil {
		return err
	}
	s.met = true
	if err := json.Unmarshal(data, answer); err != nil {
		return fmt.Errorf("read the server's answer: %w", err)
	}
	return nil
}

// Imports lists the imports that have not ended.
func (s *servedImporter) Imports() ([]people.Progress, error) {
	var all []struct {
		File string `json:"file"`
		people.Progress
	}
	if err := s.ask(http.MethodGet, "/v1/imports", nil, &all); err != nil {
		return nil, err
	}
	var imports []people.Progress
	for _, told := range all {
		if file, err := hex.DecodeString(told.File); err == nil && len(file) == len(told.Progress.File) {
			told.Progress.File = [32]byte(file)
			imports = append(imports, told.Progress)
		}
	}
	return imports, nil
}

// Import hands a piece on.
func (s *servedImporter) Import(file [32]byte, piece *people.Piece) (people.Applied, error) {
	query := url.Values{"name": {piece.Name}}
	if piece.Events {
		query.Set("what", "events")
		query.Set("kind", piece.Kind)
		query.Set("channel", piece.Channel)
	}
	for name, n := range map[string]int64{"from": piece.From, "to": piece.To, "refused": piece.Refused, "mark": piece.Mark} {
		query.Set(name, strconv.FormatInt(n, 10))
	}
	var answer people.Applied
	begun := s.now()
	err := s.ask(http.MethodPut, "/v1/imports/"+hex.EncodeToString(file[:])+"?"+query.Encode(), piece.Text, &answer)
	// Opens are worth more: the busier the server, the longer it is left alone.
	time.Sleep(s.now().Sub(begun) / 2)
	return answer, err
}

// EndImport ends an import.
func (s *servedImporter) EndImport(file [32]byte) error {
	return s.ask(http.MethodDelete, "/v1/imports/"+hex.EncodeToString(file[:]), nil, &struct{}{})
}
