package recommend

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// films is a log of ratings: long histories, items of three dozen genres, people
// with a taste for some, who rate what is near what they rated before.
func films(persons, items, each int) *Log {
	random := rand.New(rand.NewPCG(1, 2))
	l := NewLog(nil)
	genres := make([][]int, items)
	for i := range items {
		item := Item{ID: fmt.Sprint("film-", i), Title: fmt.Sprint("Film ", i), Number: float64(1950 + random.IntN(70))}
		for range 1 + random.IntN(3) {
			g := random.IntN(18)
			genres[i] = append(genres[i], g)
			item.Features = append(item.Features, fmt.Sprint("genre-", g))
		}
		l.AddItem(item)
	}
	for p := range persons {
		likes := []int{random.IntN(18), random.IntN(18)}
		at := random.Float64() * 3000
		i := 0
		for range each/2 + random.IntN(each) {
			if i == 0 || random.Float64() < 0.4 {
				i = int(float64(items) * math.Pow(random.Float64(), 2.5))
			} else {
				i = (i + 1 + random.IntN(4)) % items
			}
			suits := slices.ContainsFunc(genres[i], func(g int) bool { return slices.Contains(likes, g) })
			if !suits && random.Float64() < 0.7 {
				continue
			}
			stars := 1 + random.IntN(4)
			if suits {
				stars = 3 + random.IntN(3)
			}
			at += 0.001
			l.Add(Event{Person: fmt.Sprint("p", p), Item: fmt.Sprint("film-", i), At: at, Weight: float32(stars)})
		}
	}
	return l
}

// shop is a log of purchases: short histories of baskets, product lines that
// follow one another, seasons, things bought again.
func shop(persons, items int) *Log {
	random := rand.New(rand.NewPCG(3, 4))
	l := NewLog(nil)
	for i := range items {
		l.AddItem(Item{ID: fmt.Sprint("sku-", i), Title: fmt.Sprint("Line ", i/8, " part ", i%8), Features: []string{fmt.Sprint("line-", i/8)}, Number: float64(1 + random.IntN(90))})
	}
	for p := range persons {
		at := random.Float64() * 300
		line := random.IntN(items / 8)
		for range 1 + random.IntN(4) {
			season := int(at/30) * 17 % (items / 8)
			for range 1 + random.IntN(3) {
				i := line*8 + random.IntN(8)
				if random.Float64() < 0.3 {
					i = season*8 + random.IntN(8)
				}
				l.Add(Event{Person: fmt.Sprint("p", p), Item: fmt.Sprint("sku-", i%items), At: at, Weight: 1, Region: []string{"NL", "BE"}[p%2]})
			}
			at += 1 + random.Float64()*40
			if random.Float64() < 0.5 {
				line = (line + 1) % (items / 8)
			}
		}
	}
	return l
}

// learnt is a model of a log with the settings it starts from.
func learnt(t testing.TB, l *Log, who Audience) *Model {
	t.Helper()
	m, err := Train(context.Background(), l, defaults(who), nil)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// number is the number of an item that there is.
func number(t testing.TB, m *Model, id string) int32 {
	t.Helper()
	i, ok := m.Number(id)
	if !ok {
		t.Fatalf("there is no item %s", id)
	}
	return i
}

// ids are the items of picks.
func ids(m *Model, picks []Pick) []string {
	var out []string
	for _, p := range picks {
		out = append(out, m.Item(p.Item).ID)
	}
	return out
}
