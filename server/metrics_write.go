package server

import (
	"bytes"
	_ "embed" // METRICS.md
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	vm "github.com/VictoriaMetrics/metrics"

	"example.com/opentime/signals"
)

// metricsPage says what every metric is: a row each of a table. What is exposed
// is explained in its words.
//
//go:embed METRICS.md
var metricsPage string

// metricWords are what the page says of a metric.
type metricWords struct{ kind, help string }

// readMetricWords reads the rows of the page:
// | `name` | type | unit | labels | what it is | when it moves |.
func readMetricWords(page string) map[string]metricWords {
	const cells = 8 // the first and the last are empty
	words := map[string]metricWords{}
	for line := range strings.Lines(page) {
		cell := strings.Split(strings.TrimSpace(line), "|")
		if name := strings.TrimSpace(cell[min(1, len(cell)-1)]); len(cell) == cells && strings.HasPrefix(name, "`") {
			words[strings.Trim(name, "`")] = metricWords{strings.TrimSpace(cell[2]), strings.TrimSpace(cell[5])}
		}
	}
	return words
}

// writeMetricsTo writes all metrics, those of the process that the page has too.
func (s *Server) writeMetricsTo(w io.Writer) {
	var text bytes.Buffer
	s.metrics.set.WritePrometheus(&text)
	s.metrics.writeTimes(&text)
	s.writeOwn(&text)
	s.writeSources(&text)
	vm.WriteProcessMetrics(&text)
	vm.WriteFDMetrics(&text)
	explainMetrics(w, text.Bytes(), readMetricWords(metricsPage))
}

// explainMetrics writes the lines of each metric together, below what it is.
// Those of the process that have no words are left out.
func explainMetrics(w io.Writer, text []byte, words map[string]metricWords) {
	lines := map[string][]string{}
	for line := range strings.Lines(string(text)) {
		name := line[:strings.IndexAny(line, "{ ")]
		for _, part := range []string{"_bucket", "_sum", "_count"} {
			if whole, ok := strings.CutSuffix(name, part); ok && words[whole].kind != "" {
				name = whole
			}
		}
		lines[name] = append(lines[name], line)
	}
	for _, name := range slices.Sorted(maps.Keys(lines)) {
		about, ok := words[name]
		if !ok && !strings.HasPrefix(name, "opentime_") {
			continue
		}
		if ok {
			_, _ = fmt.Fprintf(w, "# HELP %s %s\n# TYPE %s %s\n", name, about.help, name, about.kind)
		}
		for _, line := range lines[name] {
			_, _ = io.WriteString(w, line)
		}
	}
}

// writeTimes writes how long things took.
func (m *metrics) writeTimes(w io.Writer) {
	const requests = "opentime_request_duration_seconds"
	for rung := range m.opens {
		m.opens[rung].write(w, requests, `route="image",rung="`+Rung(rung).String()+`"`)
	}
	m.clicks.write(w, requests, `route="click",rung=""`)
	m.draws.write(w, "opentime_draw_duration_seconds", "")
}

// gauge writes a value, of a counter too.
func gauge[N int | int64 | uint64](w io.Writer, name string, value N) {
	_, _ = fmt.Fprintf(w, "%s %d\n", name, value)
}

// flagged writes 1 where something is so, else 0.
func flagged(w io.Writer, name string, is bool) {
	value := 0
	if is {
		value = 1
	}
	gauge(w, name, value)
}

// moment writes a time in Unix seconds; 0 where there is none.
func moment(w io.Writer, name string, t time.Time) {
	seconds := int64(0)
	if !t.IsZero() {
		seconds = t.Unix()
	}
	gauge(w, name, seconds)
}

