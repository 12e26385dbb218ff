package main

import (
	"bufio"
	"bytes"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// talk is a connection on which requests are written by hand.
type talk struct {
	t      *testing.T
	conn   net.Conn
	reader *bufio.Reader
}

func (d *demo) talk() *talk {
	d.t.Helper()
	conn, err := d.dial()
	if err != nil {
		d.t.Fatal(err)
	}
	d.t.Cleanup(func() { _ = conn.Close() })
	return &talk{t: d.t, conn: conn, reader: bufio.NewReader(conn)}
}

// say writes each text in a segment of its own.
func (k *talk) say(texts ...string) {
	k.t.Helper()
	for i, text := range texts {
		if i > 0 {
			time.Sleep(20 * time.Millisecond) // so that it is read alone
		}
		if _, err := io.WriteString(k.conn, text); err != nil {
			k.t.Fatal(err)
		}
	}
}

// hear reads an answer: its head but for the date, and its body.
func (k *talk) hear() (head string, body []byte) {
	k.t.Helper()
	_ = k.conn.SetReadDeadline(time.Now().Add(10 * time.Second))
	for !strings.HasSuffix(head, "\r\n\r\n") {
		line, err := k.reader.ReadString('\n')
		if err != nil {
			k.t.Fatalf("%v after %q", err, head)
		}
		head += line
	}
	answer, err := http.ReadResponse(bufio.NewReader(strings.NewReader(head)), nil)
	if err != nil {
		k.t.Fatal(err)
	}
	if body = make([]byte, max(0, answer.ContentLength)); len(body) > 0 {
		if _, err := io.ReadFull(k.reader, body); err != nil {
			k.t.Fatal(err)
		}
	}
	date := answer.Header.Get("Date")
	if at, err := http.ParseTime(date); answer.StatusCode != http.StatusContinue && (err != nil || time.Since(at) > time.Minute) {
		k.t.Errorf("the date of an answer is %q", date)
	}
	return strings.Replace(head, date, "", 1), body
}

// end reports whether nothing more is said.
func (k *talk) end() bool {
	_ = k.conn.SetReadDeadline(time.Now().Add(50 * time.Millisecond))
	_, err := k.reader.ReadByte()
	return err != nil
}

// requestOf is a request for an image of a recipient's mail.
func (d *demo) requestOf(image string, i int) string {
	return "GET /i/weekly-films/" + image + "?r=" + d.r(i) + " HTTP/1.1\r\nHost: x\r\nUser-Agent: " + outlook + "\r\nAccept: image/*\r\n\r\n"
}

// TestJoinedOpensAreAnsweredAsOthers asks for the images of a mail over one
// connection, and for each over one of its own, whose first request fasthttp answers.
// The first time pictures are drawn, which a busy machine may do too late.
func TestJoinedOpensAreAnsweredAsOthers(t *testing.T) {
	d := startDemo(t)
	images := []string{"hero.jpg", "greeting.jpg", "poster.jpg", "weekend.jpg", "picks/1.jpg", "picks/2.jpg", "premiere.jpg", "cinema.jpg", "points.png", "points.jpg", "hero.jpg", "picks/9.jpg"}
	const people = 3
	for n := range 2 * people {
		i, drawn := n%people, n >= people
		mail := d.talk()
		for _, image := range images {
			mail.say(d.requestOf(image, i))
			head, body := mail.hear()
			alone := d.talk()
			alone.say(d.requestOf(image, i))
			wantHead, want := alone.hear()
			if drawn && (head != wantHead || !bytes.Equal(body, want)) {
				t.Errorf("%s: %d bytes, %d are to be; %s\nis to be\n%s", image, len(body), len(want), head, wantHead)
			}
		}
	}
}

// long makes a request n bytes long.
func long(request string, n int) string {
	return strings.Replace(request, "Accept: ", "Accept: "+strings.Repeat(" ", n-len(request)), 1)
}

// TestNothingIsAnsweredWithinARequest hides opens of a head that is known in bodies,
// in headers and behind other requests.
func TestNothingIsAnsweredWithinARequest(t *testing.T) {
	d := startDemo(t)
	first, known := d.requestOf("hero.jpg", 0), d.requestOf("greeting.jpg", 0)
	length := "Content-Length: " + strconv.Itoa(len(known)) + "\r\n\r\n"
	for name, c := range map[string]struct {
		segments []string
		statuses string
	}{
		"the next request":          {[]string{known}, "200"},
		"a body":                    {[]string{"POST /x HTTP/1.1\r\nHost: x\r\n" + length, known}, "404"},
		"a body, twice":             {[]string{"POST /x HTTP/1.1\r\nHost: x\r\n" + length, known, "POST /x HTTP/1.1\r\nHost: x\r\n" + length, known}, "404 404"},
		"a body that is waited for": {[]string{"POST /x HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\n" + length, known}, "100 404"},
		"a body of a GET":           {[]string{"GET /x HTTP/1.1\r\nHost: x\r\n" + length, known}, "404"},
		"a body in chunks":          {[]string{"POST /x HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n", strconv.FormatInt(int64(len(known)), 16) + "\r\n", known, "\r\n0\r\n\r\n"}, "404"},
		"a header":                  {[]string{"GET /x HTTP/1.1\r\nX: ", known}, "404"},
		"a header that is refused":  {[]string{"GET /x HTTP/1.1\r\nHost: x\r\nX: \r\n ", known}, "200"},
		"a request in parts":        {[]string{known[:30], known[30:], first}, "200 200"},
		"two at once":               {[]string{known + first, known}, "200 200 200"},
		"one and a half":            {[]string{known + first[:9], first[9:], known}, "200 200 200"},
		"behind one that closes":    {[]string{"GET /x HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", known}, "404"},
		"with a token":              {[]string{strings.Replace(known, "\r\n\r\n", "\r\nAuthorization: Bearer read\r\n\r\n", 1), known}, "200 200"},
		"a header of the second after a body": {[]string{
			"GET /x HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n", "hello" + "GET /x HTTP/1.1\r\nHost: x\r\n\r\n" + "GET /x HTTP/1.1\r\nX: ", known,
		}, "404 404 404"},
		"a body behind a head that ends in bare line feeds": {[]string{"GET /x HTTP/1.1\r\nHost: x\n\nPOST /x HTTP/1.1\r\nHost: x\r\n" + length, known}, "404 404"},
		"a space before the query":                          {[]string{strings.Replace(known, "?", " ?", 1), known}, "200"},
		"a host that is none":                               {[]string{strings.Replace(known, "Host: x", "Host: [", 1), known}, "200"},
		"a head as long as is kept and longer":              {[]string{long(known, 2<<10), long(known, 2<<10+1), known}, "200 200 200"},
		"another method":                                    {[]string{strings.Replace(known, "GET", "OPTIONS", 1), known}, "204 200"},
		"an older version":                                  {[]string{strings.Replace(known, "HTTP/1.1", "HTTP/1.0", 1)}, "200"},
		"a click between":                                   {[]string{strings.Replace(known, "/i/weekly-films/greeting.jpg", "/c/weekly-films/greeting", 1), known}, "302 200"},
		"an unknown campaign":                               {[]string{strings.Replace(known, "weekly", "other", 1), known}, "200 200"},
		"a mail of the same, elsewhere":                     {[]string{strings.Replace(known, "weekly-films/greeting", "birthday/hero", 1), known}, "200 200"},
	} {
		t.Run(name, func(t *testing.T) {
			k := d.talk()
			k.t = t
			k.say(first)
			k.hear()
			k.say(c.segments...)
			var got []string
			for range strings.FieldsSeq(c.statuses) {
				head, _ := k.hear()
				got = append(got, strings.Fields(head)[1])
			}
			if strings.Join(got, " ") != c.statuses || !k.end() {
				t.Errorf("answered %v, and then more or not; %s are to be", got, c.statuses)
			}
		})
	}
}

// TestDrainingCutsNoAnswer ends the server while it answers over connections that stay:
// each request is answered, until an answer says that it is the last.
func TestDrainingCutsNoAnswer(t *testing.T) {
	d := startDemo(t)
	images := []string{"hero.jpg", "greeting.jpg", "poster.jpg", "weekend.jpg", "picks/1.jpg", "cinema.jpg"}
	var asks sync.WaitGroup
	var whole atomic.Int64
	for i := range 8 {
		k := d.talk()
		_ = k.conn.SetDeadline(time.Now().Add(time.Minute))
		asks.Go(func() {
			for n := 0; ; n++ {
				_, err := io.WriteString(k.conn, d.requestOf(images[n%len(images)], i))
				if err != nil {
					t.Error("a connection ends without a word:", err)
					return
				}
				answer, err := http.ReadResponse(k.reader, nil)
				if err != nil {
					t.Error("a request is not answered:", err)
					return
				}
				if body, err := io.ReadAll(answer.Body); err != nil || answer.StatusCode != http.StatusOK || int64(len(body)) != answer.ContentLength {
					t.Errorf("an image came broken: %s, %d bytes, %v", answer.Status, len(body), err)
					return
				}
				whole.Add(1)
				if answer.Close {
					return
				}
			}
		})
	}
	for whole.Load() < 400 {
		time.Sleep(time.Millisecond)
	}
	if err := d.app.stop(); err != nil {
		t.Error(err)
	}
	asks.Wait()
}

// TestTheForgottenAreNotJoined forgets a recipient whose mail is being opened: the next
// image is as it is for somebody who is not known.
func TestTheForgottenAreNotJoined(t *testing.T) {
	d := startDemo(t)
	k, request := d.talk(), d.requestOf("greeting.jpg", 0)
	alone := func() []byte {
		other := d.talk()
		other.say(request)
		_, body := other.hear()
		return body
	}
	_, before := alone(), alone() // the first time it is drawn
	k.say(d.requestOf("hero.jpg", 0))
	k.hear()
	answer, err := d.client.Post("http://"+d.app.admin+"/v1/forget", "application/json", strings.NewReader(`["`+d.people[0]+`"]`))
	if err != nil || answer.StatusCode != http.StatusOK {
		t.Fatal(answer, err)
	}
	_ = answer.Body.Close()
	_, want := alone(), alone()
	k.say(request)
	if _, body := k.hear(); !bytes.Equal(body, want) || bytes.Equal(body, before) {
		t.Errorf("%d bytes after the recipient was forgotten, %d before; %d are to be", len(body), len(before), len(want))
	}
}
