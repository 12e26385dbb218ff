package people_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"example.com/opentime/people"
)

func piece(from, to int64, rows string) *people.Piece {
	return &people.Piece{Name: "people.csv", From: from, To: to, Text: []byte("r,points\n" + rows), Mark: from * 100}
}

func TestAPieceIsAppliedOnceAndInOrder(t *testing.T) {
	d := newDesk(t)
	file := [32]byte{1}
	send := func(p *people.Piece, want string) {
		t.Helper()
		applied, err := d.Import(file, p)
		if got := fmt.Sprint(applied, err); got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
	const first = `{1 [] [{2 points: "x" is not a number; write plain digits, such as 1200 or 2.5}]} <nil>`
	send(piece(0, 2, "a,1\nb,x\n"), first)
	send(piece(0, 2, "a,1\nb,x\n"), first) // nobody got the answer
	send(piece(3, 4, "c,1\n"), "{0 [] []} 2 rows of the file are done, and this piece begins behind 3; is it imported twice at once?")
	send(piece(2, 5, "c,1\n"), "{0 [] []} 1 rows, where there should be 3")
	third := piece(2, 5, "a,2\nc,3\n")
	third.Refused = 1
	send(third, "{2 [] []} <nil>")
	d.open()
	all, err := d.Imports()
	const want = `[{[1 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0] people.csv 1795435200000 5 2 3 0 2 200 {2 [] []}}]`
	if got := fmt.Sprint(all); err != nil || got != want {
		t.Errorf("got  %s, %v\nwant %s", got, err, want)
	}
	if got := d.see("a") + d.see("b") + d.see("c"); got != "//// points=2000000nobody//// points=3000000" {
		t.Errorf("imported %s", got)
	}
	if err := d.EndImport(file); err != nil {
		t.Fatal(err)
	}
	if all, err := d.Imports(); err != nil || len(all) != 0 {
		t.Errorf("after its end: %v %v", all, err)
	}
}

func TestAPieceThatDoesNotFitIsNotTheStoresFault(t *testing.T) {
	d := newDesk(t)
	for text, want := range map[string]string{
		"r,pionts\na,1\n": `unknown column "pionts"; did you mean "points"?`,
		"\xff\xfer\x00":   "it is UTF-16",
	} {
		_, err := d.Import([32]byte{1}, &people.Piece{To: 1, Text: []byte(text)})
		var unfit interface{ Unfit() bool }
		if !errors.As(err, &unfit) || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %s", text, err, want)
		}
	}
	d.memory.broken = errors.New("disk away")
	_, err := d.Import([32]byte{1}, piece(0, 1, "a,1\n"))
	var unfit interface{ Unfit() bool }
	if err == nil || errors.As(err, &unfit) {
		t.Errorf("a broken store: %v", err)
	}
}

// TestAnImportIsSafeBeforeItEnds: pieces do not wait for the disk, which may fail
// before the import ends, and be well again then. The piece without rows tells.
func TestAnImportIsSafeBeforeItEnds(t *testing.T) {
	d := newDesk(t)
	file := [32]byte{1}
	send := func(p *people.Piece) error {
		_, err := d.Import(file, p)
		return err
	}
	if err := errors.Join(send(piece(0, 1, "a,1\n")), send(piece(1, 2, "b,2\n"))); err != nil {
		t.Fatal(err)
	}
	d.memory.lose()
	var unfit interface{ Unfit() bool }
	if err := send(&people.Piece{From: 2, To: 2}); !errors.As(err, &unfit) {
		t.Errorf("what is lost is said to be safe: %v", err)
	}
	if err := errors.Join(send(piece(0, 2, "a,1\nb,2\n")), send(&people.Piece{From: 2, To: 2}), send(&people.Piece{From: 2, To: 2})); err != nil {
		t.Fatal(err)
	}
	d.memory.lose()
	d.open()
	if got := d.see("a") + d.see("b"); got != "//// points=1000000//// points=2000000" {
		t.Errorf("what was safe is %s", got)
	}
	if err := send(piece(0, 2, "a,1\nb,2\n")); err != nil { // the last piece with rows, again
		t.Error(err)
	}
}

