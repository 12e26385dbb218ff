package signals

import (
	"cmp"
	"math"
	"slices"
)

// Places is one list of the sender's places. It is never changed after loading
// and is safe for concurrent use.
type Places struct {
	ID    string
	list  []*Place // by latitude
	byID  map[string]*Place
	lat   []float64 // of list
	order []*Place  // as in the file
}

// earth is the mean radius of the earth in km.
const earth = 6371.0088

// vector is a point of the unit sphere.
type vector struct{ x, y, z float64 }

func unitVector(lat, lon float64) vector {
	lat, lon = lat*math.Pi/180, lon*math.Pi/180
	return vector{math.Cos(lat) * math.Cos(lon), math.Cos(lat) * math.Sin(lon), math.Sin(lat)}
}

// kilometres is the distance along the surface.
func (v vector) kilometres(w vector) float64 {
	dx, dy, dz := v.x-w.x, v.y-w.y, v.z-w.z
	chord := math.Sqrt(dx*dx + dy*dy + dz*dz)
	return 2 * earth * math.Asin(min(1, chord/2))
}

func newPlaces(id string, list []*Place) *Places {
	p := &Places{ID: id, order: list, list: slices.Clone(list), byID: make(map[string]*Place, len(list))}
	slices.SortStableFunc(p.list, func(a, b *Place) int { return cmp.Compare(a.Lat, b.Lat) })
	for _, place := range p.list {
		p.lat = append(p.lat, place.Lat)
		p.byID[place.ID] = place
	}
	return p
}

// All are the places in the order of the file.
func (p *Places) All() []*Place { return p.order }

// Place returns the place with that id.
func (p *Places) Place(id string) (*Place, bool) {
	place, ok := p.byID[id]
	return place, ok
}

// Nearest returns the place nearest to a point and how far it is, in km; nil
// if the list is empty. It walks outwards from the point's latitude and stops
// where latitude alone is farther than what it found.
func (p *Places) Nearest(lat, lon float64) (*Place, float64) {
	here := unitVector(lat, lon)
	up, _ := slices.BinarySearch(p.lat, lat)
	down := up - 1
	var nearest *Place
	best := math.Inf(1)
	const degree = earth * math.Pi / 180
	for up < len(p.list) || down >= 0 {
		at := down
		if down < 0 || up < len(p.list) && p.lat[up]-lat < lat-p.lat[down] {
			at = up
		}
		if math.Abs(p.lat[at]-lat)*degree > best {
			break
		}
		if km := here.kilometres(p.list[at].unit); km < best {
			nearest, best = p.list[at], km
		}
		if at == up {
			up++
		} else {
			down--
		}
	}
	return nearest, best
}
