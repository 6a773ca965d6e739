package evidence

import "whystopped/internal/words"

// Work and answer grow with the evidence, so a task that somebody made up must
// not have any number of anything. What AWS has a limit for may be ten times as
// much here, since limits grow; all lists of one name in one part of the
// evidence count together. Sources:
//   - containers, 64 KiB for a task definition: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-quotas.html
//   - environment files: https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html
//   - 100 events of a service: https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Service.html
//   - 10,000 lines in an answer of GetLogEvents: https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_GetLogEvents.html
const (
	maxContainers   = 100
	maxAgents       = 100   // ECS Exec's, one a container
	maxFiles        = 1_000 // ten a container
	maxEntries      = 2_000 // of a definition: 64 KiB have room for that many {"name":"A","valueFrom":"B"}
	maxWords        = 10_000
	maxAttachments  = 100 // a task has a network interface, a volume and a proxy
	maxDetails      = 1_000
	maxCompatible   = 40
	maxLogs         = 100 // a container has one
	maxLines        = 100_000
	maxRecords      = 5_000 // LookupEvents gives 50 at a time
	maxResources    = 10_000
	maxEvents       = 1_000
	maxFewOfService = 100 // deployments and the like, of which there is a handful
)

// listBound is how much a list may hold, and the limit of AWS behind it.
type listBound struct {
	most int
	// why is the code of AWS's own limit, or of what to send instead; "" for none.
	why string
}

const (
	tenContainers  = "ten-containers"
	sizeOfADef     = "definition-size"
	tenFiles       = "ten-files"
	hundredEvents  = "hundred-events"
	rangeOfTheTask = "around-the-stop"
	endOfTheLog    = "end-of-the-log"
)

// listBounds has every list and map of the evidence, by its type and field.
var listBounds = map[string]listBound{
	"answer.tasks":                              {maxContainers, "one-task"},
	"Task.Containers":                           {maxContainers, tenContainers},
	"Task.Attachments":                          {maxAttachments, "few-attachments"},
	"Container.ManagedAgents":                   {maxAgents, "one-agent"},
	"Overrides.ContainerOverrides":              {maxContainers, tenContainers},
	"ContainerOverride.Command":                 {maxWords, sizeOfADef},
	"ContainerOverride.EnvironmentFiles":        {maxFiles, tenFiles},
	"Attachment.Details":                        {maxDetails, ""},
	"TaskDefinition.RequiresCompatibilities":    {maxCompatible, ""},
	"TaskDefinition.ContainerDefinitions":       {maxContainers, tenContainers},
	"TaskDefinition.Volumes":                    {maxEntries, sizeOfADef},
	"ContainerDefinition.EntryPoint":            {maxWords, sizeOfADef},
	"ContainerDefinition.Command":               {maxWords, sizeOfADef},
	"ContainerDefinition.Secrets":               {maxEntries, sizeOfADef},
	"ContainerDefinition.EnvironmentFiles":      {maxFiles, tenFiles},
	"ContainerDefinition.DependsOn":             {maxEntries, sizeOfADef},
	"ContainerDefinition.CredentialSpecs":       {maxContainers, ""},
	"ContainerDefinition.DockerSecurityOptions": {maxContainers, ""},
	"ContainerDefinition.MountPoints":           {maxEntries, sizeOfADef},
	"LogConfiguration.Options":                  {maxEntries, sizeOfADef},
	"LogConfiguration.SecretOptions":            {maxEntries, sizeOfADef},
	"FirelensConfiguration.Options":             {maxEntries, sizeOfADef},
	"HealthCheck.Command":                       {maxWords, sizeOfADef},
	"Evidence.Logs":                             {maxLogs, ""},
	"Log.Lines":                                 {maxLines, endOfTheLog},
	"Evidence.CloudTrail":                       {maxRecords, rangeOfTheTask},
	"Record.Resources":                          {maxResources, rangeOfTheTask},
	"Evidence.ServiceEvents":                    {maxEvents, hundredEvents},
	"Evidence.Roles":                            {maxFewOfService, ""},
	"Evidence.Deployments":                      {maxFewOfService, ""},
	"Evidence.Others":                           {maxFewOfService, ""},
	"Evidence.Sources":                          {maxEntries, ""},
	"Evidence.Left":                             {maxFewOfService, ""},
}

