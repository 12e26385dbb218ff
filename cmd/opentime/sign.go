package main

import (
	"bufio"
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"example.com/opentime/server"
	"example.com/opentime/strict"
)

// signCmd is opentime sign.
type signCmd struct {
	File string `arg:"" help:"CSV with a line of names; - reads standard input."`
	Path string `arg:"" optional:"" help:"Whose recipients they are: a folder with an opentime.yaml."`
	ID   string `name:"id" default:"id" help:"Column that holds the recipients' ids."`
	New  bool   `help:"Make a random id of 128 bits where there is none."`
	For  string `name:"parameters" placeholder:"CAMPAIGN" help:"Also add the column x, which proves the campaign's parameters, as the columns of their names have them."`
	Out  string `short:"o" help:"File to write; standard output without it."`
}

// Help teaches the command.
func (signCmd) Help() string {
	return `Adds the column r to a CSV: the id and the seal that proves it. Keep r as a field of the recipient's profile in your mail platform; it serves every link of every campaign for as long as the key is kept.

  opentime sign people.csv -o signed.csv
  opentime sign people.csv --new -o signed.csv    gives everybody a random id
  opentime sign people.csv --parameters parcel    and proves what the mail merges in

An id has 1 to 64 of A-Z a-z 0-9 _ and -; a line whose id does not fit is left out and said. Never use e-mail addresses: --new makes ids that tell nothing. Keys come from OPENTIME_KEYS.`
}

// Run writes the CSV with r.
func (c *signCmd) Run(e *env) error {
	keys, sender, err := c.seals(e)
	if err != nil {
		return err
	}
	parameters, err := c.parameters(e)
	if err != nil {
		return err
	}
	if c.Out != "" && absolute(c.Out) == absolute(c.File) {
		return usageError{fmt.Sprintf("%s would be written over itself, and lines that are left out lost; write another file", c.File)}
	}
	in := io.Reader(os.Stdin)
	if c.File != "-" {
		f, err := os.Open(c.File)
		if err != nil {
			return fmt.Errorf("sign %s: %w", c.File, cause(err))
		}
		defer func() { _ = f.Close() }()
		in = f
	}
	s := &signer{
		file: c.File, id: c.ID, makeIDs: c.New, stderr: e.stderr,
		seal:       func(id string) string { return id + "." + keys.Seal(sender, id) },
		parameters: parameters,
		sealParameters: func(id string, written []server.Parameter) string {
			return keys.SealParameters(sender, id, written)
		},
	}
	if c.Out == "" {
		return s.sign(in, e.stdout)
	}
	return writeFile(c.Out, func(out io.Writer) error { return s.sign(in, out) })
}

// parameters are those of the campaign named, by their names.
func (c *signCmd) parameters(e *env) ([]string, error) {
	if c.For == "" {
		return nil, nil
	}
	s, err := openSite(c.Path, e)
	if err != nil {
		return nil, err
	}
	campaign, err := s.campaign(c.For)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, p := range campaign.Params {
		names = append(names, p.Name)
	}
	if len(names) == 0 {
		return nil, usageError{fmt.Sprintf("campaign %q declares no parameters; leave --parameters out", campaign.ID)}
	}
	return names, nil
}

// seals returns the keys and the sender's name, which is in every seal.
func (c *signCmd) seals(e *env) (*server.Keys, string, error) {
	where, err := findFolder(c.Path)
	if err != nil {
		return nil, "", err
	}
	if where.embedded != nil {
		return nil, "", hint(errors.New("no opentime.yaml here: the sender's name is in every seal"),
			"run sign in the sender's folder, or name it: opentime sign %s FOLDER", c.File)
	}
	name := where.path(configName)
	data, err := where.read(name)
	if err != nil {
		return nil, "", fmt.Errorf("read %s: %w", name, cause(err))
	}
	conf, problems := loadConfig(name, data)
	if strict.Bad(problems) {
		return nil, "", e.tell(problems, false)
	}
	keys, err := siteKeys(where, e)
	return keys, conf.sender, err
}

// signer adds r to the rows of a CSV, one at a time.
type signer struct {
	file    string
	id      string // the column of ids
	makeIDs bool
	seal    func(id string) string
	stderr  io.Writer

	parameters     []string // whose values x proves; none: no x
	sealParameters func(id string, written []server.Parameter) string

	width          int   // columns of the file
	idAt, rAt, xAt int   // columns
	parameterAt    []int // of the parameters; -1: the file has none
	refused        int
}

// sign copies a CSV from in to out with the column r.
func (s *signer) sign(in io.Reader, out io.Writer) error {
	r, err := csvReader(in)
	if err != nil {
		return fmt.Errorf("sign %s: %w", s.file, err)
	}
	header, err := r.Read()
	if err != nil {
		return fmt.Errorf("sign %s: no line of names: %w", s.file, err)
	}
	header = slices.Clone(header)
	s.width = len(header)
	if header, err = s.columns(header); err != nil {
		return err
	}
	w := csv.NewWriter(out)
	w.Comma = r.Comma
	if err := w.Write(header); err != nil {
		return fmt.Errorf("sign %s: %w", s.file, err)
	}
	for {
		row, err := r.Read()
		if err == io.EOF {
			break
		}
		if err != nil && !errors.Is(err, csv.ErrFieldCount) {
			return fmt.Errorf("sign %s: %w", s.file, err)
		}
		line, _ := r.FieldPos(0)
		if row, ok := s.row(row, len(header), line); ok {
			if err := w.Write(row); err != nil {
				return fmt.Errorf("sign %s: %w", s.file, err)
			}
		}
	}
	w.Flush()
	if err := w.Error(); err != nil {
		return fmt.Errorf("sign %s: %w", s.file, err)
	}
	if s.refused > 0 {
		return errProblems
	}
	return nil
}

