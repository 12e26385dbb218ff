package rules

import (
	"slices"
	"strings"

	"example.com/opentime/strict"
)

// listNames are the lists that items come from.
var listNames = []string{
	"recommend", "popular", "recent", "next", "similar", "alternatives", "imported", "cart", "viewed", "wished", "bought",
}

// isFacts reports whether a list is the recipient's own: what is in it is shown
// as it is, sold out or bought or not.
func isFacts(from string) bool {
	return from == "cart" || from == "viewed" || from == "wished" || from == "bought"
}

// takesTo reports whether a list is of what is near something.
func takesTo(from string) bool { return from == "similar" || from == "alternatives" }

// items reads the variant's item or list of items.
func (vl *variantLoader) items() {
	if g, ok := vl.get("item"); ok {
		vl.needsCatalogue(g.value)
		if vl.v.Item = vl.oneItem(g.value); vl.v.Item == "" {
			vl.v.Item = "none" // reported; what follows from it is not
		}
	}
	g, ok := vl.get("items")
	if !ok {
		return
	}
	vl.needsCatalogue(g.value)
	list := &List{Node: g.value, InStock: true, NotBought: true}
	sc := scope{item: true, fallback: vl.fallback, written: g.level >= vl.own, block: vl.b}
	usable := vl.admit(g.value, sc, func() bool { vl.list(g.value, list); return true })
	if usable || vl.fallback && sc.written {
		vl.v.List = list // also where it was reported: what follows from it is not
	}
}

func (vl *variantLoader) needsCatalogue(n *strict.Node) {
	switch {
	case vl.c.Catalogue != "":
	case len(vl.sender.Feeds) == 0:
		vl.Errorf(n, "there is no feed to look items up in; declare one under feeds in opentime.yaml")
	default:
		vl.Errorf(n, "there are several feeds; write catalogue: and the one to look items up in")
	}
}

// oneItem reads what stands under item.
func (l *loader) oneItem(n *strict.Node) string {
	if n.Kind != strict.Scalar {
		l.Errorf(n, "item is the id of one item; write items: for a list of them")
		return ""
	}
	return l.itemID(n)
}

// itemID reads the id of an item that there is.
func (l *loader) itemID(n *strict.Node) string {
	id := l.anyItemID(n)
	if id != "" {
		l.lookUp(n, "item", id, l.sender.HasItem)
	}
	return id
}

// anyItemID reads the id of an item, be it one that nobody has.
func (l *loader) anyItemID(n *strict.Node) string {
	id := l.Text(n)
	switch {
	case n.Kind != strict.Scalar:
		return ""
	case !isItemID(id):
		l.Errorf(n, "%q is no id of an item; write 1 to 100 characters without ]", id)
		return ""
	}
	return id
}

// list reads what stands under items.
func (vl *variantLoader) list(n *strict.Node, list *List) {
	switch n.Kind {
	case strict.Scalar:
		if slices.Contains(listNames, n.Text) {
			vl.Errorf(n, "%s is a list that items come from; write items: {from: %s}", n.Text, n.Text)
			return
		}
		vl.Errorf(n, "expected a list of ids or {from: ...}; write items: {from: popular}, or item: for one")
	case strict.List:
		list.InStock, list.NotBought = false, false
		if len(n.Items) > 0 && !slices.ContainsFunc(n.Items, func(n *strict.Node) bool { return !slices.Contains(listNames, n.Text) }) {
			vl.Errorf(n, "these are lists that items come from, not ids; write items: {from: [...]}")
			return
		}
		for _, item := range n.Items {
			id := vl.itemID(item)
			if id != "" && slices.Contains(list.IDs, id) {
				vl.Errorf(item, "item %q is there twice; remove one", id)
			}
			list.IDs = append(list.IDs, id)
		}
		if len(list.IDs) == 0 {
			vl.Errorf(n, "no item is written; write at least one")
		}
	case strict.Map:
		vl.Map(n, listFields.Read(strict.Keys{
			"from":  func(n *strict.Node) { vl.from(n, list) },
			"to":    func(n *strict.Node) { list.To = vl.to(n) },
			"list":  func(n *strict.Node) { list.Named = vl.ID(n) },
			"where": func(n *strict.Node) { list.Where = vl.where(n, list) },
		}))
		vl.Need(n, listFields.Needed()...)
		vl.belongs(n, list)
	}
	if list.NotBought {
		vl.c.askOf(ItemBought)
	}
}

