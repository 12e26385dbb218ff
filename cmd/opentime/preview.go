package main

import (
	"errors"
	"io"

	"example.com/opentime/render"
)

// previewCmd is opentime preview.
type previewCmd struct {
	askFlags
	Out    string `short:"o" required:"" placeholder:"FILE" help:"File to write; its extension says the format: jpg, png or gif. - is standard output."`
	Format string `placeholder:"FORMAT" help:"Another format than the file's name says: jpg, png or gif."`
}

// Help teaches the command.
func (previewCmd) Help() string {
	return `Draws the image that the server would send for an open that you make up: the very bytes.

  opentime preview weekly-films/hero -o hero.jpg
  opentime preview weekly-films/hero -o rain.jpg --given weather.rain=true --locale fr`
}

// Run writes the image.
func (c *previewCmd) Run(e *env) error {
	image, err := c.draw(e)
	if err != nil {
		return err
	}
	write := func(w io.Writer) error {
		_, err := w.Write(image)
		return err
	}
	if c.Out == "-" {
		return write(e.stdout)
	}
	return writeFile(c.Out, write)
}

// draw returns the image's bytes.
func (c *previewCmd) draw(e *env) ([]byte, error) {
	asked, err := c.open(e)
	if err != nil {
		return nil, err
	}
	if asked.ask.Format, err = c.format(); err != nil {
		return nil, err
	}
	if data, err := asked.overHTTP("preview"); !errors.Is(err, errNoServer) {
		return data, err
	}
	server, done, err := asked.site.server(asked.env())
	if err != nil {
		return nil, err
	}
	defer done()
	image, err := server.Preview(asked.ask)
	return image.Bytes, err
}

// format is the format asked for; "" is the block's own.
func (c *previewCmd) format() (string, error) {
	name := c.Format
	if name == "" {
		name = extensionOf(c.Out)
	}
	if name == "" {
		return "", nil
	}
	format, ok := render.ParseFormat(name)
	if !ok {
		return "", usageError{"unknown format " + name + "; write jpg, png or gif"}
	}
	return format.Extension(), nil
}
