// Package ids makes up names and ids for the double of AWS, out of what they are
// for, so that they stay the same from one start of the demo to the next.
package ids
