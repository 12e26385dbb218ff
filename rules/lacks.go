package rules

import (
	"slices"
	"strconv"
	"strings"

	"example.com/opentime/strict"
)

// lack is what a variant lacks of what its layout requires.
type lack struct {
	node          *strict.Node // the variant
	layout        *strict.Node // the name of the layout, where it is written
	values        []string
	ofItem        bool // an item would give all of it
	fallback, own bool // of a fallback; of one that is written
}

// remedy says what to do.
func (x *lack) remedy() string {
	if x.ofItem && !x.fallback {
		return "add item or items, which give it, or write it"
	}
	return "add it"
}

// lacking reports what the block's variants lack. What all lack that have their
// layout from one place is said there.
func (bl *blockLoader) lacking() {
	users := map[*strict.Node]int{}
	for _, v := range bl.variants {
		if v.Variant != nil && v.Layout != nil {
			users[v.layout]++
		}
	}
	lacks := bl.loader.lacks
	bl.loader.lacks = nil
	for i := range lacks {
		x := &lacks[i]
		common, own := x.split(lacks, users[x.layout])
		if len(common) > 0 && !x.fallback {
			bl.Errorf(x.layout, "the layout %q needs %s; %s", x.layout.Text, quoted(common), x.remedy())
		}
		switch {
		case len(own) == 0:
		case x.fallback && x.own:
			bl.Errorf(x.node, "the layout %q needs %s, and nothing a fallback may use gives it; add it", x.layout.Text, quoted(own))
		case x.fallback:
			bl.Errorf(x.node, "without signals the layout %q has no %s; add a fallback to the block", x.layout.Text, quoted(own))
		default:
			bl.Errorf(x.node, "the layout %q needs %s; %s", x.layout.Text, quoted(own), x.remedy())
		}
	}
}

// split parts the values that all users of the layout lack, if there are several,
// from the variant's own.
func (x *lack) split(lacks []lack, users int) (common, own []string) {
	for _, value := range x.values {
		n := 0
		for _, other := range lacks {
			if other.layout == x.layout && slices.Contains(other.values, value) {
				n++
			}
		}
		if n > 1 && n == users {
			common = append(common, value)
		} else {
			own = append(own, value)
		}
	}
	return common, own
}

// quoted writes names in quotes, with and before the last.
func quoted(names []string) string {
	all := make([]string, len(names))
	for i, name := range names {
		all[i] = strconv.Quote(name)
	}
	last := len(all) - 1
	if last < 1 {
		return strings.Join(all, "")
	}
	return strings.Join(all[:last], ", ") + " and " + all[last]
}
