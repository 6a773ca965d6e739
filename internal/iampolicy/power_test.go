package iampolicy_test

import (
	"testing"

	"whystopped/internal/iampolicy"
)

func TestGivesPower(t *testing.T) {
	for _, action := range []string{
		"iam:PutRolePolicy", "iam:AttachRolePolicy", "iam:CreateAccessKey", "iam:PassRole", "iam:UpdateAssumeRolePolicy", "iam:putrolepolicy", "iam:NoSuchWrite",
		"sts:AssumeRole", "sts:AssumeRoleWithWebIdentity", "kms:CreateGrant", "kms:PutKeyPolicy", "organizations:AttachPolicy", "organizations:CreateAccount",
		"s3:PutBucketPolicy", "s3:PutBucketAcl", "lambda:AddPermission", "secretsmanager:PutResourcePolicy", "ecr:SetRepositoryPolicy", "sns:AddPermission", "sqs:AddPermission", "sqs:SetQueueAttributes",
		"kinesis:PutResourcePolicy", "sso:CreateAccountAssignment", "account:EnableRegion", "ram:AssociateResourceShare", "ec2:ModifySnapshotAttribute",
	} {
		if !iampolicy.GivesPower(action) {
			t.Errorf("%s gives no power", action)
		}
	}
	for _, action := range []string{
		"s3:GetObject", "s3:PutObject", "s3:PutObjectAcl", "secretsmanager:GetSecretValue", "kms:Decrypt", "kms:GenerateDataKey", "sqs:SendMessage", "sns:Publish", "dynamodb:PutItem", "iam:GetRole", "iam:ListRoles",
		"sts:GetCallerIdentity", "organizations:DescribeOrganization", "rds-db:connect", "glue:GetTable", "ecr:PutLifecyclePolicy", "logs:PutRetentionPolicy", "autoscaling:PutScalingPolicy", "", "nonsense",
	} {
		if iampolicy.GivesPower(action) {
			t.Errorf("%s gives power", action)
		}
	}
}
