package strict

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"
)

// Limits of a file.
const (
	maxFile  = 256 << 10
	maxDepth = 32
)

// Parse reads one YAML document. The Node is nil where the file could not be
// read at all; of a syntax error the first is reported, of everything else
// all. Of a value reported here a Reader says nothing more.
func Parse(file string, data []byte) (*Node, []Problem) {
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	p := &parser{file: file, lines: bytes.Split(data, []byte("\n"))}
	if len(data) > maxFile {
		p.problem(1, 1, "file is larger than 256 KiB; split it into several campaigns")
		return nil, p.problems
	}
	if at := invalidAt(data); at >= 0 {
		line := 1 + bytes.Count(data[:at], []byte("\n"))
		p.problem(line, 1+utf8.RuneCount(data[bytes.LastIndexByte(data[:at], '\n')+1:at]), "not UTF-8; save the file as UTF-8")
		return nil, p.problems
	}
	root := p.document(data)
	if root == nil {
		return nil, p.problems
	}
	return p.node(root, 0), Sort(p.problems)
}

// invalidAt returns where data stops being UTF-8, or -1.
func invalidAt(data []byte) int {
	for i := 0; i < len(data); {
		r, n := utf8.DecodeRune(data[i:])
		if r == utf8.RuneError && n == 1 {
			return i
		}
		i += n
	}
	return -1
}

type parser struct {
	file     string
	lines    [][]byte
	problems []Problem
	deep     bool // it was said that the file is nested too deeply
}

func (p *parser) problem(line, col int, text string) {
	p.problems = append(p.problems, Problem{File: p.file, Line: max(line, 1), Col: max(col, 1), Text: text})
}

// document returns the content of the only document.
func (p *parser) document(data []byte) *yaml.Node {
	decoder := yaml.NewDecoder(bytes.NewReader(data))
	var doc, second yaml.Node
	if err := decoder.Decode(&doc); err != nil {
		p.syntax(err)
		return nil
	}
	if len(doc.Content) == 0 {
		p.problem(1, 1, "file is empty; begin with its first key")
		return nil
	}
	switch err := decoder.Decode(&second); {
	case err == nil:
		p.problem(second.Line, second.Column, "a second document; keep one per file")
		return nil
	case !errors.Is(err, io.EOF):
		p.syntax(err)
		return nil
	}
	return doc.Content[0]
}

// syntax reports a file that is no YAML, with the remedy the line suggests.
func (p *parser) syntax(err error) {
	var load *yaml.LoadError
	if !errors.As(err, &load) {
		p.problem(1, 1, "file is empty; begin with its first key")
		return
	}
	line, col := load.Mark.Line, load.Mark.Column
	lines := make([]string, max(1, min(line, len(p.lines))))
	for i := range lines {
		lines[i] = string(p.lines[i])
	}
	if f := explainSyntax(lines, load.Message); f != nil {
		p.problem(f.line, 1+utf8.RuneCountInString(lines[f.line-1][:f.at]), f.what)
		return
	}
	p.problem(line, col, "cannot be read: "+load.Message+"; check quotes, brackets and indentation")
}

// node turns a yaml node into ours and reports what is not wanted.
func (p *parser) node(y *yaml.Node, depth int) *Node {
	n := &Node{File: p.file, Line: max(y.Line, 1), Col: max(y.Column, 1)}
	if depth > maxDepth {
		if !p.deep {
			p.problem(y.Line, y.Column, "nested too deeply; 32 levels at most")
		}
		n.bad, p.deep = true, true
		return n
	}
	n.bad = p.unwanted(y)
	switch y.Kind {
	case yaml.MappingNode:
		n.Kind = Map
		p.entries(n, y, depth)
	case yaml.SequenceNode:
		n.Kind = List
		for _, item := range y.Content {
			n.Items = append(n.Items, p.value(item, depth))
		}
	default:
		if y.Style == 0 && strings.HasSuffix(y.Value, `"`) && strings.Count(y.Value, `"`) == 1 {
			p.problem(y.Line, y.Column, "a \" ends this text and none begins it; write both, or put the text in ' ' if it is part of it")
		}
		n.Text = y.Value
		n.Quoted = y.Style&(yaml.DoubleQuotedStyle|yaml.SingleQuotedStyle|yaml.LiteralStyle|yaml.FoldedStyle) != 0
	}
	return n
}

