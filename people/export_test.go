package people

// Guessable says which ids of rows that are put together are refused, and why.
func Guessable(ids []string) map[string]string {
	rows, read, refused := make([]Row, len(ids)), make([]*readRow, len(ids)), make([]error, len(ids))
	for i, id := range ids {
		read[i] = &readRow{id: id}
	}
	refuseGuessable(rows, read, refused)
	why := map[string]string{}
	for i, err := range refused {
		if err != nil {
			why[ids[i]] = err.Error()
		}
	}
	return why
}
