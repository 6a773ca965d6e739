package awsfake

import (
	"cmp"
	"encoding/json"

	"whystopped/internal/awsclient/awsfake/ids"
)

// target is what any of the operations may name as the thing that it is about.
type target struct {
	Cluster       string   `json:"cluster"`
	Tasks         []string `json:"tasks"`
	Services      []string `json:"services"`
	Instances     []string `json:"containerInstances"`
	LogGroupName  string   `json:"logGroupName"`
	LogStreamName string   `json:"logStreamName"`
}

// deniedResource is the resource that AWS names when it denies the call; "" where
// its sentence names none.
func (s *Server) deniedResource(req request) string {
	if resource := routes[req.op].resource; resource != nil {
		return resource(s, req)
	}
	return "*"
}

// targetOf reads what a call is about. What can't be read stays empty.
func targetOf(req request) target {
	var t target
	_ = json.Unmarshal(req.body, &t)
	t.Cluster = cmp.Or(ids.LastSegment(t.Cluster), "default")
	return t
}

// first is the last segment of the first entry, or "".
func first(refs []string) string {
	if len(refs) == 0 {
		return ""
	}
	return ids.LastSegment(refs[0])
}
