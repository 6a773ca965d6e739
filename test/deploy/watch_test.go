package deploy_test

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const (
	rulesFile     = "deploy/alerts/whystopped.rules.yaml"
	dashboardFile = "deploy/grafana/whystopped.json"
	runbook       = "docs/operations.md"
)

// expressions are what the alerts and the dashboard ask Prometheus.
func expressions(t *testing.T) []string {
	t.Helper()
	var all []string
	for _, rule := range alerts(t) {
		all = append(all, str(at(rule, "expr")))
	}
	for _, panel := range panels(t) {
		for _, target := range panel.Targets {
			all = append(all, target.Expr)
		}
	}
	return all
}

func alerts(t *testing.T) []any {
	t.Helper()
	var all []any
	for _, group := range list(load(t, rulesFile)["groups"]) {
		all = append(all, list(at(group, "rules"))...)
	}
	return all
}

type panel struct {
	Type, Title, Description string
	GridPos                  struct{ X, Y, W, H int }
	Targets                  []struct{ Expr, LegendFormat string }
}

func panels(t *testing.T) []panel {
	t.Helper()
	var dashboard struct{ Panels []panel }
	if err := json.Unmarshal([]byte(read(t, dashboardFile)), &dashboard); err != nil {
		t.Fatalf("%s: %v", dashboardFile, err)
	}
	return dashboard.Panels
}

// figures are those of metrics.txt with their labels, and what Prometheus adds.
// internal/app holds that list to what the service gives.
func figures(t *testing.T) map[string][]string {
	t.Helper()
	all := map[string][]string{"up": {"job", "instance"}}
	for line := range strings.Lines(read(t, "deploy/alerts/metrics.txt")) {
		words := strings.Fields(line)
		labels := append(words[1:], "job", "instance")
		all[words[0]] = labels
		if strings.HasSuffix(words[0], "_seconds") { // a histogram
			all[words[0]+"_bucket"] = append(labels, "le")
			all[words[0]+"_count"], all[words[0]+"_sum"] = labels, labels
		}
	}
	return all
}

// TestOnlyFiguresThatExistAreAsked, by the alerts and the dashboard, and for no
// label that they do not have.
func TestOnlyFiguresThatExistAreAsked(t *testing.T) {
	figure := regexp.MustCompile(`\b(?:whystopped_[a-z_]+|up)\b(?:\{([^}]*)\})?`)
	given := figures(t)
	for _, expr := range expressions(t) {
		var known []string // labels of what the expression asks for
		for _, m := range figure.FindAllStringSubmatch(expr, -1) {
			name, _, _ := strings.Cut(m[0], "{")
			labels, ok := given[name]
			if !ok {
				t.Errorf("%s: there is no %s", expr, name)
			}
			known = append(known, labels...)
			for _, matcher := range regexp.MustCompile(`(\w+)(?:=|!=|=~|!~)"`).FindAllStringSubmatch(m[1], -1) {
				if !slices.Contains(labels, matcher[1]) {
					t.Errorf("%s: %s has no label %s", expr, name, matcher[1])
				}
			}
		}
		for _, m := range regexp.MustCompile(`\bby \(([^)]*)\)`).FindAllStringSubmatch(expr, -1) {
			for label := range strings.SplitSeq(m[1], ",") {
				if len(known) > 0 && !slices.Contains(known, strings.TrimSpace(label)) {
					t.Errorf("%s: nothing in it has the label %s", expr, label)
				}
			}
		}
	}
}

// TestEveryFigureIsShown, somewhere: one that nobody looks at need not be.
func TestEveryFigureIsShown(t *testing.T) {
	asked := strings.Join(expressions(t), "\n")
	for line := range strings.Lines(read(t, "deploy/alerts/metrics.txt")) {
		if name := strings.Fields(line)[0]; !strings.Contains(asked, name) {
			t.Errorf("neither an alert nor the dashboard asks for %s", name)
		}
	}
}

