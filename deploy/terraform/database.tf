# The history. Terraform creates its password and stores it in Secrets Manager
# only, not in the state.

locals {
  own_postgres = var.database == "postgres" ? 1 : 0
}

ephemeral "random_password" "database" {
  count = local.own_postgres

  length  = 40
  special = false
}

resource "aws_secretsmanager_secret" "database_password" {
  count = local.own_postgres

  name_prefix = "${var.name}-database-"
  description = "Password of whystopped's database"
}

resource "aws_secretsmanager_secret_version" "database_password" {
  count = local.own_postgres

  secret_id                = aws_secretsmanager_secret.database_password[0].id
  secret_string_wo         = ephemeral.random_password.database[0].result
  secret_string_wo_version = var.database_instance.password_version
}

# Read back, so that the database gets the stored password even if an earlier run
# stopped between the two.
ephemeral "aws_secretsmanager_secret_version" "database_password" {
  count = local.own_postgres

  secret_id = aws_secretsmanager_secret_version.database_password[0].secret_id
}

resource "aws_security_group" "database" {
  count = local.own_postgres

  name        = "${var.name}-database"
  description = "The database of whystopped"
  vpc_id      = var.vpc_id
}

resource "aws_vpc_security_group_ingress_rule" "database_from_tasks" {
  count = local.own_postgres

  security_group_id            = aws_security_group.database[0].id
  referenced_security_group_id = aws_security_group.tasks.id
  ip_protocol                  = "tcp"
  from_port                    = 5432
  to_port                      = 5432
}

resource "aws_vpc_security_group_egress_rule" "tasks_to_database" {
  count = local.own_postgres

  security_group_id            = aws_security_group.tasks.id
  referenced_security_group_id = aws_security_group.database[0].id
  ip_protocol                  = "tcp"
  from_port                    = 5432
  to_port                      = 5432
}

resource "aws_db_subnet_group" "this" {
  count = local.own_postgres

  name       = var.name
  subnet_ids = var.task_subnet_ids
}

resource "aws_db_instance" "this" {
  count = local.own_postgres

  identifier                = var.name
  engine                    = "postgres"
  engine_version            = "17" # the newest minor version is wanted, whichever that is
  instance_class            = var.database_instance.class
  db_name                   = "whystopped"
  username                  = "whystopped"
  password_wo               = ephemeral.aws_secretsmanager_secret_version.database_password[0].secret_string
  password_wo_version       = var.database_instance.password_version
  allocated_storage         = var.database_instance.storage
  max_allocated_storage     = var.database_instance.max_storage
  storage_type              = "gp3"
  storage_encrypted         = true
  multi_az                  = var.database_instance.multi_az
  publicly_accessible       = false
  db_subnet_group_name      = aws_db_subnet_group.this[0].name
  vpc_security_group_ids    = [aws_security_group.database[0].id]
  backup_retention_period   = 7
  copy_tags_to_snapshot     = true
  deletion_protection       = true
  final_snapshot_identifier = "${var.name}-final"
}