// writeOwn writes what the server is made of.
func (s *Server) writeOwn(w io.Writer) {
	gauge(w, `opentime_build_info{version="`+s.config.Build+`"}`, 1)
	site := s.site.Load()
	fallbackOnly := 0
	for _, c := range site.Campaigns {
		if c.FallbackOnly {
			fallbackOnly++
		}
	}
	gauge(w, "opentime_campaigns", len(site.Campaigns))
	gauge(w, "opentime_campaigns_fallback_only", fallbackOnly)
	gauge(w, "opentime_problems", len(s.notedProblems()))
	gauge(w, "opentime_mistakes", len(s.Advise()))
	gauge(w, "opentime_readings", s.readings.len())
	if p := s.public.Load(); p != nil {
		gauge(w, `opentime_connections{listener="public"}`, int(p.http.GetOpenConnectionsCount()))
	}
	gauge(w, `opentime_connections{listener="admin"}`, int(s.admin.GetOpenConnectionsCount()))

	s.images.writeLanes(w)
	for name, m := range map[string]*memory{"drawn": s.images.drawn, "strangers": s.images.strangers, "generic": s.generics} {
		label := `{cache="` + name + `"}`
		gauge(w, "opentime_cache_hits_total"+label, m.hits.Load())
		gauge(w, "opentime_cache_misses_total"+label, m.misses.Load())
		gauge(w, "opentime_cache_evictions_total"+label, m.evicted.Load())
		gauge(w, "opentime_cache_bytes"+label, m.bytes())
	}
	s.writeKept(w)
}

// writeLanes writes what waits to be drawn, and for whom.
func (i *images) writeLanes(w io.Writer) {
	i.mu.Lock()
	defer i.mu.Unlock()
	gauge(w, "opentime_draw_places", maxUnderWay*i.workers)
	gauge(w, "opentime_draw_places_taken", i.busy)
	for l, name := range laneNames {
		label := `{lane="` + name + `"}`
		gauge(w, "opentime_draw_waiting"+label, len(i.lineup.lanes[l].waiting))
		_, _ = fmt.Fprintf(w, "opentime_draw_backlog_seconds%s %g\n", label, i.lineup.lanes[l].backlog.Seconds())
		gauge(w, "opentime_drawn_total"+label, i.counts[l].drawn)
		gauge(w, "opentime_draw_refused_total"+label, i.counts[l].refused)
	}
}

// writeKept writes how what is kept does: store, journal and their disk.
func (s *Server) writeKept(w io.Writer) {
	flagged(w, "opentime_store_failed", s.config.Store.Failed())
	gauge(w, "opentime_store_alarms_total", s.config.Store.Alarms()+s.shown.alarms.Load())
	gauge(w, "opentime_shown_waiting", s.shown.waiting())
	gauge(w, "opentime_notes_waiting", s.notes.Waiting())
	gauge(w, "opentime_notes_dropped_total", s.notes.Dropped())
	if s.config.StoreStats != nil {
		stats := s.config.StoreStats()
		gauge(w, `opentime_store_writes_total{synced="yes"}`, stats.Synced)
		gauge(w, `opentime_store_writes_total{synced="no"}`, stats.Unsynced)
		gauge(w, "opentime_store_compactions_total", stats.Compactions)
		gauge(w, "opentime_store_compaction_debt_bytes", stats.Debt)
		gauge(w, "opentime_store_block_hits_total", stats.Hits)
		gauge(w, "opentime_store_block_misses_total", stats.Misses)
		gauge(w, "opentime_store_memory_bytes", stats.Memory)
	}
	journal := s.config.Journal.Stats()
	gauge(w, "opentime_journal_records_total", journal.Written)
	gauge(w, "opentime_journal_dropped_total", journal.Dropped)
	gauge(w, "opentime_journal_written_bytes_total", journal.Bytes)
	gauge(w, "opentime_journal_failures_total", journal.Failures)
	flagged(w, "opentime_journal_failing", journal.Failing)
	gauge(w, "opentime_journal_syncs_total", journal.Syncs)
	gauge(w, "opentime_journal_sync_failures_total", journal.Unsynced)
	gauge(w, "opentime_impressions_waiting", s.recorder.waits())
	gauge(w, "opentime_impressions_dropped_total", s.recorder.dropped.Load())
	if s.config.Disk != nil {
		disk := s.config.Disk()
		gauge(w, "opentime_disk_free_bytes", disk.Free)
		gauge(w, "opentime_disk_size_bytes", disk.Size)
		for _, folder := range slices.Sorted(maps.Keys(disk.Folders)) {
			gauge(w, `opentime_data_bytes{folder="`+folder+`"}`, disk.Folders[folder])
		}
	}
}

