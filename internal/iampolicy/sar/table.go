package sar

import (
	"bytes"
	"compress/flate"
	_ "embed" // for table.bin
	"encoding/binary"
	"fmt"
	"io"
	"strconv"
	"strings"
	"sync"
)

// packed is written by ./gen, where its form is described. LICENSE-iam-data.txt
// has the licence of its source.
//
//go:embed table.bin
var packed []byte

// index says where each service's section lies.
type index struct {
	prefixes []string
	sections map[string]section
}

type section struct {
	name string
	// unpack reads the section once and keeps it.
	unpack func() *service
}

type service struct {
	types   []ResourceType
	actions []Action
}

// contents is the index, read on first use.
var contents = sync.OnceValue(readIndex)

func readIndex() index {
	packedSize, size := binary.BigEndian.Uint32(packed), binary.BigEndian.Uint32(packed[4:])
	sections := packed[8+packedSize:]
	idx := index{sections: map[string]section{}}
	for line := range strings.Lines(inflate(packed[8:8+packedSize], int(size))) {
		fields := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		prefix, from, length, size := fields[0], number(fields[2]), number(fields[3]), number(fields[4])
		idx.prefixes = append(idx.prefixes, prefix)
		idx.sections[prefix] = section{
			name:   fields[1],
			unpack: sync.OnceValue(func() *service { return parse(prefix, inflate(sections[from:from+length], size)) }),
		}
	}
	return idx
}

// load returns a service's section, or nil where there is no such service.
func load(prefix string) *service {
	section, ok := contents().sections[prefix]
	if !ok {
		return nil
	}
	return section.unpack()
}

func parse(prefix, text string) *service {
	svc := &service{}
	types, actions, _ := strings.Cut(text, "\n\n")
	if strings.HasPrefix(text, "\n") { // a service without resource types
		types, actions = "", text[1:]
	}
	for line := range strings.Lines(types) {
		name, template, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "\t")
		svc.types = append(svc.types, ResourceType{name, "arn:${Partition}:" + template})
	}
	svc.actions = make([]Action, 0, strings.Count(actions, "\n"))
	for line := range strings.Lines(actions) {
		fields := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		act := Action{Service: prefix, Name: fields[0]}
		for _, field := range fields[1:] {
			if field == "^" {
				act.Permissions = true
				continue
			}
			digits, required := strings.CutSuffix(field, "!")
			act.Types = append(act.Types, TypeUse{&svc.types[number(digits)], required})
		}
		svc.actions = append(svc.actions, act)
	}
	return svc
}

// inflate and number panic on a table that is not what ./gen wrote: a fault of
// the build, which the tests of this package find.

func inflate(b []byte, size int) string {
	reader := readers.Get().(io.Reader)
	defer readers.Put(reader)
	text := make([]byte, size)
	err := reader.(flate.Resetter).Reset(bytes.NewReader(b), nil)
	if err == nil {
		_, err = io.ReadFull(reader, text)
	}
	if err != nil {
		panic(fmt.Sprintf("sar: table.bin is damaged: %v", err))
	}
	return string(text)
}

// readers are flate readers, which are large, for use again.
var readers = sync.Pool{New: func() any { return flate.NewReader(nil) }}

func number(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil {
		panic(fmt.Sprintf("sar: table.bin is damaged: %v", err))
	}
	return n
}
