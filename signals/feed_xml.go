package signals

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
)

// The namespaces of a Merchant feed. Feeds that do not declare Merchant's have
// its prefix instead.
const (
	googleSpace = "http://base.google.com/ns/1.0"
	atomSpace   = "http://www.w3.org/2005/Atom"
)

// xmlFeed reads RSS and Atom.
type xmlFeed struct {
	*feedReader
	decoder *xml.Decoder
	limit   *feedLimit
	row     feedRow
	text    strings.Builder
}

// readXML reads the rows of RSS or Atom, one at a time.
func (r *feedReader) readXML(in io.Reader, limit *feedLimit) error {
	f := &xmlFeed{feedReader: r, decoder: xml.NewDecoder(in), limit: limit}
	f.decoder.CharsetReader = func(charset string, _ io.Reader) (io.Reader, error) {
		return nil, fmt.Errorf("it is written in %s; write it as UTF-8", charset)
	}
	depth, closed := 0, false
	for {
		token, err := f.decoder.Token()
		if errors.Is(err, io.EOF) && closed {
			return nil
		}
		if errors.Is(err, io.EOF) {
			return errors.New("it has no XML in it")
		}
		if err != nil {
			return f.broken(err)
		}
		switch token := token.(type) {
		case xml.StartElement:
			depth++
			inside, err := f.element(token, depth)
			if err != nil {
				return f.broken(err)
			}
			if inside {
				depth--
			}
		case xml.EndElement:
			depth--
			closed = depth == 0
		}
	}
}

// broken says where the feed is not XML.
func (f *xmlFeed) broken(err error) error {
	line, _ := f.decoder.InputPos()
	if syntax, ok := errors.AsType[*xml.SyntaxError](err); ok {
		if strings.Contains(syntax.Msg, "unexpected EOF") {
			return fmt.Errorf("line %d: it is cut off", line)
		}
		return fmt.Errorf("line %d: %s", line, syntax.Msg)
	}
	return fmt.Errorf("line %d: %w", line, err)
}

// element reads an element outside of items, and reports whether it read it to
// its end.
func (f *xmlFeed) element(start xml.StartElement, depth int) (bool, error) {
	switch start.Name.Local {
	case "rss", "channel", "feed":
		return false, nil
	case "item", "entry":
		if depth > 3 {
			return false, nil
		}
		return true, f.item()
	case "lastBuildDate":
		return true, f.buildDate(start)
	case "updated":
		if start.Name.Space == atomSpace || start.Name.Space == "" {
			return true, f.buildDate(start)
		}
	}
	f.limit.next()
	return true, f.decoder.Skip()
}

// buildDate reads when the feed was built.
func (f *xmlFeed) buildDate(start xml.StartElement) error {
	line, _ := f.decoder.InputPos()
	text, err := f.content(start)
	if err == nil {
		f.built(strings.TrimSpace(text), line)
	}
	return err
}

// item reads an item to its end.
func (f *xmlFeed) item() error {
	f.limit.next()
	line, _ := f.decoder.InputPos()
	f.feedReader.rowBegins(&f.row, line)
	for {
		token, err := f.decoder.Token()
		if err != nil {
			return cutOff(err)
		}
		switch token := token.(type) {
		case xml.StartElement:
			if err := f.field(token); err != nil {
				return cutOff(err)
			}
		case xml.EndElement:
			f.feedReader.row(&f.row)
			f.limit.next()
			return f.tooMany()
		}
	}
}

// field reads an element of an item to its end.
func (f *xmlFeed) field(start xml.StartElement) error {
	name := strings.ToLower(start.Name.Local)
	if !f.keeps(name) {
		return f.decoder.Skip()
	}
	text, err := f.content(start)
	f.row.fields = append(f.row.fields, feedField{
		name: name, text: text, google: start.Name.Space == googleSpace || start.Name.Space == "g",
	})
	return err
}

// cutOff turns an end in the middle of something into an error of its own.
func cutOff(err error) error {
	if errors.Is(err, io.EOF) {
		return errCutOff
	}
	return err
}

// content returns the text of an element, without that of elements in it, or
// an Atom link's address.
func (f *xmlFeed) content(start xml.StartElement) (string, error) {
	f.text.Reset()
	address := ""
	if start.Name.Local == "link" {
		for _, a := range start.Attr {
			if a.Name.Local == "href" {
				address = a.Value
			}
		}
	}
	for depth := 1; depth > 0; {
		token, err := f.decoder.Token()
		if err != nil {
			return "", cutOff(err)
		}
		switch token := token.(type) {
		case xml.StartElement:
			depth++
		case xml.EndElement:
			depth--
		case xml.CharData:
			if depth == 1 {
				f.text.Write(token)
			}
		}
	}
	if text := f.text.String(); address == "" || strings.TrimSpace(text) != "" {
		return text, nil
	}
	return address, nil
}

// rowBegins makes a row ready for the next item.
func (r *feedReader) rowBegins(row *feedRow, line int) {
	row.line, row.fields, row.unread = line, row.fields[:0], row.unread[:0]
}
