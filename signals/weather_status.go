package signals

import "time"

// WeatherStatus is how a Weather does.
type WeatherStatus struct {
	Source string `json:"source"`
	Cells  int    `json:"cells"` // that somebody wants
	Known  int    `json:"known"` // of them, the weather now
	Stale  int    `json:"stale"` // of them, the source has not answered for long
	// Answered is when the source did so last, of any cell.
	Answered time.Time `json:"answered,omitzero"`
	Asked    uint64    `json:"asked"`    // requests since the start
	Failures uint64    `json:"failures"` // of them
	// Paused is until when nothing is asked, since the source said so.
	Paused time.Time `json:"paused,omitzero"`
}

// Status says how the weather does.
func (w *Weather) Status() WeatherStatus {
	now := w.config.Now()
	s := WeatherStatus{Source: w.config.Source.String(), Asked: w.asked.Load(), Failures: w.failures.Load()}
	if w.config.Recorded {
		s.Source = "recorded"
	}
	w.mu.RLock()
	defer w.mu.RUnlock()
	s.Cells = len(w.cells)
	for _, state := range w.cells {
		if len(state.forecast) > 0 && (w.config.Recorded || now.Sub(state.answered) <= w.config.Age) {
			s.Known++
		}
		if !w.config.Recorded && state.stale(now) {
			s.Stale++
		}
		s.Answered = maxTime(s.Answered, state.answered)
	}
	if w.pause.After(now) {
		s.Paused = w.pause
	}
	return s
}
