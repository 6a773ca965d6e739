package source

import (
	"fmt"
	"reflect"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/google/go-cmp/cmp"

	"whystopped/internal/diagnose/evidence"
)

// fill sets everything in v that can be set to something that is not zero.
func fill(v reflect.Value) {
	switch v.Kind() {
	case reflect.String:
		v.SetString("text")
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int32, reflect.Int64:
		v.SetInt(7)
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem())
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		fill(v.Index(0))
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		v.SetMapIndex(reflect.ValueOf("key"), reflect.ValueOf("value"))
	case reflect.Struct:
		if at, ok := v.Addr().Interface().(*time.Time); ok {
			*at = time.Unix(1_795_348_800, 0)
			return
		}
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				fill(v.Field(i))
			}
		}
	}
}

// zeros lists what is zero in v, or empty.
func zeros(v reflect.Value, path string) []string {
	if v.IsZero() && v.Kind() != reflect.Struct {
		return []string{path}
	}
	var found []string
	switch v.Kind() {
	case reflect.Pointer:
		found = zeros(v.Elem(), path)
	case reflect.Slice:
		for i := range v.Len() {
			found = append(found, zeros(v.Index(i), fmt.Sprintf("%s[%d]", path, i))...)
		}
	case reflect.Struct:
		if at, ok := v.Interface().(evidence.Time); ok {
			if at.IsZero() {
				return []string{path}
			}
			return nil
		}
		for i := range v.NumField() {
			found = append(found, zeros(v.Field(i), path+"."+v.Type().Field(i).Name)...)
		}
	}
	return found
}

func TestConversionsForgetNoField(t *testing.T) {
	var task types.Task
	fill(reflect.ValueOf(&task).Elem())
	if got := zeros(reflect.ValueOf(TaskOf(task)), "Task"); len(got) > 0 {
		t.Errorf("not converted: %v", got)
	}
	var definition types.TaskDefinition
	fill(reflect.ValueOf(&definition).Elem())
	if got := zeros(reflect.ValueOf(definitionOf(&definition)), "TaskDefinition"); len(got) > 0 {
		t.Errorf("not converted: %v", got)
	}
}

func TestConversionsOfNothing(t *testing.T) {
	if diff := cmp.Diff(&evidence.Task{}, TaskOf(types.Task{})); diff != "" {
		t.Errorf("task (-want +got):\n%s", diff)
	}
	empty := types.TaskDefinition{ContainerDefinitions: []types.ContainerDefinition{{}}, Volumes: []types.Volume{{}}}
	want := &evidence.TaskDefinition{ContainerDefinitions: []evidence.ContainerDefinition{{}}, Volumes: []evidence.Volume{{}}}
	if diff := cmp.Diff(want, definitionOf(&empty)); diff != "" {
		t.Errorf("definition (-want +got):\n%s", diff)
	}
}
