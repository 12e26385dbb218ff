package main

import (
	"encoding/json"
	"fmt"
	"io"

	"example.com/opentime/strict"
)

// tell prints problems, sorted, for people. It returns errProblems where they
// fail.
func (e *env) tell(problems []strict.Problem, strictly bool) error {
	for _, p := range strict.Sort(problems) {
		_, _ = fmt.Fprintln(e.stderr, p)
	}
	return failing(problems, strictly)
}

// failing returns errProblems where one of the problems is wrong, or a warning
// while strictly.
func failing(problems []strict.Problem, strictly bool) error {
	for _, p := range problems {
		if p.Level == strict.Wrong || strictly && p.Level == strict.Warning {
			return errProblems
		}
	}
	return nil
}

// toldProblem is a problem as programs read it.
type toldProblem struct {
	File   string `json:"file"`
	Line   int    `json:"line"`
	Col    int    `json:"col"`
	Level  string `json:"level"`
	Text   string `json:"text"`
	Remedy string `json:"remedy"` // "": none is known
}

// tellPrograms is tell for programs: the problems as JSON, on stdout.
func (e *env) tellPrograms(problems []strict.Problem, strictly bool) error {
	told := []toldProblem{}
	for _, p := range strict.Sort(problems) {
		text, remedy := p.Parts()
		told = append(told, toldProblem{p.File, p.Line, p.Col, p.Level.String(), text, remedy})
	}
	if err := writeJSON(e.stdout, told); err != nil {
		return fmt.Errorf("print problems: %w", err)
	}
	return failing(problems, strictly)
}

// writeJSON writes a value for programs, and for people who look: links keep
// their &.
func writeJSON(w io.Writer, value any) error {
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(value)
}
