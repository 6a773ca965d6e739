# The role with which whystopped reads this account, and the rule that sends it
# this account's ECS events. In further Regions of the account use it with
# make_role = false.

terraform {
  required_version = ">= 1.11"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 6.0"
    }
  }
}

variable "server_role_arn" {
  description = "ARN of the task role of whystopped, its output task_role_arn."
  type        = string
}

variable "external_id" {
  description = "External ID, as set for whystopped."
  type        = string
}

variable "make_role" {
  description = "Create the role; true in one module call per account."
  type        = bool
  default     = true
}

variable "role_name" {
  description = "Name of the role, the same in all accounts."
  type        = string
  default     = "whystopped-reader"
}

variable "with_proof" {
  description = "Read roles and verify policies in the IAM policy simulator (deploy/iam/proof.json)."
  type        = bool
  default     = true
}

variable "with_hosts" {
  description = "Read the EC2 instance of a task (deploy/iam/hosts.json); not needed for Fargate."
  type        = bool
  default     = true
}

variable "event_bus_arn" {
  description = "ARN of whystopped's event bus, its output event_bus_arn; null to send no events."
  type        = string
  default     = null
}

data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

locals {
  reads = concat(["required", "logs"], var.with_proof ? ["proof"] : [], var.with_hosts ? ["hosts"] : [])
  sends = var.event_bus_arn == null ? 0 : 1
}

data "aws_iam_policy_document" "reader_trust" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "AWS"
      identifiers = [var.server_role_arn]
    }

    condition {
      test     = "StringEquals"
      variable = "sts:ExternalId"
      values   = [var.external_id]
    }
  }

  statement {
    actions = ["sts:TagSession"]

    principals {
      type        = "AWS"
      identifiers = [var.server_role_arn]
    }

    condition {
      test     = "ForAllValues:StringEquals"
      variable = "aws:TagKeys"
      values   = ["whystopped:task"]
    }
  }
}

resource "aws_iam_role" "reader" {
  count = var.make_role ? 1 : 0

  name               = var.role_name
  description        = "Read access for whystopped, which shows why ECS tasks stopped"
  assume_role_policy = data.aws_iam_policy_document.reader_trust.json
}

resource "aws_iam_role_policy" "reads" {
  for_each = var.make_role ? toset(local.reads) : []

  name   = each.value
  role   = aws_iam_role.reader[0].name
  policy = replace(file("${path.module}/../../iam/${each.value}.json"), "arn:aws:", "arn:${data.aws_partition.current.partition}:")
}

data "aws_iam_policy_document" "sender_trust" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["events.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [data.aws_caller_identity.current.account_id]
    }
  }
}

resource "aws_iam_role" "sender" {
  count = local.sends

  name_prefix        = "whystopped-events-"
  description        = "Lets EventBridge send ECS events to whystopped"
  assume_role_policy = data.aws_iam_policy_document.sender_trust.json
}

resource "aws_iam_role_policy" "sender" {
  count = local.sends

  name = "send"
  role = aws_iam_role.sender[0].name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid      = "SendToWhystopped"
      Effect   = "Allow"
      Action   = "events:PutEvents"
      Resource = var.event_bus_arn
    }]
  })
}

resource "aws_cloudwatch_event_rule" "this" {
  count = local.sends

  name        = "whystopped"
  description = "Forward ECS events to whystopped"
  event_pattern = jsonencode({
    source = ["aws.ecs"]
    "$or" = [
      { "detail-type" = ["ECS Task State Change"], detail = { lastStatus = ["RUNNING", "STOPPED"] } },
      { "detail-type" = ["ECS Service Action"], detail = { eventType = ["WARN", "ERROR"] } },
    ]
  })
}

resource "aws_cloudwatch_event_target" "this" {
  count = local.sends

  rule     = aws_cloudwatch_event_rule.this[0].name
  arn      = var.event_bus_arn
  role_arn = aws_iam_role.sender[0].arn
}

output "reader_role_arn" {
  description = "Role that whystopped assumes in this account."
  value       = one(aws_iam_role.reader[*].arn)
}
