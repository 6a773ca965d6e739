package web

import (
	"fmt"
	"html/template"
	"strconv"
	"strings"

	"whystopped/internal/words"
)

// said returns a message in the language of the pages.
func said(id string, args words.Args) string { return words.English().Say(id, args) }

// labelOf returns a code as it stands alone, in the words of its vocabulary.
func labelOf[C ~string](vocabulary string, code C) string {
	return words.English().Word(vocabulary, string(code), "label")
}

// sayings are the functions by which a template says its words in a language.
func sayings(l *words.Language) template.FuncMap {
	return template.FuncMap{
		"say":   func(id string, args ...any) (template.HTML, error) { return fillHTML(l, id, args) },
		"link":  linkHTML,
		"code":  codeHTML,
		"bold":  func(s any) template.HTML { return "<b>" + escaped(fmt.Sprint(s)) + "</b>" },
		"whole": func(s string) template.HTML { return escaped(s) },
		"codes": func(names []string) template.HTML { return joinedCodes(names) },
		"zone":  func() template.HTML { return "<span data-zone>UTC</span>" },
		"long":  func(parts []string) template.HTML { return "<code>" + longHTML(parts) + "</code>" },
		"label": func(vocabulary, code string) string { return l.Word(vocabulary, code, "label") },
	}
}

// fillHTML fills a message with pairs of a name and a value. A link, a time or a
// name as code keeps its markup; everything else is escaped.
func fillHTML(l *words.Language, id string, pairs []any) (template.HTML, error) {
	args, markup := words.Args{}, []string{}
	for i := 0; i+1 < len(pairs); i += 2 {
		name, ok := pairs[i].(string)
		if !ok {
			return "", fmt.Errorf("message %s: the name of an argument is %v", id, pairs[i])
		}
		value := pairs[i+1]
		if m, ok := value.(*moment); ok {
			value = m.html()
		}
		if h, ok := value.(template.HTML); ok {
			if h == "" {
				continue
			}
			mark := "\ue000" + strconv.Itoa(len(markup)) + "\ue001"
			markup = append(markup, mark, string(h))
			value = mark
		} else if s, ok := value.(string); ok {
			value = strings.NewReplacer("\ue000", "", "\ue001", "").Replace(s)
		}
		args[name] = value
	}
	text := template.HTMLEscapeString(l.Say(id, args))
	return template.HTML(strings.NewReplacer(markup...).Replace(text)), nil //nolint:gosec // escaped above
}

// codeHTML writes a name as code; "" for none.
func codeHTML(s string) template.HTML {
	if s == "" {
		return ""
	}
	return "<code>" + escaped(s) + "</code>"
}

func escaped(s string) template.HTML {
	return template.HTML(template.HTMLEscapeString(s)) //nolint:gosec // escaped
}

// linkHTML links to a page of this site.
func linkHTML(url string, text any) template.HTML {
	if !strings.HasPrefix(url, "/") || strings.HasPrefix(url, "//") {
		return escaped(fmt.Sprint(text))
	}
	inner, ok := text.(template.HTML)
	if !ok {
		inner = escaped(fmt.Sprint(text))
	}
	return `<a href="` + escaped(url) + `">` + inner + "</a>"
}

// longHTML writes the parts of a long name, between which a line may break.
func longHTML(parts []string) template.HTML {
	var b strings.Builder
	for _, part := range parts {
		b.WriteString(string(escaped(part)) + "<wbr>")
	}
	return template.HTML(b.String()) //nolint:gosec // escaped above
}

// html returns the time element of a moment; "" if it isn't known.
func (m *moment) html() template.HTML {
	if m == nil {
		return ""
	}
	return `<time datetime="` + escaped(m.ISO) + `" title="` + escaped(m.Full) + `">` + escaped(m.Text) + "</time>"
}

func joinedCodes(names []string) template.HTML {
	var b strings.Builder
	for i, name := range names {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(string("<code>" + escaped(name) + "</code>"))
	}
	return template.HTML(b.String()) //nolint:gosec // escaped above
}
