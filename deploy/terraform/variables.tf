# The service.

variable "name" {
  description = "Name prefix of all resources."
  type        = string
  default     = "whystopped"
}

variable "image" {
  description = "URI of the image, with a tag or, better, a digest."
  type        = string
}

variable "repository_arn" {
  description = "ARN of the ECR repository that the image is in; null for a public registry."
  type        = string
  default     = null
}

variable "architecture" {
  description = "CPU architecture of the image: ARM64 or X86_64."
  type        = string
  default     = "ARM64"

  validation {
    condition     = contains(["ARM64", "X86_64"], var.architecture)
    error_message = "The architecture is ARM64 or X86_64."
  }
}

variable "desired_count" {
  description = "Number of tasks; always one without PostgreSQL."
  type        = number
  default     = 2
}

variable "task_cpu" {
  description = "CPU units of a task."
  type        = number
  default     = 512
}

variable "task_memory" {
  description = "Memory of a task in MiB; Fargate supports certain pairs of CPU and memory only."
  type        = number
  default     = 1024
}

variable "log_retention_days" {
  description = "Retention of the service's own log, in days."
  type        = number
  default     = 30
}

# Network.

variable "vpc_id" {
  description = "The VPC."
  type        = string
}

variable "load_balancer_subnet_ids" {
  description = "At least two, in different Availability Zones."
  type        = list(string)
}

variable "task_subnet_ids" {
  description = "For the tasks and the database, at least two. The tasks must reach the AWS endpoints, through a NAT gateway or VPC endpoints."
  type        = list(string)
}

variable "assign_public_ip" {
  description = "Give tasks public IP addresses, for public subnets without a NAT gateway."
  type        = bool
  default     = false
}

variable "internal" {
  description = "Internal load balancer. Slack and EventBridge API destinations require an internet-facing one."
  type        = bool
  default     = false
}

variable "reachable_from" {
  description = "IPv4 ranges that can reach the load balancer, such as that of your VPN. Slack needs 0.0.0.0/0."
  type        = list(string)
}

variable "domain_name" {
  description = "Host name of the service, such as why.example.com."
  type        = string
}

variable "certificate_arn" {
  description = "ARN of the host's certificate in ACM, in this Region."
  type        = string
}

variable "hosted_zone_id" {
  description = "Route 53 zone to create the host name in; null to create it yourself."
  type        = string
  default     = null
}

variable "metrics_security_group_id" {
  description = "Security group of the Prometheus that reads /metrics of the tasks; null for none."
  type        = string
  default     = null
}

# Login.

variable "login" {
  description = "alb: the load balancer signs users in; oidc: the service does."
  type        = string
  default     = "alb"

  validation {
    condition     = contains(["alb", "oidc"], var.login)
    error_message = "The login is alb or oidc."
  }
}

variable "oidc" {
  description = "The login provider. client_secret_arn is a secret with the client's secret as plain text; with the login alb the load balancer gets it, and Terraform keeps it in its state. The endpoints are from the provider's discovery document, for the login alb alone."
  type = object({
    issuer                 = string
    client_id              = string
    client_secret_arn      = string
    authorization_endpoint = optional(string)
    token_endpoint         = optional(string)
    user_info_endpoint     = optional(string)
  })

  validation {
    condition = var.login != "alb" || alltrue([
      for endpoint in [var.oidc.authorization_endpoint, var.oidc.token_endpoint, var.oidc.user_info_endpoint] : endpoint != null
    ])
    error_message = "The login alb needs authorization_endpoint, token_endpoint and user_info_endpoint."
  }
}

variable "session_key_secret_arn" {
  description = "For the login oidc, ARN of the secret with the session key."
  type        = string
  default     = null

  validation {
    condition     = var.login != "oidc" || var.session_key_secret_arn != null
    error_message = "The login oidc needs session_key_secret_arn."
  }
}

variable "allowed_domains" {
  description = "E-mail domains of users with access; * for everyone who can sign in."
  type        = list(string)
  default     = []

  validation {
    condition     = length(var.allowed_domains) + length(var.allowed_groups) > 0
    error_message = "Set allowed_domains or allowed_groups."
  }
}

