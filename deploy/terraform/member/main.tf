# The role with which whystopped reads this account, and the rule that sends it
# what ECS tells here. In further Regions of the account use it with
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
  description = "As it was set for whystopped."
  type        = string
}

variable "make_role" {
  description = "Whether this use makes the role; one in each account does."
  type        = bool
  default     = true
}

variable "role_name" {
  description = "The name of the role, the same in all accounts."
  type        = string
  default     = "whystopped-reader"
}

variable "with_proof" {
  description = "Whether roles are read and policies tried in IAM's simulator (deploy/iam/proof.json)."
  type        = bool
  default     = true
}

variable "with_hosts" {
  description = "Whether the EC2 instance of a task is looked up (deploy/iam/hosts.json); of no use on Fargate alone."
  type        = bool
  default     = true
}

variable "event_bus_arn" {
  description = "ARN of whystopped's event bus, its output event_bus_arn; null where no events are sent."
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
  description        = "whystopped reads with it why ECS tasks stopped"
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
  description        = "EventBridge sends ECS events to whystopped with it"
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
  description = "To whystopped, what becomes of ECS tasks"
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
  description = "The role that whystopped assumes here."
  value       = one(aws_iam_role.reader[*].arn)
}
