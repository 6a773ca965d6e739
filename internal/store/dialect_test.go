package store

import "testing"

func TestRebind(t *testing.T) {
	tests := []struct{ name, query, want string }{
		{"no parameter", "SELECT 1", "SELECT 1"},
		{"several", "SELECT a FROM b WHERE c = ? AND d IN (?, ?)", "SELECT a FROM b WHERE c = $1 AND d IN ($2, $3)"},
		{"more than nine", "?,?,?,?,?,?,?,?,?,?", "$1,$2,$3,$4,$5,$6,$7,$8,$9,$10"},
	}
	for _, test := range tests {
		if got := PostgreSQL.rebind(test.query); got != test.want {
			t.Errorf("%s: for PostgreSQL %q, want %q", test.name, got, test.want)
		}
		if got := SQLite.rebind(test.query); got != test.query {
			t.Errorf("%s: for SQLite %q, want it as it was", test.name, got)
		}
	}
}
