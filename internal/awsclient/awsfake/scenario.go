package awsfake

import "time"

// Scenario is the whole world that a Server answers from: one account with its
// clusters, logs, CloudTrail records and roles. Nobody changes it once it was given to
// New. Empty fields mean that there is nothing of the kind, except for
// Account, Region, Partition and Caller, which have defaults.
type Scenario struct {
	Account   string // default DefaultAccount
	Region    string // default DefaultRegion
	Partition string // default "aws"
	// Caller is the ARN of the session that every client is taken for: what
	// GetCallerIdentity answers and who is refused when a call is denied.
	// Default: the session "demo" of the role "whystopped".
	Caller string

	Clusters        []Cluster
	TaskDefinitions []TaskDefinition
	LogGroups       []LogGroup
	Trail           []TrailRecord
	Roles           []Role
	// Readers are the roles that a client may assume with AssumeRole; what it
	// then reads is the same world.
	Readers []Reader
	// SCPs are the service control policies that hold for the account; none for
	// an account that is in no organization.
	SCPs []Policy
	// OrganizationUnsaid is set for a simulator that leaves out what it found of
	// the organization, as IAM's does where a resource has no such evaluation.
	OrganizationUnsaid bool
	// TrailDelay is how long CloudTrail takes to show a record; in a real
	// account about 5 minutes, at times 15.
	TrailDelay time.Duration
}

// What a Scenario is about when it does not say.
const (
	DefaultAccount = "111122223333"
	DefaultRegion  = "eu-west-1"
)

func (s Scenario) withDefaults() Scenario {
	setDefault(&s.Account, DefaultAccount)
	setDefault(&s.Region, DefaultRegion)
	setDefault(&s.Partition, "aws")
	setDefault(&s.Caller, "arn:"+s.Partition+":sts::"+s.Account+":assumed-role/whystopped/demo")
	return s
}

func setDefault(field *string, value string) {
	if *field == "" {
		*field = value
	}
}

// ARN writes the ARN of a resource in the scenario's account and Region. IAM
// and STS know no Region.
func (s Scenario) ARN(service, resource string) string {
	s = s.withDefaults()
	region := s.Region
	if service == "iam" || service == "sts" {
		region = ""
	}
	return "arn:" + s.Partition + ":" + service + ":" + region + ":" + s.Account + ":" + resource
}

// Reader is a role that trusts the client of the double.
type Reader struct {
	ARN string
	// ExternalID is what its trust policy asks for; empty when it does not.
	ExternalID string
}

// Cluster is an ECS cluster with what runs and ran in it.
type Cluster struct {
	Name      string
	Services  []Service
	Tasks     []Task
	Instances []ContainerInstance
}

// LogGroup is a log group of CloudWatch Logs.
type LogGroup struct {
	Name    string
	Region  string // default: the scenario's
	Streams []LogStream
	// InfrequentAccess is set for the class of which events cannot be read by
	// stream or filter.
	InfrequentAccess bool
}

// LogStream is what one container wrote; New sorts its events by time.
type LogStream struct {
	Name   string
	Events []LogEvent
}

// LogEvent is one event of a log stream; its message may hold line breaks.
type LogEvent struct {
	At      time.Time
	Message string
}
