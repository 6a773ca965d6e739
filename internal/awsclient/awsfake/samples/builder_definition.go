package samples

import (
	"fmt"

	"whystopped/internal/awsclient/awsfake"
)

// define makes the revision of the task definition that a draft uses.
func (b *builder) define(d draft) awsfake.TaskDefinition {
	b.revisions[d.app]++
	revision := b.revisions[d.app] + 6
	def := awsfake.TaskDefinition{
		TaskDefinitionARN:       b.scenario.ARN("ecs", fmt.Sprintf("task-definition/%s:%d", d.app, revision)),
		Family:                  d.app,
		Revision:                revision,
		Status:                  "ACTIVE",
		ExecutionRoleARN:        b.roleARN(d.execRole),
		TaskRoleARN:             b.roleARN(d.taskRole),
		NetworkMode:             "awsvpc",
		RequiresCompatibilities: []string{"FARGATE"},
		CPU:                     "512",
		Memory:                  "1024",
		Volumes:                 []awsfake.Volume{},
	}
	if d.onEC2 {
		def.NetworkMode, def.RequiresCompatibilities = "bridge", []string{"EC2"}
	} else {
		def.RuntimePlatform = &awsfake.RuntimePlatform{CPUArchitecture: "X86_64", OperatingSystemFamily: "LINUX"}
	}
	if d.efs != nil {
		def.Volumes = append(def.Volumes, awsfake.Volume{Name: "data", EFS: d.efs})
	}
	for _, box := range d.boxes {
		def.ContainerDefinitions = append(def.ContainerDefinitions, d.containerDefinition(box))
	}
	b.scenario.TaskDefinitions = append(b.scenario.TaskDefinitions, def)
	return def
}

func (d draft) containerDefinition(box box) awsfake.ContainerDefinition {
	c := awsfake.ContainerDefinition{
		Name:             box.name,
		Image:            box.image,
		Essential:        !box.sidecar,
		Environment:      append([]awsfake.KeyValue{{Name: "ENVIRONMENT", Value: "production"}}, box.environment...),
		Secrets:          box.secrets,
		HealthCheck:      box.healthCheck,
		LogConfiguration: d.logConfiguration(),
		MountPoints:      []awsfake.MountPoint{},
		Memory:           box.memory,
	}
	for _, arn := range box.envFiles {
		c.EnvironmentFiles = append(c.EnvironmentFiles, awsfake.EnvironmentFile{Type: "s3", Value: arn})
	}
	if d.efs != nil {
		c.MountPoints = append(c.MountPoints, awsfake.MountPoint{SourceVolume: "data", ContainerPath: "/data"})
	}
	return c
}

func (d draft) logConfiguration() *awsfake.LogConfiguration {
	options := map[string]string{
		"awslogs-group":  d.logGroup(),
		"awslogs-region": d.logging.region,
	}
	if !d.logging.noPrefix {
		options["awslogs-stream-prefix"] = "ecs"
	}
	if d.logging.createGroup {
		options["awslogs-create-group"] = "true"
	}
	return &awsfake.LogConfiguration{LogDriver: "awslogs", Options: options}
}

// writeLogs writes the stream of every container that ran.
func (b *builder) writeLogs(r run) {
	if r.logging.groupAbsent {
		return
	}
	key := logGroupKey{r.logging.region, r.logGroup()}
	group := b.groups[key]
	if group == nil {
		group = &awsfake.LogGroup{Name: key.name, Region: key.region}
		b.groups[key] = group
	}
	if r.life < ran {
		return
	}
	for _, box := range r.boxes {
		stream := awsfake.LogStream{Name: r.streamName(box)}
		for _, line := range box.lines {
			stream.Events = append(stream.Events, awsfake.LogEvent{At: r.at.ended.Add(-line.before), Message: r.text.Replace(line.text)})
		}
		group.Streams = append(group.Streams, stream)
	}
}

func (r run) streamName(box box) string {
	if r.logging.noPrefix {
		return r.runtimeID(box)
	}
	return "ecs/" + box.name + "/" + r.id
}
