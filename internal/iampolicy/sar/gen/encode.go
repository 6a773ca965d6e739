package main

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"fmt"
	"strconv"
	"strings"
)

// encode writes the table: the packed and the true length of the index, the
// packed index, and one packed section a service, so that a reader unpacks only
// the services that it is asked about.
//
// The index has a line "prefix TAB name TAB offset TAB packed length TAB true
// length" for each service. A section has a line "type TAB template" for each resource type, an
// empty line, and a line "Action TAB 0 TAB 2!" for each action, sorted by its
// name in lower case, with the numbers of the types it takes and a "!" where
// the reference calls the type required. A field "^" marks actions whose access
// level is "Permissions management".
func encode(ref reference) ([]byte, error) {
	var index strings.Builder
	var sections bytes.Buffer
	for _, svc := range ref.services {
		text := svc.section()
		packed, err := pack(text)
		if err != nil {
			return nil, fmt.Errorf("pack %s: %w", svc.prefix, err)
		}
		fmt.Fprintf(&index, "%s\t%s\t%d\t%d\t%d\n", svc.prefix, svc.name, sections.Len(), len(packed), len(text))
		sections.Write(packed)
	}
	packed, err := pack(index.String())
	if err != nil {
		return nil, fmt.Errorf("pack the index: %w", err)
	}
	table := binary.BigEndian.AppendUint32(nil, uint32(len(packed)))
	table = binary.BigEndian.AppendUint32(table, uint32(index.Len()))
	return append(append(table, packed...), sections.Bytes()...), nil
}

func (s service) section() string {
	var text strings.Builder
	for _, t := range s.types {
		text.WriteString(t.name + "\t" + t.template + "\n")
	}
	text.WriteString("\n")
	for _, a := range s.actions {
		text.WriteString(a.name)
		if a.permissions {
			text.WriteString("\t^")
		}
		for _, use := range a.types {
			text.WriteString("\t" + strconv.Itoa(use.number))
			if use.required {
				text.WriteString("!")
			}
		}
		text.WriteString("\n")
	}
	return text.String()
}

func pack(text string) ([]byte, error) {
	var out bytes.Buffer
	w, err := flate.NewWriter(&out, flate.BestCompression)
	if err != nil {
		return nil, err
	}
	if _, err := w.Write([]byte(text)); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// summary says what the table holds.
func (r reference) summary(size int) string {
	var actions, wildcardOnly, types int
	for _, svc := range r.services {
		types += len(svc.types)
		actions += len(svc.actions)
		for _, a := range svc.actions {
			if len(a.types) == 0 {
				wildcardOnly++
			}
		}
	}
	return fmt.Sprintf("%d services, %d actions (%d of them without resource-level permissions), %d ARN forms, %d bytes",
		len(r.services), actions, wildcardOnly, types, size)
}
