package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"mime"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// api is openapi.json as the server has it.
type api struct {
	t        *testing.T
	c        *counter
	document map[string]any
	compiler *jsonschema.Compiler
}

const apiName = "file:///openapi.json"

func newAPI(t *testing.T, c *counter) *api {
	t.Helper()
	status, text := c.send("GET", "/v1/openapi.json", "")
	document, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
	if status != 200 || err != nil {
		t.Fatal(status, err)
	}
	a := &api{t: t, c: c, document: document.(map[string]any), compiler: jsonschema.NewCompiler()}
	a.compiler.AssertFormat()
	if err := a.compiler.AddResource(apiName, document); err != nil {
		t.Fatal(err)
	}
	return a
}

// at returns what is at a place of the document, and its place, through $ref; nil
// if nothing is.
func (a *api) at(place ...string) (found any, is []string) {
	found = a.document
	for i, name := range place {
		switch v := found.(type) {
		case map[string]any:
			found = v[name]
		case []any:
			var n int
			_, _ = fmt.Sscan(name, &n)
			found = v[n]
		}
		if m, ok := found.(map[string]any); ok && m["$ref"] != nil && !slices.Contains(place, "schema") {
			to := strings.Split(strings.TrimPrefix(m["$ref"].(string), "#/"), "/")
			return a.at(append(to, place[i+1:]...)...)
		}
		if found == nil {
			return nil, nil
		}
	}
	return found, place
}

// keys are the names at a place, sorted.
func (a *api) keys(place ...string) []string {
	found, _ := a.at(place...)
	m, _ := found.(map[string]any)
	return slices.Sorted(maps.Keys(m))
}

// fits holds a value against the schema at a place.
func (a *api) fits(what string, value any, place ...string) {
	a.t.Helper()
	_, is := a.at(place...)
	pointer := ""
	for _, name := range is {
		pointer += "/" + url.PathEscape(strings.NewReplacer("~", "~0", "/", "~1").Replace(name))
	}
	schema, err := a.compiler.Compile(apiName + "#" + pointer)
	if err != nil {
		a.t.Fatalf("%s: %v", what, err)
	}
	if err := schema.Validate(value); err != nil {
		a.t.Errorf("%s does not fit: %v\n%v", what, err, value)
	}
}

// apiSite are the files of a site that has what the document's examples name.
func apiSite() map[string]string {
	return map[string]string{
		"opentime.yaml": `sender: cinema
home: https://cinema.example
hosts: [cinema.example]
timezone: Europe/Brussels
locales: [nl]
feeds: {films: {file: films.csv, currency: EUR, attributes: {inventory_item_id: text}}}
places: {cinemas: cinemas.csv}
profiles: {attributes: {points: number}}
webhooks:
  main: {from: shopify, attribute: inventory_item_id, orders: {recipient: customer.id, by: sku}}
  woo: {from: woocommerce, by: sku, prices: true, orders: {recipient: customer_id}}
`,
		"films.csv":             apiFeed,
		"cinemas.csv":           ladderPlaces,
		"campaigns/spring.yaml": "campaign: spring\nblocks: {hero: {show: {layout: strip, headline: Spring, link: \"https://cinema.example\"}, rules: [{name: evening, when: {daypart: evening}, show: {headline: Tonight}}], fallback: {}}}\n",
	}
}

const apiFeed = `id,title,link,price,inventory_item_id
salt-moon,Salt Moon,https://cinema.example/salt-moon,9 EUR,271878346596884015
night-bus,Night Bus,https://cinema.example/night-bus,9 EUR,5
`

