package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"example.com/opentime/server"
	"example.com/opentime/store"
)

// forgetCmd is opentime forget.
type forgetCmd struct {
	Recipients []string `arg:"" name:"id" help:"Their ids, with or without a seal; - reads standard input, one a line."`
	Path       string   `placeholder:"DIR" help:"A folder with an opentime.yaml."`
	where
}

// Help teaches the command.
func (forgetCmd) Help() string {
	return `Removes profile, consent, what was shown, and the alias by which the journal knows a recipient: what it holds of them is nobody's from then on, and every total stays what it is. Their links go on working, as anybody's do. No import and no backup brings them back: that they were forgotten, not who they are, is written into the store and into the file that forgotten: in opentime.yaml names.

  opentime forget 7Qm2ZkTzQ0yVb1vG5nR3xw
  opentime forget - < ids.txt

Backups taken before still hold what they held, until you remove them; restored, they forget.`
}

// Run forgets.
func (c *forgetCmd) Run(e *env) error {
	s, err := openSite(c.Path, e)
	if err != nil {
		return err
	}
	c.apply(s)
	ids, err := forgetIDs(c.Recipients, os.Stdin)
	if err != nil {
		return err
	}
	forget, done, err := s.forgetter(e)
	if err != nil {
		return err
	}
	sum := server.Forgotten{}
	for some := range slices.Chunk(ids, server.MaxForgotten) {
		var one server.Forgotten
		if one, err = forget(some); err != nil {
			break
		}
		sum.Forgotten += one.Forgotten
		sum.Values += one.Values
	}
	if err = errors.Join(err, done()); err != nil {
		return fmt.Errorf("forget: %w", err)
	}
	e.print("%d forgotten, %s of theirs removed", sum.Forgotten, count(sum.Values, "value"))
	return nil
}

// forgetIDs reads ids as they were written. Nobody is forgotten where one is
// wrong.
func forgetIDs(words []string, in io.Reader) ([]string, error) {
	var ids []string
	add := func(word string) error {
		id, _, _ := strings.Cut(strings.TrimSpace(word), ".") // the seal
		if id == "" {
			return nil
		}
		if why := refusal(id); why != "" {
			what, _, _ := strings.Cut(why, "; ") // what to do is of another command
			return usageError{what + "; write the id that is in the link"}
		}
		ids = append(ids, id)
		return nil
	}
	for _, word := range words {
		if word != "-" {
			if err := add(word); err != nil {
				return nil, err
			}
			continue
		}
		lines := bufio.NewScanner(in)
		for lines.Scan() {
			if err := add(lines.Text()); err != nil {
				return nil, err
			}
		}
		if err := lines.Err(); err != nil {
			return nil, fmt.Errorf("read ids: %w", err)
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids), nil
}

// forgetter returns what forgets: the server that holds the site's data, else the
// data itself, and how to end it.
func (s *site) forgetter(e *env) (func([]string) (server.Forgotten, error), func() error, error) {
	none := func() error { return nil }
	client := newAdminClient(s.config.admin, e.getenv("OPENTIME_TOKEN_INGEST"))
	overHTTP := func(ids []string) (sum server.Forgotten, err error) {
		body, err := json.Marshal(ids)
		if err != nil {
			return sum, err
		}
		data, err := client.do(http.MethodPost, "/v1/forget", body)
		if errors.Is(err, errNoServer) {
			return sum, hint(fmt.Errorf("no server answers at %s", client.base), "start it with opentime serve")
		}
		if err != nil {
			return sum, err
		}
		return sum, json.Unmarshal(data, &sum)
	}
	if s.folder.embedded != nil {
		return overHTTP, none, nil
	}
	if !s.folder.isDir(s.storeFolder()) {
		return nil, nil, hint(fmt.Errorf("there is no data in %s", s.folder.path(s.config.data)), "--data says where it is")
	}
	opened, err := store.Open(s.storeFolder(), s.config.sender)
	if errors.Is(err, store.ErrLocked) {
		return overHTTP, none, nil
	}
	if err != nil {
		return nil, nil, err
	}
	if _, err := opened.KeepLog(s.forgottenLog(s.folder.path(s.config.data))); err != nil {
		return nil, nil, errors.Join(err, opened.Close())
	}
	forget := func(ids []string) (server.Forgotten, error) {
		values, err := opened.Forget(e.now().UnixMilli(), ids...)
		return server.Forgotten{Forgotten: len(ids), Values: values}, err
	}
	return forget, opened.Close, nil
}

// forgottenName is that of the log of the forgotten, where opentime.yaml names no
// other.
const forgottenName = "forgotten.log"

// forgottenLog is where who was forgotten is written down, for data in a folder.
func (s *site) forgottenLog(data string) string {
	if s.folder.embedded == nil && s.config.forgotten != "" {
		return s.folder.path(s.config.forgotten)
	}
	return filepath.Join(data, forgottenName)
}

// keepForgotten has the store and the log of the forgotten know the same people.
// A log that cannot be used keeps nobody from serving; nobody is forgotten then.
func (a *app) keepForgotten() {
	name := a.site.forgottenLog(a.data)
	learnt, err := a.store.KeepLog(name)
	if err != nil {
		slog.Error("the log of the forgotten is not whole; a restore would bring back who is missing", "file", name, "err", err)
	}
	if learnt > 0 {
		slog.Warn("forgotten as the log of the forgotten says", "recipients", learnt)
	}
}