// entries reads a map's keys, each once.
func (p *parser) entries(n *Node, y *yaml.Node, depth int) {
	seen := map[string]int{}
	for i := 0; i+1 < len(y.Content); i += 2 {
		key, value := y.Content[i], y.Content[i+1]
		if key.Kind != yaml.ScalarNode {
			p.problem(key.Line, key.Column, "a key must be a plain text; put placeholders in quotes")
			continue
		}
		if key.Tag == "!!merge" {
			p.problem(key.Line, key.Column, "merge keys are not read; write the keys out")
			continue
		}
		if line, twice := seen[key.Value]; twice {
			p.problem(key.Line, key.Column, "duplicate key "+quote(key.Value)+", first on line "+itoa(line)+"; keep one")
			continue
		}
		seen[key.Value] = key.Line
		if y.Style&yaml.FlowStyle != 0 && value.Tag == "!!null" && value.Value == "" && value.Anchor == "" {
			p.problem(key.Line, key.Column, p.flowKey(key, len(y.Content) == 2))
			n.bad = true
			continue
		}
		n.Entries = append(n.Entries, Entry{Key: p.node(key, depth+1), Value: p.value(value, depth)})
	}
}

// flowKey says what is wrong with a key inside { } without a value.
func (p *parser) flowKey(key *yaml.Node, only bool) string {
	if key.Line <= len(p.lines) {
		line := []rune(string(p.lines[key.Line-1]))
		if at := key.Column - 1 + len([]rune(key.Value)); at >= 0 && at < len(line) && line[at] == ':' {
			return "key " + quote(key.Value) + " has no value; write one, or remove the key"
		}
	}
	return flowKey(key.Value, only)
}

// value reads the value of a key or an item of a list: never nothing.
func (p *parser) value(y *yaml.Node, depth int) *Node {
	if y.Kind == yaml.ScalarNode && y.Tag == "!!null" && y.Anchor == "" {
		text := "empty value; write one, or remove the key"
		if y.Value != "" && y.Value != "~" {
			text = y.Value + " is no value; remove the key, write \"\" to drop what it inherits, or put the text in quotes"
		} else if y.Line >= 1 && y.Line <= len(p.lines) {
			if rest := after(p.lines[y.Line-1], y.Column-1); bytes.HasPrefix(rest, []byte("#")) {
				text = "empty value, since # begins a comment; put it in quotes: " + quote(string(bytes.TrimSpace(rest)))
				if bytes.HasPrefix(rest, []byte("# ")) {
					text += ", or write a value before it"
				}
			}
		}
		p.problem(y.Line, y.Column, text)
		return &Node{File: p.file, Line: max(y.Line, 1), Col: max(y.Column, 1), bad: true}
	}
	return p.node(y, depth+1)
}

// after returns what follows column col of a line, spaces left out.
func after(line []byte, col int) []byte {
	return bytes.TrimLeft(line[min(max(col, 0), len(line)):], " ")
}

// unwanted reports what YAML has and the language has not.
func (p *parser) unwanted(y *yaml.Node) bool {
	if y.Anchor != "" || y.Kind == yaml.AliasNode {
		p.problem(y.Line, y.Column, "anchors and aliases are not read; write the value out, or put it in quotes")
	}
	if y.Style&yaml.TaggedStyle != 0 {
		p.problem(y.Line, y.Column, "tags are not read; put a value that begins with ! in quotes")
		return true
	}
	if header := p.blockHeader(y); header != "" && (y.Value == "" || strings.ContainsAny(header, "123456789")) {
		p.problem(y.Line, y.Column, beginsWrong(header))
		return true
	}
	return y.Anchor != "" || y.Kind == yaml.AliasNode
}

// blockHeader returns what begins a block text (> or |, and what follows on its
// line), or "". One that names its indentation, or holds nothing, was meant as
// an operator: >5.
func (p *parser) blockHeader(y *yaml.Node) string {
	if y.Style&(yaml.LiteralStyle|yaml.FoldedStyle) == 0 || y.Line < 1 || y.Line > len(p.lines) {
		return ""
	}
	header, _, _ := strings.Cut(string(after(p.lines[y.Line-1], y.Column-1)), "#")
	return strings.TrimSpace(header)
}
