# Network: clients reach the load balancer, it alone the tasks, they alone the
# database.

resource "aws_security_group" "load_balancer" {
  name        = "${var.name}-load-balancer"
  description = "The load balancer of whystopped"
  vpc_id      = var.vpc_id
}

resource "aws_vpc_security_group_ingress_rule" "load_balancer" {
  for_each = {
    for pair in setproduct(var.reachable_from, [443, 80]) : "${pair[0]} ${pair[1]}" => { range = pair[0], port = pair[1] }
  }

  security_group_id = aws_security_group.load_balancer.id
  cidr_ipv4         = each.value.range
  ip_protocol       = "tcp"
  from_port         = each.value.port
  to_port           = each.value.port
}

resource "aws_vpc_security_group_egress_rule" "load_balancer_to_provider" {
  security_group_id = aws_security_group.load_balancer.id
  description       = "The login provider's token and user endpoints"
  cidr_ipv4         = "0.0.0.0/0"
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
}

resource "aws_vpc_security_group_egress_rule" "load_balancer_to_tasks" {
  security_group_id            = aws_security_group.load_balancer.id
  referenced_security_group_id = aws_security_group.tasks.id
  ip_protocol                  = "tcp"
  from_port                    = local.port
  to_port                      = local.port
}

resource "aws_security_group" "tasks" {
  name        = "${var.name}-tasks"
  description = "The tasks of whystopped"
  vpc_id      = var.vpc_id
}

resource "aws_vpc_security_group_ingress_rule" "tasks_from_load_balancer" {
  security_group_id            = aws_security_group.tasks.id
  referenced_security_group_id = aws_security_group.load_balancer.id
  ip_protocol                  = "tcp"
  from_port                    = local.port
  to_port                      = local.port
}

resource "aws_vpc_security_group_ingress_rule" "tasks_from_prometheus" {
  count = var.metrics_security_group_id == null ? 0 : 1

  security_group_id            = aws_security_group.tasks.id
  referenced_security_group_id = var.metrics_security_group_id
  ip_protocol                  = "tcp"
  from_port                    = local.port
  to_port                      = local.port
}

resource "aws_vpc_security_group_egress_rule" "tasks" {
  security_group_id = aws_security_group.tasks.id
  description       = "AWS, Slack and the login provider"
  cidr_ipv4         = "0.0.0.0/0"
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
}

resource "aws_vpc_security_group_egress_rule" "tasks_to_external_database" {
  count = var.database == "external" ? 1 : 0

  security_group_id = aws_security_group.tasks.id
  cidr_ipv4         = "0.0.0.0/0"
  ip_protocol       = "tcp"
  from_port         = 5432
  to_port           = 5432
}

resource "aws_lb" "this" {
  name                       = var.name
  load_balancer_type         = "application"
  internal                   = var.internal
  subnets                    = var.load_balancer_subnet_ids
  security_groups            = [aws_security_group.load_balancer.id]
  drop_invalid_header_fields = true
  desync_mitigation_mode     = "strictest"
  idle_timeout               = 120
}

resource "aws_lb_target_group" "this" {
  name        = var.name
  vpc_id      = var.vpc_id
  target_type = "ip"
  protocol    = "HTTP"
  port        = local.port

  # A diagnosis has ten seconds, and the service waits nine for those that run
  # at its end.
  deregistration_delay = 30

  health_check {
    path              = "/healthz"
    interval          = 10
    healthy_threshold = 2
    matcher           = "200"
  }
}

resource "aws_lb_listener" "redirect" {
  load_balancer_arn = aws_lb.this.arn
  protocol          = "HTTP"
  port              = 80

  default_action {
    type = "redirect"

    redirect {
      protocol    = "HTTPS"
      port        = "443"
      status_code = "HTTP_301"
    }
  }
}

data "aws_secretsmanager_secret_version" "client_secret" {
  count = var.login == "alb" ? 1 : 0

  secret_id = var.oidc.client_secret_arn
}

resource "aws_lb_listener" "this" {
  load_balancer_arn = aws_lb.this.arn
  protocol          = "HTTPS"
  port              = 443
  ssl_policy        = "ELBSecurityPolicy-TLS13-1-2-2021-06"
  certificate_arn   = var.certificate_arn

  dynamic "default_action" {
    for_each = var.login == "alb" ? [var.oidc] : []
    iterator = login

    content {
      type  = "authenticate-oidc"
      order = 1

      authenticate_oidc {
        issuer                     = login.value.issuer
        authorization_endpoint     = login.value.authorization_endpoint
        token_endpoint             = login.value.token_endpoint
        user_info_endpoint         = login.value.user_info_endpoint
        client_id                  = login.value.client_id
        client_secret              = data.aws_secretsmanager_secret_version.client_secret[0].secret_string
        scope                      = "openid email profile"
        session_timeout            = 28800
        on_unauthenticated_request = "authenticate"
      }
    }
  }

  default_action {
    type             = "forward"
    order            = 2
    target_group_arn = aws_lb_target_group.this.arn
  }
}

# Probes and Prometheus connect to the tasks directly.
resource "aws_lb_listener_rule" "not_from_outside" {
  listener_arn = aws_lb_listener.this.arn
  priority     = 10

  condition {
    path_pattern {
      values = ["/metrics", "/healthz", "/readyz"]
    }
  }

  action {
    type = "fixed-response"

    fixed_response {
      status_code  = "404"
      content_type = "text/plain"
      message_body = "not found"
    }
  }
}

# These are authenticated by the service itself.
resource "aws_lb_listener_rule" "passes_the_login" {
  for_each = {
    for path, rule in {
      slack  = { set = var.slack.signing_secret_arn != null, priority = 20, paths = ["/slack/commands", "/slack/events"] }
      events = { set = var.events_key_secret_arn != null, priority = 30, paths = ["/api/v1/events"] }
    } : path => rule if rule.set && var.login == "alb"
  }

  listener_arn = aws_lb_listener.this.arn
  priority     = each.value.priority

  condition {
    path_pattern {
      values = each.value.paths
    }
  }

  condition {
    http_request_method {
      values = ["POST"]
    }
  }

  action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.this.arn
  }
}

resource "aws_lb_listener_rule" "tokens_pass_the_login" {
  count = var.login == "alb" && var.api_tokens_secret_arn != null ? 1 : 0

  listener_arn = aws_lb_listener.this.arn
  priority     = 40

  condition {
    path_pattern {
      values = ["/api/*"]
    }
  }

  condition {
    http_header {
      http_header_name = "Authorization"
      values           = ["Bearer *"]
    }
  }

  action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.this.arn
  }
}

resource "aws_route53_record" "this" {
  count = var.hosted_zone_id == null ? 0 : 1

  zone_id = var.hosted_zone_id
  name    = var.domain_name
  type    = "A"

  alias {
    name                   = aws_lb.this.dns_name
    zone_id                = aws_lb.this.zone_id
    evaluate_target_health = false
  }
}
