package rules

// LocaleIndex returns the campaign's locale for a recipient's: that one, else
// its nearest parent, else the campaign's first.
func (c *Campaign) LocaleIndex(locale string) int {
	for locale != "" {
		for i, own := range c.Locales {
			if equalLocale(own, locale) {
				return i
			}
		}
		cut := len(locale) - 1
		for cut > 0 && locale[cut] != '-' && locale[cut] != '_' {
			cut--
		}
		locale = locale[:cut]
	}
	return 0
}

// equalLocale compares without case, and "_" with "-".
func equalLocale(a, b string) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range len(a) {
		x, y := a[i]|0x20, b[i]|0x20
		if x != y && (a[i] != '-' || b[i] != '_') {
			return false
		}
	}
	return true
}
