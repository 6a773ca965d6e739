// Package words owns everything that people read: the vocabulary (one name for
// each value of the public API), the messages that sentences are made from, and
// the languages in which they are said. Start with Message, then fill.go for
// what a template can hold, then en_vocabulary.go.
//
// It is pure, and imports the standard library only. Nothing outside this
// package joins words to a sentence, and nothing anywhere reads one back.
package words
