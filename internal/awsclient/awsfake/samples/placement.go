package samples

import "whystopped/internal/diagnose/verdict"

// placementSamples are services that got no task at all for want of room. They
// are known by the service's ARN.
func placementSamples() []draft {
	const kind = "Never placed"
	return []draft{
		{
			Sample: Sample{
				Name: "capacity-unavailable", Kind: kind,
				Title:        "No Fargate capacity in the zone",
				WantCause:    "placement.fargate-capacity",
				WantIdentity: verdict.NoIdentity, WantPhase: verdict.PhasePlacement, WantCategory: verdict.Capacity,
			},
			app: "transcoder", life: unplaced, ended: 4 * minute,
			events: []said{
				{0, "(service {service}) was unable to place a task. Reason: Capacity is unavailable at this time. Please try again later or in a different availability zone. For more information, see the Troubleshooting section of the Amazon ECS Developer Guide."},
				{9 * minute, "(service {service}) was unable to place a task. Reason: Capacity is unavailable at this time. Please try again later or in a different availability zone. For more information, see the Troubleshooting section of the Amazon ECS Developer Guide."},
			},
		},
		{
			Sample: Sample{
				Name: "instance-memory", Kind: kind,
				Title:        "No EC2 instance with enough memory",
				WantCause:    "placement.resources",
				WantIdentity: verdict.NoIdentity, WantPhase: verdict.PhasePlacement, WantCategory: verdict.ResourceLimit,
			},
			app: "analytics", onEC2: true, life: unplaced, ended: 8 * minute,
			boxes: []box{{memory: 6144}},
			events: []said{
				{0, "(service {service}) was unable to place a task because no container instance met all of its requirements. The closest matching (container-instance 4f3e2d1c0b9a48576655443322110f0e) has insufficient memory available. For more information, see the Troubleshooting section of the Amazon ECS Developer Guide."},
			},
		},
	}
}
