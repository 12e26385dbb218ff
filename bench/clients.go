package main

import (
	_ "embed"
	"fmt"
	"strconv"
	"strings"
)

//go:embed clients.tsv
var defaultClients string

// client is one kind of mail client or proxy.
type client struct {
	name          string
	until         float64 // the shares of it and of those before, of 1
	opens, clicks string  // User-Agents
	headers       [][2]string
}

// readClients reads a table of clients as clients.tsv is.
func readClients(text string) ([]client, error) {
	var list []client
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
		c := client{name: cells[0], until: total, opens: cells[2], clicks: cells[4]}
		for header := range strings.SplitSeq(cells[3], " | ") {
			if name, value, ok := strings.Cut(header, ": "); ok {
				c.headers = append(c.headers, [2]string{name, value})
			}
		}
		list = append(list, c)
	}
	if total == 0 {
		return nil, fmt.Errorf("no client has a share above 0")
	}
	for i := range list {
		list[i].until /= total
	}
	return list, nil
}

// pick returns the client at a place from 0 to 1 among the shares.
func pick(list []client, at float64) int {
	for i := range list {
		if at < list[i].until {
			return i
		}
	}
	return len(list) - 1
}