// overfull is the problem of a list with more than its bound.
func (l listBound) overfull(path string, n int) *DecodeError {
	return problem(path, "too-many", words.Args{"n": n, "most": l.most, "why": l.why})
}

// textBound is how many bytes of a text are kept.
type textBound struct {
	most int
	// inAll bounds all such texts of one part together; 0 for no such bound.
	inAll int
	// name is set for what names something to AWS: half of it would be the name
	// of something else, so that a longer one is left out as a whole.
	name bool
}

// MaxName is how many bytes an ARN has at most, and what has the place of one.
// Source: https://docs.aws.amazon.com/IAM/latest/APIReference/API_PolicyDescriptorType.html
const MaxName = 2 << 10

var (
	names = textBound{most: MaxName, name: true}
	// images are at most a repository of 255 bytes, a tag of 128 and a digest.
	// Source: https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html
	images = textBound{most: 512, name: true}
	// labels are names that are shown and compared, and never asked for.
	labels = textBound{most: 512}
	// reasons are what ECS says of a task; its agent cuts them at 1,024 bytes:
	// aws/amazon-ecs-agent ecs-agent/api/ecs/client/ecs_client.go.
	reasons = textBound{most: 4 << 10, inAll: 64 << 10}
	// messages are those of service events and of CloudTrail, which cuts its own
	// at 1 KB.
	// Source: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html
	messages = textBound{most: 4 << 10}
	// arguments are those of commands, of which an override has at most 8,192 bytes.
	// Source: https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_TaskOverride.html
	arguments = textBound{most: 8 << 10}
	// lines are one event of CloudWatch Logs, which takes 1 MB.
	// Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html
	lines = textBound{most: 1 << 20}
	// documents are policies, which are of no use in part.
	documents = textBound{most: 64 << 10, name: true}
	pasted    = textBound{most: 8 << 20}
)

// textBounds has the bounds of texts that are no names, by type and field.
var textBounds = map[string]textBound{
	"Task.StoppedReason":             reasons,
	"Container.Name":                 labels,
	"Container.Image":                images,
	"Container.Reason":               reasons,
	"ManagedAgent.Name":              labels,
	"ManagedAgent.Reason":            reasons,
	"ContainerOverride.Name":         labels,
	"ContainerOverride.Command":      arguments,
	"KeyValue.Name":                  labels,
	"KeyValue.Value":                 reasons,
	"ContainerDefinition.Name":       labels,
	"ContainerDefinition.Image":      images,
	"ContainerDefinition.EntryPoint": arguments,
	"ContainerDefinition.Command":    arguments,
	"Secret.Name":                    labels,
	"Dependency.ContainerName":       labels,
	"HealthCheck.Command":            arguments,
	"MountPoint.SourceVolume":        labels,
	"MountPoint.ContainerPath":       labels,
	"Volume.Name":                    labels,
	"Log.Container":                  labels,
	"LogLine.Text":                   lines,
	"Record.ErrorMessage":            messages,
	"Record.UserAgent":               labels,
	"ServiceEvent.Text":              messages,
	"Role.TrustPolicy":               documents,
	"Left.Path":                      messages,
	"Evidence.Text":                  pasted,
}

func textBoundOf(name string) textBound {
	if b, ok := textBounds[name]; ok {
		return b
	}
	return names
}

// tooLong is the problem of a name that is longer than any.
func (t textBound) tooLong(path string, n int) *DecodeError {
	return problem(path, "too-long", words.Args{"n": n, "most": t.most})
}

// Left is evidence that was not read, since there was more than AWS itself has.
type Left struct {
	// Path leads to it ("task.containers").
	Path string
	// Of a list with Count entries Kept were read.
	Count, Kept int
	// Bytes is the size of a text that was left out; 0 for a list.
	Bytes int
}
