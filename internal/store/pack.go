package store

import (
	"bytes"
	"compress/flate"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"sync"
)

// dictionary1 is what most bodies have in common, so that each needs only a
// third of what it would by itself. It must never change: bodies that were
// packed with it could not be read any more. A better one gets another number.
//
//go:embed dictionary1.txt
var dictionary1 []byte

// packedWith1 is the first byte of a body that is JSON, deflated (RFC 1951)
// with dictionary1.
const packedWith1 = 1

// A writer has most of a megabyte of tables.
var (
	writers = sync.Pool{New: func() any {
		w, err := flate.NewWriterDict(io.Discard, flate.DefaultCompression, dictionary1)
		if err != nil {
			panic(err) // only for a level that does not exist
		}
		return w
	}}
	readers = sync.Pool{New: func() any { return flate.NewReaderDict(bytes.NewReader(nil), dictionary1) }}
)

// pack makes a body of a value.
func pack(v any) ([]byte, error) {
	body, _, err := packSized(v)
	return body, err
}

// packSized is pack that tells how many bytes the body has when it is unpacked.
func packSized(v any) (body []byte, unpacked int, err error) {
	w := writers.Get().(*flate.Writer)
	defer writers.Put(w)
	b := bytes.NewBuffer([]byte{packedWith1})
	w.Reset(b)
	n := counted{to: w}
	if err := json.NewEncoder(&n).Encode(v); err != nil {
		return nil, 0, fmt.Errorf("pack: %w", err)
	}
	if err := w.Close(); err != nil {
		return nil, 0, fmt.Errorf("pack: %w", err)
	}
	return b.Bytes(), n.bytes, nil
}

// unpack reads a body that pack made.
func unpack(body []byte, v any) error {
	_, err := unpackSized(body, v)
	return err
}

// unpackSized is unpack that tells how many bytes there were.
func unpackSized(body []byte, v any) (unpacked int, err error) {
	if len(body) == 0 || body[0] != packedWith1 {
		return 0, errors.New("unpack: this body was written by a newer version of the program")
	}
	r := readers.Get().(io.ReadCloser)
	defer readers.Put(r)
	if err := r.(flate.Resetter).Reset(bytes.NewReader(body[1:]), dictionary1); err != nil {
		return 0, fmt.Errorf("unpack: %w", err)
	}
	n := counted{from: r}
	if err := json.NewDecoder(&n).Decode(v); err != nil {
		return n.bytes, fmt.Errorf("unpack: %w", err)
	}
	return n.bytes, nil
}

// counted counts the bytes that pass.
type counted struct {
	to    io.Writer
	from  io.Reader
	bytes int
}

func (c *counted) Write(p []byte) (int, error) {
	n, err := c.to.Write(p)
	c.bytes += n
	return n, err
}

func (c *counted) Read(p []byte) (int, error) {
	n, err := c.from.Read(p)
	c.bytes += n
	return n, err
}