variable "allowed_groups" {
  description = "Groups of users with access."
  type        = list(string)
  default     = []
}

variable "api_tokens_secret_arn" {
  description = "ARN of the secret with the API tokens' lines, name:scope:sha256; null for no tokens."
  type        = string
  default     = null
}

# Events and Slack.

variable "events_key_secret_arn" {
  description = "ARN of the secret with the key of POST /api/v1/events; null to receive events from the queue only."
  type        = string
  default     = null
}

variable "slack" {
  description = "ARNs of the secrets with Slack's signing secret and the bot's token, and the rules that choose the channel of an incident, such as default=#ecs;cluster:prod=#prod."
  type = object({
    signing_secret_arn   = optional(string)
    bot_token_secret_arn = optional(string)
    channels             = optional(string)
  })
  default = {}

  validation {
    condition     = var.slack.channels == null || var.slack.bot_token_secret_arn != null
    error_message = "channels needs bot_token_secret_arn."
  }
}

variable "secrets_key_arn" {
  description = "ARN of the KMS key of the secrets above; null for the key aws/secretsmanager."
  type        = string
  default     = null
}

# The history.

variable "database" {
  description = "postgres creates a PostgreSQL database in RDS; external uses yours. ephemeral stores the history in a file on the task's own storage, which is deleted with the task, so with every deployment."
  type        = string
  default     = "postgres"

  validation {
    condition     = contains(["postgres", "external", "ephemeral"], var.database)
    error_message = "The database is postgres, external or ephemeral."
  }
}

variable "database_url_secret_arn" {
  description = "For the database external, ARN of the secret with its URL, postgres://USER:PASSWORD@HOST/NAME?sslmode=verify-full."
  type        = string
  default     = null

  validation {
    condition     = var.database != "external" || var.database_url_secret_arn != null
    error_message = "The database external needs database_url_secret_arn."
  }
}

variable "database_instance" {
  description = "The PostgreSQL database in RDS. Storage is in GiB: initial size, and maximum for autoscaling. A higher password_version creates a new password."
  type = object({
    class            = optional(string, "db.t4g.small")
    multi_az         = optional(bool, false)
    storage          = optional(number, 20)
    max_storage      = optional(number, 200)
    password_version = optional(number, 1)
  })
  default = {}
}

variable "retention" {
  description = "Retention of the history; null for the default, 90 days."
  type        = string
  default     = null
}

# What it reads.

variable "read_other_accounts" {
  description = "Read each account with the role that the module member, or member-account.yaml, creates there."
  type        = bool
  default     = false
}

variable "reader_role_name" {
  description = "The name of that role."
  type        = string
  default     = "whystopped-reader"
}

variable "external_id" {
  description = "External ID that the roles' trust policies require; required to read other accounts."
  type        = string
  default     = null

  validation {
    condition     = !var.read_other_accounts || var.external_id != null
    error_message = "Reading other accounts needs external_id."
  }
}

variable "organization_id" {
  description = "Organization of this account. Its accounts can send events here, and are read if accounts is empty."
  type        = string
  default     = null
}

variable "accounts" {
  description = "Accounts to read. Empty with organization_id: all accounts of the organization."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for account in var.accounts : can(regex("^[0-9]{12}$", account))])
    error_message = "Accounts are numbers of 12 digits."
  }

  validation {
    condition     = !var.read_other_accounts || length(var.accounts) > 0 || var.organization_id != null
    error_message = "Reading other accounts needs accounts or organization_id."
  }
}

variable "regions" {
  description = "Regions to read; empty for all."
  type        = list(string)
  default     = []
}

variable "trail_log_group" {
  description = "Log group of a CloudTrail trail with data events; null for none."
  type        = string
  default     = null
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

# Alarms.

variable "alarm_topic_arn" {
  description = "SNS topic for alarms (optional)."
  type        = string
  default     = null
}
