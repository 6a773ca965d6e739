// Package pgtest gives tests databases of a PostgreSQL that is theirs alone: a
// throw-away cluster for each test binary, in a temporary folder and on a free
// port of the loopback interface.
package pgtest

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/jackc/pgx/v5"
)

// URL gives a new and empty database. The first call of a test binary starts the
// cluster; it is stopped and removed with all databases when the binary ends,
// however it ends. Where PostgreSQL is missing the test is skipped, unless
// WHYSTOPPED_REQUIRE_TOOLS says that it must be there.
func URL(t testing.TB) string {
	t.Helper()
	bin, err := programs()
	if err != nil {
		if os.Getenv("WHYSTOPPED_REQUIRE_TOOLS") != "" {
			t.Fatalf("this test needs Debian's postgresql: %v", err)
		}
		t.Skipf("this test needs Debian's postgresql: %v", err)
	}
	server, err := theCluster(bin)
	if err != nil {
		t.Fatalf("start a PostgreSQL: %v", err)
	}
	name := fmt.Sprintf("test%d", databases.Add(1))
	conn, err := pgx.Connect(t.Context(), server.url("postgres"))
	if err != nil {
		t.Fatalf("connect to the PostgreSQL: %v", err)
	}
	defer conn.Close(t.Context())
	if _, err := conn.Exec(t.Context(), "CREATE DATABASE "+name); err != nil {
		t.Fatalf("create a database: %v", err)
	}
	return server.url(name)
}

var databases atomic.Int64

// programs finds the folder of initdb and pg_ctl, which Debian keeps out of PATH.
func programs() (string, error) {
	if path, err := exec.LookPath("initdb"); err == nil {
		return filepath.Dir(path), nil
	}
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if err != nil || len(found) == 0 {
		return "", errors.New("there is no initdb in PATH or /usr/lib/postgresql")
	}
	return filepath.Dir(found[len(found)-1]), nil
}

// cluster is a server that runs as long as lifeline is open: whoever lost it
// would have it closed by the garbage collector.
type cluster struct {
	port     int
	lifeline io.Closer
}

func (c cluster) url(database string) string {
	return fmt.Sprintf("postgres://tester@127.0.0.1:%d/%s", c.port, database)
}

var started struct {
	sync.Once
	cluster
	err error
}

func theCluster(bin string) (cluster, error) {
	started.Do(func() { started.cluster, started.err = start(bin) })
	return started.cluster, started.err
}

// script runs the server until its input ends, which it does with the process
// that has the other end of the pipe. Nothing of the cluster has to outlast a
// crash, so it need not wait for the disk. Its databases sort in the Estonian
// order, where z comes before t: whoever needs another order has to ask for it.
const script = `
"$1/initdb" -D "$2/data" -U tester -A trust -E UTF8 --locale=C --locale-provider=icu --icu-locale=et --no-sync >"$2/log" 2>&1 &&
"$1/pg_ctl" start -w -D "$2/data" -l "$2/log" -o "-c listen_addresses=127.0.0.1 -c port=$3 -c unix_socket_directories='$2' -c fsync=off -c full_page_writes=off -c max_connections=200" >>"$2/log" 2>&1 &&
echo ready || tail -n 1 "$2/log"
read -r _
"$1/pg_ctl" stop -m immediate -D "$2/data" >/dev/null 2>&1
rm -rf "$2"
`

func start(bin string) (cluster, error) {
	folder, err := os.MkdirTemp("", "whystopped-pg-")
	if err != nil {
		return cluster{}, fmt.Errorf("make a folder: %w", err)
	}
	port, err := freePort()
	if err != nil {
		return cluster{}, err
	}
	cmd := exec.Command("/bin/sh", "-c", script, "sh", bin, folder, strconv.Itoa(port))
	cmd.Dir = "/" // one that every user may enter
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if os.Geteuid() == 0 { // as which PostgreSQL refuses to run
		if err := giveAway(folder, cmd.SysProcAttr); err != nil {
			return cluster{}, err
		}
	}
	lifeline, err := cmd.StdinPipe()
	if err != nil {
		return cluster{}, fmt.Errorf("make a pipe: %w", err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return cluster{}, fmt.Errorf("make a pipe: %w", err)
	}
	if err := cmd.Start(); err != nil {
		return cluster{}, fmt.Errorf("start the script: %w", err)
	}
	return cluster{port, lifeline}, waitReady(out)
}

// waitReady reads the script's first line.
func waitReady(out io.Reader) error {
	r := bufio.NewReader(out)
	line, err := r.ReadString('\n')
	if err != nil || line != "ready\n" {
		return fmt.Errorf("the server did not start: %s", strings.TrimSpace(line))
	}
	return nil
}

func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, fmt.Errorf("look for a free port: %w", err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}

// giveAway lets an ordinary user own the folder and run the command.
func giveAway(folder string, attr *syscall.SysProcAttr) error {
	u, err := user.Lookup("postgres")
	if err != nil {
		u, err = user.Lookup("nobody")
	}
	if err != nil {
		return fmt.Errorf("find a user who is not root: %w", err)
	}
	uid, err := strconv.ParseUint(u.Uid, 10, 32)
	if err != nil {
		return fmt.Errorf("read the user's id: %w", err)
	}
	gid, err := strconv.ParseUint(u.Gid, 10, 32)
	if err != nil {
		return fmt.Errorf("read the user's group: %w", err)
	}
	attr.Credential = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
	if err := os.Chown(folder, int(uid), int(gid)); err != nil {
		return fmt.Errorf("give the folder away: %w", err)
	}
	return nil
}