// to reads what the items of a list are near: an item, the cart or what was
// viewed.
func (vl *variantLoader) to(n *strict.Node) string {
	if n.Kind == strict.Scalar && (n.Text == "cart" || n.Text == "viewed") {
		return n.Text
	}
	return vl.itemID(n)
}

// belongs reports to and list where no list takes them, or one lacks them.
func (vl *variantLoader) belongs(n *strict.Node, list *List) {
	if len(list.From) == 0 {
		return // reported
	}
	to, named := n.Find("to"), n.Find("list")
	switch near := slices.ContainsFunc(list.From, takesTo); {
	case near && to == nil:
		vl.Errorf(n, "similar and alternatives are near something; add to: and an item's id, cart or viewed")
	case !near && to != nil:
		vl.Errorf(to, "only similar and alternatives take to; remove it, or add one of them to from")
	}
	switch imported := slices.Contains(list.From, "imported"); {
	case imported && named == nil:
		vl.Errorf(n, "imported needs the name of a list; add list: and its id")
	case imported && !slices.Contains(vl.sender.Lists, list.Named):
		vl.notSupplied("the list " + list.Named)
	case !imported && named != nil:
		vl.Errorf(named, "only imported takes list; remove it, or add imported to from")
	}
}

// from reads the lists that items come from.
func (vl *variantLoader) from(n *strict.Node, list *List) {
	nodes := []*strict.Node{n}
	if n.Kind == strict.List {
		nodes = n.Items
	}
	if len(nodes) == 0 {
		vl.Errorf(n, "no list is written; write one such as popular")
	}
	for _, item := range nodes {
		switch name := vl.Text(item); {
		case slices.Contains(list.From, name):
			vl.Errorf(item, "%q is there twice; remove one", name)
		case slices.Contains(listNames, name):
			list.From = append(list.From, name)
			if name != "popular" && name != "recent" {
				vl.beyond("items from " + name)
			}
		default:
			vl.Errorf(item, "unknown list %q; %s", name, strict.DidYouMean(name, listNames))
		}
	}
}

// beyond notes something that a fallback may not name.
func (l *loader) beyond(what string) {
	if l.mark != nil && l.mark.beyond == "" {
		l.mark.beyond = what
	}
}

// where reads matchers on the attributes of each item of a list.
func (vl *variantLoader) where(n *strict.Node, list *List) *Condition {
	whole := compiled{Condition: &Condition{Op: And, Node: n}, levels: 1}
	if !vl.IsMap(n) {
		return nil
	}
	if len(n.Entries) == 0 {
		vl.Errorf(n, "no attribute is written; write one, or remove where")
	}
	for _, e := range n.Entries {
		name := e.Key.Text
		k, err := vl.c.find("item." + name)
		attribute, prefixed := strings.CutPrefix(name, "item.")
		_, named := vl.c.attribute(attribute)
		switch _, has := vl.c.attribute(name); {
		case prefixed && named:
			vl.Errorf(e.Key, "where is about each item's own attributes; write %s", attribute)
			continue
		case slices.Contains([]string{"any", "all", "not", "known", "segment"}, name):
			vl.Errorf(e.Key, "where takes attributes, all of which must fit; write a list for any of several values: {tags: [a, b]}")
			continue
		case err != nil && has:
			vl.Errorf(e.Key, "%s", err)
			continue
		case err != nil || !k.ofItem():
			vl.Errorf(e.Key, "items have no attribute %q; %s", name, strict.DidYouMean(name, vl.c.attributeNames()))
			continue
		}
		list.InStock = list.InStock && name != "in_stock"
		list.NotBought = list.NotBought && name != "bought"
		if vl.mark != nil {
			vl.mark.note(k)
		}
		vl.lookUpSignal(e.Key, k)
		if suppliedLater(k) {
			vl.notSupplied(k.name)
		}
		part := vl.compare(e, k)
		if counts(part.Condition) {
			vl.beyond(e.Value.Text)
		}
		whole.add(part)
	}
	if whole.tests > maxConditions {
		vl.Errorf(n, "%d conditions; write at most %d", whole.tests, maxConditions)
	}
	return whole.simple().Condition
}

// attributeNames lists the attributes of items that can be named.
func (c *Campaign) attributeNames() []string {
	var names []string
	for name := range itemFields {
		names = append(names, name)
	}
	for _, a := range c.attributes {
		names = append(names, a.Name)
	}
	slices.Sort(names)
	return names
}
