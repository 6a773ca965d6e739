package samples

import "whystopped/internal/diagnose/verdict"

// stopSamples are tasks that somebody or something else stopped, and one that
// nobody has stopped yet.
func stopSamples() []draft {
	const kind = "Stopped by ECS, AWS or a user"
	want := func(name, title, cause string, category verdict.Category) Sample {
		return Sample{
			Name: name, Title: title, Kind: kind, WantCause: cause,
			WantIdentity: verdict.NoIdentity, WantPhase: verdict.PhaseShutdown, WantCategory: category,
		}
	}
	return []draft{
		{
			Sample: want("spot-interruption", "Spot interruption", "stop.spot", verdict.Spot),
			app:    "encoder", spot: true, life: ran, ended: 28 * minute, ranFor: 50 * minute,
			stopCode: "SpotInterruption", stopped: "Your Spot Task was interrupted.",
			boxes: []box{{exit: new(143), lines: []said{
				{50 * minute, "encoder ready"},
				{2 * minute, "SIGTERM: handing 3 segments back to the queue"},
			}}},
		},
		{
			Sample: want("stopped-by-user", "Stopped by a user", "stop.user", verdict.UserStop),
			app:    "data-migration", standalone: true, startedBy: "dana", life: ran, ended: 21 * minute, ranFor: 18 * minute,
			stopCode: "UserInitiated", stopped: "Task stopped by user",
			boxes: []box{{exit: new(137), lines: []said{
				{18 * minute, "migrating table customers: 0 of 1204 batches"},
				{40 * second, "migrating table customers: 311 of 1204 batches"},
			}}},
			calls: []apiCall{{
				by: byOperator, before: 31 * second, call: "ecs:StopTask",
				params: map[string]any{"cluster": "batch", "task": "arn:aws:ecs:eu-west-1:111122223333:task/batch/{id}", "reason": "Task stopped by user"},
			}},
		},
		{
			// The newest stopped task of its service, but not one that failed.
			Sample: want("scaling-activity", "Normal scale-in", "stop.scaling", verdict.Deployment),
			app:    "orders-api", life: ran, ended: 6 * minute, ranFor: 31 * minute,
			stopCode: "ServiceSchedulerInitiated", stopped: "Scaling activity initiated by (deployment {deployment})",
			boxes: []box{{exit: new(0), lines: []said{
				{31 * minute, "INFO  orders-api 2026.11.3 started, listening on :8080"},
				{5 * second, "INFO  SIGTERM received, shutting down"},
				{1 * second, "INFO  bye"},
			}}},
			events: []said{{30 * second, "(service {service}) has stopped 1 running tasks: (task {id})."}},
		},
		{
			Sample: Sample{
				Name: "still-running", Title: "Task still running", Kind: "Not stopped", WantCause: "running",
				WantIdentity: verdict.NoIdentity, WantPhase: verdict.PhaseUnknown, WantCategory: verdict.Other,
			},
			app: "notifications", life: running, ranFor: 40 * minute,
			boxes: []box{{health: "HEALTHY", lines: []said{
				{40 * minute, "notifications started"},
				{20 * second, "sent 212 messages"},
			}}},
		},
	}
}
