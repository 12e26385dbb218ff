package main

import (
	"maps"

	"example.com/opentime/render"
	"example.com/opentime/rules"
	"example.com/opentime/strict"
)

// schemaCmd is opentime schema.
type schemaCmd struct {
	Kind string `arg:"" optional:"" enum:"campaign,layout,test,server,all" default:"all" help:"What the file is: campaign, layout, test, server (opentime.yaml), or all, which tells them apart."`
	Path string `arg:"" optional:"" help:"A folder with an opentime.yaml, whose own words are then in it."`
}

// Help teaches the command.
func (schemaCmd) Help() string {
	return `Prints the JSON Schema (2020-12) of the files, so that an editor completes keys, says what they mean and marks what is wrong while you write. With a folder, or in one, it has the sender's own layouts and their values, signals, feeds and segments; print it again when those change.

  opentime schema > .opentime.json
  opentime schema campaign campaigns/ > campaign.json

In a file of VS Code (the extension YAML, by Red Hat) or a JetBrains program, this first line says where it is:

  # yaml-language-server: $schema=../.opentime.json

What a schema cannot know is for opentime check: it says everything that is wrong.`
}

// Run prints the schema.
func (c *schemaCmd) Run(e *env) error {
	s, err := c.site(e)
	if err != nil {
		return err
	}
	schema, err := schemaOf(c.Kind, s)
	if err != nil {
		return err
	}
	return schema.Write(e.stdout)
}

// site is the site that the schema is for; nil is any.
func (c *schemaCmd) site(e *env) (*site, error) {
	where, err := findFolder(c.Path)
	if err != nil || where.embedded != nil {
		return nil, err
	}
	return openSite(c.Path, e)
}

// schemaOf is the schema of one kind of file, or of all; a nil site is any.
func schemaOf(kind string, s *site) (strict.Schema, error) {
	var sender *rules.Sender
	var shared *strict.Node
	if s != nil {
		sender, shared = s.sender, s.config.segments
	}
	switch kind {
	case "campaign":
		return rules.CampaignSchema(sender, shared), nil
	case "layout":
		return render.LayoutSchema(), nil
	case "server":
		return serverSchema(sender), nil
	case "test":
		return testSchema(sender)
	}
	return allSchema(sender, shared)
}

// testSchema is what tests may say, with the clients that there are.
func testSchema(sender *rules.Sender) (strict.Schema, error) {
	schema := rules.TestSchema(sender)
	gatherer, err := testGatherer()
	if err != nil {
		return schema, err
	}
	schema.Defs["client"] = strict.WordShape(append([]string{""}, gatherer.Clients().Names()...)...)
	return schema, nil
}

// allSchema is the schema of any file: a list is tests, and a map is told by
// the keys that the others lack.
func allSchema(sender *rules.Sender, shared *strict.Node) (strict.Schema, error) {
	tests, err := testSchema(sender)
	if err != nil {
		return strict.Schema{}, err
	}
	all := strict.Schema{Title: "A file of opentime", Defs: map[string]strict.Shape{}}
	kinds := map[string]strict.Schema{
		"tests": tests, "campaign": rules.CampaignSchema(sender, shared), "layout": render.LayoutSchema(), "server": serverSchema(sender),
	}
	for kind, schema := range kinds {
		maps.Copy(all.Defs, schema.Defs)
		all.Defs[kind] = schema.Root
	}
	ref := func(kind string) *strict.Shape { return new(strict.RefShape(kind)) }
	has := func(key string) *strict.Shape { return &strict.Shape{Required: []string{key}} }
	server := strict.Shape{If: has("sender"), Then: ref("server"), Else: &strict.Shape{AnyOf: []strict.Shape{*ref("campaign"), *ref("layout"), *ref("server")}}}
	layout := strict.Shape{If: has("layout"), Then: ref("layout"), Else: &server}
	campaign := strict.Shape{If: has("campaign"), Then: ref("campaign"), Else: &layout}
	all.Root = strict.Shape{If: &strict.Shape{Type: []string{"array"}}, Then: ref("tests"), Else: &campaign}
	return all, nil
}
