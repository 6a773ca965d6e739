package report

import "whystopped/internal/words"

// CauseInfo is one entry of the catalogue of causes, as people and tooling see it.
type CauseInfo struct {
	Code     string `json:"code"`
	Area     string `json:"area"` // image, secrets, logging, volumes, network, roles, container, runtime, placement, shutdown
	Phase    string `json:"phase"`
	Category string `json:"category"`
	// Identity is the kind at fault; "depends" where the evidence decides.
	Identity string `json:"identity"`
	// Orderly is set where nothing failed, so that nobody needs to be woken.
	Orderly bool       `json:"orderly"`
	Title   words.Text `json:"title"`
	// Meaning says in a few sentences what happened.
	Meaning words.Text `json:"meaning"`
	// Why says why that identity, and not the one people suspect.
	Why  words.Text   `json:"why,omitzero"`
	Fix  []words.Text `json:"fix"`
	Docs []string     `json:"docs"`
	// Examples are one to three messages by which the cause is recognized.
	Examples []string `json:"examples"`
	// Messages are what the sentences are made from, by the JSON Pointer of each.
	Messages map[string]words.Message `json:"messages"`
}

// texts are all texts of the entry.
func (k *CauseInfo) texts() sentences {
	s := sentences{}
	s.add("/title", &k.Title)
	s.add("/meaning", &k.Meaning)
	s.add("/why", &k.Why)
	s.addAll("/fix", k.Fix)
	return s
}

// FillMessages sets the messages of the entry's sentences.
func (k *CauseInfo) FillMessages() { k.Messages = k.texts().messages() }
