package evidence

// TaskDefinition is the part of ECS's TaskDefinition object that a diagnosis
// uses. Values of environment variables are not kept, only their names.
// Source: https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_TaskDefinition.html
type TaskDefinition struct {
	TaskDefinitionARN       string                `json:"taskDefinitionArn,omitempty"`
	Family                  string                `json:"family,omitempty"`
	Revision                int                   `json:"revision,omitempty"`
	Status                  string                `json:"status,omitempty"`
	ExecutionRoleARN        string                `json:"executionRoleArn,omitempty"`
	TaskRoleARN             string                `json:"taskRoleArn,omitempty"`
	NetworkMode             string                `json:"networkMode,omitempty"`
	CPU                     Text                  `json:"cpu,omitempty"`
	Memory                  Text                  `json:"memory,omitempty"`
	RequiresCompatibilities []string              `json:"requiresCompatibilities,omitempty"`
	RuntimePlatform         RuntimePlatform       `json:"runtimePlatform,omitzero"`
	ContainerDefinitions    []ContainerDefinition `json:"containerDefinitions,omitempty"`
	Volumes                 []Volume              `json:"volumes,omitempty"`
}

// Container finds a container's definition by name; nil when there is none.
func (d *TaskDefinition) Container(name string) *ContainerDefinition {
	if d == nil {
		return nil
	}
	for i := range d.ContainerDefinitions {
		if d.ContainerDefinitions[i].Name == name {
			return &d.ContainerDefinitions[i]
		}
	}
	return nil
}

// RuntimePlatform is the CPU architecture and operating system asked for.
type RuntimePlatform struct {
	CPUArchitecture       string `json:"cpuArchitecture,omitempty"`
	OperatingSystemFamily string `json:"operatingSystemFamily,omitempty"`
}

// ContainerDefinition is one container of a task definition.
type ContainerDefinition struct {
	Name                  string                 `json:"name,omitempty"`
	Image                 string                 `json:"image,omitempty"`
	Essential             *bool                  `json:"essential,omitempty"` // nil means true, as in ECS
	EntryPoint            []string               `json:"entryPoint,omitempty"`
	Command               []string               `json:"command,omitempty"`
	Memory                Text                   `json:"memory,omitempty"`
	MemoryReservation     Text                   `json:"memoryReservation,omitempty"`
	Secrets               []Secret               `json:"secrets,omitempty"`
	EnvironmentFiles      []EnvironmentFile      `json:"environmentFiles,omitempty"`
	RepositoryCredentials *RepositoryCredentials `json:"repositoryCredentials,omitempty"`
	LogConfiguration      *LogConfiguration      `json:"logConfiguration,omitempty"`
	FirelensConfiguration *FirelensConfiguration `json:"firelensConfiguration,omitempty"`
	DependsOn             []Dependency           `json:"dependsOn,omitempty"`
	CredentialSpecs       []string               `json:"credentialSpecs,omitempty"`
	DockerSecurityOptions []string               `json:"dockerSecurityOptions,omitempty"`
	HealthCheck           *HealthCheck           `json:"healthCheck,omitempty"`
	StopTimeout           *int                   `json:"stopTimeout,omitempty"` // seconds
	MountPoints           []MountPoint           `json:"mountPoints,omitempty"`
}

// IsEssential reports whether the end of this container ends the task.
func (c ContainerDefinition) IsEssential() bool { return c.Essential == nil || *c.Essential }

// Secret is an environment variable or log option that ECS fills from Secrets
// Manager or Parameter Store before the container starts.
type Secret struct {
	Name      string `json:"name,omitempty"`
	ValueFrom string `json:"valueFrom,omitempty"`
}

// EnvironmentFile is a file of variables in S3.
type EnvironmentFile struct {
	Type  string `json:"type,omitempty"`
	Value string `json:"value,omitempty"` // the object's ARN
}

// RepositoryCredentials names the secret with a private registry's login.
type RepositoryCredentials struct {
	CredentialsParameter string `json:"credentialsParameter,omitempty"`
}

// LogConfiguration is a container's log driver.
type LogConfiguration struct {
	LogDriver     string            `json:"logDriver,omitempty"`
	Options       map[string]string `json:"options,omitempty"`
	SecretOptions []Secret          `json:"secretOptions,omitempty"`
}

// FirelensConfiguration makes a container the log router.
type FirelensConfiguration struct {
	Type    string            `json:"type,omitempty"`
	Options map[string]string `json:"options,omitempty"`
}

// Dependency is one dependsOn entry.
type Dependency struct {
	ContainerName string `json:"containerName,omitempty"`
	Condition     string `json:"condition,omitempty"`
}

// HealthCheck is the container's own health check; times are seconds.
type HealthCheck struct {
	Command     []string `json:"command,omitempty"`
	Interval    *int     `json:"interval,omitempty"`
	Timeout     *int     `json:"timeout,omitempty"`
	Retries     *int     `json:"retries,omitempty"`
	StartPeriod *int     `json:"startPeriod,omitempty"`
}

// MountPoint puts a volume into a container.
type MountPoint struct {
	SourceVolume  string `json:"sourceVolume,omitempty"`
	ContainerPath string `json:"containerPath,omitempty"`
}

// Volume is a task volume of any kind.
type Volume struct {
	Name               string         `json:"name,omitempty"`
	EFS                *EFSVolume     `json:"efsVolumeConfiguration,omitempty"`
	FSx                *FSxVolume     `json:"fsxWindowsFileServerVolumeConfiguration,omitempty"`
	S3Files            *S3FilesVolume `json:"s3filesVolumeConfiguration,omitempty"`
	ConfiguredAtLaunch bool           `json:"configuredAtLaunch,omitempty"`
}

// EFSVolume is an EFS file system as a volume.
type EFSVolume struct {
	FileSystemID        string           `json:"fileSystemId,omitempty"`
	RootDirectory       string           `json:"rootDirectory,omitempty"`
	TransitEncryption   string           `json:"transitEncryption,omitempty"`
	AuthorizationConfig EFSAuthorization `json:"authorizationConfig,omitzero"`
}

// EFSAuthorization says whether the mount is signed, and with which access point.
type EFSAuthorization struct {
	AccessPointID string `json:"accessPointId,omitempty"`
	IAM           string `json:"iam,omitempty"` // ENABLED: mounted with the task role
}

// S3FilesVolume is an S3 Files file system as a volume. It is always mounted
// with TLS and as the task role.
// Source: https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_S3FilesVolumeConfiguration.html
type S3FilesVolume struct {
	FileSystemARN         string `json:"fileSystemArn,omitempty"`
	AccessPointARN        string `json:"accessPointArn,omitempty"`
	RootDirectory         string `json:"rootDirectory,omitempty"`
	TransitEncryptionPort *int   `json:"transitEncryptionPort,omitempty"`
}

// FSxVolume is an FSx for Windows file system as a volume.
type FSxVolume struct {
	FileSystemID        string           `json:"fileSystemId,omitempty"`
	RootDirectory       string           `json:"rootDirectory,omitempty"`
	AuthorizationConfig FSxAuthorization `json:"authorizationConfig,omitzero"`
}

// FSxAuthorization names the secret or parameter with the mount's login.
type FSxAuthorization struct {
	CredentialsParameter string `json:"credentialsParameter,omitempty"`
	Domain               string `json:"domain,omitempty"`
}
