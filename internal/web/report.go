package web

import (
	"cmp"
	"context"
	"net/url"
	"strings"

	"whystopped/internal/arn"
	"whystopped/internal/diagnose"
	"whystopped/internal/diagnose/evidence"
	"whystopped/internal/diagnose/verdict"
	"whystopped/internal/web/lifeline"
	"whystopped/internal/web/roles"
	"whystopped/internal/words"
)

// ReportPage is one diagnosis.
type ReportPage struct {
	Page
	// Provenance says that somebody provided the evidence; empty where it was
	// read from AWS.
	Provenance string
	Who        actor
	Phase      string
	Category   string // empty where the identity's label says it already
	Confidence confidenceWord
	Heading    string
	Summary    string
	Why        string // how the identity was decided
	CauseCode  string
	CauseURL   string
	// IncidentURL is what the stop is one of; empty where nothing is known of that.
	IncidentURL string
	Where       []wherePart
	Stopped     *moment
	// Running is the status of a task that had not stopped yet; else empty.
	Running string
	// SettlesAt is when CloudTrail should have caught up.
	SettlesAt *moment
	Denied    []deniedView
	Fix       fixView
	Evidence  []quoteView
	Docs      []docLink
	Others    []findingView
	Roles     *roles.View
	Life      *lifeline.View // nil where the times are not known
	Timeline  []timelineRow
	Day       string // the day of the timeline's first entry
	Sources   []sourceView
	Caveats   []string
	Task      []fact
	Container []containerRow
	TaskARN   string // what to diagnose again
	Made      *moment
	Engine    string
	JSONURL   string
	SelfURL   string // empty where the report is not kept
	// DeletedAfter says how long the report is stored; empty if that isn't known.
	DeletedAfter string
}

// deniedView is one refused call: who may not do what, on what.
type deniedView struct {
	Who      actor
	Action   string
	Resource []string // to be written without gaps; a line may break between
	Because  string
	Policy   []string
}

// findingView is a finding that did not make the verdict.
type findingView struct {
	Who        actor
	Phase      string
	Confidence confidenceWord
	Heading    string
	Summary    string
	CauseCode  string
	Evidence   []quoteView
	Docs       []docLink
}

// sourceView is one place that was asked for evidence.
type sourceView struct {
	Title  string
	Name   string
	Status sourceStatus
	Detail string
	Effort string
	Lacks  string // the permission that we lack
}

// docLink is a page of AWS's documentation.
type docLink struct{ URL, Label string }

func (s *Site) reportPage(ctx context.Context, d diagnose.Diagnosis, clock clock) (ReportPage, error) {
	fix, err := fixOf(d.Fix)
	if err != nil {
		return ReportPage{}, err
	}
	primary, others := d.Split()
	p := ReportPage{
		Page:       s.newPage(ctx, d.Verdict.Title.English, describe(d), selfPath(d)),
		Who:        whoOf(d),
		Phase:      phaseOf(d.Verdict.Phase),
		Category:   categoryOf(d.Verdict),
		Confidence: confidenceOf(d.Verdict.Confidence),
		Heading:    d.Verdict.Title.English,
		Summary:    d.Verdict.Summary.English,
		CauseCode:  d.Verdict.Cause,
		CauseURL:   causePath(d.Verdict.Cause),
		Where:      wherePartsOf(d.Task.Ref()),
		Stopped:    clock.ago(d.Task.StoppedAt),
		Running:    runningStatus(d.Task),
		Fix:        fix,
		Sources:    sourcesOf(d.Sources),
		Caveats:    words.Lines(d.Caveats),
		Task:       factsOf(d.Task, isQuoted(primary, d.Task.StoppedReason), clock),
		Container:  containersOf(d.Task),
		TaskARN:    d.Task.ARN,
		Made:       clock.dateTime(d.CreatedAt),
		Engine:     d.Engine,
		JSONURL:    "/api/v1/diagnoses/" + url.PathEscape(d.ID),
		SelfURL:    selfPath(d),
	}
	p.NoIndex = true
	p.DeletedAfter = s.deletedAfter(d)
	if d.Incident != nil && d.Incident.ID != "" {
		p.IncidentURL = incidentPath(d.Incident.ID)
	}
	p.Roles, p.Life = roles.Of(d, words.English()), lifeline.Of(d, words.English())
	p.Timeline, p.Day = timelineOf(d.Timeline, d.Task, clock)
	if d.CompleteAfter != nil {
		p.SettlesAt = clock.timeOfDay(*d.CompleteAfter)
	}
	p.addFindings(d.Task, primary, others, clock)
	if d.Brought {
		p.asBrought(d)
	}
	return p, nil
}

// deletedAfter says how long a stored report is kept.
func (s *Site) deletedAfter(d diagnose.Diagnosis) string {
	after := s.opts.Retention
	if d.Brought {
		after = s.opts.EvaluateRetention
	}
	if d.ID == "" || after == 0 {
		return ""
	}
	return said("report.deleted", words.Args{"after": after})
}

