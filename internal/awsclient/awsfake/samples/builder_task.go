package samples

import (
	"fmt"
	"time"

	"whystopped/internal/awsclient/awsfake"
	"whystopped/internal/awsclient/awsfake/ids"
)

// moments are when things happened to a task; zero for what never did.
type moments struct {
	created, connected, pullStarted, pullStopped, started time.Time
	stopping, executionStopped, stopped                   time.Time
	// ended is when the task failed or its containers ended, now for one that
	// runs: the moment that a draft counts from.
	ended time.Time
}

// How long ECS takes, about.
const (
	deprovisioning = 23 * time.Second
	beforeConnect  = 7 * time.Second
	beforePull     = 13 * time.Second
	pulling        = 11 * time.Second
	beforeStart    = 4 * time.Second
	usualFailure   = 19 * time.Second
)

// moments dates the draft's life, seen from now.
func (d draft) moments(now time.Time) moments {
	var m moments
	m.stopped = now.Add(-d.ended)
	m.ended = m.stopped.Add(-deprovisioning)
	switch d.life {
	case unplaced:
		return moments{ended: m.stopped}
	case ran:
		m.stopping, m.executionStopped = m.ended, m.ended
		m.started = m.ended.Add(-d.ranFor)
		m.created = m.started.Add(-beforePull - pulling - beforeStart)
	case running:
		m = moments{ended: now}
		m.started = now.Add(-d.ranFor)
		m.created = m.started.Add(-beforePull - pulling - beforeStart)
	default:
		m.stopping = m.ended
		took := d.took
		if took == 0 {
			took = usualFailure
		}
		if d.life == failedStart {
			took += pulling
		}
		m.created = m.ended.Add(-took)
	}
	if !d.refused { // without roles a task never connects
		m.connected = m.created.Add(beforeConnect)
	}
	if d.life >= failedPull {
		m.pullStarted = m.created.Add(beforePull)
		m.pullStopped = m.pullStarted.Add(pulling)
	}
	if d.life == failedPull {
		m.pullStopped = m.ended
	}
	return m
}

// task makes the Task object as DescribeTasks has it.
func (r run) task() awsfake.Task {
	t := awsfake.Task{
		TaskARN:            r.arn(),
		ClusterARN:         r.b.scenario.ARN("ecs", "cluster/"+r.cluster()),
		TaskDefinitionARN:  r.definition,
		Group:              r.group(),
		StartedBy:          r.startedBy,
		AvailabilityZone:   awsfake.DefaultRegion + "b",
		CPU:                "512",
		Memory:             "1024",
		LastStatus:         "STOPPED",
		DesiredStatus:      "STOPPED",
		HealthStatus:       "UNKNOWN",
		Connectivity:       "CONNECTED",
		StopCode:           r.stopCode,
		StoppedReason:      r.text.Replace(r.stopped),
		Version:            6,
		CreatedAt:          awsfake.Epoch{Time: r.at.created},
		ConnectivityAt:     awsfake.Epoch{Time: r.at.connected},
		PullStartedAt:      awsfake.Epoch{Time: r.at.pullStarted},
		PullStoppedAt:      awsfake.Epoch{Time: r.at.pullStopped},
		StartedAt:          awsfake.Epoch{Time: r.at.started},
		StoppingAt:         awsfake.Epoch{Time: r.at.stopping},
		ExecutionStoppedAt: awsfake.Epoch{Time: r.at.executionStopped},
		StoppedAt:          awsfake.Epoch{Time: r.at.stopped},
		Overrides:          r.overrides,
		Attachments:        []awsfake.Attachment{},
	}
	if !r.standalone {
		t.StartedBy = r.deployment()
	}
	if r.life == running {
		t.LastStatus, t.DesiredStatus = "RUNNING", "RUNNING"
	}
	r.placeOn(&t)
	for _, box := range r.boxes {
		t.Containers = append(t.Containers, r.container(box))
		t.Overrides.ContainerOverrides = append(t.Overrides.ContainerOverrides, awsfake.ContainerOverride{Name: box.name})
		if box.health != "" {
			t.HealthStatus = box.health
		}
	}
	return t
}

// placeOn fills in what differs between Fargate and EC2.
func (r run) placeOn(t *awsfake.Task) {
	if r.onEC2 {
		t.LaunchType = "EC2"
		t.ContainerInstanceARN = r.b.instanceARN()
		return
	}
	t.LaunchType = "FARGATE"
	t.PlatformVersion, t.PlatformFamily = "1.4.0", "Linux"
	if r.spot {
		t.CapacityProviderName = "FARGATE_SPOT"
	}
	t.Attachments = append(t.Attachments, r.networkInterface())
}

func (r run) networkInterface() awsfake.Attachment {
	status := "DELETED"
	if r.life == running {
		status = "ATTACHED"
	}
	return awsfake.Attachment{
		ID:     ids.UUID("attachment of " + r.id),
		Type:   "ElasticNetworkInterface",
		Status: status,
		Details: []awsfake.KeyValue{
			{Name: "subnetId", Value: "subnet-0a1b2c3d4e5f60718"},
			{Name: "networkInterfaceId", Value: "eni-0" + ids.Hex("interface of "+r.id, 16)},
			{Name: "macAddress", Value: "0a:1b:2c:3d:4e:5f"},
			{Name: "privateDnsName", Value: "ip-10-0-12-34." + awsfake.DefaultRegion + ".compute.internal"},
			{Name: "privateIPv4Address", Value: "10.0.12.34"},
		},
	}
}

func (r run) container(box box) awsfake.Container {
	c := awsfake.Container{
		ContainerARN: r.b.scenario.ARN("ecs", fmt.Sprintf("container/%s/%s/%s", r.cluster(), r.id, ids.UUID("container "+box.name+" of "+r.id))),
		TaskARN:      r.arn(),
		Name:         box.name,
		Image:        box.image,
		LastStatus:   "STOPPED",
		HealthStatus: "UNKNOWN",
		ExitCode:     box.exit,
		Reason:       r.text.Replace(box.reason),
	}
	if box.health != "" {
		c.HealthStatus = box.health
	}
	if r.life >= failedStart {
		c.ImageDigest = "sha256:" + ids.Hex("image "+box.image, 64)
		c.RuntimeID = r.runtimeID(box)
	}
	if r.life == running {
		c.LastStatus = "RUNNING"
	}
	return c
}

// runtimeID is Docker's id of the container on EC2; on Fargate it holds the
// task's.
func (r run) runtimeID(box box) string {
	seed := "runtime of " + box.name + r.id
	if r.onEC2 {
		return ids.Hex(seed, 64)
	}
	return r.id + "-" + ids.Digits(seed, 10)
}
