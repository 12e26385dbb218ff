package render

import "strings"

// balance makes the lines of each paragraph about equally long, so that no word
// is left alone on the last. There are no more lines than there were.
func (t *Typesetter) balance(limit float64) {
	for first := 0; first < len(t.lines); {
		end := first + 1
		for end < len(t.lines) && t.lines[end].par.span == t.lines[first].par.span {
			end++
		}
		if end > first+1 { // Fast path: most paragraphs are one line.
			t.even(t.lines[first:end], limit)
		}
		first = end
	}
}

// After a pause a line reads best when it ends: it counts for less.
const (
	pauses     = ".!?:;,…–—。!?:;,、،؛؟।"
	pauseShare = 0.85
)

// plan is the best way to set the text before a place in a number of lines.
type plan struct {
	cost float64 // the squares of the lines' lengths; below 0: it cannot be done
	from int     // index of the place where the last of these lines begins
}

// even moves the ends of a paragraph's lines so that the squares of their
// lengths add up to the least there can be within limit.
func (t *Typesetter) even(lines []line, limit float64) {
	par := lines[0].par
	places := append(t.text.places[:0], par.start)
	for i := par.start + 1; i < par.end; i++ {
		if t.text.breaks[i] != 0 {
			places = append(places, i)
		}
	}
	places = append(places, par.end)
	n := len(places)
	plans := resize(t.text.plans, (len(lines)+1)*n)
	t.text.places, t.text.plans = places, plans
	for i := range plans[1:] {
		plans[i+1].cost = -1
	}
	for k := range len(lines) {
		t.extend(plans[k*n:(k+1)*n], plans[(k+1)*n:], places, limit)
	}
	end := n - 1
	for k := len(lines); k > 0; k-- {
		from := plans[k*n+end].from
		lines[k-1] = t.lineOf(par, places[from], places[end])
		end = from
	}
}

// extend adds a line to each plan: next is the best plans of one line more.
func (t *Typesetter) extend(plans, next []plan, places []int, limit float64) {
	for from := range plans {
		if plans[from].cost < 0 {
			continue
		}
		width, at := 0.0, places[from] // of the runes before at
		for to := from + 1; to < len(places); to++ {
			end := t.trim(places[from], places[to])
			for ; at < end; at++ {
				width += t.text.advances[at]
			}
			length := width
			if places[to] < places[len(places)-1] && t.text.runes[places[to]-1] == softHyphen {
				length += hyphenEms
			}
			if width > limit {
				break
			}
			cost := length * length
			if end > places[from] && strings.ContainsRune(pauses, t.text.runes[end-1]) {
				cost *= pauseShare
			}
			cost += plans[from].cost
			if length <= limit && (next[to].cost < 0 || cost < next[to].cost) {
				next[to] = plan{cost, from}
			}
		}
	}
}
