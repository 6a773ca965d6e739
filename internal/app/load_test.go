package app

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"whystopped/internal/config"
)

// startForBenchmark runs the whole service on a double of AWS.
func startForBenchmark(b *testing.B, aws http.Handler) (base string) {
	b.Helper()
	return startWith(b, aws, config.Config{DatabaseURL: config.Secret("file:" + b.TempDir() + "/history.db")})
}

// pointAtAWS makes the SDK read a double, and nothing of the machine's own.
func pointAtAWS(b *testing.B, aws http.Handler) {
	b.Helper()
	double := httptest.NewServer(aws)
	b.Cleanup(double.Close)
	for name, value := range map[string]string{
		"AWS_ENDPOINT_URL": double.URL, "AWS_REGION": "eu-west-1", "AWS_ACCESS_KEY_ID": "example", "AWS_SECRET_ACCESS_KEY": "example",
		"AWS_PROFILE": "", "AWS_CONFIG_FILE": b.TempDir() + "/config", "AWS_SHARED_CREDENTIALS_FILE": b.TempDir() + "/credentials", "AWS_EC2_METADATA_DISABLED": "true",
	} {
		b.Setenv(name, value)
	}
}

// brought is evidence as somebody would post it: a task with its definition and
// the end of its log.
func brought(b *testing.B) []byte {
	b.Helper()
	lines := []string{}
	for i := range 40 {
		lines = append(lines, fmt.Sprintf("2026-11-22T08:00:%02dZ INFO handled request %d in 12 ms", i, i))
	}
	lines = append(lines, "fatal: AccessDenied: User: arn:aws:sts::111122223333:assumed-role/orders-task/"+orderID(0)+" is not authorized to perform: sqs:CreateQueue on resource: arn:aws:sqs:eu-west-1:111122223333:orders because no identity-based policy allows the sqs:CreateQueue action")
	body, err := json.Marshal(map[string]any{
		"task": map[string]any{
			"taskArn": orderTask(0), "lastStatus": "STOPPED", "launchType": "FARGATE", "group": "service:orders", "taskDefinitionArn": badRevision,
			"stopCode": "EssentialContainerExited", "stoppedReason": "Essential container in task exited",
			"containers": []any{map[string]any{"name": "app", "exitCode": 1}},
		},
		"taskDefinition": map[string]any{"taskDefinitionArn": badRevision, "taskRoleArn": ordersRole, "containerDefinitions": []any{map[string]any{"name": "app", "image": "orders:8", "essential": true}}},
		"logs":           []any{map[string]any{"container": "app", "lines": lines}},
	})
	if err != nil {
		b.Fatal(err)
	}
	return body
}

// posted counts evidence, which is of another task each time: the same would not
// be kept again.
var posted atomic.Int64

// evaluate posts evidence to the service.
func evaluate(client *http.Client, base string, body []byte) error {
	body = bytes.ReplaceAll(body, []byte(orderID(0)), []byte(orderID(int(posted.Add(1)))))
	resp, err := client.Post(base+"/api/v1/evaluate", "application/json", bytes.NewReader(body))
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if _, err := io.Copy(io.Discard, resp.Body); err != nil {
		return err
	}
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("status %d", resp.StatusCode)
	}
	return nil
}

func keepAlive(connections int) *http.Client {
	return &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: connections}}
}

// BenchmarkEvaluate is how many diagnoses a second the whole service makes of
// evidence that is posted to it, over HTTP: decoded, cleaned of secrets,
// diagnosed, kept and written. Client and service share the machine.
func BenchmarkEvaluate(b *testing.B) {
	base, body := startForBenchmark(b, http.NotFoundHandler()), brought(b)
	client := keepAlive(64)
	b.ReportAllocs()
	b.SetParallelism(8)
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if err := evaluate(client, base, body); err != nil {
				b.Error(err)
				return
			}
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "diagnoses/s")
}

// BenchmarkEvaluateAtHalfLoad sends 500 requests a second, whether or not those
// before were answered, and tells what the slowest in a hundred takes.
func BenchmarkEvaluateAtHalfLoad(b *testing.B) {
	const perSecond = 500
	base, body := startForBenchmark(b, http.NotFoundHandler()), brought(b)
	client := keepAlive(64)
	took := make([]time.Duration, b.N)
	var asking sync.WaitGroup
	b.ResetTimer()
	began := time.Now()
	for i := range b.N {
		due := began.Add(time.Duration(i) * time.Second / perSecond)
		time.Sleep(time.Until(due))
		asking.Go(func() {
			if err := evaluate(client, base, body); err != nil {
				b.Error(err)
			}
			took[i] = time.Since(due)
		})
	}
	asking.Wait()
	b.StopTimer()
	slices.Sort(took)
	for _, p := range []int{50, 99} {
		b.ReportMetric(float64(took[len(took)*p/100].Microseconds())/1000, fmt.Sprintf("p%d-ms", p))
	}
}

// BenchmarkMemory is what is left on the heap after many diagnoses, above what
// was there after the first thousand. Run it with
// -benchtime 100000x.
func BenchmarkMemory(b *testing.B) {
	base, body := startForBenchmark(b, http.NotFoundHandler()), brought(b)
	client := keepAlive(64)
	for range 1000 {
		if err := evaluate(client, base, body); err != nil {
			b.Fatal(err)
		}
	}
	before := heap()
	for b.Loop() {
		if err := evaluate(client, base, body); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(before)/(1<<20), "MiB-before")
	b.ReportMetric(float64(heap())/(1<<20), "MiB-after")
}

// heap is how many bytes are in use.
func heap() uint64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.GC() // a second time for what the first only marked to be finalised
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
