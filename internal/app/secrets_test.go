package app_test

import (
	"bytes"
	"compress/flate"
	"database/sql"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"whystopped/internal/config"
	"whystopped/internal/slack/channels"
	"whystopped/internal/slack/slackfake"
)

// waysOut are all that the service said.
type waysOut map[string]string

// leaks complains of every way out on which the marker is.
func (out waysOut) leaks(t *testing.T) {
	t.Helper()
	for where, text := range out {
		if i := strings.Index(text, marker); i >= 0 {
			t.Errorf("%s tells the secret: …%s…", where, text[max(0, i-120):min(len(text), i+len(marker)+40)])
		}
	}
}

// ownInput is what a person sent, in the form in which it can be corrected.
var ownInput = regexp.MustCompile(`<(?:input|textarea)[^>]*>(?:[^<]*</textarea>)?`)

func (s *service) read(out waysOut, method, path, accept, body string) {
	s.t.Helper()
	req, err := http.NewRequest(method, s.url+path, strings.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	req.Header.Set("Accept", accept)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("X-Api-Key", "made-up-key")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		s.t.Fatalf("%s %s: %v", method, path, err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		s.t.Fatalf("%s %s: %v", method, path, err)
	}
	if resp.StatusCode >= 500 {
		s.t.Errorf("%s %s: status %d, %s", method, path, resp.StatusCode, text)
	}
	key := method + " " + path + " as " + accept
	for i := 2; out[key] != ""; i++ {
		key = fmt.Sprintf("%s %s as %s, time %d", method, path, accept, i)
	}
	out[key] = ownInput.ReplaceAllString(string(text), "")
}

// TestNoSecretLeaves asks the whole service about a task in which the marker is
// wherever a secret may be, over every way out, and looks into its database.
func TestNoSecretLeaves(t *testing.T) {
	double, messages := newMarkedAWS(), slackfake.New()
	startWithAWS(t, double, "example") // for its environment
	slackServer := httptest.NewServer(messages)
	t.Cleanup(slackServer.Close)
	folder := t.TempDir()
	s := start(t, config.Config{
		DatabaseURL: config.Secret("file:" + filepath.Join(folder, "history.db")), EventsKey: "made-up-key", PublicURL: "https://why.example.com",
		SlackAPIURL: slackServer.URL + "/api/", SlackBotToken: "made-up", SlackChannels: channels.Rules{{Kind: channels.Default, Channel: "#ecs"}},
	})
	out := waysOut{}
	d := s.diagnose(markedTask)
	if d.at("verdict", "cause") != "runtime.denied" {
		t.Fatalf("the diagnosis is %s", d.raw)
	}
	out["the diagnosis"] = d.raw
	s.askForAll(out, d.at("id"))
	s.sendAll(out, double)
	s.waitFor("the incident in Slack", func() bool { return len(messages.Messages("#ecs")) > 0 })
	for _, m := range messages.Messages("#ecs") {
		out["Slack"] += m.Text + m.Blocks
	}
	s.read(out, "GET", "/metrics", "*/*", "")
	if err := s.stop(); err != nil {
		t.Error(err)
	}
	out["the log"] = s.log.String()
	files, err := os.ReadDir(folder)
	if err != nil || len(files) == 0 {
		t.Fatalf("the database has %d files: %v", len(files), err)
	}
	for _, f := range files {
		text, err := os.ReadFile(filepath.Join(folder, f.Name()))
		if err != nil {
			t.Fatal(err)
		}
		out["the database's "+f.Name()] = string(text)
	}
	out["the database, unpacked"] = unpacked(t, filepath.Join(folder, "history.db"))
	if n := strings.Count(double.said["DescribeTaskDefinition"]+double.said["DescribeTasks"]+double.said["GetLogEvents"], marker); n < 20 {
		t.Errorf("AWS said the secret %d times only", n)
	}
	if len(out) < 30 {
		t.Errorf("only %d ways out were looked at", len(out))
	}
	out.leaks(t)
}

// unpacked is all that stands in a database. Bodies are deflated there, so that
// the file's bytes alone would not show what they hold.
func unpacked(t *testing.T, file string) string {
	t.Helper()
	dictionary, err := os.ReadFile("../store/dictionary1.txt")
	if err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("sqlite", "file:"+file)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var all strings.Builder
	bodies := 0
	for _, table := range cells(t, db, "SELECT name FROM sqlite_master WHERE type = 'table'") {
		for _, cell := range cells(t, db, `SELECT * FROM "`+string(table)+`"`) {
			all.Write(cell)
			all.WriteString("\n")
			if len(cell) == 0 || cell[0] != 1 {
				continue
			}
			if body, err := io.ReadAll(flate.NewReaderDict(bytes.NewReader(cell[1:]), dictionary)); err == nil {
				bodies++
				all.Write(body)
			}
		}
	}
	if bodies < 4 || !strings.Contains(all.String(), `"stoppedReason"`) {
		t.Errorf("%d bodies were unpacked, want the diagnoses, the facts and the definition", bodies)
	}
	return all.String()
}

// cells are the values of all rows of a query, one after the other.
func cells(t *testing.T, db *sql.DB, query string) [][]byte {
	t.Helper()
	rows, err := db.Query(query)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		t.Fatal(err)
	}
	var all [][]byte
	for rows.Next() {
		row, into := make([][]byte, len(columns)), make([]any, len(columns))
		for i := range row {
			into[i] = &row[i]
		}
		if err := rows.Scan(into...); err != nil {
			t.Fatal(err)
		}
		all = append(all, row...)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return all
}

// askForAll reads every page and every answer that tells of the diagnosis.
func (s *service) askForAll(out waysOut, id string) {
	task := url.QueryEscape(markedTask)
	for _, accept := range []string{"application/json", "text/markdown", "text/plain"} {
		s.read(out, "GET", "/api/v1/diagnoses/"+id, accept, "")
		s.read(out, "GET", "/api/v1/diagnoses?task="+task, accept, "")
	}
	s.read(out, "POST", "/api/v1/diagnoses", "application/json", `{"task":"`+markedTask+`","refresh":true}`)
	s.read(out, "GET", "/api/v1/diagnoses/stream?task="+task, "text/event-stream", "")
	for _, path := range []string{
		"/api/v1/diagnoses", "/api/v1/stops", "/api/v1/incidents", "/", "/d/" + id, "/diagnose?task=" + task, "/diagnoses", "/incidents",
		"/service?ref=" + url.QueryEscape("arn:aws:ecs:eu-west-1:111122223333:service/prod/orders"), "/readyz", "/permissions", "/api/v1/permissions",
	} {
		s.read(out, "GET", path, "*/*", "")
	}
	var incidents struct{ Items []struct{ ID string } }
	if err := json.Unmarshal([]byte(out["GET /api/v1/incidents as */*"]), &incidents); err != nil || len(incidents.Items) == 0 {
		s.t.Errorf("there is no incident: %v", err)
		return
	}
	s.read(out, "GET", "/incidents/"+incidents.Items[0].ID, "*/*", "")
	s.read(out, "GET", "/api/v1/incidents/"+incidents.Items[0].ID, "*/*", "")
}

// sendAll brings the marker as evidence, as events and as what is no reference.
func (s *service) sendAll(out waysOut, double *markedAWS) {
	var task struct{ Tasks []json.RawMessage }
	if err := json.Unmarshal([]byte(double.said["DescribeTasks"]), &task); err != nil || len(task.Tasks) != 1 {
		s.t.Fatalf("DescribeTasks said %s: %v", double.said["DescribeTasks"], err)
	}
	var log struct{ Events []json.RawMessage }
	if err := json.Unmarshal([]byte(double.said["GetLogEvents"]), &log); err != nil {
		s.t.Fatal(err)
	}
	evidence, err := json.Marshal(map[string]any{
		"task": task.Tasks[0], "taskDefinition": json.RawMessage(double.said["DescribeTaskDefinition"]),
		"logs": []any{map[string]any{"container": "app", "lines": log.Events}},
		"text": "DB_PASSWORD=" + marker,
	})
	if err != nil {
		s.t.Fatal(err)
	}
	s.read(out, "POST", "/api/v1/evaluate", "application/json", string(evidence))
	if !strings.Contains(out["POST /api/v1/evaluate as application/json"], `"verdict"`) {
		s.t.Errorf("evaluate says %s", out["POST /api/v1/evaluate as application/json"])
	}
	event, err := json.Marshal(map[string]any{
		"version": "0", "id": "event-1", "detail-type": "ECS Task State Change", "source": "aws.ecs", "account": "111122223333",
		"time": time.Now().UTC().Format(time.RFC3339), "region": "eu-west-1", "resources": []string{markedTask}, "detail": inEvent(task.Tasks[0]),
	})
	if err != nil {
		s.t.Fatal(err)
	}
	s.read(out, "POST", "/api/v1/events", "application/json", string(event))
	for _, no := range []string{"postgres://app:" + marker + "@db", "arn:aws:ecs:eu-west-1:111122223333:task/password=" + marker, "token=" + marker} {
		body, err := json.Marshal(map[string]string{"task": no})
		if err != nil {
			s.t.Fatal(err)
		}
		s.read(out, "POST", "/api/v1/diagnoses", "application/json", string(body))
		s.read(out, "GET", "/api/v1/diagnoses?"+url.QueryEscape(no), "application/json", "")
		s.read(out, "GET", "/diagnose?task="+url.QueryEscape(no), "*/*", "")
		s.read(out, "GET", "/service?ref="+url.QueryEscape(no), "*/*", "")
		s.read(out, "GET", "/diagnoses?since="+url.QueryEscape(no), "*/*", "")
		s.read(out, "GET", "/api/v1/diagnoses?cluster="+url.QueryEscape(no)+"&since="+url.QueryEscape(no), "application/json", "")
	}
	s.read(out, "POST", "/api/v1/evaluate", "application/json", `{"event":{"detail-type":"password=`+marker+`","detail":{}}}`)
	s.read(out, "POST", "/api/v1/evaluate", "text/plain", `{"password=`+marker+`":1}`)
}

// inEvent is a task with its times as EventBridge has them.
func inEvent(task json.RawMessage) map[string]any {
	var detail map[string]any
	if err := json.NewDecoder(bytes.NewReader(task)).Decode(&detail); err != nil {
		panic(err) // it was JSON a moment ago
	}
	for name, v := range detail {
		if seconds, ok := v.(float64); ok && strings.HasSuffix(name, "At") {
			detail[name] = time.UnixMilli(int64(seconds * 1000)).UTC().Format(time.RFC3339Nano)
		}
	}
	return detail
}

// waitFor gives what goes on in the background its time.
func (s *service) waitFor(what string, done func() bool) {
	s.t.Helper()
	deadline, tick := time.After(time.Minute), time.NewTicker(20*time.Millisecond)
	defer tick.Stop()
	for !done() {
		select {
		case <-tick.C:
		case <-deadline:
			s.t.Fatalf("waited in vain for %s; the log: %s", what, s.log)
		}
	}
}
