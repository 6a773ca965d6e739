package slackfake

import (
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// Message is what stands in a channel.
type Message struct {
	Channel  string // its id
	TS       string
	ThreadTS string // of the message that it stands below; "" for one of the channel itself
	Text     string
	Blocks   string // as JSON
	Metadata *Metadata
	// Edits is how often it was changed.
	Edits int
}

// Metadata is what a message carries for programs.
// Source: https://docs.slack.dev/messaging/message-metadata
type Metadata struct {
	EventType    string         `json:"event_type"`
	EventPayload map[string]any `json:"event_payload"`
}

type channel struct{ id, name string }

// Messages gives what stands in a channel and its threads, oldest first. The
// channel is named as for chat.postMessage, "#name" or its id; "" asks for all.
func (s *Server) Messages(of string) []Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	id := ""
	if of != "" {
		id = s.channelID(of)
	}
	var found []Message
	for _, m := range s.messages {
		if id == "" || m.Channel == id {
			found = append(found, *m)
		}
	}
	return found
}

// Remove takes a message away, as a person may.
func (s *Server) Remove(channel, ts string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.messages = slices.DeleteFunc(s.messages, func(m *Message) bool { return m.Channel == channel && m.TS == ts })
}

// channelID is the id of a channel that is named in any way.
func (s *Server) channelID(named string) string {
	name, isName := strings.CutPrefix(named, "#")
	for _, c := range s.channels {
		if isName && c.name == name || !isName && c.id == named {
			return c.id
		}
	}
	c := channel{id: named, name: strings.ToLower(named)}
	if isName {
		c = channel{id: fmt.Sprintf("C%09d", len(s.channels)+1), name: name}
	}
	s.channels = append(s.channels, c)
	return c.id
}

// knows tells whether there is a channel of this id: all but chat.postMessage
// take no name.
func (s *Server) knows(id string) bool {
	return slices.ContainsFunc(s.channels, func(c channel) bool { return c.id == id })
}

// find gives the message of a channel; nil where there is none.
func (s *Server) find(channel, ts string) *Message {
	for _, m := range s.messages {
		if m.Channel == channel && m.TS == ts {
			return m
		}
	}
	return nil
}

func (s *Server) post(form url.Values) map[string]any {
	m := &Message{Channel: s.channelID(form.Get("channel")), ThreadTS: form.Get("thread_ts"), Text: form.Get("text"), Blocks: form.Get("blocks")}
	if m.ThreadTS != "" && s.find(m.Channel, m.ThreadTS) == nil {
		return refuse("thread_not_found")
	}
	if !readMetadata(form, m) {
		return refuse("invalid_metadata_format")
	}
	s.posted++
	// A number behind the second keeps them apart, in the order of their posting.
	m.TS = fmt.Sprintf("%d.%06d", s.now().Unix(), s.posted)
	s.messages = append(s.messages, m)
	return map[string]any{"ok": true, "channel": m.Channel, "ts": m.TS}
}

func (s *Server) update(form url.Values) map[string]any {
	if !s.knows(form.Get("channel")) {
		return refuse("channel_not_found")
	}
	m := s.find(form.Get("channel"), form.Get("ts"))
	if m == nil {
		return refuse("message_not_found")
	}
	if !readMetadata(form, m) {
		return refuse("invalid_metadata_format")
	}
	m.Text, m.Blocks = form.Get("text"), form.Get("blocks")
	m.Edits++
	return map[string]any{"ok": true, "channel": m.Channel, "ts": m.TS}
}

// readMetadata sets a message's metadata. Without any it keeps what it has.
func readMetadata(form url.Values, m *Message) (ok bool) {
	if !form.Has("metadata") {
		return true
	}
	var md Metadata
	if err := json.Unmarshal([]byte(form.Get("metadata")), &md); err != nil || md.EventType == "" {
		return false
	}
	m.Metadata = &md
	return true
}

// history gives the messages of a channel itself, newest first.
func (s *Server) history(form url.Values) map[string]any {
	id := form.Get("channel")
	if !s.knows(id) {
		return refuse("channel_not_found")
	}
	var found []map[string]any
	for _, m := range slices.Backward(s.messages) {
		if m.Channel == id && m.ThreadTS == "" && m.TS > form.Get("oldest") {
			found = append(found, view(m, form))
		}
	}
	return s.page("messages", found, form)
}

// replies gives a message and what stands below it, oldest first.
func (s *Server) replies(form url.Values) map[string]any {
	id, ts := form.Get("channel"), form.Get("ts")
	if !s.knows(id) {
		return refuse("channel_not_found")
	}
	root := s.find(id, ts)
	if root == nil {
		return refuse("thread_not_found")
	}
	found := []map[string]any{view(root, form)}
	for _, m := range s.messages {
		if m.Channel == id && m.ThreadTS == ts && m.TS > form.Get("oldest") {
			found = append(found, view(m, form))
		}
	}
	return s.page("messages", found, form)
}

func view(m *Message, form url.Values) map[string]any {
	v := map[string]any{"type": "message", "ts": m.TS, "text": m.Text}
	if m.ThreadTS != "" {
		v["thread_ts"] = m.ThreadTS
	}
	if m.Metadata != nil && form.Get("include_all_metadata") == "1" {
		v["metadata"] = m.Metadata
	}
	return v
}

func (s *Server) conversations(form url.Values) map[string]any {
	var all []map[string]any
	for _, c := range s.channels {
		all = append(all, map[string]any{"id": c.id, "name": c.name})
	}
	return s.page("channels", all, form)
}

// page cuts a list; the cursor is how much of it came before.
func (s *Server) page(name string, all []map[string]any, form url.Values) map[string]any {
	start := number(form.Get("cursor"), 0)
	if start > len(all) {
		return refuse("invalid_cursor")
	}
	size := number(form.Get("limit"), 100)
	if s.PageSize > 0 {
		size = min(size, s.PageSize)
	}
	end := min(start+size, len(all))
	next := ""
	if end < len(all) {
		next = strconv.Itoa(end)
	}
	return map[string]any{
		"ok": true, name: all[start:end], "has_more": next != "", "response_metadata": map[string]any{"next_cursor": next},
	}
}

// number reads a number of a form; what is none counts as not given.
func number(text string, otherwise int) int {
	if n, err := strconv.Atoi(text); err == nil && n >= 0 {
		return n
	}
	return otherwise
}
