package source

import (
	"log/slog"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"

	"whystopped/internal/awsclient/awsfake"
	"whystopped/internal/awsclient/session"
	"whystopped/internal/taskref"
)

func TestTheKeptDefinitionHoldsNoValues(t *testing.T) {
	const revision = "arn:aws:ecs:eu-west-1:111122223333:task-definition/api:7"
	double := httptest.NewServer(awsfake.New(awsfake.Scenario{
		Account: "111122223333", Region: "eu-west-1",
		TaskDefinitions: []awsfake.TaskDefinition{{
			TaskDefinitionARN: revision, Family: "api", Revision: 7, Status: "ACTIVE",
			ContainerDefinitions: []awsfake.ContainerDefinition{{
				Name: "app", Environment: []awsfake.KeyValue{{Name: "PASSWORD", Value: "do-not-keep"}},
			}},
		}},
	}))
	defer double.Close()
	config := aws.Config{
		Region: "eu-west-1", BaseEndpoint: aws.String(double.URL),
		Credentials: credentials.NewStaticCredentialsProvider("id", "secret", ""),
	}
	s := New(session.NewPool(session.Options{Config: config, Now: time.Now}), Options{Now: time.Now, Logger: slog.New(slog.DiscardHandler)})
	ctx, r := s.NewReader(t.Context(), taskref.Ref{Region: "eu-west-1"}, nil, nil)
	if ans := r.DescribeDefinition(ctx, revision); ans.Definition == nil {
		t.Fatal("no definition was read")
	}
	kept, ok := s.definitions.Get(revision)
	if !ok {
		t.Fatal("no definition was kept")
	}
	if k := kept.ContainerDefinitions[0]; k.Environment != nil || k.DockerLabels != nil {
		t.Errorf("kept %v and %v", k.Environment, k.DockerLabels)
	}
}
