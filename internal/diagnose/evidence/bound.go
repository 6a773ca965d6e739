package evidence

import (
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"
	"unicode/utf8"
)

// CutMark stands at the end of a text of which the rest was left out.
const CutMark = "…"

// Bound holds evidence that AWS itself gave to the bounds: what is over them is
// cut, and told in Left. It changes what the evidence points to, so that has to
// be the caller's own. Decode refuses longer lists and names instead, since
// whoever sends evidence can send less.
func (ev *Evidence) Bound() {
	b := bounding{sums: map[string]int{}}
	b.walk(step{}, "Evidence", reflect.ValueOf(ev).Elem())
	ev.Left = append(ev.Left, b.left...)
}

// bounded holds evidence that somebody sent to the bounds: a text that is over
// them is cut, and any other thing an error.
func (ev *Evidence) bounded() error {
	b := bounding{refuse: true, sums: map[string]int{}}
	b.walk(step{}, "Evidence", reflect.ValueOf(ev).Elem())
	if b.problem != nil {
		return b.problem
	}
	return nil
}

// bounding is one walk through evidence.
type bounding struct {
	refuse  bool
	problem *DecodeError // the first one

	left  []Left
	sums  map[string]int // what the lists of one type and field hold together
	spent int            // bytes of texts that are bounded together
}

// step is the way to a value, written only where it is asked for.
type step struct {
	before *step
	name   string
	index  int // of an item, where name is ""
}

func (s *step) String() string {
	if s == nil {
		return ""
	}
	path := s.before.String()
	if s.name == "" && s.before != nil {
		return path + "[" + strconv.Itoa(s.index) + "]"
	}
	return join(path, s.name)
}

// walk bounds a value, which is the field of that name ("Task.Containers").
func (b *bounding) walk(at step, name string, v reflect.Value) {
	switch v.Kind() {
	case reflect.String:
		v.SetString(b.text(&at, textBoundOf(name), v.String()))
	case reflect.Pointer:
		if !v.IsNil() {
			b.walk(at, name, v.Elem())
		}
	case reflect.Struct:
		for _, f := range fieldsOf(v.Type()) {
			b.walk(step{before: &at, name: f.path}, f.name, v.Field(f.index))
		}
	case reflect.Slice:
		b.list(&at, name, v)
	case reflect.Map:
		b.members(&at, name, v)
	case reflect.Interface: // what a record holds of a request
		if !v.IsNil() && treeSize(v.Interface(), 0) > maxTree {
			v.SetZero()
		} else if !v.IsNil() {
			v.Set(reflect.ValueOf(withoutLong(v.Interface())))
		}
	}
}

func (b *bounding) list(at *step, name string, v reflect.Value) {
	if kept := b.room(at, name, v.Len()); kept < v.Len() {
		if name == "Log.Lines" { // what ended the task stands at the end
			v.Set(v.Slice(v.Len()-kept, v.Len()))
		} else {
			v.Set(v.Slice(0, kept))
		}
	}
	for i := range v.Len() {
		b.walk(step{before: at, index: i}, name, v.Index(i))
	}
}

func (b *bounding) members(at *step, name string, v reflect.Value) {
	kept := b.room(at, name, v.Len())
	keys := v.MapKeys()
	slices.SortFunc(keys, func(x, y reflect.Value) int { return strings.Compare(x.String(), y.String()) })
	for i, key := range keys {
		text := v.MapIndex(key).String()
		short := b.text(&step{before: at, name: key.String()}, names, text)
		switch {
		case i >= kept || len(key.String()) > names.most:
			v.SetMapIndex(key, reflect.Value{})
		case short != text:
			v.SetMapIndex(key, reflect.ValueOf(short))
		}
	}
}

// room is how many of a list's items are kept.
func (b *bounding) room(at *step, name string, n int) int {
	l, ok := listBounds[name]
	if !ok { // a test sees that there is none
		l = listBound{most: maxEntries}
	}
	before := b.sums[name]
	b.sums[name] += n
	if before+n <= l.most {
		return n
	}
	kept := max(0, l.most-before)
	b.tell(l.overfull(at.String(), before+n), Left{Path: at.String(), Count: n, Kept: kept})
	return kept
}

// text is what is kept of a text.
func (b *bounding) text(at *step, t textBound, s string) string {
	most := t.most
	if t.inAll > 0 {
		most = min(most, max(0, t.inAll-b.spent))
		defer func() { b.spent += min(len(s), most) }()
	}
	switch {
	case len(s) <= most:
		return s
	case t.name:
		b.tell(t.tooLong(at.String(), len(s)), Left{Path: at.String(), Bytes: len(s)})
		return ""
	}
	return Cut(s, most)
}

func (b *bounding) tell(refusal *DecodeError, left Left) {
	if b.refuse && b.problem == nil {
		b.problem = refusal
	}
	if !b.refuse && len(b.left) < maxFewOfService {
		b.left = append(b.left, left)
	}
}

// Cut returns a text of at most so many bytes: a longer one ends in CutMark. It
// is cut between words, so that no half of a password or key is left that would
// not be recognized any more, unless the second half is one long word.
func Cut(s string, most int) string {
	if len(s) <= most {
		return s
	}
	end := max(0, most-len(CutMark))
	if i := strings.LastIndexAny(s[:end], " \t\r\n"); i > end/2 {
		end = i
	}
	for end > 0 && !utf8.RuneStart(s[end]) {
		end--
	}
	return s[:end] + CutMark
}

// maxTree bounds what is kept of requestParameters and responseElements, in
// bytes: CloudTrail leaves out what has more.
// Source: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html
const maxTree = 100 << 10

// maxTreeDepth is deeper than any request of AWS.
const maxTreeDepth = 32

// treeSize is about how many bytes a value of JSON has.
func treeSize(v any, depth int) int {
	if depth > maxTreeDepth {
		return maxTree + 1
	}
	size := 4
	switch v := v.(type) {
	case string:
		size += len(v)
	case []any:
		for _, item := range v {
			size += treeSize(item, depth+1)
		}
	case map[string]any:
		for key, value := range v {
			size += len(key) + treeSize(value, depth+1)
		}
	}
	return size
}

// withoutLong takes the texts out of a value of JSON that are too long to name
// anything.
func withoutLong(v any) any {
	switch v := v.(type) {
	case string:
		if len(v) > names.most {
			return ""
		}
	case []any:
		for i, item := range v {
			v[i] = withoutLong(item)
		}
	case map[string]any:
		for key, value := range v {
			v[key] = withoutLong(value)
		}
	}
	return v
}

// field is one field of a type of the evidence.
type field struct {
	index      int
	name, path string // "Task.Containers", "containers"
}

var fieldsByType sync.Map // reflect.Type -> []field

// fieldsOf are a type's fields that evidence is in.
func fieldsOf(t reflect.Type) []field {
	if known, ok := fieldsByType.Load(t); ok {
		return known.([]field)
	}
	var fields []field
	for i := range t.NumField() {
		f := t.Field(i)
		if !f.IsExported() || f.Type.Kind() == reflect.Struct && !strings.HasSuffix(f.Type.PkgPath(), "/evidence") || f.Type == reflect.TypeFor[Time]() {
			continue
		}
		path, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if path == "" || path == "-" {
			path = strings.ToLower(f.Name[:1]) + f.Name[1:]
		}
		fields = append(fields, field{index: i, name: t.Name() + "." + f.Name, path: path})
	}
	fieldsByType.Store(t, fields)
	return fields
}
