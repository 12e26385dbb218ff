//go:build linux

package main

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"io/fs"
	"math/rand/v2"
	"net"
	"os"
	"path/filepath"
	"strconv"

	"github.com/maxmind/mmdbwriter"
	"github.com/maxmind/mmdbwriter/mmdbtype"

	"example.com/opentime/assets"
)

// size is one that images are measured in.
type size struct {
	name          string
	width, height int     // CSS pixels
	noise         float64 // of its photos: as much as makes its images about as large as its name says; 0: shows nothing
	extension     string
}

// sizes are all of them; the first is that of an image that shows nothing.
var sizes = []size{
	{"43", 600, 240, 0, "gif"},
	{"8k", 300, 120, 5.4, "jpg"},
	{"30k", 600, 240, 6.4, "jpg"},
	{"80k", 600, 240, 17.2, "jpg"},
}

// blocks is how many images a mail has.
const blocks = 6

// networks is how many the database of addresses has.
const networks = 150_000

// layout is that of all pictures.
const layout = `layout: banner
size: 600x240
values: {photo: picture, headline: text}
layers:
  - image: {src: "{photo}"}
  - text: {text: "{headline}", left: 24, top: 20, right: 24, font-size: 24, font-weight: 700, color: "#ffffff"}
`

// config is opentime.yaml. The one who asks is the proxy that is believed.
const config = `sender: shop
home: https://shop.example
hosts: [shop.example, "*.cinema.example", cinema.example]
locales: [en, nl, fr]
timezone: Europe/Brussels
recipients: signed
consent: full
trusted_proxies: [127.0.0.1/32]
geo: geo.mmdb
weather: {from: file, file: weather}
places: {shops: {file: shops.csv}}
profiles: {attributes: {first_name: text, tier: {type: text, values: [silver, gold]}, points: number}}
`

// rulesOf are the rules of a block by step: the conditions of five, and what they show. What shows nothing
// has conditions that never hold.
var (
	perRule = [...][3]string{
		{"weekend", "{weekday: sat..sun, daypart: [afternoon, evening]}", "A slow weekend"},
		{"outlook", "{client.app: [outlook, apple-mail]}", "At your desk"},
		{"phone", "{client.mobile: true}", "On the way"},
		{"proxy", "{client.class: proxy}", "Good to see you"},
		{"morning", "{daypart: morning}", "Good morning"},
	}
	full = [...][3]string{
		{"frost", `{weather.feels_like: "< 0", profile.tier: gold}`, "{weather.temperature} degrees, gold"},
		{"rain", "{weather.rain: true, daypart: [morning, afternoon, evening]}", "Rain in {here.city}"},
		{"points", `{profile.points: "> 800"}`, "{profile.points} points"},
		{"nearby", `{near.shops.distance_km: "< 15", client.class: person}`, "Today in {near.shops.city}"},
		{"mild", `{weather.temperature: "> 8"}`, "{weather.temperature} degrees"},
	}
	never = map[string]string{ // conditions of full that are looked at as well, and do not hold
		"frost": `{weather.feels_like: "< -80", profile.tier: gold}`, "rain": "{weather.rain: true, profile.points: \"> 90000\"}",
		"points": `{profile.points: "> 80000"}`, "nearby": `{near.shops.distance_km: "< 0", client.class: person}`, "mild": `{weather.temperature: "> 80"}`,
		"weekend": "{weekday: sat..sun, client.app: none-of-ours}", "outlook": "{client.app: other-of-ours}",
		"phone": "{client.mobile: true, client.os: none-of-ours}", "proxy": "{client.os: other-of-ours}", "morning": "{daypart: morning, client.os: none-of-ours}",
	}
)

// writeSite writes the folder that opentime serves: three campaigns of each size,
// the pictures, the addresses, places and weather.
func writeSite(dir string, only []size) error {
	campaigns := filepath.Join(dir, "campaigns")
	for _, folder := range []string{campaigns, filepath.Join(dir, "weather")} {
		if err := os.MkdirAll(folder, 0o755); err != nil {
			return err
		}
	}
	files := map[string]string{"opentime.yaml": config, "campaigns/banner.yaml": layout}
	for _, s := range only {
		files["campaigns/same-"+s.name+".yaml"] = campaign("same", s, nil)
		files["campaigns/rules-"+s.name+".yaml"] = campaign("rules", s, perRule[:])
		files["campaigns/full-"+s.name+".yaml"] = campaign("full", s, full[:])
	}
	shops, err := assets.FS.ReadFile("demo/cinemas.csv")
	if err != nil {
		return err
	}
	files["shops.csv"] = string(shops)
	weather, err := fs.Glob(assets.FS, "demo/weather/*.json")
	if err != nil {
		return err
	}
	for _, name := range weather {
		data, err := assets.FS.ReadFile(name)
		if err != nil {
			return err
		}
		files["weather/"+filepath.Base(name)] = string(data)
	}
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			return err
		}
	}
	if err := writePhotos(dir, only); err != nil {
		return err
	}
	return writeGeo(filepath.Join(dir, "geo.mmdb"), shops)
}

