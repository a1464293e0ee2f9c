package blob

import (
	"flag"
	"os"
	"path/filepath"
	"testing"

	"xiangyun/protocol"
)

var update = flag.Bool("update", false, "write the golden files anew")

func TestSniff(t *testing.T) {
	const png, jpeg, pdf = "\x89PNG\r\n\x1a\nrest", "\xff\xd8\xff\xe0rest", "%PDF-1.7 rest"
	rows := []struct{ name, head, declared string }{
		{"a PNG is a PNG", png, "image/png"},
		{"a JPEG is a JPEG", jpeg, "image/jpeg"},
		{"a PDF with a parameter is a PDF", pdf, `application/pdf; name="x.pdf"`},
		{"a PNG declared as PDF", png, "application/pdf"},
		{"a program declared as PDF", "MZ\x90\x00", "application/pdf"},
		{"a page declared as PNG", "<html>", "image/png"},
		{"an empty file", "", "image/png"},
		{"a type that may not be uploaded", "<svg>", "image/svg+xml"},
		{"a type that cannot be read", pdf, ";;"},
		{"a PNG cut inside its magic", png[:5], "image/png"},
	}
	var text []byte
	for _, r := range rows {
		line := "accepted"
		if err := Sniff([]byte(r.head), r.declared); err != nil {
			if protocol.CodeOf(err) != protocol.Malformed {
				t.Errorf("%s: code %v", r.name, protocol.CodeOf(err))
			}
			line = err.Error()
		}
		text = append(text, r.name+"\n\t"+line+"\n"...)
	}
	golden(t, "sniff.txt", text)
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != string(want) {
		t.Errorf("%s differs; got:\n%s", path, got)
	}
}

func FuzzSniff(f *testing.F) {
	f.Add([]byte("%PDF-1.4"), "application/pdf")
	f.Add([]byte("\x89PNG\r\n\x1a\n"), "image/png;x")
	f.Add([]byte{}, "")
	f.Fuzz(func(t *testing.T, head []byte, declared string) {
		if err := Sniff(head, declared); err == nil && mediaOf(head) == nil {
			t.Fatalf("accepted unknown bytes as %q", declared)
		}
	})
}

func FuzzChunkID(f *testing.F) {
	f.Add(string(ID([]byte("x"))))
	f.Add("sha256:../../x")
	f.Fuzz(func(t *testing.T, id string) {
		p, err := placeOf(protocol.BlobID(id))
		if err != nil {
			return
		}
		if p.id() != protocol.BlobID(id) || !filepath.IsLocal(p.path()) || p.shard() < 0 || p.child() < 0 {
			t.Fatalf("%q became %+v", id, p)
		}
	})
}