// TestTheDocumentIsOne validates openapi.json against OpenAPI's own schema of
// documents (testdata/openapi-3.1.schema.json, the OpenAPI Initiative's, Apache-2.0),
// its schemas against that of schemas, and every example against its schema.
func TestTheDocumentIsOne(t *testing.T) {
	a := newAPI(t, newCounterOf(t, apiSite()))
	text, err := os.ReadFile("testdata/openapi-3.1.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	of, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	const name = "https://spec.openapis.org/oas/3.1/schema/2022-10-07"
	if err := a.compiler.AddResource(name, of); err != nil {
		t.Fatal(err)
	}
	documents, err := a.compiler.Compile(name)
	if err != nil {
		t.Fatal(err)
	}
	if err := documents.Validate(a.document); err != nil {
		t.Error(err)
	}
	schemas, err := jsonschema.NewCompiler().Compile("https://json-schema.org/draft/2020-12/schema")
	if err != nil {
		t.Fatal(err)
	}
	used, _ := json.Marshal(a.document)
	for _, kind := range a.keys("components") {
		for _, name := range a.keys("components", kind) {
			if ref := fmt.Sprintf(`"$ref":"#/components/%s/%s"`, kind, name); kind != "securitySchemes" && !bytes.Contains(used, []byte(ref)) {
				t.Errorf("components/%s/%s is not used", kind, name)
			}
		}
	}
	for _, name := range a.keys("components", "schemas") {
		schema, _ := a.at("components", "schemas", name)
		if err := schemas.Validate(schema); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	examples := 0
	a.eachOperation(func(path, method string) {
		places := [][]string{{"paths", path, method, "requestBody", "content"}}
		for _, status := range a.keys("paths", path, method, "responses") {
			places = append(places, []string{"paths", path, method, "responses", status, "content"})
		}
		for _, place := range places {
			for _, media := range a.keys(place...) {
				for _, name := range a.keys(append(place, media, "examples")...) {
					value, _ := a.at(append(place, media, "examples", name, "value")...)
					a.fits(method+" "+path+": "+name, value, append(place, media, "schema")...)
					examples++
				}
			}
		}
	})
	if examples < 20 {
		t.Errorf("%d examples only", examples)
	}
}

// eachOperation calls f for each operation, in order of paths and methods.
func (a *api) eachOperation(f func(path, method string)) {
	for _, path := range a.keys("paths") {
		for _, method := range a.keys("paths", path) {
			f(path, method)
		}
	}
}

// request is a path with the document's examples in place of its parameters, and
// the headers that they are.
func (a *api) request(path, method string) (_ string, headers []string) {
	parameters, _ := a.at("paths", path, method, "parameters")
	query, filled := url.Values{}, path
	for i := range len(asList(parameters)) {
		found, _ := a.at("paths", path, method, "parameters", fmt.Sprint(i))
		parameter := found.(map[string]any)
		name, example := parameter["name"].(string), parameter["example"]
		switch {
		case parameter["in"] == "path":
			filled = strings.ReplaceAll(filled, "{"+name+"}", fmt.Sprint(example))
		case example == nil || name == "Idempotency-Key" || name == "user-agent": // a client is named already
		case parameter["in"] == "header":
			headers = append(headers, textOf(name)+": "+fmt.Sprint(example))
		default:
			for _, value := range asList(example) {
				query.Add(name, fmt.Sprint(value))
			}
		}
	}
	if len(query) > 0 {
		filled += "?" + query.Encode()
	}
	return filled, headers
}

// textOf is a header's name as net/http keeps it.
func textOf(name string) string { return strings.ToUpper(name[:1]) + name[1:] }

func asList(v any) []any {
	switch v := v.(type) {
	case nil:
		return nil
	case []any:
		return v
	}
	return []any{v}
}

// token is the header that an operation needs; "" if none.
func (a *api) token(path, method string) string {
	security, _ := a.at("paths", path, method, "security")
	for _, one := range asList(security) {
		for scope := range one.(map[string]any) {
			return "Authorization: Bearer " + scope
		}
	}
	return ""
}

// answers sends a request, whose answer must be one that the document has, and
// returns its status.
func (a *api) answers(path, method, filled, body string, headers ...string) int {
	a.t.Helper()
	status, media, answer := a.c.ask(strings.ToUpper(method), filled, body, headers...)
	return a.documented(path, method, status, media, answer)
}

// documented holds an answer against the document, and returns its status.
func (a *api) documented(path, method string, status int, media, answer string) int {
	a.t.Helper()
	what := fmt.Sprintf("%s %s, answered %d %.200s", method, path, status, answer)
	place := []string{"paths", path, method, "responses", fmt.Sprint(status)}
	if found, _ := a.at(place...); found == nil {
		a.t.Errorf("%s: no such status", what)
		return status
	}
	if media, _, _ = mime.ParseMediaType(media); answer == "" {
		return status
	}
	if found, _ := a.at(append(place, "content", media)...); found == nil {
		a.t.Errorf("%s: no such content as %q", what, media)
		return status
	}
	if media == "application/json" {
		value, err := jsonschema.UnmarshalJSON(strings.NewReader(answer))
		if err != nil {
			a.t.Errorf("%s: %v", what, err)
			return status
		}
		a.fits(what, value, append(place, "content", media, "schema")...)
	}
	return status
}

// TestExamplesAreAnswered sends every example of the document to a server: all are
// taken, and the answers are as the document has them.
func TestExamplesAreAnswered(t *testing.T) {
	c := newCounterOf(t, apiSite())
	c.secrets["OPENTIME_WEBHOOK_MAIN"], c.secrets["OPENTIME_WEBHOOK_WOO"] = "hush", "hush"
	c.restart()
	c.write("films.csv", apiFeed+"wicked,Wicked,https://cinema.example/wicked,9 EUR,6\n", time.Hour) // a second version, to roll back from
	c.ingest(200, "POST", "/v1/feeds/films/refresh", "")
	a := newAPI(t, c)
	sent := 0
	a.eachOperation(func(path, method string) {
		if strings.HasPrefix(path, "/demo") {
			return
		}
		filled, headers := a.request(path, method)
		if token := a.token(path, method); token != "" {
			headers = append(headers, token)
		}
		taken := func(what, to, body string, headers ...string) {
			t.Helper()
			sent++
			if status := a.answers(path, method, to, body, headers...); status/100 != 2 {
				t.Errorf("%s %s: %s is answered %d", method, path, what, status)
			}
		}
		content := []string{"paths", path, method, "requestBody", "content"}
		if a.keys(content...) == nil {
			taken("a request", filled, "", headers...)
		}
		for _, media := range a.keys(content...) {
			for _, name := range a.keys(append(content, media, "examples")...) {
				value, _ := a.at(append(content, media, "examples", name, "value")...)
				text, err := json.Marshal(value)
				if err != nil {
					t.Fatal(err)
				}
				to, body, with := filled, string(text), append(headers, "Content-Type: "+media)
				switch {
				case media == "application/x-www-form-urlencoded":
					to, body = "/v1/webhooks/woo", "webhook_id=5"
				case name == "shopify":
					with = append(with, signShopify("hush", body), shopifyTopic)
				case name == "shopifyOrder":
					with = append(with, signShopify("hush", body), "X-Shopify-Topic: orders/create")
				case name == "woocommerce", name == "woocommerceOrder":
					to = "/v1/webhooks/woo"
					topic := map[string]string{"woocommerce": wooTopic, "woocommerceOrder": "X-WC-Webhook-Topic: order.created"}[name]
					with = append(with, topic, strings.Replace(signShopify("hush", body), "X-Shopify-Hmac-Sha256", "X-WC-Webhook-Signature", 1))
				}
				taken(name, to, body, with...)
			}
		}
	})
	if sent < 25 {
		t.Errorf("%d requests only", sent)
	}
	if one, other := c.bought("115310627314723954"), c.bought("26"); !strings.HasPrefix(one, "08:58:11 salt-moon web") || !strings.HasPrefix(other, "08:58:12 night-bus web") {
		t.Errorf("bought: %s and %s", one, other)
	}
	if moon, bus := c.stock("salt-moon", "ghent"), c.stock("night-bus", ""); moon+bus != "12some" {
		t.Errorf("%s of one in Ghent, %s of the other", moon, bus)
	}
}

// TestErrorsAreAsDocumented sends each operation no token, nonsense and too much.
func TestErrorsAreAsDocumented(t *testing.T) {
	c := newCounterOf(t, apiSite())
	c.secrets["OPENTIME_WEBHOOK_MAIN"] = "hush"
	c.restart()
	a := newAPI(t, c)
	a.eachOperation(func(path, method string) {
		if strings.HasPrefix(path, "/demo") {
			return
		}
		filled, _ := a.request(path, method)
		token := a.token(path, method)
		if status := a.answers(path, method, filled, ""); (status == 401) != (token != "" || strings.Contains(path, "webhook")) {
			t.Errorf("%s %s without a token: %d", method, path, status)
		}
		if a.keys("paths", path, method, "requestBody", "content") == nil {
			return
		}
		for _, media := range a.keys("paths", path, method, "requestBody", "content") {
			for _, body := range []string{"{", "[5]", "5", `{"hold": "x", "force": 5}`, "null"} {
				a.answers(path, method, filled, body, token, "Content-Type: "+media, signShopify("hush", body))
			}
		}
		if status, media, answer := c.tooMuch(strings.ToUpper(method), filled, token); a.documented(path, method, status, media, answer) != 413 {
			t.Errorf("%s %s of over 1 MiB: %d", method, path, status)
		}
		a.answers(path, method, strings.Replace(filled, "films", "nothing", 1), "", token)
		a.answers(path, method, strings.Replace(filled, "main", "nothing", 1), "", token)
	})
	a.answers("/v1/explain/{campaign}/{block}", "get", "/v1/explain/spring/nothing", "", "Authorization: Bearer read")
	a.answers("/v1/feeds/{feed}/versions", "get", "/v1/feeds/nothing/versions", "", "Authorization: Bearer read")
	// A scope without a token is for this machine, by its own name.
	delete(c.secrets, "OPENTIME_TOKEN_INGEST")
	c.restart()
	if status := a.answers("/v1/stock", "put", "/v1/stock", "[]", "Origin: https://evil.example"); status != 403 {
		t.Errorf("a page's request: %d", status)
	}
	_ = c.app.store.Close() // nothing can be kept any more
	for _, path := range []string{"/v1/stock", "/v1/changes"} {
		method := map[string]string{"/v1/stock": "put", "/v1/changes": "post"}[path]
		body := map[string]string{"/v1/stock": `[{"item": "salt-moon", "count": 1}]`, "/v1/changes": "[" + ce("1", "opentime.stock.put", "", `{"item":"salt-moon","count":1}`) + "]"}[path]
		for _, key := range []string{"", "Idempotency-Key: k"} {
			if status := a.answers(path, method, path, body, manyEvents, key); status != 507 {
				t.Errorf("%s without a store, with %q: %d", path, key, status)
			}
		}
	}
}

// TestTheDemoIsAsDocumented asks the demo for its own routes.
func TestTheDemoIsAsDocumented(t *testing.T) {
	d := startDemo(t)
	c := &counter{t: t, app: d.app}
	a := newAPI(t, c)
	a.eachOperation(func(path, method string) {
		if !strings.HasPrefix(path, "/demo") {
			return
		}
		filled, _ := a.request(path, method)
		if status := a.answers(path, method, filled, "", a.token(path, method)); status != 200 {
			t.Errorf("%s: %d", path, status)
		}
		a.answers(path, method, filled, "")
	})
	a.answers("/demo/c/{rest}", "get", "/demo/c/nothing/nothing", "", "Authorization: Bearer read")
	a.answers("/demo/turned/{turned}/{rest}", "get", "/demo/turned/YXQ9eA/i/weekly-films/hero.jpg", "", "Authorization: Bearer read")
}
