package main

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"example.com/opentime/signals"
)

// fetchTime is how long all downloads of a run may take.
const fetchTime = 30 * time.Minute

// fetcher downloads files of data.
type fetcher struct {
	env  *env
	http http.Client
	base *url.URL // in the place of each server; nil: the servers themselves
}

func newFetcher(e *env) *fetcher {
	f := &fetcher{env: e}
	dialer := net.Dialer{Timeout: 20 * time.Second}
	f.http.Transport = &http.Transport{
		Proxy: http.ProxyFromEnvironment, DialContext: dialer.DialContext, DisableCompression: true,
		TLSHandshakeTimeout: 20 * time.Second, ResponseHeaderTimeout: time.Minute, DisableKeepAlives: true,
	}
	f.http.CheckRedirect = func(request *http.Request, via []*http.Request) error {
		switch {
		case len(via) > 5:
			return errors.New("its server sends us in circles")
		case via[0].URL.Scheme == "https" && request.URL.Scheme != "https":
			return errors.New("its server sends us away from https")
		}
		return nil
	}
	if base, err := url.Parse(e.getenv("OPENTIME_DATA_URL")); err == nil && base.Host != "" {
		f.base = base
	}
	return f
}

// fetch downloads a file beside its place, loads it as the server would, and
// puts it there. What is there stays where anything is wrong, and where it is as
// new.
func (f *fetcher) fetch(ctx context.Context, d download) error {
	var had loadedData // the zero date where it is not there or no good
	before, err := readData(folder{}, d.file)
	if err == nil && !d.force {
		had, _ = d.accept(before)
	}
	answer, err := f.first(ctx, d, before.modified, !had.date.IsZero())
	if err != nil {
		return err
	}
	if answer == nil {
		f.env.print("%s: %s is up to date, of %s", d.name, d.file, had.date.Format(time.DateOnly))
		return nil
	}
	defer func() { _ = answer.Body.Close() }()
	place := d.place()
	part, err := os.CreateTemp(filepath.Dir(place), "."+filepath.Base(place)+".*.part")
	if err != nil {
		return fmt.Errorf("make a file beside %s: %w", place, cause(err))
	}
	defer func() {
		_ = part.Close()
		_ = os.Remove(part.Name()) // where it was put in its place, it is not there
	}()
	got, err := f.receive(ctx, d, answer, part)
	if err != nil {
		return err
	}
	loaded, err := d.accept(got)
	if err != nil {
		return fmt.Errorf("what came is not put in place: %w", err)
	}
	if !loaded.date.After(had.date) && !had.date.IsZero() {
		f.env.print("%s: %s is up to date, of %s", d.name, d.file, had.date.Format(time.DateOnly))
		return nil
	}
	if d.unpacks() {
		if err := unpackInto(part, got); err != nil {
			return err
		}
	}
	if err := d.put(part, got.modified); err != nil {
		return fmt.Errorf("put %s in place: %w", d.file, cause(err))
	}
	f.env.print("%s: %s is the %s, of %s", d.name, d.file, loaded.holds, loaded.date.Format(time.DateOnly))
	if loaded.say != "" {
		f.env.print("  say where it shows: %s", loaded.say)
	}
	return nil
}

// first asks for the first of a file's addresses that is there. No answer means
// that it has not changed since.
func (f *fetcher) first(ctx context.Context, d download, since time.Time, has bool) (*http.Response, error) {
	for i, from := range d.urls {
		answer, err := f.ask(ctx, d, from, since, has)
		switch {
		case err != nil:
			return nil, err
		case answer.StatusCode == http.StatusOK:
			return answer, nil
		}
		_ = answer.Body.Close()
		switch {
		case answer.StatusCode == http.StatusNotModified && has:
			return nil, nil
		case answer.StatusCode == http.StatusNotFound && i+1 < len(d.urls):
			continue
		case answer.StatusCode == http.StatusUnauthorized || answer.StatusCode == http.StatusForbidden:
			return nil, hint(fmt.Errorf("%s answers %s", hostOf(from), answer.Status), "see that account and key are right, and may download this database")
		}
		return nil, fmt.Errorf("%s answers %s", hostOf(from), answer.Status)
	}
	return nil, errors.New("it is nowhere")
}

