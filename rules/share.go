package rules

// share returns where an id stands in 0..1 for a seed: GrowthBook's hash,
// version 2 (fnv32a(string(fnv32a(seed + id))) % 10000 / 10000), of the seed
// and what is drawn with it.
func share(seed, what, id string) float64 {
	const offset, prime = 2166136261, 16777619
	h := uint32(offset)
	for _, part := range [...]string{seed, what, id} {
		for i := range len(part) {
			h = (h ^ uint32(part[i])) * prime
		}
	}
	var digits [10]byte
	n := len(digits)
	for {
		n--
		digits[n] = byte('0' + h%10)
		if h /= 10; h == 0 {
			break
		}
	}
	h = offset
	for _, c := range digits[n:] {
		h = (h ^ uint32(c)) * prime
	}
	return float64(h%10000) / 10000
}
