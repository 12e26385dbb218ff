package main

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"example.com/opentime/server"
)

// keepRetired is for how many days links of a retired key go on working: mails
// are opened for long.
const keepRetired = 400

// keysNewCmd is opentime keys new.
type keysNewCmd struct{}

// Run prints a line with a fresh key.
func (keysNewCmd) Run(e *env) error {
	if e.getenv(keysVariable) != "" {
		return hint(usageError{keysVariable + " has keys already, and mails that they sealed need them"},
			"opentime keys rotate puts a fresh one before them")
	}
	e.print("%s='a:%s'", keysVariable, newSecret())
	return nil
}

// keysRotateCmd is opentime keys rotate.
type keysRotateCmd struct {
	Leaked string `placeholder:"KEY" help:"The letter of a key that others know: it goes at once, and its links are nobody's."`
	Days   int    `default:"400" help:"For how many days from today the key that signed goes on verifying."`
}

// Help teaches the command.
func (keysRotateCmd) Help() string {
	return `Prints the line to set instead of OPENTIME_KEYS: a fresh key first, which signs from then on, and the one that signed with its last day, 400 days ahead, since mails are opened for long. Keys whose last day is over are left out.

  opentime keys rotate
  opentime keys rotate --leaked a    leaves key a out at once

Set it for every server first and restart them, then wherever sign runs. Then sign your recipients anew and bring the column r into the mail platform; mails that were sent go on working by their old seals.`
}

// Run prints the new line.
func (c *keysRotateCmd) Run(e *env) error {
	keys, err := loadKeys(e.getenv)
	if err != nil {
		return err
	}
	list := keys.List()
	if c.Days < 1 {
		return usageError{fmt.Sprintf("--days %d leaves the old key no day; a key that leaked is named with --leaked", c.Days)}
	}
	has := func(kid string) bool {
		return slices.ContainsFunc(list, func(k server.Key) bool { return k.Kid == kid })
	}
	if c.Leaked != "" && !has(c.Leaked) {
		return usageError{fmt.Sprintf("--leaked %q is none of the keys (%s)", c.Leaked, kids(list))}
	}
	e.print("%s='%s'", keysVariable, strings.Join(c.rotated(e, strings.Fields(e.getenv(keysVariable)), list), " "))
	return nil
}

// rotated returns the words of the new line and says of each what becomes of it.
func (c *keysRotateCmd) rotated(e *env, words []string, list []server.Key) []string {
	say := func(format string, args ...any) { _, _ = fmt.Fprintf(e.stderr, "opentime: "+format+"\n", args...) }
	today := e.now().UTC().Truncate(24 * time.Hour)
	var kept []string
	if leaked := c.Leaked; leaked == "" || leaked == list[0].Kid {
		kid := freshKid(list)
		kept = append(kept, kid+":"+newSecret())
		say("key %q is fresh and signs", kid)
	}
	for i, k := range list {
		word, _, _ := strings.Cut(words[i], "@")
		switch {
		case k.Kid == c.Leaked:
			say("key %q is left out: its links are nobody's once every server has restarted; sign their recipients anew", k.Kid)
		case !k.LastDay.IsZero() && k.LastDay.Before(today):
			say("key %q is left out: its last day was %s", k.Kid, k.LastDay.Format(time.DateOnly))
		case k.Signs && c.Leaked == "":
			last := today.AddDate(0, 0, c.Days).Format(time.DateOnly)
			kept = append(kept, word+"@"+last)
			say("key %q signed; its links work until %s", k.Kid, last)
		default:
			kept = append(kept, words[i])
		}
	}
	say("hint: set this line for every server and restart them, then where sign runs, and sign anew")
	return kept
}

// kids lists the keys' letters.
func kids(list []server.Key) string {
	all := make([]string, len(list))
	for i, k := range list {
		all[i] = k.Kid
	}
	return strings.Join(all, ", ")
}

// freshKid is the letter of the next key: the one after that which signs, or the
// next that no key has.
func freshKid(list []server.Key) string {
	const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
	at := strings.Index(letters, list[0].Kid)
	for i := range len(letters) {
		kid := string(letters[(at+1+i)%len(letters)])
		if !slices.ContainsFunc(list, func(k server.Key) bool { return k.Kid == kid }) {
			return kid
		}
	}
	return list[len(list)-1].Kid // all 62 are taken: none has so many
}
