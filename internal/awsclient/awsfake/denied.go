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

// deniedResource is the resource that AWS names when it refuses the call, by
// the resource types of the Service Authorization Reference; empty where its
// sentence names none.
func (s *Server) deniedResource(req request) string {
	var t target
	_ = json.Unmarshal(req.body, &t) // what cannot be read stays empty
	cluster := cmp.Or(ids.LastSegment(t.Cluster), "default")
	switch req.op {
	case "ecs:DescribeTasks":
		return s.world.ARN("ecs", "task/"+cluster+"/"+first(t.Tasks))
	case "ecs:DescribeServices":
		return s.world.ARN("ecs", "service/"+cluster+"/"+first(t.Services))
	case "ecs:DescribeContainerInstances":
		return s.world.ARN("ecs", "container-instance/"+cluster+"/"+first(t.Instances))
	case "logs:GetLogEvents":
		return s.world.ARN("logs", "log-group:"+t.LogGroupName+":log-stream:"+t.LogStreamName)
	case "logs:FilterLogEvents":
		return s.world.ARN("logs", "log-group:"+t.LogGroupName+":log-stream:")
	case "iam:GetRole":
		return "role " + req.form.Get("RoleName")
	case "sts:AssumeRole":
		return req.form.Get("RoleArn")
	case "iam:SimulatePrincipalPolicy":
		return req.form.Get("PolicySourceArn")
	case "cloudtrail:LookupEvents", "sts:GetCallerIdentity":
		return ""
	}
	return "*"
}

// first is the last segment of the first entry, or "".
func first(refs []string) string {
	if len(refs) == 0 {
		return ""
	}
	return ids.LastSegment(refs[0])
}
