package render_test

import "flag"

// update rewrites the golden pictures of this package's tests.
var update = flag.Bool("update", false, "rewrite the golden pictures")
