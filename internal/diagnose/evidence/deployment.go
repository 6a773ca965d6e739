package evidence

// Deployment is a stub until merged.
type Deployment struct{ TaskDefinitionARN string }

// Works is a stub.
func (d Deployment) Works() bool { return false }
