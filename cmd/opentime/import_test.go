package main

import (
	"fmt"
	"strings"
	"testing"

	"example.com/opentime/people"
)

func TestImportHandsOverRowsInBatches(t *testing.T) {
	var text strings.Builder
	text.WriteString("\uFEFFr;consent;tier;empty\n")
	for n := range 1200 {
		fmt.Fprintf(&text, "r-%d;full;gold;\n", n)
	}
	var sizes []int
	sum, err := importRows(strings.NewReader(text.String()), func(rows []people.Row) (people.Applied, error) {
		sizes = append(sizes, len(rows))
		for _, row := range rows {
			if !strings.HasPrefix(row.R, "r-") || row.Consent != "full" || len(row.Attributes) != 1 || row.Attributes["tier"] != "gold" {
				t.Fatalf("row %+v", row)
			}
		}
		return people.Applied{Applied: len(rows) - 1, Refused: []people.RowNote{{Row: 2, Why: "x"}}}, nil
	})
	if err != nil || sum.Applied != 1197 || fmt.Sprint(sizes) != "[500 500 200]" {
		t.Errorf("got %d applied in %v, %v", sum.Applied, sizes, err)
	}
	if len(sum.Refused) != 3 || sum.Refused[0].Row != 3 || sum.Refused[1].Row != 503 || sum.Refused[2].Row != 1003 {
		t.Errorf("refused rows are not named by their lines: %v", sum.Refused)
	}
}

func TestImportNeedsTheColumnR(t *testing.T) {
	_, err := importRows(strings.NewReader("id,tier\n1,gold\n"), nil)
	if err == nil || err.Error() != `no column "r"` {
		t.Errorf("got %v", err)
	}
}
