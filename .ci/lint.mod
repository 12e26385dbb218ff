module example.com/opentime/lint

go 1.26
