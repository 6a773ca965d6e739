package session

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// lenient makes ECS clients read tasks as other servers than AWS's write them.
// ECS returns the CPU units and memory of a task and of its containers as
// strings; servers that imitate it, such as moto, give numbers, for which the
// SDK refuses the whole answer.
func lenient(o *ecs.Options) { o.Protocol = lenientProtocol{o.Protocol} }

type lenientProtocol struct{ smithyhttp.ClientProtocol }

// DeserializeResponse reads an answer as the SDK does and, when that fails for
// tasks, once more with those numbers made strings.
func (p lenientProtocol) DeserializeResponse(
	ctx context.Context, op *smithy.OperationSchema, types *smithy.TypeRegistry, resp *smithyhttp.Response,
	out smithy.Deserializable,
) error {
	tasks, ok := out.(*ecs.DescribeTasksOutput)
	if !ok {
		return p.ClientProtocol.DeserializeResponse(ctx, op, types, resp, out)
	}
	body, err := io.ReadAll(resp.Body)
	_ = resp.Body.Close() // it was read to its end, or cannot be
	if err != nil {
		return &smithy.DeserializationError{Err: fmt.Errorf("read the answer: %w", err)}
	}
	resp.Body = io.NopCloser(bytes.NewReader(body))
	err = p.ClientProtocol.DeserializeResponse(ctx, op, types, resp, out)
	if _, unreadable := errors.AsType[*smithy.DeserializationError](err); !unreadable {
		return err
	}
	body, ok = withSizesAsText(body)
	if !ok {
		return err
	}
	*tasks = ecs.DescribeTasksOutput{}
	resp.Body = io.NopCloser(bytes.NewReader(body))
	return p.ClientProtocol.DeserializeResponse(ctx, op, types, resp, out)
}

// withSizesAsText writes an answer of DescribeTasks anew with every cpu and
// memory as a string; ok is false when it is no such answer.
func withSizesAsText(body []byte) (written []byte, ok bool) {
	var answer map[string]any
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	if err := d.Decode(&answer); err != nil {
		return nil, false
	}
	for task := range objects(answer, "tasks") {
		numbersToText(task)
		for container := range objects(task, "containers") {
			numbersToText(container)
		}
	}
	written, err := json.Marshal(answer)
	return written, err == nil
}

// objects goes through the objects of a list that is a field of in.
func objects(in map[string]any, field string) func(yield func(map[string]any) bool) {
	list, _ := in[field].([]any)
	return func(yield func(map[string]any) bool) {
		for _, v := range list {
			if object, ok := v.(map[string]any); ok && !yield(object) {
				return
			}
		}
	}
}

func numbersToText(object map[string]any) {
	for _, field := range []string{"cpu", "memory", "memoryReservation"} {
		if n, ok := object[field].(json.Number); ok {
			object[field] = n.String()
		}
	}
}