// writeSources writes how the sources of signals do.
func (s *Server) writeSources(w io.Writer) {
	sources := s.config.Gatherer.Sources()
	refused := 0
	for _, d := range sources.Data(s.config.Now()) {
		if !d.Date.IsZero() && !strings.Contains(d.Name, " ") { // feeds have metrics of their own
			moment(w, `opentime_data_date_seconds{data="`+d.Name+`"}`, d.Date)
		}
		if sources.Files[d.Name].Error != "" {
			refused++
		}
	}
	gauge(w, "opentime_data_files_refused", refused)
	for name, places := range sources.Places {
		gauge(w, `opentime_places{places="`+name+`"}`, len(places.All()))
	}
	if s.config.Model != nil {
		writeModel(w, s.config.Model())
	}
	if sources.Weather != nil {
		writeWeather(w, sources.Weather.Status())
	}
	for _, feed := range s.feedStatus() {
		writeFeed(w, &feed)
	}
}

func writeModel(w io.Writer, status ModelStatus) {
	gauge(w, "opentime_model_events", status.Events)
	gauge(w, "opentime_model_items", status.Items)
	moment(w, "opentime_model_learnt_seconds", status.Learnt)
	_, _ = fmt.Fprintf(w, "opentime_model_training_seconds %g\n", status.Took)
	flagged(w, "opentime_model_training", status.UnderWay)
	gauge(w, "opentime_model_failures_total", status.Failures)
	lift := 0.0
	for _, l := range status.Lifts {
		lift += l.Lift / float64(len(status.Lifts))
	}
	_, _ = fmt.Fprintf(w, "opentime_model_lift %g\n", lift)
}

func writeWeather(w io.Writer, status signals.WeatherStatus) {
	gauge(w, "opentime_weather_cells", status.Cells)
	gauge(w, "opentime_weather_cells_known", status.Known)
	gauge(w, "opentime_weather_cells_stale", status.Stale)
	gauge(w, "opentime_weather_requests_total", status.Asked)
	gauge(w, "opentime_weather_failures_total", status.Failures)
	moment(w, "opentime_weather_answered_seconds", status.Answered)
	flagged(w, "opentime_weather_paused", !status.Paused.IsZero())
}

func writeFeed(w io.Writer, status *signals.FeedStatus) {
	label := `{feed="` + status.Feed + `"}`
	moment(w, "opentime_feed_answered_seconds"+label, status.Answered)
	flagged(w, "opentime_feed_failing"+label, status.Error != "")
	flagged(w, "opentime_feed_stale"+label, status.Stale)
	flagged(w, "opentime_feed_held"+label, status.RolledBack || status.Hold)
	gauge(w, "opentime_feed_failures_total"+label, status.Failures)
	gauge(w, "opentime_feed_refused_rows"+label, status.Refused)
	var dated time.Time
	items := 0
	if v := status.InUse; v != nil {
		items, dated = v.Items, v.Dated
	}
	if rows := status.Profiles; rows != nil {
		items, dated = rows.Rows, rows.Dated
	}
	gauge(w, "opentime_feed_items"+label, items)
	moment(w, "opentime_feed_date_seconds"+label, dated)
	missing := 0
	if p := status.Pictures; p != nil {
		missing = p.Named - p.There
	}
	gauge(w, "opentime_feed_pictures_missing"+label, missing)
}

// feedStatus is how feeds do, those of items first.
func (s *Server) feedStatus() []signals.FeedStatus {
	var all []signals.FeedStatus
	if catalogue := s.config.Gatherer.Catalogue(); catalogue != nil {
		all = catalogue.FeedStatus()
	}
	if s.config.ProfileFeeds != nil {
		all = append(all, s.config.ProfileFeeds()...)
	}
	return all
}

// notedProblems are those of NoteProblems.
func (s *Server) notedProblems() []string {
	if problems := s.problems.Load(); problems != nil {
		return *problems
	}
	return nil
}
