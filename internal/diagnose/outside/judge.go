package outside

import "strings"

// spans judges a value: which part of it came from outside.
func (f field) spans(line string, nesting int) []Span {
	value := line[f.start:f.end]
	whole := []Span{{f.start, f.end}}
	class := f.class()
	if f.loose && (class == classNone || echoWords[f.key]) && speaks(value) && f.echoes(line) {
		return whole
	}
	quiet := f.quiet()
	switch class {
	case classOutside:
		if speaks(value) {
			return whole
		}
	case classPerson:
		if strings.ContainsAny(value, " \t") {
			return whole
		}
	case classLoose:
		if quiet && speaks(value) {
			return whole
		}
	case classMessage:
		if quiet {
			return whole
		}
		return f.inner(value, nesting)
	case classNone:
		if f.key == "" && f.in.parent == nil { // a line that stands in quotes as a whole
			return f.inner(value, nesting)
		}
		if f.about(request) && f.level() != levelHigh && !f.serverError() && speaks(value) {
			return whole
		}
	}
	return nil
}

// class is what the keys around the value say, those around the outermost first:
// a query may have a key "error". Only a check of input tells, within an error,
// what it was given.
func (f field) class() class {
	var objects [maxDepth + 1]*object
	n := 0
	for o := f.in; o.parent != nil && n < len(objects); o = o.parent {
		objects[n] = o
		n++
	}
	answer := false
	found := classNone
	consider := func(key string) bool {
		switch c := classOf(key); c {
		case classOutside:
			found = c
			return true
		case classPerson, classLoose, classMessage:
			if found != classError {
				found = c
			}
		case classError:
			found = c
		}
		return false
	}
	for i := n - 1; i >= 0; i-- {
		for _, key := range objects[i].names() {
			answer = answer || strings.Contains(key, "response") || key == "res"
			if answer && classOf(key) == classOutside && key != "req" && key != "request" {
				continue // what a server answered, AWS's among them
			}
			if consider(key) {
				return classOutside
			}
		}
	}
	key := f.key
	if key == "value" || key == "v" {
		key = f.in.named(key)
	}
	if key == "body" && f.about(func(about uint8) bool { return about&aboutRecord != 0 }) {
		key = "message"
	}
	if answer && classOf(key) == classOutside {
		return found
	}
	if c := classOf(key); c == classPerson && found == classError && key == "name" {
		return found // an error's name
	}
	consider(key)
	return found
}

// names are the keys under which an object stands, where a "value" goes by what
// the member "key" or "name" beside it calls it.
func (o *object) names() [2]string {
	names := o.keys
	if names[0] == "value" {
		names[0] = o.parent.named("value")
	}
	return names
}

func (o *object) named(key string) string {
	if o != nil && o.alias != "" {
		return o.alias
	}
	return key
}

// about reports whether the keys of an object around the value pass a test.
func (f field) about(test func(about uint8) bool) bool {
	for o := f.in; o != nil; o = o.parent {
		if test(o.about) {
			return true
		}
	}
	return false
}

// level is that of the nearest object that has one, at last the line's own.
func (f field) level() level {
	for o := f.in; o != nil; o = o.parent {
		if o.level != levelUnknown {
			return o.level
		}
	}
	return levelUnknown
}

// serverError reports whether the request that was logged ended in a status of
// the server's own trouble.
func (f field) serverError() bool {
	for o := f.in; o != nil; o = o.parent {
		if o.status != 0 {
			return o.status >= 500
		}
	}
	return false
}

// quiet reports whether the line only notes a request or what somebody wrote.
func (f field) quiet() bool {
	level := f.level()
	switch {
	case level == levelHigh, level == levelMiddle && f.class() == classMessage:
		return false
	case f.about(request):
		return level == levelLow || !f.serverError()
	}
	return f.about(func(about uint8) bool { return about&aboutPerson != 0 })
}

// inner judges a message as a line of its own.
func (f field) inner(value string, nesting int) []Span {
	text, offsets := unescape(value)
	var found []Span
	from := 0
	for text != "" {
		line, rest, more := strings.Cut(text, "\n")
		for _, s := range spans(line, nesting+1) {
			found = append(found, Span{f.start + offsetOf(offsets, from+s.Start), f.start + offsetOf(offsets, from+s.End)})
		}
		if !more {
			break
		}
		from += len(line) + 1
		text = rest
	}
	return found
}

func offsetOf(offsets []int, i int) int {
	if offsets == nil {
		return i
	}
	return offsets[i]
}

// unescape takes one level of escaping off, and tells where each byte stood;
// offsets are nil where nothing was escaped.
func unescape(s string) (text string, offsets []int) {
	if !strings.Contains(s, `\`) {
		return s, nil
	}
	var b strings.Builder
	offsets = make([]int, 0, len(s)+1)
	for i := 0; i < len(s); i++ {
		offsets = append(offsets, i)
		if s[i] != '\\' || i+1 == len(s) {
			b.WriteByte(s[i])
			continue
		}
		i++
		switch s[i] {
		case 'n', 'r':
			b.WriteByte('\n')
		case 't':
			b.WriteByte('\t')
		default:
			b.WriteByte(s[i])
		}
	}
	return b.String(), append(offsets, len(s))
}
