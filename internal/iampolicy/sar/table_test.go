package sar

import "testing"

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
