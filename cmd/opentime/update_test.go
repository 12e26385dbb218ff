package main

import "flag"

var update = flag.Bool("update", false, "write what the commands print into the scripts")
