package server

import (
	"time"

	"github.com/valyala/fasthttp"

	"example.com/opentime/people/recommend"
)

// ModelStatus is how what lists of items are ranked with does.
type ModelStatus struct {
	UnderWay bool      `json:"under_way"`
	Began    time.Time `json:"began,omitzero"` // of what is under way
	Doing    string    `json:"doing,omitempty"`

	// Of the model that serves. One that was kept over a restart has no number of events.
	Learnt   time.Time           `json:"learnt,omitzero"`
	Took     float64             `json:"took_seconds,omitempty"`
	Events   int                 `json:"events"`
	Items    int                 `json:"items"`
	Settings *recommend.Settings `json:"settings,omitempty"`
	Tuned    time.Time           `json:"tuned,omitzero"` // when the settings were looked for
	Lifts    []Lift              `json:"lifts"`          // none where too little is known to look for settings

	Failures uint64 `json:"failures"`        // since the start
	Error    string `json:"error,omitempty"` // why the last time failed
}

// Lift is how well choices that were held back were foretold, as NDCG of the
// first five.
type Lift struct {
	HeldBack string  `json:"held_back"`
	Persons  int     `json:"persons"`
	NDCG     float64 `json:"ndcg"`
	Popular  float64 `json:"ndcg_popular"` // of offering everybody what is popular
	Lift     float64 `json:"lift"`
}

// modelRoute answers GET /v1/model.
func (s *Server) modelRoute(ctx *fasthttp.RequestCtx) { answerJSON(ctx, s.config.Model()) }

// trainWait is how long who asks for a training waits for it.
const trainWait = 45 * time.Second

// trainRoute answers POST /v1/model/train with what was learnt.
func (s *Server) trainRoute(ctx *fasthttp.RequestCtx) {
	wait := time.NewTimer(trainWait)
	defer wait.Stop()
	select {
	case <-s.config.Train():
		status := s.config.Model()
		if status.Error != "" {
			answerError(ctx, fasthttp.StatusInternalServerError, "the last model serves on: "+status.Error)
			return
		}
		answerJSON(ctx, status)
	case <-wait.C:
		answerJSON(ctx, s.config.Model())
		ctx.SetStatusCode(fasthttp.StatusAccepted)
	}
}