// campaign is a campaign's file. Without rules one picture is for everybody.
func campaign(step string, s size, rules [][3]string) string {
	var b bytes.Buffer
	fmt.Fprintf(&b, "campaign: %s-%s\nblocks:\n", step, s.name)
	for n := 1; n <= blocks; n++ {
		fmt.Fprintf(&b, "  b%d:\n    size: %dx%d\n    format: %s\n", n, s.width, s.height, s.extension)
		fallback := `{headline: "Always good"}`
		photo := s.name
		if s.noise == 0 {
			fallback, photo = "nothing", "8k"
		}
		fmt.Fprintf(&b, "    show: {layout: banner, photo: %s-%d.png, headline: For everybody, link: \"https://shop.example/%d\"}\n", photo, n, n)
		switch {
		case len(rules) > 0:
			fmt.Fprintf(&b, "    rules:\n")
		case s.noise == 0: // shows nothing to everybody
			fmt.Fprintf(&b, "    rules:\n      - {name: past, when: {now: 2001-01-01..2001-01-02}, show: {headline: \"Long ago\"}}\n")
		}
		for _, rule := range rules {
			when := rule[1]
			if s.noise == 0 {
				when = never[rule[0]]
			}
			fmt.Fprintf(&b, "      - {name: %s, when: %s, show: {headline: %q}}\n", rule[0], when, rule[2])
		}
		fmt.Fprintf(&b, "    fallback: %s\n", fallback)
	}
	return b.String()
}

// writePhotos writes a photo for each size and block.
func writePhotos(dir string, only []size) error {
	for _, s := range append([]size{sizes[1]}, only...) { // what shows nothing names the second's
		for n := 1; n <= blocks && s.noise > 0; n++ {
			name := fmt.Sprintf("campaigns/%s-%d.png", s.name, n)
			if err := os.WriteFile(filepath.Join(dir, name), photo(s, n), 0o600); err != nil {
				return err
			}
		}
	}
	return nil
}

// photo is a PNG of a soft ground under noise.
func photo(s size, block int) []byte {
	r := rand.New(rand.NewPCG(uint64(block), 1))
	m := image.NewRGBA(image.Rect(0, 0, 2*s.width, 2*s.height))
	for y := range m.Rect.Dy() {
		for x := range m.Rect.Dx() {
			grey := 60 + 60*float64(x)/float64(m.Rect.Dx()) + s.noise*(r.Float64()-0.5)
			level := uint8(min(max(grey, 0), 255))
			m.SetRGBA(x, y, color.RGBA{level, level, uint8(min(255, int(level)+10*block)), 255})
		}
	}
	var b bytes.Buffer
	_ = (&png.Encoder{CompressionLevel: png.BestSpeed}).Encode(&b, m) // a buffer does not fail
	return b.Bytes()
}

// network is the first three bytes of the i-th network of the database.
func network(i int) [3]byte { return [3]byte{byte(80 + i>>16), byte(i >> 8), byte(i)} }

// writeGeo writes a database of networks that lie in the towns of a list.
func writeGeo(name string, shops []byte) error {
	rows, err := csv.NewReader(bytes.NewReader(shops)).ReadAll()
	if err != nil {
		return err
	}
	rows = rows[1:]
	tree, err := mmdbwriter.New(mmdbwriter.Options{
		DatabaseType: "GeoLite2-City", Description: map[string]string{"en": "made"}, Languages: []string{"en"}, RecordSize: 24,
	})
	if err != nil {
		return err
	}
	names := func(text string) mmdbtype.Map {
		return mmdbtype.Map{"names": mmdbtype.Map{"en": mmdbtype.String(text)}}
	}
	for i := range networks {
		row := rows[i%len(rows)]
		lat, err := strconv.ParseFloat(row[5], 64)
		if err != nil {
			return err
		}
		lon, err := strconv.ParseFloat(row[6], 64)
		if err != nil {
			return err
		}
		part := network(i)
		record := mmdbtype.Map{
			"country": mmdbtype.Map{"iso_code": mmdbtype.String(row[4])}, "city": names(row[3]),
			"subdivisions": mmdbtype.Slice{names(row[3])},
			"location": mmdbtype.Map{
				"latitude": mmdbtype.Float64(lat), "longitude": mmdbtype.Float64(lon), "time_zone": mmdbtype.String("Europe/Brussels"),
			},
		}
		if err := tree.Insert(&net.IPNet{IP: net.IP{part[0], part[1], part[2], 0}, Mask: net.CIDRMask(24, 32)}, record); err != nil {
			return err
		}
	}
	file, err := os.Create(name)
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }()
	out := bufio.NewWriter(file)
	if _, err := tree.WriteTo(out); err != nil {
		return err
	}
	return out.Flush()
}
