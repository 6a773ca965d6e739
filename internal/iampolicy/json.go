package iampolicy

import (
	"encoding/json"
	"fmt"
)

// MarshalJSON writes a principal as IAM wants it: "*" alone as a string.
func (p Principal) MarshalJSON() ([]byte, error) {
	if names := p["*"]; len(p) == 1 && len(names) == 1 && names[0] == "*" {
		return []byte(`"*"`), nil
	}
	return json.Marshal(map[string][]string(p))
}

// UnmarshalJSON reads a principal: "*", or kind -> a name or a list of names.
func (p *Principal) UnmarshalJSON(b []byte) error {
	var name string
	if json.Unmarshal(b, &name) == nil {
		*p = Principal{name: {name}}
		return nil
	}
	var kinds map[string]texts
	if err := json.Unmarshal(b, &kinds); err != nil {
		return fmt.Errorf("read a principal: %w", err)
	}
	*p = Principal{}
	for kind, names := range kinds {
		(*p)[kind] = names
	}
	return nil
}

// UnmarshalJSON reads a condition, whose values may be single and need not be
// strings.
func (c *Condition) UnmarshalJSON(b []byte) error {
	var operators map[string]map[string]texts
	if err := json.Unmarshal(b, &operators); err != nil {
		return fmt.Errorf("read a condition: %w", err)
	}
	*c = Condition{}
	for operator, keys := range operators {
		(*c)[operator] = map[string][]string{}
		for key, values := range keys {
			(*c)[operator][key] = values
		}
	}
	return nil
}

// UnmarshalJSON reads a document with one statement or a list of them.
func (d *Document) UnmarshalJSON(b []byte) error {
	var loose struct {
		Version   string
		Statement json.RawMessage
	}
	if err := json.Unmarshal(b, &loose); err != nil {
		return fmt.Errorf("read a policy document: %w", err)
	}
	*d = Document{Version: loose.Version}
	if len(loose.Statement) == 0 {
		return nil
	}
	if loose.Statement[0] == '{' {
		d.Statement = make([]Statement, 1)
		return json.Unmarshal(loose.Statement, &d.Statement[0])
	}
	return json.Unmarshal(loose.Statement, &d.Statement)
}

// UnmarshalJSON reads a statement whose lists may be single strings.
func (s *Statement) UnmarshalJSON(b []byte) error {
	var loose struct {
		Sid, Effect                              string
		Principal, NotPrincipal                  Principal
		Action, NotAction, Resource, NotResource texts
		Condition                                Condition
	}
	if err := json.Unmarshal(b, &loose); err != nil {
		return fmt.Errorf("read a statement: %w", err)
	}
	*s = Statement{
		Sid: loose.Sid, Effect: loose.Effect, Principal: loose.Principal, NotPrincipal: loose.NotPrincipal,
		Action: loose.Action, NotAction: loose.NotAction, Resource: loose.Resource, NotResource: loose.NotResource,
		Condition: loose.Condition,
	}
	return nil
}

// texts is a list of strings that may be written as one, and in conditions as
// booleans or numbers.
type texts []string

func (t *texts) UnmarshalJSON(b []byte) error {
	var list []json.RawMessage
	if json.Unmarshal(b, &list) != nil {
		list = []json.RawMessage{b}
	}
	*t = make(texts, len(list))
	for i, item := range list {
		if json.Unmarshal(item, &(*t)[i]) == nil {
			continue
		}
		var scalar any
		if err := json.Unmarshal(item, &scalar); err != nil {
			return err
		}
		switch scalar.(type) {
		case bool, float64:
			(*t)[i] = string(item)
		default:
			return fmt.Errorf("%s is no text", item)
		}
	}
	return nil
}
