//go:build linux

package main

import (
	"bufio"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"os"
	"strconv"
	"time"

	"example.com/opentime/server"
)

// warmPeople is of how many recipients the profile is in the server's memory: each
// of them opens a mail before a way is measured that says so.
const warmPeople = 10_000

// Lengths of an id and its seal as text.
const (
	idLength   = 22
	sealLength = server.SealLength
)

// people are the recipients: their ids with their seals, as links have them.
type people struct {
	links []byte // idLength, a dot, sealLength, each
	n     int
}

const linkLength = idLength + 1 + sealLength

// link is a recipient's id and seal.
func (p *people) link(i int) []byte { return p.links[i*linkLength : (i+1)*linkLength] }

// makePeople makes recipients with random ids.
func makePeople(n int, keys *server.Keys) *people {
	p := &people{links: make([]byte, 0, n*linkLength), n: n}
	var random [16]byte
	for range n {
		_, _ = rand.Read(random[:]) // never fails
		id := base64.RawURLEncoding.EncodeToString(random[:])
		p.links = append(p.links, id...)
		p.links = append(p.links, '.')
		p.links = append(p.links, keys.Seal("shop", id)...)
	}
	return p
}

// writeProfiles writes what is imported of them.
func (p *people) writeProfiles(name string) error {
	file, err := os.Create(name)
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }()
	out := bufio.NewWriterSize(file, 1<<20)
	fmt.Fprintln(out, "r,locale,country,city,first_name,tier,points")
	cities := [...]string{"BE,Antwerpen", "BE,Gent", "NL,Utrecht", "FR,Lille", "BE,Namur"}
	for i := range p.n {
		_, _ = out.Write(p.link(i)[:idLength])
		tier := "silver"
		if i%3 == 0 {
			tier = "gold"
		}
		_, _ = out.WriteString("," + [...]string{"en", "nl", "fr"}[i%3] + "," + cities[i%len(cities)] + ",Name" + strconv.Itoa(i%5000) + "," + tier + "," + strconv.Itoa(i*37%21*50) + "\n")
	}
	return out.Flush()
}

// clients are the headers that mails are opened with: at home, on the way, and
// by Gmail's proxy, which hides the address.
var clients = [...]string{
	"User-Agent: Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/128.0.0.0 Safari/537.36\r\n" +
		"Accept: image/avif,image/webp,*/*\r\nAccept-Encoding: gzip, deflate, br\r\nAccept-Language: en-GB,en;q=0.9\r\n",
	"User-Agent: Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148\r\n" +
		"Accept: image/webp,image/png,image/svg+xml,image/*;q=0.8,video/*;q=0.8,*/*;q=0.5\r\nAccept-Encoding: gzip, deflate, br\r\nAccept-Language: nl-BE,nl;q=0.9\r\n",
	"User-Agent: Mozilla/4.0 (compatible; MSIE 7.0; Windows NT 10.0; WOW64; Trident/7.0; .NET4.0C; .NET4.0E; Microsoft Outlook 16.0.9126; ms-office; MSOffice 16)\r\n" +
		"Accept: */*\r\nAccept-Encoding: gzip, deflate\r\n",
	"User-Agent: Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)\r\n" +
		"Accept-Encoding: gzip, deflate, br\r\n",
}

// sentFirst is when the first mail was sent that is opened.
var sentFirst = time.Date(2026, 11, 26, 8, 0, 0, 0, time.UTC)

// request appends an open of a path in the pass-th mail that the i-th recipient gets; i
// below 0: by nobody, whose mail is the mail-th.
func (p *people) request(dst []byte, path string, i, mail, pass int) []byte {
	dst = append(dst, "GET "...)
	dst = append(dst, path...)
	from := i
	if i >= 0 {
		dst = append(dst, "?r="...)
		dst = append(dst, p.link(i)...)
		dst = sentFirst.Add(time.Duration(pass)*time.Minute).AppendFormat(append(dst, "&s="...), "20060102T1504Z")
	} else {
		from = mail
	}
	dst = append(dst, " HTTP/1.1\r\nHost: img.shop.example\r\nX-Forwarded-For: "...)
	part := network(from * 7919 % networks)
	for _, b := range part {
		dst = append(strconv.AppendUint(dst, uint64(b), 10), '.')
	}
	dst = append(strconv.AppendUint(dst, uint64(1+from%250), 10), "\r\n"...)
	dst = append(dst, clients[from%len(clients)]...)
	return append(dst, "\r\n"...)
}