// columns finds the column of ids and that of r, which is added at the end.
func (s *signer) columns(header []string) ([]string, error) {
	s.idAt = slices.Index(header, s.id)
	if s.idAt < 0 && !s.makeIDs {
		return nil, hint(usageError{fmt.Sprintf("%s has no column %q", s.file, s.id)},
			"name it with --id (%s), or make ids with --new", strings.Join(header, ", "))
	}
	if s.idAt < 0 {
		s.idAt = len(header)
		header = append(header, s.id)
	}
	if s.rAt = slices.Index(header, "r"); s.rAt < 0 {
		s.rAt = len(header)
		header = append(header, "r")
	}
	if len(s.parameters) == 0 {
		return header, nil
	}
	for _, name := range s.parameters {
		s.parameterAt = append(s.parameterAt, slices.Index(header, name))
	}
	if slices.Max(s.parameterAt) < 0 {
		return nil, usageError{fmt.Sprintf("%s has no column of a parameter (%s)", s.file, strings.Join(s.parameters, ", "))}
	}
	if s.xAt = slices.Index(header, "x"); s.xAt < 0 {
		s.xAt = len(header)
		header = append(header, "x")
	}
	return header, nil
}

// row fills in r, and the id where one is to be made.
func (s *signer) row(row []string, width, line int) ([]string, bool) {
	if len(row) > s.width {
		s.refuse(line, fmt.Sprintf("%d cells under %d names; quote cells that hold the separator", len(row), s.width))
		return nil, false
	}
	for len(row) < width {
		row = append(row, "")
	}
	id := strings.TrimSpace(row[s.idAt])
	if id == "" && s.makeIDs {
		id = newID()
	}
	if why := refusal(id); why != "" {
		s.refuse(line, why)
		return nil, false
	}
	row[s.idAt], row[s.rAt] = id, s.seal(id)
	if len(s.parameters) > 0 {
		row[s.xAt] = s.sealParameters(id, s.written(row))
	}
	return row, true
}

// refuse leaves a line out and says why.
func (s *signer) refuse(line int, why string) {
	s.refused++
	_, _ = fmt.Fprintf(s.stderr, "%s:%d:1: %s\n", s.file, line, why)
}

// written are the parameters that a row's links will have.
func (s *signer) written(row []string) []server.Parameter {
	var written []server.Parameter
	for i, at := range s.parameterAt {
		if at < 0 {
			continue
		}
		if value, ok := server.ParameterValue(row[at]); ok {
			written = append(written, server.Parameter{Name: s.parameters[i], Value: value})
		}
	}
	return written
}

// refusal says what is wrong with an id; "" if nothing is.
func refusal(id string) string {
	switch {
	case id == "":
		return "no id; fill it in, or make ids with --new"
	case len(id) > 64:
		return fmt.Sprintf("id %.20q... has %d characters; 64 are the most", id, len(id))
	case strings.Contains(id, "@"):
		return "the id is an e-mail address; leave the cell empty, and --new makes one that tells nothing"
	}
	fits := func(c rune) bool {
		return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '_' || c == '-'
	}
	if i := strings.IndexFunc(id, func(c rune) bool { return !fits(c) }); i >= 0 {
		return fmt.Sprintf("id %q has other characters than A-Z a-z 0-9 _ -; make ids with --new", id)
	}
	return ""
}

// newID returns a random id of 128 bits. One that begins or ends with a dash
// could be taken for a merge tag, so another is made.
func newID() string {
	for {
		var id [16]byte
		_, _ = rand.Read(id[:]) // never fails
		text := base64.RawURLEncoding.EncodeToString(id[:])
		if text[0] != '-' && text[len(text)-1] != '-' {
			return text
		}
	}
}

// csvReader reads a CSV whose separator (comma, semicolon or tab) is seen in
// its first line. A byte order mark is passed over. Rows may be short.
func csvReader(in io.Reader) (*csv.Reader, error) {
	buffer := bufio.NewReaderSize(in, 64<<10)
	start, err := buffer.Peek(64 << 10)
	if err != nil && err != io.EOF && len(start) == 0 {
		return nil, err
	}
	if mark := []byte("\uFEFF"); bytes.HasPrefix(start, mark) {
		_, _ = buffer.Discard(len(mark))
		start = start[len(mark):]
	}
	first, _, _ := bytes.Cut(start, []byte("\n"))
	r := csv.NewReader(buffer)
	r.FieldsPerRecord = -1
	r.ReuseRecord = true
	most := bytes.Count(first, []byte(","))
	for _, comma := range []rune{';', '\t'} {
		if n := bytes.Count(first, []byte(string(comma))); n > most {
			r.Comma, most = comma, n
		}
	}
	return r, nil
}
