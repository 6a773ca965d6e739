package awsfake

import (
	"cmp"
	"slices"
	"strings"

	"whystopped/internal/awsclient/awsfake/ids"
)

// world is a Scenario made ready for look-ups.
type world struct {
	Scenario
	clusters    map[string]*Cluster
	definitions map[string]*TaskDefinition // by ARN
	groups      map[groupKey]logGroup
	trail       []TrailRecord // newest first
	roles       map[string]*Role
}

type groupKey struct{ region, name string }

// logGroup is a log group as it is looked up: its events by stream.
type logGroup struct {
	streams          map[string][]LogEvent
	infrequentAccess bool
}

func newWorld(s Scenario) world {
	w := world{
		Scenario:    s.withDefaults(),
		clusters:    map[string]*Cluster{},
		definitions: map[string]*TaskDefinition{},
		groups:      map[groupKey]logGroup{},
		roles:       map[string]*Role{},
	}
	for i := range s.Clusters {
		w.clusters[s.Clusters[i].Name] = &s.Clusters[i]
	}
	for i := range s.TaskDefinitions {
		w.definitions[s.TaskDefinitions[i].TaskDefinitionARN] = &s.TaskDefinitions[i]
	}
	for _, r := range s.Roles {
		w.roles[r.Name] = new(r.withDefaults())
	}
	for _, g := range s.LogGroups {
		w.addGroup(g)
	}
	for i, r := range s.Trail {
		w.trail = append(w.trail, r.withDefaults(w.Scenario, i))
	}
	slices.SortStableFunc(w.trail, func(a, b TrailRecord) int { return b.EventTime.Compare(a.EventTime) })
	return w
}

func (w *world) addGroup(g LogGroup) {
	setDefault(&g.Region, w.Region)
	streams := map[string][]LogEvent{}
	for _, stream := range g.Streams {
		events := slices.Clone(stream.Events)
		slices.SortStableFunc(events, func(a, b LogEvent) int { return a.At.Compare(b.At) })
		streams[stream.Name] = events
	}
	w.groups[groupKey{g.Region, g.Name}] = logGroup{streams, g.InfrequentAccess}
}

// cluster finds a cluster of the request's Region by name or ARN; an empty
// name is the cluster "default".
func (w *world) cluster(req request, nameOrARN string) (*Cluster, error) {
	name := cmp.Or(ids.LastSegment(nameOrARN), "default")
	c := w.clusters[name]
	if c == nil || req.region != w.Region {
		return nil, badRequest("ClusterNotFoundException", "Cluster not found.")
	}
	return c, nil
}

// group finds the streams of a log group of the request's Region by its name
// or its ARN.
func (w *world) group(req request, name, identifier string) (map[string][]LogEvent, error) {
	if identifier != "" {
		_, name, _ = strings.Cut(identifier, ":log-group:")
		name = strings.TrimSuffix(name, ":*")
		if name == "" {
			name = identifier
		}
	}
	g, ok := w.groups[groupKey{req.region, name}]
	switch {
	case !ok:
		return nil, badRequest("ResourceNotFoundException", "The specified log group does not exist.")
	case g.infrequentAccess:
		return nil, badRequest("InvalidOperationException", "The operation is not supported for this log group class.")
	}
	return g.streams, nil
}
