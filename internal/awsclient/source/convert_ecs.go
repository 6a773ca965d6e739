package source

import (
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"whystopped/internal/diagnose/evidence"
)

// Everything here copies: what is converted shares no memory with the SDK's
// values, since those of a task definition are kept for later requests.

// TaskOf converts a task.
func TaskOf(t types.Task) *evidence.Task {
	return &evidence.Task{
		TaskARN:              aws.ToString(t.TaskArn),
		ClusterARN:           aws.ToString(t.ClusterArn),
		TaskDefinitionARN:    aws.ToString(t.TaskDefinitionArn),
		Group:                aws.ToString(t.Group),
		StartedBy:            aws.ToString(t.StartedBy),
		LaunchType:           string(t.LaunchType),
		CapacityProviderName: aws.ToString(t.CapacityProviderName),
		ContainerInstanceARN: aws.ToString(t.ContainerInstanceArn),
		PlatformVersion:      aws.ToString(t.PlatformVersion),
		PlatformFamily:       aws.ToString(t.PlatformFamily),
		AvailabilityZone:     aws.ToString(t.AvailabilityZone),
		CPU:                  evidence.Text(aws.ToString(t.Cpu)),
		Memory:               evidence.Text(aws.ToString(t.Memory)),
		LastStatus:           aws.ToString(t.LastStatus),
		DesiredStatus:        aws.ToString(t.DesiredStatus),
		HealthStatus:         string(t.HealthStatus),
		Connectivity:         string(t.Connectivity),
		StopCode:             string(t.StopCode),
		StoppedReason:        aws.ToString(t.StoppedReason),
		Version:              t.Version,
		CreatedAt:            timeOf(t.CreatedAt),
		ConnectivityAt:       timeOf(t.ConnectivityAt),
		PullStartedAt:        timeOf(t.PullStartedAt),
		PullStoppedAt:        timeOf(t.PullStoppedAt),
		StartedAt:            timeOf(t.StartedAt),
		StoppingAt:           timeOf(t.StoppingAt),
		ExecutionStoppedAt:   timeOf(t.ExecutionStoppedAt),
		StoppedAt:            timeOf(t.StoppedAt),
		Containers:           Each(t.Containers, containerOf),
		Overrides:            overridesOf(t.Overrides),
		Attachments:          Each(t.Attachments, attachmentOf),
	}
}

func containerOf(c types.Container) evidence.Container {
	return evidence.Container{
		ContainerARN:  aws.ToString(c.ContainerArn),
		Name:          aws.ToString(c.Name),
		Image:         aws.ToString(c.Image),
		ImageDigest:   aws.ToString(c.ImageDigest),
		RuntimeID:     aws.ToString(c.RuntimeId),
		LastStatus:    aws.ToString(c.LastStatus),
		HealthStatus:  string(c.HealthStatus),
		ExitCode:      intOf(c.ExitCode),
		Reason:        aws.ToString(c.Reason),
		ManagedAgents: Each(c.ManagedAgents, managedAgentOf),
	}
}

func managedAgentOf(a types.ManagedAgent) evidence.ManagedAgent {
	return evidence.ManagedAgent{
		Name:       string(a.Name),
		LastStatus: aws.ToString(a.LastStatus),
		Reason:     aws.ToString(a.Reason),
	}
}

func overridesOf(o *types.TaskOverride) evidence.Overrides {
	if o == nil {
		return evidence.Overrides{}
	}
	return evidence.Overrides{
		ExecutionRoleARN: aws.ToString(o.ExecutionRoleArn),
		TaskRoleARN:      aws.ToString(o.TaskRoleArn),
		ContainerOverrides: Each(o.ContainerOverrides, func(c types.ContainerOverride) evidence.ContainerOverride {
			return evidence.ContainerOverride{
				Name:             aws.ToString(c.Name),
				Command:          slices.Clone(c.Command),
				EnvironmentFiles: Each(c.EnvironmentFiles, environmentFileOf),
			}
		}),
	}
}

