package sar

import (
	"slices"
	"strings"
	"testing"
)

// TestTableIsWhole unpacks every section of the embedded table.
func TestTableIsWhole(t *testing.T) {
	services := Services()
	if !slices.IsSorted(services) {
		t.Error("services are not sorted")
	}
	actions := 0
	for _, service := range services {
		svc := load(service)
		actions += len(svc.actions)
		for _, action := range svc.actions {
			if got, ok := Lookup(service, strings.ToUpper(action.Name)); !ok || got.Name != action.Name {
				t.Errorf("Lookup(%s, %s) = %v, %v", service, strings.ToUpper(action.Name), got, ok)
			}
		}
		for _, typ := range svc.types {
			if !strings.HasPrefix(typ.Template, "arn:${Partition}:") || strings.ContainsAny(typ.Template, "\t ,") {
				t.Errorf("service %s: odd template %q of type %s", service, typ.Template, typ.Name)
			}
		}
		if ServiceName(service) == "" {
			t.Errorf("service %s has no name", service)
		}
	}
	if len(services) < 400 || actions < 20000 {
		t.Errorf("%d services and %d actions, too few", len(services), actions)
	}
}

// BenchmarkFirstUse is what the first answer of a process pays: reading the
// index and unpacking the largest service.
func BenchmarkFirstUse(b *testing.B) {
	b.ReportMetric(float64(len(packed)), "packed-bytes")
	for b.Loop() {
		readIndex().sections["ec2"].unpack()
	}
}

// BenchmarkAllServices unpacks everything, as a look-up by operation alone does.
func BenchmarkAllServices(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		for _, section := range readIndex().sections {
			section.unpack()
		}
	}
}
