package report

import (
	"bytes"
	"encoding/json"
	"strconv"

	"whystopped/internal/words"
)

// sentences are the texts of a value, by the JSON Pointer of each (RFC 6901).
type sentences map[string]*words.Text

func (s sentences) add(pointer string, t *words.Text) { s[pointer] = t }

func (s sentences) addAll(pointer string, texts []words.Text) {
	for i := range texts {
		s.add(pointer+"/"+strconv.Itoa(i), &texts[i])
	}
}

// messages are what the texts were made from. Quotes, and the sentences of old
// reports, were made from none.
func (s sentences) messages() map[string]words.Message {
	out := map[string]words.Message{}
	for pointer, text := range s {
		if text.ID != "" && !text.IsZero() {
			out[pointer] = text.Message
		}
	}
	return out
}

// texts are all texts of the diagnosis.
func (d *Diagnosis) texts() sentences {
	s := sentences{}
	s.add("/verdict/title", &d.Verdict.Title)
	s.add("/verdict/summary", &d.Verdict.Summary)
	for i := range d.Findings {
		at, f := "/findings/"+strconv.Itoa(i), &d.Findings[i]
		s.add(at+"/title", &f.Title)
		s.add(at+"/summary", &f.Summary)
		s.add(at+"/why", &f.Why)
	}
	s.add("/fix/summary", &d.Fix.Summary)
	s.addAll("/fix/steps", d.Fix.Steps)
	for i := range d.Fix.Policies {
		at, p := "/fix/policies/"+strconv.Itoa(i), &d.Fix.Policies[i]
		s.add(at+"/detail", &p.Detail)
		s.add(at+"/verified/detail", &p.Verified.Detail)
	}
	if without := d.Fix.WithoutPolicy; without != nil {
		s.add("/fix/withoutPolicy/verified/detail", &without.Verified.Detail)
	}
	for i := range d.Timeline {
		s.add("/timeline/"+strconv.Itoa(i)+"/label", &d.Timeline[i].Label)
	}
	for i := range d.Sources {
		s.add("/sources/"+strconv.Itoa(i)+"/detail", &d.Sources[i].Detail)
	}
	s.addAll("/caveats", d.Caveats)
	return s
}

// plainDiagnosis is a Diagnosis without methods.
type plainDiagnosis Diagnosis

// MarshalJSON writes the sentences in English, and beside them the messages that
// they were made from.
func (d Diagnosis) MarshalJSON() ([]byte, error) {
	d.Messages = d.texts().messages()
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false) // whoever writes the whole decides
	if err := enc.Encode(plainDiagnosis(d)); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// UnmarshalJSON reads a diagnosis with its messages. One of before there were
// messages has its English sentences alone.
func (d *Diagnosis) UnmarshalJSON(b []byte) error {
	if err := json.Unmarshal(b, (*plainDiagnosis)(d)); err != nil {
		return err
	}
	for pointer, text := range d.texts() {
		if m, ok := d.Messages[pointer]; ok {
			*text = words.Of(m, text.English)
		}
	}
	d.Messages = nil // made anew from the texts
	return nil
}