func attachmentOf(a types.Attachment) evidence.Attachment {
	return evidence.Attachment{
		ID:     aws.ToString(a.Id),
		Type:   aws.ToString(a.Type),
		Status: aws.ToString(a.Status),
		Details: Each(a.Details, func(d types.KeyValuePair) evidence.KeyValue {
			return evidence.KeyValue{Name: aws.ToString(d.Name), Value: aws.ToString(d.Value)}
		}),
	}
}

func definitionOf(d *types.TaskDefinition) *evidence.TaskDefinition {
	def := &evidence.TaskDefinition{
		TaskDefinitionARN: aws.ToString(d.TaskDefinitionArn),
		Family:            aws.ToString(d.Family),
		Revision:          int(d.Revision),
		Status:            string(d.Status),
		ExecutionRoleARN:  aws.ToString(d.ExecutionRoleArn),
		TaskRoleARN:       aws.ToString(d.TaskRoleArn),
		NetworkMode:       string(d.NetworkMode),
		CPU:               evidence.Text(aws.ToString(d.Cpu)),
		Memory:            evidence.Text(aws.ToString(d.Memory)),
		RequiresCompatibilities: Each(
			d.RequiresCompatibilities, func(c types.Compatibility) string { return string(c) },
		),
		ContainerDefinitions: Each(d.ContainerDefinitions, containerDefinitionOf),
		Volumes:              Each(d.Volumes, volumeOf),
	}
	if p := d.RuntimePlatform; p != nil {
		def.RuntimePlatform = evidence.RuntimePlatform{
			CPUArchitecture:       string(p.CpuArchitecture),
			OperatingSystemFamily: string(p.OperatingSystemFamily),
		}
	}
	return def
}

func containerDefinitionOf(c types.ContainerDefinition) evidence.ContainerDefinition {
	def := evidence.ContainerDefinition{
		Name:              aws.ToString(c.Name),
		Image:             aws.ToString(c.Image),
		EntryPoint:        slices.Clone(c.EntryPoint),
		Command:           slices.Clone(c.Command),
		Memory:            numberOf(c.Memory),
		MemoryReservation: numberOf(c.MemoryReservation),
		Secrets:           Each(c.Secrets, secretOf),
		EnvironmentFiles:  Each(c.EnvironmentFiles, environmentFileOf),
		LogConfiguration:  logConfigurationOf(c.LogConfiguration),
		CredentialSpecs:   slices.Clone(c.CredentialSpecs),
		HealthCheck:       healthCheckOf(c.HealthCheck),
		StopTimeout:       intOf(c.StopTimeout),

		DockerSecurityOptions: slices.Clone(c.DockerSecurityOptions),
		DependsOn: Each(c.DependsOn, func(d types.ContainerDependency) evidence.Dependency {
			return evidence.Dependency{ContainerName: aws.ToString(d.ContainerName), Condition: string(d.Condition)}
		}),
		MountPoints: Each(c.MountPoints, func(m types.MountPoint) evidence.MountPoint {
			return evidence.MountPoint{
				SourceVolume: aws.ToString(m.SourceVolume), ContainerPath: aws.ToString(m.ContainerPath),
			}
		}),
	}
	if c.Essential != nil {
		def.Essential = aws.Bool(*c.Essential)
	}
	if r := c.RepositoryCredentials; r != nil {
		def.RepositoryCredentials = &evidence.RepositoryCredentials{
			CredentialsParameter: aws.ToString(r.CredentialsParameter),
		}
	}
	if f := c.FirelensConfiguration; f != nil {
		def.FirelensConfiguration = &evidence.FirelensConfiguration{
			Type: string(f.Type), Options: maps.Clone(f.Options),
		}
	}
	return def
}

func logConfigurationOf(l *types.LogConfiguration) *evidence.LogConfiguration {
	if l == nil {
		return nil
	}
	return &evidence.LogConfiguration{
		LogDriver:     string(l.LogDriver),
		Options:       maps.Clone(l.Options),
		SecretOptions: Each(l.SecretOptions, secretOf),
	}
}

