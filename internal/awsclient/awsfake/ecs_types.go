package awsfake

import (
	"encoding/json"
	"strconv"
	"time"
)

// The types of this file are ECS's own, in the form in which they go over the
// wire. Source: https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Types.html

// Epoch is an instant as AWS's JSON protocols write it: seconds since 1970
// with a fraction. The zero Epoch is left out.
type Epoch struct{ time.Time }

// MarshalJSON writes seconds with three decimals.
func (e Epoch) MarshalJSON() ([]byte, error) {
	return json.RawMessage(strconv.FormatFloat(float64(e.UnixMilli())/1000, 'f', 3, 64)), nil
}

// Task is a task, running or stopped.
type Task struct {
	TaskARN              string        `json:"taskArn"`
	ClusterARN           string        `json:"clusterArn"`
	TaskDefinitionARN    string        `json:"taskDefinitionArn"`
	Group                string        `json:"group,omitempty"`
	StartedBy            string        `json:"startedBy,omitempty"`
	LaunchType           string        `json:"launchType,omitempty"`
	CapacityProviderName string        `json:"capacityProviderName,omitempty"`
	ContainerInstanceARN string        `json:"containerInstanceArn,omitempty"`
	PlatformVersion      string        `json:"platformVersion,omitempty"`
	PlatformFamily       string        `json:"platformFamily,omitempty"`
	AvailabilityZone     string        `json:"availabilityZone,omitempty"`
	CPU                  string        `json:"cpu,omitempty"`
	Memory               string        `json:"memory,omitempty"`
	LastStatus           string        `json:"lastStatus"`
	DesiredStatus        string        `json:"desiredStatus"`
	HealthStatus         string        `json:"healthStatus,omitempty"`
	Connectivity         string        `json:"connectivity,omitempty"`
	StopCode             string        `json:"stopCode,omitempty"`
	StoppedReason        string        `json:"stoppedReason,omitempty"`
	Version              int64         `json:"version"`
	CreatedAt            Epoch         `json:"createdAt,omitzero"`
	ConnectivityAt       Epoch         `json:"connectivityAt,omitzero"`
	PullStartedAt        Epoch         `json:"pullStartedAt,omitzero"`
	PullStoppedAt        Epoch         `json:"pullStoppedAt,omitzero"`
	StartedAt            Epoch         `json:"startedAt,omitzero"`
	StoppingAt           Epoch         `json:"stoppingAt,omitzero"`
	ExecutionStoppedAt   Epoch         `json:"executionStoppedAt,omitzero"`
	StoppedAt            Epoch         `json:"stoppedAt,omitzero"`
	Containers           []Container   `json:"containers"`
	Overrides            TaskOverrides `json:"overrides"`
	Attachments          []Attachment  `json:"attachments"`
}

// Container is one container of a task.
type Container struct {
	ContainerARN string `json:"containerArn"`
	TaskARN      string `json:"taskArn"`
	Name         string `json:"name"`
	Image        string `json:"image,omitempty"`
	ImageDigest  string `json:"imageDigest,omitempty"`
	RuntimeID    string `json:"runtimeId,omitempty"`
	LastStatus   string `json:"lastStatus"`
	HealthStatus string `json:"healthStatus,omitempty"`
	ExitCode     *int   `json:"exitCode,omitempty"`
	Reason       string `json:"reason,omitempty"`
}

// TaskOverrides are what RunTask changed of the task definition.
type TaskOverrides struct {
	ExecutionRoleARN   string              `json:"executionRoleArn,omitempty"`
	TaskRoleARN        string              `json:"taskRoleArn,omitempty"`
	ContainerOverrides []ContainerOverride `json:"containerOverrides"`
}

// ContainerOverride is what RunTask changed of one container.
type ContainerOverride struct {
	Name    string   `json:"name"`
	Command []string `json:"command,omitempty"`
}

// Attachment is a network interface or a volume of a task.
type Attachment struct {
	ID      string     `json:"id"`
	Type    string     `json:"type"`
	Status  string     `json:"status"`
	Details []KeyValue `json:"details"`
}

// KeyValue is a name and its value.
type KeyValue struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// TaskDefinition is one revision of a task definition.
type TaskDefinition struct {
	TaskDefinitionARN       string                `json:"taskDefinitionArn"`
	Family                  string                `json:"family"`
	Revision                int                   `json:"revision"`
	Status                  string                `json:"status"`
	ExecutionRoleARN        string                `json:"executionRoleArn,omitempty"`
	TaskRoleARN             string                `json:"taskRoleArn,omitempty"`
	NetworkMode             string                `json:"networkMode,omitempty"`
	RequiresCompatibilities []string              `json:"requiresCompatibilities,omitempty"`
	CPU                     string                `json:"cpu,omitempty"`
	Memory                  string                `json:"memory,omitempty"`
	RuntimePlatform         *RuntimePlatform      `json:"runtimePlatform,omitempty"`
	ContainerDefinitions    []ContainerDefinition `json:"containerDefinitions"`
	Volumes                 []Volume              `json:"volumes"`
}

