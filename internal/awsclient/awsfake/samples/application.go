package samples

import (
	"whystopped/internal/diagnose/verdict"

	"whystopped/internal/awsclient/awsfake"
)

// applicationSamples are containers that ran and failed on their own account.
func applicationSamples() []draft {
	const kind = "Application"
	return []draft{
		{
			Sample: Sample{
				Name: "out-of-memory", Kind: kind,
				Title:        "Out of memory (OOM kill)",
				WantCause:    "oom.container",
				WantIdentity: verdict.NoIdentity, WantPhase: verdict.PhaseRuntime, WantCategory: verdict.OOM,
			},
			app: "image-resizer", onEC2: true, life: ran, ended: 14 * minute, ranFor: 42 * minute,
			logging: logging{noPrefix: true},
			boxes: []box{{
				memory: 512, exit: new(137), reason: "OutOfMemoryError: Container killed due to memory usage",
				lines: []said{
					{42 * minute, "resizer listening on :8080"},
					{31 * second, "GET /resize?w=12000&h=9000 200 8.1s"},
					{4 * second, "resizing 30000x20000 image"},
				},
			}},
		},
		{
			Sample: Sample{
				Name: "application-crash", Kind: kind,
				Title:        "Application crash, long after a denial it survived",
				WantCause:    "app.crash",
				WantIdentity: verdict.NoIdentity, WantPhase: verdict.PhaseRuntime, WantCategory: verdict.AppCrash,
			},
			app: "orders-api", life: ran, ended: 40 * minute, ranFor: 70 * minute,
			boxes: []box{
				{exit: new(1), lines: []said{
					{70 * minute, "INFO  orders-api 2026.11.3 started, listening on :8080"},
					{68 * minute, "WARN  metrics are off: An error occurred (AccessDenied) when calling the PutMetricData operation: User: {task} is not authorized to perform: cloudwatch:PutMetricData because no identity-based policy allows the cloudwatch:PutMetricData action"},
					{67 * minute, "INFO  GET /health 200"},
					{20 * minute, "INFO  POST /orders 201"},
					{90 * second, "INFO  connecting to postgres://orders:not-a-real-password@orders-db.internal:5432/orders"},
					{2 * second, "ERROR unhandled exception in request POST /orders\nTraceback (most recent call last):\n  File \"/app/orders/api.py\", line 118, in create\n    total = sum(item[\"price\"] * item[\"quantity\"] for item in order[\"items\"])\nTypeError: unsupported operand type(s) for *: 'NoneType' and 'int'"},
					{1 * second, "CRITICAL worker died, exiting"},
				}},
				{name: "proxy", image: "public.ecr.aws/nginx/nginx:1.29", sidecar: true, exit: new(0), lines: []said{
					{70 * minute, "start worker processes"},
					{-1 * second, "signal 15 (SIGTERM) received, exiting"},
				}},
			},
		},
		{
			Sample: Sample{
				Name: "container-health-check", Kind: kind,
				Title:        "Container health check failed",
				WantCause:    "health.container",
				WantIdentity: verdict.NoIdentity, WantPhase: verdict.PhaseShutdown, WantCategory: verdict.HealthCheck,
			},
			app: "chat-gateway", life: ran, ended: 16 * minute, ranFor: 7 * minute,
			stopCode: "ServiceSchedulerInitiated", stopped: "Task failed container health checks",
			boxes: []box{{
				exit: new(137), health: "UNHEALTHY",
				healthCheck: &awsfake.HealthCheck{Command: []string{"CMD-SHELL", "curl -fs localhost:8080/health || exit 1"}, Interval: 30, Timeout: 5, Retries: 3},
				lines: []said{
					{7 * minute, "gateway up"},
					{3 * minute, "event loop blocked for 41s"},
					{31 * second, "SIGTERM received, draining 1824 connections"},
				},
			}},
			events: []said{{30 * second, "(service {service}) (task {id}) failed container health checks."}},
		},
		{
			Sample: Sample{
				Name: "load-balancer-health-check", Kind: kind,
				Title:        "Load balancer health check failed",
				WantCause:    "health.load-balancer",
				WantIdentity: verdict.NoIdentity, WantPhase: verdict.PhaseShutdown, WantCategory: verdict.HealthCheck,
			},
			app: "web", life: ran, ended: 23 * minute, ranFor: 3 * minute,
			stopCode: "ServiceSchedulerInitiated",
			stopped:  "Task failed ELB health checks in (target-group arn:aws:elasticloadbalancing:eu-west-1:111122223333:targetgroup/web/0123456789abcdef)",
			boxes: []box{{exit: new(143), lines: []said{
				{3 * minute, "listening on 127.0.0.1:3000"},
				{1 * second, "received SIGTERM"},
			}}},
			events: []said{
				{31 * second, "(service {service}) (port 3000) is unhealthy in (target-group arn:aws:elasticloadbalancing:eu-west-1:111122223333:targetgroup/web/0123456789abcdef) due to (reason Request timed out)."},
				{30 * second, "(service {service}) has begun draining connections on 1 tasks."},
			},
		},
	}
}
