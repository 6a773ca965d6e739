package verdict

// Actor is who does something in the life of a task, with whichever role.
type Actor string

// The actors of a task's life.
const (
	ActorECS  Actor = "ecs"  // ECS and AWS's other services
	ActorCode Actor = "code" // the code in the containers
	ActorHost Actor = "host" // the host, with its agent and network
)

// Moment names a point of a task's life that ECS has a time for.
type Moment string

// The moments, in their order.
const (
	MomentCreated          Moment = "created"
	MomentPullStarted      Moment = "pull-started"
	MomentPullStopped      Moment = "pull-stopped"
	MomentStarted          Moment = "started"
	MomentStopping         Moment = "stopping"
	MomentContainerStopped Moment = "container-stopped" // the first essential container
	MomentStopped          Moment = "stopped"
)

// Stage is a stretch of a task's life between two moments.
type Stage string

// The stages. A task whose pull has no time has StageStartup in the place of
// the three before it runs.
const (
	StageStartup   Stage = "startup"
	StagePreparing Stage = "preparing"
	StagePulling   Stage = "pulling"
	StageStarting  Stage = "starting"
	StageRunning   Stage = "running"
	StageStopping  Stage = "stopping"
)

// CallState says what is known of an API call.
type CallState string

// From what is known best.
const (
	CallDenied      CallState = "denied"
	CallAllowed     CallState = "allowed"     // CloudTrail recorded it
	CallImplied     CallState = "implied"     // without it the code would not have run
	CallUnreachable CallState = "unreachable" // the network did not let it through
	CallUnknown     CallState = "unknown"     // no evidence either way
	CallNotReached  CallState = "not-reached" // the task stopped before it
)

// ActorOf is who acts with an identity in a phase. Where the identity is not
// known, it tells by whether the code runs.
func ActorOf(kind IdentityKind, phase Phase, started bool) Actor {
	switch kind {
	case ExecutionRole, ServiceLinkedRole, InfrastructureRole:
		return ActorECS
	case InstanceRole:
		return ActorHost
	case TaskRole:
		if phase == PhaseStartup {
			return ActorHost // it mounts the volumes, with the task role
		}
		return ActorCode
	case Caller:
		return ActorCode
	}
	if !started {
		return ActorECS
	}
	return ActorCode
}