// TestEveryAlertHasARunbook, under a heading that is named after the alert.
func TestEveryAlertHasARunbook(t *testing.T) {
	headings := anchors(t, runbook)
	for _, rule := range alerts(t) {
		alert := str(at(rule, "alert"))
		want := runbook + "#" + kebab(strings.TrimPrefix(alert, "Whystopped"))
		if got := str(at(rule, "annotations", "runbook")); got != want {
			t.Errorf("%s: the runbook is %s, want %s", alert, got, want)
		}
		if _, anchor, _ := strings.Cut(want, "#"); !slices.Contains(headings, anchor) {
			t.Errorf("%s: %s has no heading for #%s", alert, runbook, anchor)
		}
		if severity := str(at(rule, "labels", "severity")); severity != "page" && severity != "ticket" {
			t.Errorf("%s: the severity is %q", alert, severity)
		}
		if str(at(rule, "annotations", "summary")) == "" {
			t.Errorf("%s says nothing", alert)
		}
	}
}

// TestEveryAlarmHasARunbook: those of CloudWatch, in both templates.
func TestEveryAlarmHasARunbook(t *testing.T) {
	headings := anchors(t, runbook)
	link := regexp.MustCompile(`docs/operations\.md#([a-z-]+)`)
	for _, file := range []string{stack, "deploy/terraform/alarms.tf"} {
		found := link.FindAllStringSubmatch(read(t, file), -1)
		if len(found) != 4 {
			t.Errorf("%s: %d alarms have a runbook, want 4", file, len(found))
		}
		for _, match := range found {
			if !slices.Contains(headings, match[1]) {
				t.Errorf("%s: %s has no heading for #%s", file, runbook, match[1])
			}
		}
	}
}

// kebab is "AWSDenies" as "aws-denies".
func kebab(name string) string {
	name = regexp.MustCompile(`([a-z])([A-Z])|([A-Z])([A-Z][a-z])`).ReplaceAllString(name, "$1$3-$2$4")
	return strings.ToLower(name)
}

// anchors are those of a page's headings, as GitHub makes them.
func anchors(t *testing.T, page string) []string {
	t.Helper()
	var all []string
	for _, match := range regexp.MustCompile(`(?m)^#+ (.+)$`).FindAllStringSubmatch(read(t, page), -1) {
		anchor := regexp.MustCompile(`[^\p{L}\p{N} _-]`).ReplaceAllString(strings.ToLower(match[1]), "")
		all = append(all, strings.ReplaceAll(anchor, " ", "-"))
	}
	return all
}

// TestThePanelsAreWhole: each says what it shows, and none lies on another.
func TestThePanelsAreWhole(t *testing.T) {
	taken := map[[2]int]string{}
	for _, p := range panels(t) {
		for x := range p.GridPos.W {
			for y := range p.GridPos.H {
				place := [2]int{p.GridPos.X + x, p.GridPos.Y + y}
				if taken[place] != "" || place[0] >= 24 {
					t.Fatalf("%q lies on %q or beside the board", p.Title, taken[place])
				}
				taken[place] = p.Title
			}
		}
		if p.Type == "row" {
			continue
		}
		if p.Title == "" || !strings.HasSuffix(p.Description, ".") || len(p.Targets) == 0 {
			t.Errorf("the panel %q lacks a title, a sentence or a question", p.Title)
		}
		for _, target := range p.Targets {
			if target.LegendFormat == "" || !strings.Contains(target.Expr, `job="$job"`) {
				t.Errorf("%q: %s has no legend or asks other jobs too", p.Title, target.Expr)
			}
		}
	}
}

// TestLinksBetweenPagesLead to files and headings that are there.
func TestLinksBetweenPagesLead(t *testing.T) {
	link := regexp.MustCompile(`\]\(([^)\s:]+)\)`) // with a colon it leads out of the repository
	for _, page := range files(t, "docs/*.md", "*.md") {
		for _, match := range link.FindAllStringSubmatch(read(t, page), -1) {
			target, anchor, _ := strings.Cut(match[1], "#")
			target = fromTop(page, target)
			if !exists(target) {
				t.Errorf("%s links to %s, which is not there", page, match[1])
				continue
			}
			if anchor != "" && !slices.Contains(anchors(t, target), anchor) {
				t.Errorf("%s links to %s, which is no heading there", page, match[1])
			}
		}
	}
}

// TestTheArchitectureNamesEveryPackage that lies directly in internal/.
func TestTheArchitectureNamesEveryPackage(t *testing.T) {
	page := read(t, "docs/architecture.md")
	for _, folder := range files(t, "internal/*") {
		if !strings.Contains(page, "`"+folder+"`") {
			t.Errorf("docs/architecture.md does not name %s", folder)
		}
	}
}