// RuntimePlatform is the architecture and operating system asked for.
type RuntimePlatform struct {
	CPUArchitecture       string `json:"cpuArchitecture,omitempty"`
	OperatingSystemFamily string `json:"operatingSystemFamily,omitempty"`
}

// ContainerDefinition is one container of a task definition.
type ContainerDefinition struct {
	Name             string            `json:"name"`
	Image            string            `json:"image"`
	Essential        bool              `json:"essential"`
	Command          []string          `json:"command,omitempty"`
	Environment      []KeyValue        `json:"environment"`
	EnvironmentFiles []EnvironmentFile `json:"environmentFiles,omitempty"`
	Secrets          []Secret          `json:"secrets,omitempty"`
	LogConfiguration *LogConfiguration `json:"logConfiguration,omitempty"`
	HealthCheck      *HealthCheck      `json:"healthCheck,omitempty"`
	MountPoints      []MountPoint      `json:"mountPoints"`
	Memory           int               `json:"memory,omitempty"`
}

// EnvironmentFile is a file of variables in S3.
type EnvironmentFile struct {
	Type  string `json:"type"`
	Value string `json:"value"`
}

// Secret is a variable that ECS fills before the container starts.
type Secret struct {
	Name      string `json:"name"`
	ValueFrom string `json:"valueFrom"`
}

// LogConfiguration is a container's log driver.
type LogConfiguration struct {
	LogDriver string            `json:"logDriver"`
	Options   map[string]string `json:"options,omitempty"`
}

// HealthCheck is a container's own health check; times are seconds.
type HealthCheck struct {
	Command     []string `json:"command"`
	Interval    int      `json:"interval"`
	Timeout     int      `json:"timeout"`
	Retries     int      `json:"retries"`
	StartPeriod int      `json:"startPeriod,omitempty"`
}

// MountPoint puts a volume into a container.
type MountPoint struct {
	SourceVolume  string `json:"sourceVolume"`
	ContainerPath string `json:"containerPath"`
}

// Volume is a volume of a task.
type Volume struct {
	Name string     `json:"name"`
	EFS  *EFSVolume `json:"efsVolumeConfiguration,omitempty"`
}

// EFSVolume is an EFS file system as a volume.
type EFSVolume struct {
	FileSystemID        string            `json:"fileSystemId"`
	RootDirectory       string            `json:"rootDirectory,omitempty"`
	TransitEncryption   string            `json:"transitEncryption,omitempty"`
	AuthorizationConfig *EFSAuthorization `json:"authorizationConfig,omitempty"`
}

// EFSAuthorization says whether the mount is signed, and by which access point.
type EFSAuthorization struct {
	AccessPointID string `json:"accessPointId,omitempty"`
	IAM           string `json:"iam,omitempty"`
}

// Service is an ECS service; its events are newest first, as ECS lists them.
type Service struct {
	ServiceARN     string         `json:"serviceArn"`
	ServiceName    string         `json:"serviceName"`
	ClusterARN     string         `json:"clusterArn"`
	Status         string         `json:"status"`
	DesiredCount   int            `json:"desiredCount"`
	RunningCount   int            `json:"runningCount"`
	PendingCount   int            `json:"pendingCount"`
	LaunchType     string         `json:"launchType,omitempty"`
	TaskDefinition string         `json:"taskDefinition"`
	CreatedAt      Epoch          `json:"createdAt,omitzero"`
	Deployments    []Deployment   `json:"deployments"`
	Events         []ServiceEvent `json:"events"`
}

// Deployment is one roll-out of a service.
type Deployment struct {
	ID                 string `json:"id"`
	Status             string `json:"status"`
	TaskDefinition     string `json:"taskDefinition"`
	DesiredCount       int    `json:"desiredCount"`
	RunningCount       int    `json:"runningCount"`
	PendingCount       int    `json:"pendingCount"`
	FailedTasks        int    `json:"failedTasks"`
	CreatedAt          Epoch  `json:"createdAt,omitzero"`
	UpdatedAt          Epoch  `json:"updatedAt,omitzero"`
	LaunchType         string `json:"launchType,omitempty"`
	RolloutState       string `json:"rolloutState,omitempty"`
	RolloutStateReason string `json:"rolloutStateReason,omitempty"`
}

// ContainerInstance is a host of tasks.
type ContainerInstance struct {
	ContainerInstanceARN string `json:"containerInstanceArn"`
	EC2InstanceID        string `json:"ec2InstanceId"` // "mi-…" for a host that is not in EC2
	Status               string `json:"status"`
}

// ServiceEvent is one message of a service.
type ServiceEvent struct {
	ID        string `json:"id"`
	CreatedAt Epoch  `json:"createdAt"`
	Message   string `json:"message"`
}
