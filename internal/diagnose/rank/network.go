package rank

import (
	"strings"

	"whystopped/internal/diagnose/cause"
)

// networkWords are the names that steps about a network need: the task's subnet,
// and the VPC endpoints that lead to what could not be reached.
func networkWords(c *cause.Case, target string) map[string]string {
	m := map[string]string{}
	if t := c.Evidence.Task; t != nil {
		for _, a := range t.Attachments {
			if subnet := a.Detail("subnetId"); subnet != "" {
				m["subnet"] = subnet
			}
		}
	}
	if names := endpointsFor(target); len(names) > 0 {
		region := c.Facts.Region
		if region == "" {
			region = "REGION"
		}
		for i, name := range names {
			names[i] = "com.amazonaws." + region + "." + name
		}
		m["endpoints"] = strings.Join(names, ", ")
	}
	return m
}

// endpointsFor are the VPC endpoint services that a call needs, by what the text
// calls its target. ECR keeps layers in S3, so that it takes three.
// Sources: https://docs.aws.amazon.com/AmazonECR/latest/userguide/vpc-endpoints.html,
// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/vpc-endpoints.html
func endpointsFor(target string) []string {
	t := strings.ToLower(target)
	for _, s := range []struct {
		words []string
		names []string
	}{
		{[]string{"secrets manager", "secretsmanager"}, []string{"secretsmanager"}},
		{[]string{"systems manager", "ssm.", "parameter store"}, []string{"ssm"}},
		{[]string{"cloudwatch", "logs."}, []string{"logs"}},
		{[]string{"ecr"}, []string{"ecr.api", "ecr.dkr", "s3 (gateway)"}},
		{[]string{"kms."}, []string{"kms"}},
		{[]string{"s3.", "amazon s3"}, []string{"s3 (gateway)"}},
	} {
		for _, word := range s.words {
			if strings.Contains(t, word) {
				return append([]string(nil), s.names...)
			}
		}
	}
	return nil
}
