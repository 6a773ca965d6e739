package evidence

import "whystopped/internal/taskref"

// Task is the part of ECS's Task object that a diagnosis uses, with the names
// of the API. Source: https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Task.html
type Task struct {
	TaskARN              string `json:"taskArn,omitempty"`
	ClusterARN           string `json:"clusterArn,omitempty"`
	TaskDefinitionARN    string `json:"taskDefinitionArn,omitempty"`
	Group                string `json:"group,omitempty"`
	StartedBy            string `json:"startedBy,omitempty"`
	LaunchType           string `json:"launchType,omitempty"`
	CapacityProviderName string `json:"capacityProviderName,omitempty"`
	ContainerInstanceARN string `json:"containerInstanceArn,omitempty"`
	PlatformVersion      string `json:"platformVersion,omitempty"`
	PlatformFamily       string `json:"platformFamily,omitempty"`
	AvailabilityZone     string `json:"availabilityZone,omitempty"`
	CPU                  Text   `json:"cpu,omitempty"`
	Memory               Text   `json:"memory,omitempty"`
	LastStatus           string `json:"lastStatus,omitempty"`
	DesiredStatus        string `json:"desiredStatus,omitempty"`
	HealthStatus         string `json:"healthStatus,omitempty"`
	Connectivity         string `json:"connectivity,omitempty"`
	StopCode             string `json:"stopCode,omitempty"`
	StoppedReason        string `json:"stoppedReason,omitempty"`
	// Version grows with each change of the task.
	Version int64 `json:"version,omitempty"`

	CreatedAt          Time `json:"createdAt,omitzero"`
	ConnectivityAt     Time `json:"connectivityAt,omitzero"`
	PullStartedAt      Time `json:"pullStartedAt,omitzero"`
	PullStoppedAt      Time `json:"pullStoppedAt,omitzero"`
	StartedAt          Time `json:"startedAt,omitzero"`
	StoppingAt         Time `json:"stoppingAt,omitzero"`
	ExecutionStoppedAt Time `json:"executionStoppedAt,omitzero"`
	StoppedAt          Time `json:"stoppedAt,omitzero"`

	Containers  []Container  `json:"containers,omitempty"`
	Overrides   Overrides    `json:"overrides,omitzero"`
	Attachments []Attachment `json:"attachments,omitempty"`
}

// Ref returns the task's address.
func (t *Task) Ref() taskref.Ref { return taskref.OfTask(t.TaskARN, t.ClusterARN, t.Group) }

// Container is one container of a task, as DescribeTasks tells of it.
type Container struct {
	ContainerARN  string         `json:"containerArn,omitempty"`
	Name          string         `json:"name,omitempty"`
	Image         string         `json:"image,omitempty"`
	ImageDigest   string         `json:"imageDigest,omitempty"`
	RuntimeID     string         `json:"runtimeId,omitempty"`
	LastStatus    string         `json:"lastStatus,omitempty"`
	HealthStatus  string         `json:"healthStatus,omitempty"`
	ExitCode      *int           `json:"exitCode,omitempty"` // nil: it never exited, or that was lost
	Reason        string         `json:"reason,omitempty"`
	ManagedAgents []ManagedAgent `json:"managedAgents,omitempty"`
}

// ManagedAgent is ECS's own program inside a container: ECS Exec.
type ManagedAgent struct {
	Name       string `json:"name,omitempty"`
	LastStatus string `json:"lastStatus,omitempty"`
	Reason     string `json:"reason,omitempty"`
}

// Overrides are the changes that RunTask made to the task definition. The
// roles win over those of the definition.
type Overrides struct {
	ExecutionRoleARN   string              `json:"executionRoleArn,omitempty"`
	TaskRoleARN        string              `json:"taskRoleArn,omitempty"`
	ContainerOverrides []ContainerOverride `json:"containerOverrides,omitempty"`
}

// ContainerOverride is the part of a container's override that a diagnosis uses.
type ContainerOverride struct {
	Name             string            `json:"name,omitempty"`
	Command          []string          `json:"command,omitempty"`
	EnvironmentFiles []EnvironmentFile `json:"environmentFiles,omitempty"`
}

// Attachment is a network interface, volume or Service Connect proxy of a task.
type Attachment struct {
	ID      string     `json:"id,omitempty"`
	Type    string     `json:"type,omitempty"`
	Status  string     `json:"status,omitempty"`
	Details []KeyValue `json:"details,omitempty"`
}

// Detail is the value of one of the attachment's details, or "".
func (a Attachment) Detail(name string) string {
	for _, d := range a.Details {
		if d.Name == name {
			return d.Value
		}
	}
	return ""
}

// KeyValue is a name and its value.
type KeyValue struct {
	Name  string `json:"name,omitempty"`
	Value string `json:"value,omitempty"`
}
