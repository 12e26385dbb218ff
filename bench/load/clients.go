package load

import (
	_ "embed"
	"fmt"
	"strconv"
	"strings"
)

//go:embed clients.tsv
var clientsTable string

// DefaultClients is the mix of clients that a send is opened in.
func DefaultClients() ([]Client, error) { return ReadClients(clientsTable) }

// Client is one kind of mail client or proxy.
type Client struct {
	Name          string
	Until         float64 // the shares of it and of those before, of 1
	Opens, Clicks string  // User-Agents
	Headers       [][2]string
}

// ReadClients reads a table of clients as clients.tsv is.
func ReadClients(text string) ([]Client, error) {
	var list []Client
	total := 0.0
	for i, line := range strings.Split(text, "\n") {
		line = strings.TrimSuffix(line, "\r")
		if line == "" || strings.HasPrefix(line, "#") || strings.HasPrefix(line, "name\t") {
			continue
		}
		cells := strings.Split(line, "\t")
		if len(cells) != 5 {
			return nil, fmt.Errorf("line %d: it has %d columns; name, share, opens, headers and clicks are five", i+1, len(cells))
		}
		share, err := strconv.ParseFloat(cells[1], 64)
		if err != nil || !(share >= 0 && share <= 1e6) {
			return nil, fmt.Errorf("line %d: share %q is no number from 0", i+1, cells[1])
		}
		total += share
		c := Client{Name: cells[0], Until: total, Opens: cells[2], Clicks: cells[4]}
		for header := range strings.SplitSeq(cells[3], " | ") {
			if name, value, ok := strings.Cut(header, ": "); ok {
				c.Headers = append(c.Headers, [2]string{name, value})
			}
		}
		list = append(list, c)
	}
	if total == 0 {
		return nil, fmt.Errorf("no client has a share above 0")
	}
	for i := range list {
		list[i].Until /= total
	}
	return list, nil
}

// Pick returns the client at a place from 0 to 1 among the shares.
func Pick(list []Client, at float64) int {
	for i := range list {
		if at < list[i].Until {
			return i
		}
	}
	return len(list) - 1
}
