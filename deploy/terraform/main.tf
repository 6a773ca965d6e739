# whystopped on Fargate behind a load balancer with a login, with the queue of
# ECS events from EventBridge. docs/operations.md says how to choose the
# variables.

data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

data "aws_region" "current" {}

locals {
  account   = data.aws_caller_identity.current.account_id
  partition = data.aws_partition.current.partition
  region    = data.aws_region.current.region
  port      = 8080

  only_a_file = var.database == "ephemeral"

  # What is not set is left out.
  settings = {
    for name, value in {
      WHYSTOPPED_LISTEN          = "0.0.0.0:${local.port}"
      WHYSTOPPED_PUBLIC_URL      = "https://${var.domain_name}"
      WHYSTOPPED_QUEUE_URL       = aws_sqs_queue.this.url
      WHYSTOPPED_DATABASE_URL    = local.database_url
      WHYSTOPPED_RETENTION       = var.retention
      WHYSTOPPED_ALB_ARN         = var.login == "alb" ? aws_lb.this.arn : null
      WHYSTOPPED_OIDC_ISSUER     = var.login == "oidc" ? var.oidc.issuer : null
      WHYSTOPPED_OIDC_CLIENT_ID  = var.login == "oidc" ? var.oidc.client_id : null
      WHYSTOPPED_ALLOWED_DOMAINS = join(",", var.allowed_domains)
      WHYSTOPPED_ALLOWED_GROUPS  = join(",", var.allowed_groups)
      WHYSTOPPED_TRUSTED_PROXIES = "1" # the load balancer
      WHYSTOPPED_ASSUME_ROLE     = var.read_other_accounts ? "arn:{partition}:iam::{account}:role/${var.reader_role_name}" : null
      WHYSTOPPED_EXTERNAL_ID     = var.read_other_accounts ? var.external_id : null
      WHYSTOPPED_ACCOUNTS        = var.read_other_accounts && length(var.accounts) == 0 ? "*" : join(",", var.accounts) # the policy "accounts" limits * to the organization
      WHYSTOPPED_REGIONS         = join(",", var.regions)
      WHYSTOPPED_TRAIL_LOG_GROUP = var.trail_log_group
      WHYSTOPPED_SLACK_CHANNELS  = var.slack.channels
    } : name => value if value != null && value != ""
  }

  # ARNs of secrets, by the variable that the service reads them from. The
  # driver for PostgreSQL takes what the URL lacks from the variables of libpq.
  secrets = {
    for name, arn in {
      PGPASSWORD                      = one(aws_secretsmanager_secret.database_password[*].arn)
      WHYSTOPPED_DATABASE_URL         = var.database == "external" ? var.database_url_secret_arn : null
      WHYSTOPPED_OIDC_CLIENT_SECRET   = var.login == "oidc" ? var.oidc.client_secret_arn : null
      WHYSTOPPED_SESSION_KEY          = var.login == "oidc" ? var.session_key_secret_arn : null
      WHYSTOPPED_API_TOKENS           = var.api_tokens_secret_arn
      WHYSTOPPED_EVENTS_KEY           = var.events_key_secret_arn
      WHYSTOPPED_SLACK_SIGNING_SECRET = var.slack.signing_secret_arn
      WHYSTOPPED_SLACK_BOT_TOKEN      = var.slack.bot_token_secret_arn
    } : name => arn if arn != null
  }

  # RDS has its own certificate authority, so sslmode=require wouldn't verify the
  # server. The file is on the task's own storage: one on EFS would survive the
  # task, but SQLite's locks and shared memory don't work over NFS.
  postgres_url = one([for d in aws_db_instance.this : "postgres://whystopped@${d.endpoint}/whystopped?sslmode=require"])
  database_url = local.only_a_file ? "file:/data/whystopped.db" : local.postgres_url
}

resource "aws_cloudwatch_log_group" "this" {
  name              = "/ecs/${var.name}"
  retention_in_days = var.log_retention_days
}

resource "aws_ecs_cluster" "this" {
  name = var.name
}

resource "aws_ecs_task_definition" "this" {
  family                   = var.name
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  cpu                      = var.task_cpu
  memory                   = var.task_memory
  execution_role_arn       = aws_iam_role.execution.arn
  task_role_arn            = aws_iam_role.task.arn

  runtime_platform {
    operating_system_family = "LINUX"
    cpu_architecture        = var.architecture
  }

  volume {
    name = "data"
  }

  container_definitions = jsonencode([{
    name                   = "whystopped"
    image                  = var.image
    essential              = true
    user                   = "65532:65532"
    readonlyRootFilesystem = true
    linuxParameters        = { capabilities = { drop = ["ALL"] } }
    mountPoints            = [{ sourceVolume = "data", containerPath = "/data", readOnly = false }]
    portMappings           = [{ containerPort = local.port, protocol = "tcp" }]
    environment            = [for name, value in local.settings : { name = name, value = value }]
    secrets                = [for name, arn in local.secrets : { name = name, valueFrom = arn }]
    stopTimeout            = 30

    healthCheck = {
      command     = ["CMD", "/whystopped", "-check"]
      interval    = 10
      timeout     = 5
      retries     = 3
      startPeriod = 30
    }

    logConfiguration = {
      logDriver = "awslogs"
      options = {
        awslogs-group         = aws_cloudwatch_log_group.this.name
        awslogs-region        = local.region
        awslogs-stream-prefix = "whystopped"
      }
    }
  }])
}

resource "aws_ecs_service" "this" {
  name            = var.name
  cluster         = aws_ecs_cluster.this.arn
  launch_type     = "FARGATE"
  task_definition = aws_ecs_task_definition.this.arn
  desired_count   = local.only_a_file ? 1 : var.desired_count
  propagate_tags  = "SERVICE"

  # Two tasks with a file each would share out the events between them.
  deployment_minimum_healthy_percent = local.only_a_file ? 0 : 100
  deployment_maximum_percent         = local.only_a_file ? 100 : 200
  health_check_grace_period_seconds  = 60

  deployment_circuit_breaker {
    enable   = true
    rollback = true
  }

  network_configuration {
    subnets          = var.task_subnet_ids
    security_groups  = [aws_security_group.tasks.id]
    assign_public_ip = var.assign_public_ip
  }

  load_balancer {
    container_name   = "whystopped"
    container_port   = local.port
    target_group_arn = aws_lb_target_group.this.arn
  }

  depends_on = [
    aws_iam_role_policy.execution,
    aws_iam_role_policy.queue,
    aws_iam_role_policy.reads,
    aws_lb_listener.this,
    aws_secretsmanager_secret_version.database_password,
    aws_sqs_queue_policy.this,
  ]
}
