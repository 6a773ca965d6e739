package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// reference is the part of the package's data that the table keeps.
type reference struct {
	services []service
}

type service struct {
	prefix, name string
	types        []resourceType
	actions      []action
}

// resourceType is one form of ARN; a type with two forms stands twice.
type resourceType struct {
	name, template string
}

type action struct {
	name string
	// permissions is set where the reference's access level is "Permissions management".
	permissions bool
	// types are the resource types that the action takes, by number.
	types []typeUse
}

type typeUse struct {
	number   int
	required bool
}

// The shapes of the package's JSON files, as far as they are read.
type (
	actionFile map[string]struct {
		Name          string `json:"name"`
		AccessLevel   string `json:"accessLevel"`
		ResourceTypes []struct {
			Name     string `json:"name"`
			Required bool   `json:"required"`
		} `json:"resourceTypes"`
	}
	typeFile map[string]struct {
		Key string `json:"key"`
		ARN string `json:"arn"`
	}
)

// arnHead begins every template of the reference.
const arnHead = "arn:${Partition}:"

func parse(files map[string][]byte) (reference, error) {
	var prefixes []string
	names := map[string]string{}
	if err := decode(files, "data/services.json", &prefixes); err != nil {
		return reference{}, err
	}
	if err := decode(files, "data/serviceNames.json", &names); err != nil {
		return reference{}, err
	}
	slices.Sort(prefixes)
	var ref reference
	for _, prefix := range prefixes {
		svc, err := parseService(files, prefix)
		if err != nil {
			return reference{}, fmt.Errorf("service %s: %w", prefix, err)
		}
		svc.name = names[prefix]
		ref.services = append(ref.services, svc)
	}
	return ref, nil
}

func parseService(files map[string][]byte, prefix string) (service, error) {
	svc := service{prefix: prefix}
	var types typeFile
	if name := "data/resourceTypes/" + prefix + ".json"; files[name] != nil {
		if err := decode(files, name, &types); err != nil {
			return svc, err
		}
	}
	numbers := map[string][]int{}
	for _, key := range slices.Sorted(maps.Keys(types)) {
		for template := range strings.SplitSeq(types[key].ARN, ", ") {
			short, ok := strings.CutPrefix(template, arnHead)
			if !ok || strings.ContainsAny(short, " \t\n,") {
				return svc, fmt.Errorf("resource type %s: %q is no template", key, template)
			}
			numbers[key] = append(numbers[key], len(svc.types))
			svc.types = append(svc.types, resourceType{types[key].Key, short})
		}
	}
	var actions actionFile
	if err := decode(files, "data/actions/"+prefix+".json", &actions); err != nil {
		return svc, err
	}
	for _, key := range slices.Sorted(maps.Keys(actions)) {
		act := action{name: actions[key].Name, permissions: strings.Contains(actions[key].AccessLevel, "Permissions management")}
		for _, use := range actions[key].ResourceTypes {
			rows, ok := numbers[strings.ToLower(use.Name)]
			if !ok {
				return svc, fmt.Errorf("action %s: unknown resource type %q", act.name, use.Name)
			}
			for _, row := range rows {
				act.types = append(act.types, typeUse{row, use.Required})
			}
		}
		slices.SortFunc(act.types, func(a, b typeUse) int { return a.number - b.number })
		svc.actions = append(svc.actions, act)
	}
	return svc, nil
}

func decode(files map[string][]byte, name string, into any) error {
	if err := json.Unmarshal(files[name], into); err != nil {
		return fmt.Errorf("read %s: %w", name, err)
	}
	return nil
}
