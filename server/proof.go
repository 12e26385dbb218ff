package server

import (
	"bytes"
	"fmt"
	"strings"
	"time"

	"example.com/opentime/rules"
)

// Proof is what a link proves, in words for those who look after the sender's
// mails. It says nothing of how a right seal would be.
type Proof struct {
	Link  Link
	Trust rules.Trust // Claimed may be keyed: whether the id was imported is not known here
	Why   string      // what makes it that trust
	Do    string      // what to do about it; "" where nothing is wrong
	// Sealed reports that x proves Declared, the link's parameters that its
	// campaign declares.
	Sealed   bool
	Declared []Parameter
}

// Prove says what a link proves at now, and why no more. declares says which
// parameters the link's campaign declares.
func (k *Keys) Prove(sender string, path, query []byte, declares func(name string) bool, now time.Time) (Proof, bool) {
	link, ok := ParseLink(path, query)
	if !ok {
		return Proof{Link: link}, false
	}
	p := Proof{Link: link, Why: "an id without a seal", Do: "merge the column r that opentime sign adds", Trust: rules.Claimed}
	switch {
	case link.Damage != Undamaged:
		p.Trust = rules.Anonymous
		p.Why, p.Do = damageText(link.Damage, rawRecipient(query))
	case link.Seal != "":
		p.Trust, p.Why, p.Do = k.proveSeal(sender, &link, now)
	}
	for _, parameter := range link.Parameters {
		if declares(parameter.Name) {
			p.Declared = append(p.Declared, parameter)
		}
	}
	p.Sealed = p.Trust > rules.Anonymous && link.Sealed != "" && k.VerifyParameters(sender, link.Recipient, p.Declared, link.Sealed, now)
	return p, true
}

// proveSeal says what an id's seal is worth.
func (k *Keys) proveSeal(sender string, link *Link, now time.Time) (trust rules.Trust, why, do string) {
	kid := string(link.Seal[1])
	switch k.Check(sender, link.Recipient, link.Seal, now) {
	case Verified:
		why = fmt.Sprintf("sealed by key %q", kid)
		if last := k.keys[link.Seal[1]].last; !last.IsZero() {
			why += ", until " + last.AddDate(0, 0, -1).Format(time.DateOnly)
		}
		return rules.Signed, why, ""
	case Over:
		return rules.Anonymous, fmt.Sprintf("key %q, which made the seal, is retired: its last day was %s", kid, k.keys[link.Seal[1]].last.AddDate(0, 0, -1).Format(time.DateOnly)),
			"unless it leaked, move its last day in OPENTIME_KEYS on"
	case UnknownKey:
		if link.Seal[0] != '1' {
			return rules.Anonymous, "the seal does not begin with 1, as ours do", "see who makes these links, or what changes them"
		}
		return rules.Anonymous, fmt.Sprintf("no key %q is in OPENTIME_KEYS, and the seal says it is by that", kid),
			"add the key that sealed it, if it did not leak; else sign anew"
	}
	if mac := link.Seal[2:]; mac == strings.ToLower(mac) || mac == strings.ToUpper(mac) {
		return rules.Anonymous, "the seal is of one case: something changed capitals", "find what rewrites links, and have it leave their case"
	}
	return rules.Anonymous, fmt.Sprintf("key %q of these did not make the seal for this id and sender %q", kid, sender),
		"the id or the seal was changed or is another recipient's, the sender is another, or another key has that name: opentime keys compares them"
}

// damageText says why an r is no id.
func damageText(damage Damage, raw string) (why, do string) {
	switch damage {
	case NoID:
		return "it has no r, or an empty one", "see that the platform's field is filled for this recipient, with the column r that opentime sign adds"
	case MergeTag:
		return fmt.Sprintf("r is a merge tag that was not filled in: %.60s", raw), "compare it with what opentime link --for your platform prints"
	case Address:
		return "r is a mail address, which is never an id", "merge the column r that opentime sign adds"
	}
	if id, seal, sealed := strings.Cut(raw, "."); sealed && isID(id) {
		return fmt.Sprintf("the seal has %d characters, and %d are right", len(seal), SealLength), "find what shortens or lengthens the platform's field r"
	}
	return "r has characters that no id has", "an id has 1 to 64 of A-Z a-z 0-9 _ -; see what the platform's field holds"
}

// rawRecipient is r as it stands in a query.
func rawRecipient(query []byte) string {
	for pair := range bytes.SplitSeq(query, []byte("&")) {
		if value, ok := bytes.CutPrefix(bytes.TrimPrefix(pair, []byte("amp;")), []byte("r=")); ok {
			return string(value)
		}
	}
	return ""
}