// ask sends one request.
func (f *fetcher) ask(ctx context.Context, d download, from string, since time.Time, has bool) (*http.Response, error) {
	to, err := url.Parse(from)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", from, err)
	}
	if f.base != nil {
		to.Scheme, to.Host = f.base.Scheme, f.base.Host
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, to.String(), nil)
	if err != nil {
		return nil, fmt.Errorf("ask %s: %w", hostOf(from), err)
	}
	request.Header.Set("User-Agent", "opentime")
	if has {
		request.Header.Set("If-Modified-Since", since.UTC().Format(http.TimeFormat))
	}
	if d.private {
		account, key := f.env.getenv("OPENTIME_MAXMIND_ACCOUNT"), f.env.getenv("OPENTIME_MAXMIND_KEY")
		if account == "" || key == "" {
			return nil, hint(errors.New("MaxMind wants to know who asks"), "set OPENTIME_MAXMIND_ACCOUNT and OPENTIME_MAXMIND_KEY to your account's number and licence key; www.maxmind.com gives them out")
		}
		request.SetBasicAuth(account, key)
	}
	answer, err := f.http.Do(request)
	if ofURL, ok := errors.AsType[*url.Error](err); ok {
		err = ofURL.Err // a redirect may have put a key into the address
	}
	if err != nil {
		return nil, fmt.Errorf("ask %s: %w", to.Host, err)
	}
	return answer, nil
}

// receive writes what comes to a file, no more than may come, and compares it
// with its checksum.
func (f *fetcher) receive(ctx context.Context, d download, answer *http.Response, part *os.File) (fileData, error) {
	got := fileData{path: d.file}
	hash := sha256.New()
	n, err := io.Copy(io.MultiWriter(part, hash), io.LimitReader(answer.Body, d.limit+1))
	switch {
	case err != nil:
		return got, fmt.Errorf("receive: %w", err)
	case n > d.limit:
		return got, fmt.Errorf("it has more than %d MB", d.limit>>20)
	case n == 0:
		return got, errors.New("nothing came")
	}
	if got.modified, err = http.ParseTime(answer.Header.Get("Last-Modified")); err != nil || got.modified.After(f.env.now()) {
		got.modified = f.env.now()
	}
	if got.bytes, err = os.ReadFile(part.Name()); err != nil {
		return got, fmt.Errorf("read what came: %w", cause(err))
	}
	if d.checksum == "" {
		return got, nil
	}
	of, err := f.ask(ctx, d, d.checksum, time.Time{}, false)
	if err != nil {
		return got, err
	}
	defer func() { _ = of.Body.Close() }()
	text, err := io.ReadAll(io.LimitReader(of.Body, 4096))
	if err != nil || of.StatusCode != http.StatusOK {
		return got, fmt.Errorf("get its checksum: %s answers %s", hostOf(d.checksum), of.Status)
	}
	want, err := checksumIn(text)
	if err == nil && [sha256.Size]byte(hash.Sum(nil)) != want {
		err = errors.New("what came is not what its checksum says")
	}
	return got, err
}

// unpackInto writes a database over the file that it came packed in.
func unpackInto(part *os.File, got fileData) error {
	plain, err := signals.AddressFile{Name: got.path, Data: got.bytes}.Unpacked()
	if err == nil {
		err = part.Truncate(0)
	}
	if err == nil {
		_, err = part.WriteAt(plain, 0)
	}
	if err != nil {
		return fmt.Errorf("unpack %s: %w", got.path, cause(err))
	}
	return nil
}

// hostOf is the host of an address.
func hostOf(from string) string {
	u, err := url.Parse(from)
	if err != nil {
		return from
	}
	return u.Host
}
