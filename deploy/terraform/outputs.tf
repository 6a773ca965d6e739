output "url" {
  description = "URL of the service."
  value       = "https://${var.domain_name}"
}

output "load_balancer_name" {
  description = "Target for the host name's DNS record, if no zone was given."
  value       = aws_lb.this.dns_name
}

output "callback_url" {
  description = "Redirect URI to register at the login provider, for the login alb."
  value       = var.login == "alb" ? "https://${var.domain_name}/oauth2/idpresponse" : null
}

output "task_role_arn" {
  description = "For the variable server_role_arn of the module member."
  value       = aws_iam_role.task.arn
}

output "event_bus_arn" {
  description = "For the variable event_bus_arn of the module member."
  value       = one(aws_cloudwatch_event_bus.this[*].arn)
}

output "queue_url" {
  description = "The queue of events."
  value       = aws_sqs_queue.this.url
}

output "dead_letters_url" {
  description = "The queue of events that could not be stored."
  value       = aws_sqs_queue.dead_letters.url
}

output "log_group_name" {
  description = "The service's own log."
  value       = aws_cloudwatch_log_group.this.name
}
