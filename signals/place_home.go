package signals

import (
	"bufio"
	"compress/gzip"
	"fmt"
	"io"
	"io/fs"
	"math"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Gazetteer knows the towns of the world, so that a home by its name has a
// point. It is never changed after loading and is safe for concurrent use.
type Gazetteer struct {
	towns map[string]town // by country and folded name
}

// town is a point in thousandths of a degree.
type town struct{ lat, lon int32 }

// maxGazetteer bounds the unpacked file.
const maxGazetteer = 64 << 20

// LoadGazetteer reads places/cities.tsv.gz and places/names.tsv of files: the
// towns, largest first in each country, and other names of theirs.
func LoadGazetteer(files fs.FS) (*Gazetteer, error) {
	g := &Gazetteer{towns: map[string]town{}}
	packed, err := files.Open("places/cities.tsv.gz")
	if err != nil {
		return nil, fmt.Errorf("read gazetteer: %w", err)
	}
	defer packed.Close()
	plain, err := gzip.NewReader(packed)
	if err != nil {
		return nil, fmt.Errorf("unpack gazetteer: %w", err)
	}
	if err := g.readTowns(io.LimitReader(plain, maxGazetteer)); err != nil {
		return nil, err
	}
	names, err := fs.ReadFile(files, "places/names.tsv")
	if err != nil {
		return nil, fmt.Errorf("read gazetteer: %w", err)
	}
	_, err = eachRow("places/names.tsv", names, 3, func(f []string) error { return g.addNames(f[0], f[1], f[2]) })
	return g, err
}

// readTowns reads lines of country, name, latitude and longitude; an empty
// country is that of the line before. Of equal names the first stays.
func (g *Gazetteer) readTowns(r io.Reader) error {
	country, n := "", 0
	lines := bufio.NewScanner(r)
	for lines.Scan() {
		n++
		line := lines.Text()
		if strings.HasPrefix(line, "#") {
			continue
		}
		f := strings.Split(line, "\t")
		if len(f) != 4 {
			return fmt.Errorf("read gazetteer: line %d has %d columns, not 4", n, len(f))
		}
		if f[0] != "" {
			country = f[0]
		}
		lat, err := strconv.ParseFloat(f[2], 64)
		if err != nil {
			return fmt.Errorf("read gazetteer: line %d: %w", n, err)
		}
		lon, err := strconv.ParseFloat(f[3], 64)
		if err != nil {
			return fmt.Errorf("read gazetteer: line %d: %w", n, err)
		}
		key := string(townKey(nil, country, f[1]))
		if _, taken := g.towns[key]; !taken {
			g.towns[key] = town{int32(math.Round(lat * 1000)), int32(math.Round(lon * 1000))}
		}
	}
	if err := lines.Err(); err != nil {
		return fmt.Errorf("read gazetteer: %w", err)
	}
	return nil
}

func (g *Gazetteer) addNames(country, name, others string) error {
	t, ok := g.towns[string(townKey(nil, country, name))]
	if !ok {
		return fmt.Errorf("no town %q in %s", name, country)
	}
	for other := range strings.SplitSeq(others, "|") {
		g.towns[string(townKey(nil, country, other))] = t
	}
	return nil
}

// Find returns the point of a town: by its name in its own language, in
// English, or another it goes by; case, accents and hyphens do not count.
func (g *Gazetteer) Find(country, name string) (lat, lon float64, ok bool) {
	if g == nil || len(name) > 100 {
		return 0, 0, false
	}
	var buffer [256]byte
	t, ok := g.towns[string(townKey(buffer[:0], country, name))]
	return float64(t.lat) / 1000, float64(t.lon) / 1000, ok
}

// townKey appends the country and the name folded: lower case letters and
// digits of any script, without marks.
func townKey(dst []byte, country, name string) []byte {
	dst = append(dst, country...)
	dst = append(dst, ' ')
	for i := 0; i < len(name); i++ {
		if name[i] >= utf8.RuneSelf {
			return foldMarks(dst, name[i:])
		}
		if b := lower(name[i]); alphanumeric(b) {
			dst = append(dst, b)
		}
	}
	return dst
}

// foldMarks is the part of townKey for what is not ASCII.
func foldMarks(dst []byte, name string) []byte {
	for _, r := range norm.NFD.String(name) {
		switch r = unicode.ToLower(r); {
		case r == 'ß':
			dst = append(dst, "ss"...)
		case r == 'ø':
			dst = append(dst, 'o')
		case r == 'ł':
			dst = append(dst, 'l')
		case r == 'đ':
			dst = append(dst, 'd')
		case r == 'ı':
			dst = append(dst, 'i')
		case r == 'æ':
			dst = append(dst, "ae"...)
		case r == 'œ':
			dst = append(dst, "oe"...)
		case unicode.IsLetter(r) || unicode.IsDigit(r):
			dst = utf8.AppendRune(dst, r)
		}
	}
	return dst
}
