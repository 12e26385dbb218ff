package main

import (
	"strings"
	"time"
	"unicode/utf8"

	"example.com/opentime/rules"
)

// longName is as long a name as a link may merge in: 30 characters.
const longName = "Wilhelmina-Maximiliana Bergman"

// sampleText is what other texts say that only an open can know.
const sampleText = "Gent"

// samples are what rules' pictures are drawn with: a time, names as long as can be, and
// something for what else only an open can know. What is no text, number, share or
// boolean is unknown, so that other alternatives are drawn.
func samples(c *rules.Campaign, at time.Time, items rules.Items) *rules.Signals {
	s := &rules.Signals{At: at, Values: make([]rules.Value, len(c.Signals)), Items: items}
	for i, signal := range c.Signals {
		switch signal.Type {
		case rules.Text:
			s.Values[i] = rules.Value{Type: rules.Text, Text: sampleOf(c, signal)}
		case rules.Number, rules.Percent:
			s.Values[i] = rules.Value{Type: signal.Type, N: 12 * rules.Million}
		case rules.Boolean:
			s.Values[i] = rules.Value{Type: rules.Boolean, N: 1}
		}
		if signal.Source == rules.ClockSource || signal.Source == rules.ItemSource {
			s.Values[i] = rules.Value{} // it is known
		}
	}
	return s
}

// sampleOf is a text for a signal: the longest it may have, or a long name.
func sampleOf(c *rules.Campaign, signal rules.Signal) string {
	text := sampleText
	if strings.Contains(signal.Key, "name") {
		text = longName
	}
	for _, p := range c.Params {
		if signal.Source != rules.ParameterSource || p.Name != signal.Key {
			continue
		}
		if p.Name30 {
			text = longName
		}
		for i, value := range p.Values {
			if i == 0 || utf8.RuneCountInString(value) > utf8.RuneCountInString(text) {
				text = value
			}
		}
	}
	return text
}

// maxHardItems bounds the items that rules' pictures are drawn with.
const maxHardItems = 24

// hardItems are the items of a feed that are hardest to draw: of each text that items
// have the longest, and such as have characters that none before them has.
func hardItems(items rules.Items) []rules.Candidate {
	if items == nil {
		return nil
	}
	longest, seen := map[int]rules.Candidate{}, map[rune]bool{}
	var rare []rules.Candidate
	items.Rank(rules.Listing{From: "recent"}, func(c *rules.Candidate) bool {
		fresh := false
		for i, text := range textsOf(c) {
			if best, ok := longest[i]; !ok || utf8.RuneCountInString(text) > utf8.RuneCountInString(textsOf(&best)[i]) {
				longest[i] = *c
			}
			for _, r := range text {
				fresh = fresh || r >= 0x250 && !seen[r]
				seen[r] = true
			}
		}
		if fresh && len(rare) < maxHardItems {
			rare = append(rare, *c)
		}
		return false
	}, 1, nil)
	var hard []rules.Candidate
	taken := map[string]bool{}
	add := func(c rules.Candidate) {
		if !taken[c.ID] && len(hard) < maxHardItems {
			taken[c.ID] = true
			hard = append(hard, c)
		}
	}
	for i := range len(longest) {
		add(longest[i])
	}
	for _, c := range rare {
		add(c)
	}
	return hard
}

// textsOf are an item's texts, always in the same order.
func textsOf(c *rules.Candidate) []string {
	texts := []string{c.Title, c.Description, c.Brand, c.Category, strings.Join(c.Tags, ", ")}
	for _, v := range c.More {
		texts = append(texts, v.Text)
	}
	return texts
}