// TestAPieceIsNoLargerThanItsText: how many rows it has is only said, and no memory
// is made ready for what is not there.
func TestAPieceIsNoLargerThanItsText(t *testing.T) {
	d := newDesk(t)
	for _, p := range []*people.Piece{piece(0, 1<<62, "a,1\n"), {To: 1 << 62}, {To: 1}, {To: 1, Refused: 2, Text: []byte("r\na\n")}, {To: 1, Refused: -1 << 62, Text: []byte("r\na\n")}} {
		_, err := d.Import([32]byte{1}, p)
		var unfit interface{ Unfit() bool }
		if !errors.As(err, &unfit) {
			t.Errorf("%d rows, %d refused, of %q: %v", p.To, p.Refused, p.Text, err)
		}
	}
	if all, err := d.Imports(); err != nil || len(all) != 0 {
		t.Errorf("imports: %v %v", all, err)
	}
}

// TestRowsWithoutADateAreOfTheMomentTheImportBegan: what came by the API since is
// newer, whenever the import goes on.
func TestRowsWithoutADateAreOfTheMomentTheImportBegan(t *testing.T) {
	d := newDesk(t)
	if _, err := d.Import([32]byte{1}, piece(0, 1, "a,1\n")); err != nil {
		t.Fatal(err)
	}
	d.add(time.Hour)
	d.put(`[{"r":"b","attributes":{"points":7}}]`)
	d.add(time.Hour)
	d.open()
	applied, err := d.Import([32]byte{1}, piece(1, 4, "b,2\nc,1\nc,2\n"))
	if got := fmt.Sprint(applied, err); got != "{2 [{1 older}] []} <nil>" {
		t.Errorf("answered %s", got)
	}
	if got := d.see("b") + d.see("c"); got != "//// points=7000000//// points=2000000" {
		t.Errorf("kept %s", got)
	}
}

func TestTheForgottenArePassedOver(t *testing.T) {
	d := newDesk(t)
	d.memory.forgotten["a"] = true
	const want = `{"applied":1,"ignored":[{"row":1,"why":"forgotten; nothing is kept of who was"}],"refused":[]}`
	if got := d.put(`[{"r":"a","consent":"full","at":"2026-11-23","attributes":{"points":1}},{"r":"b"}]`); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if got := d.see("a"); !strings.HasPrefix(got, "////") || strings.Contains(got, "points") {
		t.Errorf("kept %s", got)
	}
}

// TestAnImportThatIsCutAnywhereIsWhole sends a file in pieces, some of them twice,
// and opens the profiles anew in between.
func TestAnImportThatIsCutAnywhereIsWhole(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		d := newDesk(t)
		total := rapid.IntRange(1, 40).Draw(rt, "rows")
		file := [32]byte{byte(total)}
		want := people.Applied{}
		for done := 0; done < total; {
			to := done + rapid.IntRange(1, total-done).Draw(rt, "piece")
			text := ""
			for i := done; i < to; i++ {
				text += []string{fmt.Sprintf("r%d,%d\n", i, i), fmt.Sprintf("r%d,x\n", i)}[i%5/4]
				want.Applied += 1 - i%5/4
			}
			for range rapid.IntRange(1, 3).Draw(rt, "times") {
				if _, err := d.Import(file, piece(int64(done), int64(to), text)); err != nil {
					rt.Fatal(err)
				}
				d.open()
			}
			done = to
		}
		all, err := d.Imports()
		i := slices.IndexFunc(all, func(p people.Progress) bool { return p.File == file })
		if err != nil || i < 0 || all[i].Rows != int64(total) || all[i].Applied != int64(want.Applied) || all[i].Applied+all[i].Refused != int64(total) {
			rt.Fatalf("%d rows, %d to be applied: %+v %v", total, want.Applied, all, err)
		}
		for i := range total {
			if got, want := d.see(fmt.Sprint("r", i)) == "nobody", i%5 == 4; got != want {
				rt.Fatalf("row %d is there: %v", i, !got)
			}
		}
	})
}
