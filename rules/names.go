package rules

import (
	"maps"
	"slices"
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
