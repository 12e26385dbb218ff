package rules

import (
	"maps"
	"slices"
	"strings"

	"example.com/opentime/strict"
)

// names lists the signals that a campaign may name, for remedies.
func (c *Campaign) names() []string {
	var all []string
	for _, s := range clockTypes {
		all = append(all, s.name)
	}
	add := func(prefix string, fields map[string]Type) {
		for _, f := range slices.Sorted(maps.Keys(fields)) {
			all = append(all, prefix+"."+f)
		}
	}
	add("client", clientFields)
	add("here", hereFields)
	add("weather", weatherFields)
	add("profile", profileFields)
	for _, list := range c.sender.Places {
		add("near."+list, nearFields)
	}
	add("cart", cartFields)
	for _, name := range answerNames {
		all = append(all, "answer."+name)
	}
	for _, block := range slices.Sorted(maps.Keys(c.answers)) {
		all = append(all, "answered"+bracket(block), "results"+bracket(block))
	}
	for _, pool := range c.sender.Codes {
		all = append(all, "code."+pool)
	}
	all = append(all, "first_open")
	for _, a := range c.sender.Attributes {
		all = append(all, "profile."+a.Name)
	}
	for _, p := range c.Params {
		all = append(all, "parameters."+p.Name)
	}
	for _, name := range c.attributeNames() {
		all = append(all, "item."+name)
	}
	return all
}

// remedy says what to do about a signal that there is not.
func (c *Campaign) remedy(parts []string, name string) string {
	all := c.names()
	near := strict.DidYouMean(name, all)
	if strings.HasPrefix(near, "did you mean") {
		return near
	}
	var same []string // of the same kind
	for _, other := range all {
		if strings.HasPrefix(other, parts[0]+".") || strings.HasPrefix(other, parts[0]+"[") {
			same = append(same, other)
		}
	}
	switch {
	case len(same) > 0:
		return strict.DidYouMean(name, same)
	case parts[0] == "parameters":
		return "declare it under parameters at the top of the campaign"
	case parts[0] == "near":
		return "declare the list under places in opentime.yaml"
	case parts[0] == "answered", parts[0] == "results":
		return "add answers to the block that asks"
	case parts[0] == "code":
		return "name the pool under codes in opentime.yaml"
	case parts[0] == "interest":
		return "write interest and a tag, such as interest.garden"
	case parts[0] == "stock":
		return "write stock and an item's id, such as stock.dune-3"
	}
	return near
}
