package signals

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"path"
)

// maxDatabase bounds a database of addresses, unpacked.
const maxDatabase = 1 << 30

var errLargeDatabase = fmt.Errorf("it is larger than %d MiB", maxDatabase>>20)

// unpackDatabase returns the database that data is or packs. It is sealed where
// the packer's checksum was found to be right.
func unpackDatabase(data []byte) (plain []byte, sealed bool, err error) {
	if !bytes.HasPrefix(data, []byte{0x1f, 0x8b}) {
		if len(data) > maxDatabase {
			return nil, false, errLargeDatabase
		}
		return data, false, nil
	}
	unzip, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		return nil, false, err
	}
	// The last four bytes say how large it is unpacked, and gzip packs a thousand
	// to one at most.
	size := min(int(binary.LittleEndian.Uint32(data[len(data)-4:])), maxDatabase, len(data)<<10)
	whole := bytes.NewBuffer(make([]byte, 0, size+bytes.MinRead))
	n, err := whole.ReadFrom(io.LimitReader(unzip, maxDatabase+1))
	switch {
	case err != nil:
		return nil, false, fmt.Errorf("unpack: %w", err)
	case n > maxDatabase:
		return nil, false, errLargeDatabase
	}
	if plain, err = fromTar(whole.Bytes()); err != nil {
		return nil, false, err
	}
	return plain, true, nil
}

// fromTar returns the first database in a tar, or what is no tar as it is.
func fromTar(data []byte) ([]byte, error) {
	const magicAt = 257
	if len(data) < magicAt+5 || string(data[magicAt:magicAt+5]) != "ustar" {
		return data, nil
	}
	at := bytes.NewReader(data)
	files := tar.NewReader(at)
	for {
		header, err := files.Next()
		if errors.Is(err, io.EOF) {
			return nil, errors.New("the archive holds no .mmdb")
		}
		if err != nil {
			return nil, fmt.Errorf("read archive: %w", err)
		}
		if path.Ext(header.Name) != ".mmdb" || header.Typeflag != tar.TypeReg {
			continue
		}
		// What is left of the archive is not copied.
		from := len(data) - at.Len()
		if header.Size > int64(len(data)-from) {
			return nil, io.ErrUnexpectedEOF
		}
		return data[from : from+int(header.Size) : from+int(header.Size)], nil
	}
}

// Unpacked returns the database that the file is or packs.
func (f AddressFile) Unpacked() ([]byte, error) {
	plain, _, err := unpackDatabase(f.Data)
	return plain, err
}