// selfPath is the page's own address; empty where the report is not kept.
func selfPath(d diagnose.Diagnosis) string {
	if d.ID == "" {
		return ""
	}
	return reportPath(d.ID)
}

// asBrought says where the evidence is from, also to programs that show what a
// link is about, and leaves out what would ask AWS about a task that nothing but
// that evidence names.
func (p *ReportPage) asBrought(d diagnose.Diagnosis) {
	p.Provenance = d.Provenance()
	p.Title, p.Description = said("report.brought", nil), p.Provenance
	p.TaskARN = ""
	for i := range p.Where {
		p.Where[i].URL = ""
	}
}

// addFindings spreads the findings that made the verdict over the page, and
// lists the others.
func (p *ReportPage) addFindings(t diagnose.TaskView, primary, others []diagnose.Finding, clock clock) {
	for _, f := range primary {
		p.Denied = append(p.Denied, deniedOf(f)...)
		p.Evidence = append(p.Evidence, quotesOf(t, f.Evidence, clock)...)
		p.Docs = append(p.Docs, docLinks(f.Docs)...)
		p.Why = cmp.Or(p.Why, f.Why.English)
	}
	for _, f := range others {
		p.Others = append(p.Others, findingOf(t, f, clock))
	}
}

// isQuoted tells whether a text is among the evidence already.
func isQuoted(findings []diagnose.Finding, text string) bool {
	for _, f := range findings {
		for _, q := range f.Evidence {
			if q.Text == text {
				return true
			}
		}
	}
	return false
}

// whoOf names the identity at fault.
func whoOf(d diagnose.Diagnosis) actor { return actorOf(d.Identity()) }

func categoryOf(v diagnose.Verdict) string {
	if v.Category == "" || v.Category == verdict.Other {
		return ""
	}
	return labelOf("category", v.Category)
}

// describe is the sentence under the link when a report is unfurled.
func describe(d diagnose.Diagnosis) string {
	where := strings.Join(whereOf(d.Task.Ref()), " · ")
	if where == "" {
		return d.Verdict.Summary.English
	}
	return d.Verdict.Summary.English + " (" + where + ")"
}

func runningStatus(t diagnose.TaskView) string {
	if !t.Ongoing() {
		return ""
	}
	return t.LastStatus
}

func deniedOf(f diagnose.Finding) []deniedView {
	var views []deniedView
	for _, c := range f.Denied {
		who := actorOf(f.Identity)
		if name := arn.PrincipalName(c.Principal); name != "" {
			who.Name, who.ARN = name, c.Principal
		}
		v := deniedView{
			Who:      who,
			Action:   c.Action,
			Resource: breakable(c.Resource),
			Because:  words.English().Because(string(c.PolicyType), c.Explicit),
		}
		if c.PolicyARN != nil {
			v.Policy = breakable(*c.PolicyARN)
		}
		views = append(views, v)
	}
	return views
}

func findingOf(t diagnose.TaskView, f diagnose.Finding, clock clock) findingView {
	return findingView{
		Who:        actorOf(f.Identity),
		Phase:      phaseOf(f.Phase),
		Confidence: confidenceOf(f.Confidence),
		Heading:    f.Title.English,
		Summary:    f.Summary.English,
		CauseCode:  f.Cause,
		Evidence:   quotesOf(t, f.Evidence, clock),
		Docs:       docLinks(f.Docs),
	}
}

func sourcesOf(sources []evidence.Source) []sourceView {
	var views []sourceView
	for _, s := range sources {
		views = append(views, sourceOf(s))
	}
	return views
}

func sourceOf(s evidence.Source) sourceView {
	v := sourceView{
		Title:  sourceTitle(s.Name),
		Name:   s.Name,
		Status: statusOf(s.Status),
		Detail: s.Detail.English,
	}
	if s.Calls > 0 {
		v.Effort = said("sources.effort", words.Args{"n": s.Calls, "ms": s.TookMS})
	}
	if s.MissingPermission != nil {
		v.Lacks = *s.MissingPermission
	}
	return v
}

// docLinks labels links by what their address says, since AWS's titles are not
// at hand. Anything but https is left out.
func docLinks(urls []string) []docLink {
	var links []docLink
	for _, raw := range urls {
		u, err := url.Parse(raw)
		if err != nil || u.Scheme != "https" || u.Host == "" {
			continue
		}
		label := u.Host
		if page := strings.TrimSuffix(u.Path[strings.LastIndex(u.Path, "/")+1:], ".html"); page != "" {
			label += " · " + strings.NewReplacer("-", " ", "_", " ").Replace(page)
		}
		links = append(links, docLink{URL: raw, Label: label})
	}
	return links
}
