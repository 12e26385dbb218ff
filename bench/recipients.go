package main

import (
	"bufio"
	"encoding/base64"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"slices"

	"example.com/opentime/server"
)

// recipient has the values of the columns that are merged, encoded; r is the first.
type recipient []string

// readRecipients reads a CSV, tab- or semicolon-separated too, whose first line
// names the columns. It returns the columns, r first, and at most maxRecipients.
func readRecipients(in io.Reader) (columns []string, people []recipient, err error) {
	buffered := bufio.NewReader(in)
	if mark, _ := buffered.Peek(3); string(mark) == "\xef\xbb\xbf" {
		_, _ = buffered.Discard(3)
	}
	rows := csv.NewReader(buffered)
	rows.ReuseRecord = true
	rows.Comma = separator(buffered)
	header, err := rows.Read()
	if err != nil {
		return nil, nil, fmt.Errorf("read its first line, which names the columns: %w", err)
	}
	columns = slices.Clone(header)
	at := slices.Index(columns, "r")
	if at < 0 {
		return nil, nil, errors.New("it has no column r; opentime sign adds it")
	}
	columns[0], columns[at] = columns[at], columns[0]
	for len(people) < maxRecipients {
		row, err := rows.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, nil, err
		}
		row[0], row[at] = row[at], row[0]
		who := make(recipient, len(row))
		for i, value := range row {
			who[i] = encode(value)
		}
		people = append(people, who)
	}
	if len(people) == 0 {
		return nil, nil, errors.New("it names columns and has no rows")
	}
	return columns, people, nil
}

// separator is what stands most often in the first line.
func separator(in *bufio.Reader) rune {
	start, _ := in.Peek(2048)
	counts := map[byte]int{}
	for _, c := range start {
		if c == '\n' {
			break
		}
		counts[c]++
	}
	switch {
	case counts['\t'] > counts[','] && counts['\t'] >= counts[';']:
		return '\t'
	case counts[';'] > counts[',']:
		return ';'
	}
	return ','
}

// narrow keeps the columns that the mail merges, so that a long file takes no more
// memory than its links need.
func narrow(m *mail, people []recipient) []recipient {
	most := 0
	for _, b := range m.blocks {
		for _, p := range b.query {
			most = max(most, p.column)
		}
	}
	for i, who := range people {
		people[i] = slices.Clone(who[:min(most+1, len(who))])
	}
	return people
}

// sealed returns recipients with these ids, as opentime sign seals them.
func sealed(keys *server.Keys, sender string, ids []string) []recipient {
	people := make([]recipient, len(ids))
	for i, id := range ids {
		people[i] = recipient{id + "." + keys.Seal(sender, id)}
	}
	return people
}

// environmentKeys are the keys in OPENTIME_KEYS.
func environmentKeys() (*server.Keys, error) {
	text := os.Getenv("OPENTIME_KEYS")
	if text == "" {
		return nil, errors.New("--sender needs the server's keys to seal recipients with; set OPENTIME_KEYS")
	}
	return server.ParseKeys(text)
}

// makeIDs makes n ids, the same for the same seed.
func makeIDs(n int, seed uint64) []string {
	random := rand.New(rand.NewPCG(seed, 2))
	ids := make([]string, n)
	for i := range ids {
		var id [12]byte
		for k := range id {
			id[k] = byte(random.Uint32())
		}
		ids[i] = "b" + base64.RawURLEncoding.EncodeToString(id[:])
	}
	return ids
}
