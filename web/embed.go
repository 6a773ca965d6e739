// Package web holds the pages' templates and static files, built into the
// program.
package web

import "embed"

// Templates holds templates/*.html: layout.html, the partials, whose names
// begin with an underscore, and one file for each page.
//
//go:embed templates/*.html
var Templates embed.FS

// Static holds static/: the style sheet, the script, the icon and the fonts.
//
//go:embed static
var Static embed.FS
