package main

import (
	"encoding/json"
	"math"
	"regexp"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"
	"pgregory.net/rapid"
)

// editor turns YAML into what it validates as one kind of editors do.
type editor struct {
	name   string
	scalar func(text string) any // of one without quotes
}

// editors are the ways to read a scalar: YAML 1.2's core schema (VS Code), YAML
// 1.1's, and as if everything stood in quotes, which never change a meaning.
var editors = []editor{
	{"YAML 1.2", core12},
	{"YAML 1.1", core11},
	{"quotes everywhere", func(text string) any { return text }},
}

// read returns the file's value.
func (e editor) read(t rapid.TB, data []byte) any {
	t.Helper()
	var doc yaml.Node
	if err := yaml.Unmarshal(data, &doc); err != nil {
		t.Fatalf("%v\n%s", err, data)
	}
	if len(doc.Content) == 0 {
		return nil // an empty file
	}
	return e.value(doc.Content[0])
}

func (e editor) value(n *yaml.Node) any {
	switch n.Kind {
	case yaml.MappingNode:
		m := map[string]any{}
		for i := 0; i+1 < len(n.Content); i += 2 {
			m[n.Content[i].Value] = e.value(n.Content[i+1])
		}
		return m
	case yaml.SequenceNode:
		list := []any{}
		for _, item := range n.Content {
			list = append(list, e.value(item))
		}
		return list
	}
	if n.Style&(yaml.DoubleQuotedStyle|yaml.SingleQuotedStyle|yaml.LiteralStyle|yaml.FoldedStyle) != 0 {
		return n.Value
	}
	return e.scalar(n.Value)
}

// number makes a number as a validator reads it from JSON.
func number(f float64) any {
	if math.IsInf(f, 0) || math.IsNaN(f) {
		f = math.MaxFloat64 // JSON has no other
	}
	return json.Number(strconv.FormatFloat(f, 'g', -1, 64))
}

var (
	int12   = regexp.MustCompile(`^[-+]?[0-9]+$`)
	based12 = regexp.MustCompile(`^0(?:o[0-7]+|x[0-9a-fA-F]+)$`)
	float12 = regexp.MustCompile(`^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$`)
	odd     = regexp.MustCompile(`^(?:[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$`)
	sixties = regexp.MustCompile(`^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?$`)
	grouped = regexp.MustCompile(`^[-+]?[0-9][0-9_]*(?:\.[0-9_]*)?$`)
)

// core12 reads a scalar by YAML 1.2's core schema.
func core12(text string) any {
	switch text {
	case "", "~", "null", "Null", "NULL":
		return nil
	case "true", "True", "TRUE":
		return true
	case "false", "False", "FALSE":
		return false
	}
	switch {
	case based12.MatchString(text):
		n, err := strconv.ParseInt(text, 0, 64)
		if err == nil {
			return number(float64(n))
		}
	case int12.MatchString(text), float12.MatchString(text):
		f, err := strconv.ParseFloat(text, 64)
		if err == nil {
			return number(f)
		}
	case odd.MatchString(text):
		return number(math.Inf(1))
	}
	return text
}

// core11 reads a scalar by YAML 1.1's types. Dates stay texts: validators know
// no others.
func core11(text string) any {
	switch strings.ToLower(text) {
	case "y", "yes", "on":
		return true
	case "n", "no", "off":
		return false
	}
	digits := strings.ReplaceAll(text, "_", "")
	switch {
	case sixties.MatchString(text):
		sum := 0.0
		for part := range strings.SplitSeq(strings.TrimLeft(digits, "+-"), ":") {
			f, err := strconv.ParseFloat(part, 64)
			if err != nil {
				return text
			}
			sum = 60*sum + f
		}
		return number(sum)
	case grouped.MatchString(text):
		if n, err := strconv.ParseInt(digits, 8, 64); err == nil && strings.HasPrefix(digits, "0") {
			return number(float64(n))
		}
		return core12(digits)
	}
	return core12(text)
}
