package main

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"

	"example.com/opentime/server"
)

// FuzzRowsAreReadAsWritten reads tables: the cells are csv's, and as they are
// written each is one cell of the same text.
func FuzzRowsAreReadAsWritten(f *testing.F) {
	for _, seed := range []string{"id,name\nr-1,An\n", "\uFEFFid;name\r\n\r\n1;\"a;\"\"b\"\"\r\n\"\";", "a\tb\n\"x\ny\"\tz", "\xff\xfeid", "a,b\n\"x", "a,b\nx\"y,z\n", ",\n,,\n", "a\n\r0\n", "\r"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := readRows(bytes.NewReader(data))
		if err != nil {
			return
		}
		var copied []byte
		for {
			row, err := r.next()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				return
			}
			if len(row.written) != len(row.cells) {
				t.Fatalf("%d cells and %d written in %q", len(row.cells), len(row.written), data)
			}
			for i, cell := range row.cells {
				for _, written := range [][]byte{row.written[i], writeCell(cell, byte(r.csv.Comma))} {
					one := csv.NewReader(bytes.NewReader(append(append(slices.Clone(written), byte(r.csv.Comma)), "x\n"...)))
					one.Comma = r.csv.Comma
					if got, err := one.Read(); err != nil || len(got) != 2 || got[0] != cell {
						t.Fatalf("%q is written as %q, which reads as %q, %v", cell, written, got, err)
					}
				}
			}
			copied = append(append(copied, bytes.Join(row.written, []byte{byte(r.csv.Comma)})...), row.end...)
		}
		// But for empty lines and the mark, all is there.
		trim := func(b []byte) []byte { return bytes.Trim(bytes.TrimPrefix(b, byteOrderMark), "\r\n") }
		if got, want := trim(copied), trim(data); !bytes.Contains(want, []byte("\n\n")) && !bytes.Contains(want, []byte("\n\r")) && !bytes.Equal(got, want) {
			t.Fatalf("%q is copied as %q", want, got)
		}
	})
}

// TestSignKeepsTheRestOfAFile signs a file as a spreadsheet writes it.
func TestSignKeepsTheRestOfAFile(t *testing.T) {
	keys, err := server.ParseKeys(walkKeyA)
	if err != nil {
		t.Fatal(err)
	}
	seal := func(id string) string { return id + "." + keys.Seal("shop", id) }
	for in, want := range map[string]string{
		"\uFEFFid;naam\r\nr-1;\"Daems; An\"\r\nr-2;Bob\r\n": "\uFEFFid;naam;r\r\nr-1;\"Daems; An\";" + seal("r-1") + "\r\nr-2;Bob;" + seal("r-2") + "\r\n",
		"\"id\"\t\"x\"\n\" r-1 \"\t\"\"":                    "\"id\"\t\"x\"\tr\n\" r-1 \"\t\"\"\t" + seal("r-1") + "\n",
		"id,a,b\nr-1\n\nr-2,\"1\n2\"\n":                     "id,a,b,r\nr-1,,," + seal("r-1") + "\nr-2,\"1\n2\",," + seal("r-2") + "\n",
		"r,id\r\nold,r-1\r\n":                               "r,id\r\n" + seal("r-1") + ",r-1\r\n",
		"id":                                                "id,r\n",
	} {
		var out, said strings.Builder
		s := &signer{file: "in.csv", id: "id", x: "x", stderr: &said, seal: seal}
		if err := s.sign(strings.NewReader(in), &out); err != nil || out.String() != want || said.Len() > 0 {
			t.Errorf("%q is signed as\n%q, want\n%q; %v %s", in, out.String(), want, err, said.String())
		}
	}
	for _, in := range []string{"\xff\xfei\x00d\x00", "\xfe\xff\x00i\x00d"} {
		s := &signer{file: "in.csv", id: "id", seal: seal}
		if err := s.sign(strings.NewReader(in), io.Discard); err == nil || !strings.Contains(err.Error(), "UTF-16; save it as CSV UTF-8") {
			t.Errorf("%q: %v", in, err)
		}
	}
}
