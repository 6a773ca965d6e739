# Permissions of the service: the policies of deploy/iam, in this partition.

locals {
  in_partition = {
    for name in ["required", "logs", "proof", "hosts", "accounts", "queue"] :
    name => replace(file("${path.module}/../iam/${name}.json"), "arn:aws:", "arn:${local.partition}:")
  }

  reads = concat(["required", "logs"], var.with_proof ? ["proof"] : [], var.with_hosts ? ["hosts"] : [])

  # With several accounts, this one is read with its role as well.
  reader = var.read_other_accounts ? aws_iam_role.reader[0].name : aws_iam_role.task.name
}

data "aws_iam_policy_document" "execution_role_trust" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["ecs-tasks.amazonaws.com"]
    }
  }
}

data "aws_iam_policy_document" "task_role_trust" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["ecs-tasks.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [local.account]
    }

    condition {
      test     = "ArnLike"
      variable = "aws:SourceArn"
      values   = ["arn:${local.partition}:ecs:${local.region}:${local.account}:*"]
    }
  }
}

resource "aws_iam_role" "execution" {
  name               = "${var.name}-execution"
  assume_role_policy = data.aws_iam_policy_document.execution_role_trust.json
}

data "aws_iam_policy_document" "execution" {
  statement {
    sid       = "WriteOwnLog"
    actions   = ["logs:CreateLogStream", "logs:PutLogEvents"]
    resources = ["${aws_cloudwatch_log_group.this.arn}:log-stream:*"]
  }

  dynamic "statement" {
    for_each = var.repository_arn == null ? [] : [var.repository_arn]

    content {
      sid       = "PullOwnImage"
      actions   = ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
      resources = [statement.value]
    }
  }

  dynamic "statement" {
    for_each = var.repository_arn == null ? [] : [var.repository_arn]

    content {
      sid       = "LogInToECR"
      actions   = ["ecr:GetAuthorizationToken"] # has no resource
      resources = ["*"]
    }
  }

  dynamic "statement" {
    for_each = length(local.secrets) == 0 ? [] : [values(local.secrets)]

    content {
      sid       = "ReadOwnSecrets"
      actions   = ["secretsmanager:GetSecretValue"]
      resources = statement.value
    }
  }

  dynamic "statement" {
    for_each = var.secrets_key_arn == null ? [] : [var.secrets_key_arn]

    content {
      sid       = "DecryptOwnSecrets"
      actions   = ["kms:Decrypt"]
      resources = [statement.value]

      condition {
        test     = "StringEquals"
        variable = "kms:ViaService"
        values   = ["secretsmanager.${local.region}.${data.aws_partition.current.dns_suffix}"]
      }
    }
  }
}

resource "aws_iam_role_policy" "execution" {
  name   = "execution"
  role   = aws_iam_role.execution.name
  policy = data.aws_iam_policy_document.execution.json
}

resource "aws_iam_role" "task" {
  name               = "${var.name}-task"
  assume_role_policy = data.aws_iam_policy_document.task_role_trust.json
}

resource "aws_iam_role_policy" "queue" {
  name   = "queue"
  role   = aws_iam_role.task.name
  policy = replace(local.in_partition["queue"], "arn:${local.partition}:sqs:*:*:whystopped-events", aws_sqs_queue.this.arn)
}

resource "aws_iam_role_policy" "accounts" {
  count = var.read_other_accounts ? 1 : 0

  name   = "accounts"
  role   = aws_iam_role.task.name
  policy = replace(local.in_partition["accounts"], "role/whystopped-reader", "role/${var.reader_role_name}")
}

data "aws_iam_policy_document" "reader_trust" {
  count = var.read_other_accounts ? 1 : 0

  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "AWS"
      identifiers = [aws_iam_role.task.arn]
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
      identifiers = [aws_iam_role.task.arn]
    }

    condition {
      test     = "ForAllValues:StringEquals"
      variable = "aws:TagKeys"
      values   = ["whystopped:task"]
    }
  }
}

resource "aws_iam_role" "reader" {
  count = var.read_other_accounts ? 1 : 0

  name               = var.reader_role_name
  assume_role_policy = data.aws_iam_policy_document.reader_trust[0].json
}

resource "aws_iam_role_policy" "reads" {
  for_each = toset(local.reads)

  name   = each.value
  role   = local.reader
  policy = local.in_partition[each.value]
}
