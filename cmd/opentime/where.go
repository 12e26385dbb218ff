package main

// where says where a server keeps its data and listens for commands, for the
// commands that speak to it: as its own flags and environment do.
type where struct {
	Data  string `env:"OPENTIME_DATA" placeholder:"DIR" help:"The server's data. opentime.yaml's data."`
	Admin string `env:"OPENTIME_ADMIN" placeholder:"ADDR" help:"The server's admin address. opentime.yaml's admin."`
}

// apply has a site's data and server looked for there.
func (w where) apply(s *site) {
	if w.Data != "" {
		s.config.data = absolute(w.Data)
	}
	if w.Admin != "" {
		s.config.admin = w.Admin
	}
}