func healthCheckOf(h *types.HealthCheck) *evidence.HealthCheck {
	if h == nil {
		return nil
	}
	return &evidence.HealthCheck{
		Command:     slices.Clone(h.Command),
		Interval:    intOf(h.Interval),
		Timeout:     intOf(h.Timeout),
		Retries:     intOf(h.Retries),
		StartPeriod: intOf(h.StartPeriod),
	}
}

func volumeOf(v types.Volume) evidence.Volume {
	vol := evidence.Volume{Name: aws.ToString(v.Name), ConfiguredAtLaunch: aws.ToBool(v.ConfiguredAtLaunch)}
	if e := v.EfsVolumeConfiguration; e != nil {
		vol.EFS = &evidence.EFSVolume{
			FileSystemID:      aws.ToString(e.FileSystemId),
			RootDirectory:     aws.ToString(e.RootDirectory),
			TransitEncryption: string(e.TransitEncryption),
		}
		if a := e.AuthorizationConfig; a != nil {
			vol.EFS.AuthorizationConfig = evidence.EFSAuthorization{
				AccessPointID: aws.ToString(a.AccessPointId), IAM: string(a.Iam),
			}
		}
	}
	if f := v.FsxWindowsFileServerVolumeConfiguration; f != nil {
		vol.FSx = &evidence.FSxVolume{
			FileSystemID: aws.ToString(f.FileSystemId), RootDirectory: aws.ToString(f.RootDirectory),
		}
		if a := f.AuthorizationConfig; a != nil {
			vol.FSx.AuthorizationConfig = evidence.FSxAuthorization{
				CredentialsParameter: aws.ToString(a.CredentialsParameter), Domain: aws.ToString(a.Domain),
			}
		}
	}
	if s := v.S3filesVolumeConfiguration; s != nil {
		vol.S3Files = &evidence.S3FilesVolume{
			FileSystemARN:         aws.ToString(s.FileSystemArn),
			AccessPointARN:        aws.ToString(s.AccessPointArn),
			RootDirectory:         aws.ToString(s.RootDirectory),
			TransitEncryptionPort: intOf(s.TransitEncryptionPort),
		}
	}
	return vol
}

func secretOf(s types.Secret) evidence.Secret {
	return evidence.Secret{Name: aws.ToString(s.Name), ValueFrom: aws.ToString(s.ValueFrom)}
}

func environmentFileOf(f types.EnvironmentFile) evidence.EnvironmentFile {
	return evidence.EnvironmentFile{Type: string(f.Type), Value: aws.ToString(f.Value)}
}

func serviceEventOf(e types.ServiceEvent) evidence.ServiceEvent {
	return evidence.ServiceEvent{
		At: aws.ToTime(e.CreatedAt).UTC(), ID: aws.ToString(e.Id), Text: aws.ToString(e.Message),
	}
}

func deploymentOf(d types.Deployment) evidence.Deployment {
	return evidence.Deployment{
		ID:                aws.ToString(d.Id),
		Status:            aws.ToString(d.Status),
		TaskDefinitionARN: aws.ToString(d.TaskDefinition),
		RolloutState:      string(d.RolloutState),
		RunningCount:      int(d.RunningCount),
		DesiredCount:      int(d.DesiredCount),
		FailedTasks:       int(d.FailedTasks),
		CreatedAt:         aws.ToTime(d.CreatedAt).UTC(),
	}
}

// Each converts the elements of a list; an empty list becomes nil, as in
// evidence that was read from JSON.
func Each[From, To any](list []From, convert func(From) To) []To {
	if len(list) == 0 {
		return nil
	}
	out := make([]To, len(list))
	for i, v := range list {
		out[i] = convert(v)
	}
	return out
}

func timeOf(t *time.Time) evidence.Time {
	if t == nil {
		return evidence.Time{}
	}
	return evidence.At(t.UTC())
}

func intOf(n *int32) *int {
	if n == nil {
		return nil
	}
	return aws.Int(int(*n))
}

func numberOf(n *int32) evidence.Text {
	if n == nil {
		return ""
	}
	return evidence.Text(strconv.Itoa(int(*n)))
}
