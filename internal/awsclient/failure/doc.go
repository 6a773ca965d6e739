// Package failure says what a failed call to AWS means: what a source's line says
// of it, and what a person can do. Start with Of, which sorts an error.
package failure
