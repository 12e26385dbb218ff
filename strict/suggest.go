package strict

import (
	"fmt"
	"slices"
	"strings"
)

// maxListed is how many known words a remedy lists.
const maxListed = 24

// Nearest returns the known word that an unknown one was meant to be, or "" where
// it looks like none.
func Nearest(word string, known []string) string {
	best, distance := "", 1+max(1, min(3, len([]rune(word))/3))
	for _, k := range known {
		d := editDistance(strings.ToLower(word), strings.ToLower(k))
		if d < distance && d < max(len([]rune(word)), len([]rune(k))) { // else they have nothing in common
			best, distance = k, d
		}
	}
	return best
}

// DidYouMean returns the remedy for an unknown word: the nearest known one, or
// all that are known.
func DidYouMean(word string, known []string) string {
	if best := Nearest(word, known); best != "" {
		return fmt.Sprintf("did you mean %q?", best)
	}
	if len(known) == 0 {
		return "declare it, there is none yet"
	}
	listed := slices.Sorted(slices.Values(known))
	if len(listed) > maxListed {
		return "known: " + strings.Join(listed[:maxListed], ", ") + ", ..."
	}
	return "known: " + strings.Join(listed, ", ")
}

// editDistance is Damerau's: insertions, deletions, substitutions and swaps of
// neighbours (F. J. Damerau, CACM 7(3), 1964, in its restricted form).
func editDistance(a, b string) int {
	x, y := []rune(a), []rune(b)
	before, last, row := make([]int, len(y)+1), make([]int, len(y)+1), make([]int, len(y)+1)
	for j := range last {
		last[j] = j
	}
	for i := range x {
		row[0] = i + 1
		for j := range y {
			cost := 1
			if x[i] == y[j] {
				cost = 0
			}
			row[j+1] = min(last[j+1]+1, row[j]+1, last[j]+cost)
			if i > 0 && j > 0 && x[i] == y[j-1] && x[i-1] == y[j] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
		}
		before, last, row = last, row, before
	}
	return last[len(y)]
}
