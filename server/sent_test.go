package server

import (
	"cmp"
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"

	"example.com/opentime/rules"
)

// TestSentLinksMeanWhatTheyMeant reads links of every release: what a sent mail
// says never changes its meaning.
func TestSentLinksMeanWhatTheyMeant(t *testing.T) {
	data, err := os.ReadFile("testdata/sent-links.txt")
	if err != nil {
		t.Fatal(err)
	}
	keys := mustKeys(t, "a:"+testSecret)
	n := 0
	for line := range strings.Lines(string(data)) {
		line = strings.TrimSuffix(line, "\n")
		if line == "" || line[0] == '#' {
			continue
		}
		n++
		url, want, _ := strings.Cut(line, "\t")
		path, query, _ := strings.Cut(url, "?")
		link, ok := ParseLink([]byte(path), []byte(query))
		if !ok {
			t.Errorf("%s is no link any more", url)
			continue
		}
		if got := meaning(&link, keys); got != want {
			t.Errorf("%s means\n  %s, and meant\n  %s", url, got, want)
		}
	}
	if n < 13 {
		t.Errorf("%d links: some were removed", n)
	}
}

// meaning writes what a link means as the file has it.
func meaning(link *Link, keys *Keys) string {
	id, trust, format := link.Recipient, rules.Anonymous, "-"
	switch {
	case id == "":
	case link.Seal == "":
		trust = rules.Claimed
	case keys.Verify("cinema", id, link.Seal, today):
		trust = rules.Signed
	default:
		id = ""
	}
	if link.Kind == ImageLink {
		format = link.Format.Extension()
	}
	var parameters []string
	for _, p := range link.Parameters {
		parameters = append(parameters, p.Name+"="+strings.ReplaceAll(p.Value, " ", "_"))
	}
	place := cmp.Or(link.Answer, strconv.Itoa(link.Position))
	return fmt.Sprintf("%c %s %s %s %s %s %s %s %s %s", link.Kind, link.Campaign, link.Block, place, format,
		cmp.Or(id, "-"), trust.String(), cmp.Or(link.Locale, "-"), cmp.Or(link.Send, "-"), cmp.Or(strings.Join(parameters, "&"), "-"))
}
