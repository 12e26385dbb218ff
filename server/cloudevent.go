package server

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"mime"
	"net/url"
	"strings"
	"unicode/utf8"
)

// cloudEvent is an event as CloudEvents 1.0 has it. Attributes that are not named
// here are passed over.
type cloudEvent struct {
	ID          string          `json:"id"`
	Source      string          `json:"source"`
	SpecVersion string          `json:"specversion"`
	Type        string          `json:"type"`
	Time        string          `json:"time"`
	ContentType string          `json:"datacontenttype"`
	Data        json.RawMessage `json:"data"`
	Base64      string          `json:"data_base64"`
	wrong       error           // it could not be read
}

// Content types of CloudEvents.
const (
	structuredType = "application/cloudevents+json"
	batchType      = "application/cloudevents-batch+json"
)

// errNoEvents says that a request has no events in any of their forms.
var errNoEvents = errors.New("no CloudEvents; send Content-Type " + structuredType + " or " + batchType + ", or the headers ce-id, ce-source, ce-specversion and ce-type with data in JSON")

// readEvents reads the events of a request: one in the structured or the binary
// form, or a batch. Of a batch each event may be wrong by itself.
func readEvents(contentType string, header func(name string) string, body []byte) (events []cloudEvent, batch bool, err error) {
	media, _, _ := mime.ParseMediaType(contentType)
	switch {
	case media == batchType:
		var list []json.RawMessage
		if err := json.Unmarshal(body, &list); err != nil {
			return nil, true, fmt.Errorf("the body is no batch of CloudEvents: %s", ofJSON(err, "a list"))
		}
		for _, text := range list {
			events = append(events, readEvent(text))
		}
		return events, true, nil
	case media == structuredType:
		return []cloudEvent{readEvent(body)}, false, nil
	case header("ce-specversion") != "":
		return []cloudEvent{binaryEvent(contentType, header, body)}, false, nil
	}
	return nil, false, errNoEvents
}

func readEvent(text []byte) cloudEvent {
	var e cloudEvent
	if err := json.Unmarshal(text, &e); err != nil {
		return cloudEvent{wrong: fmt.Errorf("no CloudEvent: %s", ofJSON(err, "an object"))}
	}
	if e.Base64 != "" {
		data, err := base64.StdEncoding.DecodeString(e.Base64)
		if err != nil {
			return cloudEvent{wrong: errors.New("data_base64 is no base64")}
		}
		e.Data = data
	}
	e.wrong = e.check()
	return e
}

// binaryEvent reads an event whose attributes are headers, in which spaces, quotes
// and what is not ASCII is percent-encoded.
func binaryEvent(contentType string, header func(name string) string, body []byte) cloudEvent {
	value := func(name string) string {
		text := header("ce-" + name)
		if decoded, err := url.PathUnescape(text); err == nil {
			return decoded
		}
		return text
	}
	e := cloudEvent{
		ID: value("id"), Source: value("source"), SpecVersion: value("specversion"), Type: value("type"), Time: value("time"),
		ContentType: contentType, Data: body,
	}
	e.wrong = e.check()
	return e
}

// check says what is wrong with an event, but for its data.
func (e *cloudEvent) check() error {
	if e.SpecVersion != "1.0" {
		return fmt.Errorf("specversion %.20q is not ours; send 1.0", e.SpecVersion)
	}
	for _, attribute := range [...]struct{ name, value string }{{"id", e.ID}, {"source", e.Source}, {"type", e.Type}} {
		if attribute.value == "" {
			return fmt.Errorf("no %s; every CloudEvent has one", attribute.name)
		}
		if !utf8.ValidString(attribute.value) {
			return fmt.Errorf("%s is no UTF-8", attribute.name)
		}
	}
	media, _, err := mime.ParseMediaType(e.ContentType)
	if e.ContentType != "" && (err != nil || media != "application/json" && !strings.HasSuffix(media, "+json")) {
		return fmt.Errorf("data is %.60q; send application/json", e.ContentType)
	}
	return nil
}
