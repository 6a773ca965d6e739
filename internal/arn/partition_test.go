package arn

import "testing"

func TestPartitionOf(t *testing.T) {
	for region, want := range map[string]string{
		"us-east-1": "aws", "eu-west-1": "aws", "mx-central-1": "aws", "zz-new-1": "aws", "": "aws",
		"cn-north-1": "aws-cn", "us-gov-east-1": "aws-us-gov", "us-iso-east-1": "aws-iso", "us-isob-east-1": "aws-iso-b",
		"eu-isoe-west-1": "aws-iso-e", "us-isof-south-1": "aws-iso-f", "eusc-de-east-1": "aws-eusc",
	} {
		if got := PartitionOf(region); got != want || !IsPartition(got) {
			t.Errorf("PartitionOf(%q) = %q, a partition: %v, want %q", region, got, IsPartition(got), want)
		}
	}
	for _, name := range []string{"", "aws-evil", "AWS", "aws-", "aws-iso-", "*"} {
		if IsPartition(name) {
			t.Errorf("IsPartition(%q)", name)
		}
	}
}

// TestForms holds what becomes a part of a host's name, or of an ARN that is sent.
func TestForms(t *testing.T) {
	for s, want := range map[string]bool{
		"eu-west-1": true, "us-gov-west-1": true, "zz-middle-7": true,
		"": false, "x.s3": false, "eu-west-1.evil": false, "EU-WEST-1": false, "eu_west_1": false, "*": false, "eu-west-1\n": false, "euwest1": false, "-eu-west-1": false,
	} {
		if got := IsRegion(s); got != want {
			t.Errorf("IsRegion(%q) = %v", s, got)
		}
	}
	for s, want := range map[string]bool{"111122223333": true, "": false, "1234": false, "a/b'c": false, "*": false, "111122223333\n": false, "١١١١٢٢٢٢٣٣٣٣": false} {
		if got := IsAccount(s); got != want {
			t.Errorf("IsAccount(%q) = %v", s, got)
		}
	}
}
