# ECS events, from EventBridge to a queue.

locals {
  event_pattern = jsonencode({
    source = ["aws.ecs"]
    "$or" = [
      { "detail-type" = ["ECS Task State Change"], detail = { lastStatus = ["RUNNING", "STOPPED"] } },
      { "detail-type" = ["ECS Service Action"], detail = { eventType = ["WARN", "ERROR"] } },
    ]
  })

  # Without an organization, no bus is created: anyone could write to it.
  takes_others_events = var.read_other_accounts && (var.organization_id != null || length(var.accounts) > 0)

  event_rule_arns = concat([aws_cloudwatch_event_rule.this.arn], aws_cloudwatch_event_rule.others[*].arn)
}

# A message keeps the time of its arrival in the first queue, so that this one
# has to keep it for longer.
resource "aws_sqs_queue" "dead_letters" {
  name                      = "${var.name}-dead-letters"
  message_retention_seconds = 1209600
  sqs_managed_sse_enabled   = true
}

resource "aws_sqs_queue" "this" {
  name                       = "${var.name}-events"
  message_retention_seconds  = 345600
  sqs_managed_sse_enabled    = true
  visibility_timeout_seconds = 120

  redrive_policy = jsonencode({
    deadLetterTargetArn = aws_sqs_queue.dead_letters.arn
    maxReceiveCount     = 10
  })
}

data "aws_iam_policy_document" "queue" {
  for_each = {
    queue        = aws_sqs_queue.this.arn
    dead_letters = aws_sqs_queue.dead_letters.arn
  }

  statement {
    sid       = "EventBridgeSends"
    actions   = ["sqs:SendMessage"]
    resources = [each.value]

    principals {
      type        = "Service"
      identifiers = ["events.amazonaws.com"]
    }

    condition {
      test     = "ArnEquals"
      variable = "aws:SourceArn"
      values   = local.event_rule_arns
    }
  }

  statement {
    sid       = "OnlyEncrypted"
    effect    = "Deny"
    actions   = ["sqs:*"]
    resources = [each.value]

    principals {
      type        = "*"
      identifiers = ["*"]
    }

    condition {
      test     = "Bool"
      variable = "aws:SecureTransport"
      values   = ["false"]
    }
  }
}

resource "aws_sqs_queue_policy" "this" {
  queue_url = aws_sqs_queue.this.url
  policy    = data.aws_iam_policy_document.queue["queue"].json
}

resource "aws_sqs_queue_policy" "dead_letters" {
  queue_url = aws_sqs_queue.dead_letters.url
  policy    = data.aws_iam_policy_document.queue["dead_letters"].json
}

resource "aws_cloudwatch_event_rule" "this" {
  name          = var.name
  description   = "Forward ECS events to whystopped"
  event_pattern = local.event_pattern
}

resource "aws_cloudwatch_event_target" "this" {
  rule = aws_cloudwatch_event_rule.this.name
  arn  = aws_sqs_queue.this.arn

  dead_letter_config {
    arn = aws_sqs_queue.dead_letters.arn
  }
}

resource "aws_cloudwatch_event_bus" "this" {
  count = local.takes_others_events ? 1 : 0

  name        = "${var.name}-ecs"
  description = "ECS events of the accounts that whystopped reads"
}

data "aws_iam_policy_document" "event_bus" {
  count = local.takes_others_events ? 1 : 0

  statement {
    sid       = "AccountsSendTheirEvents"
    actions   = ["events:PutEvents"]
    resources = [aws_cloudwatch_event_bus.this[0].arn]

    principals {
      type        = "AWS"
      identifiers = var.organization_id == null ? var.accounts : ["*"]
    }

    dynamic "condition" {
      for_each = var.organization_id == null ? [] : [var.organization_id]

      content {
        test     = "StringEquals"
        variable = "aws:PrincipalOrgID"
        values   = [condition.value]
      }
    }
  }
}

resource "aws_cloudwatch_event_bus_policy" "this" {
  count = local.takes_others_events ? 1 : 0

  event_bus_name = aws_cloudwatch_event_bus.this[0].name
  policy         = data.aws_iam_policy_document.event_bus[0].json
}

resource "aws_cloudwatch_event_rule" "others" {
  count = local.takes_others_events ? 1 : 0

  name           = var.name
  description    = "Forward ECS events of other accounts and Regions to whystopped"
  event_bus_name = aws_cloudwatch_event_bus.this[0].name
  event_pattern  = local.event_pattern
}

resource "aws_cloudwatch_event_target" "others" {
  count = local.takes_others_events ? 1 : 0

  rule           = aws_cloudwatch_event_rule.others[0].name
  event_bus_name = aws_cloudwatch_event_bus.this[0].name
  arn            = aws_sqs_queue.this.arn

  dead_letter_config {
    arn = aws_sqs_queue.dead_letters.arn
  }
}
