"""Terraform's KMS resources: apply, an empty second plan, and a clean destroy."""

import json

import pytest

pytestmark = pytest.mark.terraform


def run(terraform, configuration, **aliases):
    terraform.write(configuration, **aliases)
    terraform.init()
    terraform.apply()
    terraform.assert_plan_is_empty()
    return terraform.output()


def test_keys_aliases_policies_and_data_sources(terraform, kms, unique, account_id):
    output = run(
        terraform,
        f"""
data "aws_caller_identity" "me" {{}}

resource "aws_kms_key" "main" {{
  description             = "by terraform"
  deletion_window_in_days = 7
  enable_key_rotation     = true
  rotation_period_in_days = 180
  tags = {{ team = "red", empty = "" }}
}}

resource "aws_kms_alias" "main" {{
  name          = "alias/{unique}"
  target_key_id = aws_kms_key.main.key_id
}}

resource "aws_kms_key" "signing" {{
  customer_master_key_spec = "ECC_NIST_P256"
  key_usage                = "SIGN_VERIFY"
  deletion_window_in_days  = 7
}}

resource "aws_kms_key" "mac" {{
  customer_master_key_spec = "HMAC_256"
  key_usage                = "GENERATE_VERIFY_MAC"
  deletion_window_in_days  = 7
  is_enabled               = false
}}

resource "aws_kms_key" "one_sid" {{
  deletion_window_in_days = 7
  policy = jsonencode({{
    Version = "2012-10-17"
    Id      = "{unique}"
    Statement = [
      {{
        Sid       = "Enable IAM User Permissions"
        Effect    = "Allow"
        Principal = {{ AWS = "*" }}
        Action    = "kms:*"
        Resource  = "*"
      }},
      {{
        Sid       = "Enable IAM User Permissions"
        Effect    = "Allow"
        Principal = {{ AWS = "arn:aws:iam::${{data.aws_caller_identity.me.account_id}}:root" }}
        Action    = ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey"]
        Resource  = "*"
        Condition = {{ Bool = {{ "kms:GrantIsForAWSResource" = true }} }}
      }},
    ]
  }})
}}

resource "aws_kms_key_policy" "main" {{
  key_id = aws_kms_key.main.id
  policy = jsonencode({{
    Version = "2012-10-17"
    Statement = [
      {{
        Sid       = "root"
        Effect    = "Allow"
        Principal = {{ AWS = "arn:aws:iam::${{data.aws_caller_identity.me.account_id}}:root" }}
        Action    = "kms:*"
        Resource  = "*"
      }},
    ]
  }})
}}

data "aws_kms_key" "main" {{
  key_id = aws_kms_alias.main.name
}}

data "aws_kms_alias" "main" {{
  name = aws_kms_alias.main.name
}}

data "aws_kms_public_key" "signing" {{
  key_id = aws_kms_key.signing.key_id
}}

resource "aws_kms_ciphertext" "password" {{
  key_id    = aws_kms_key.main.key_id
  plaintext = "hunter2"
  context   = {{ role = "admin" }}
}}

data "aws_kms_secrets" "password" {{
  secret {{
    name    = "password"
    payload = aws_kms_ciphertext.password.ciphertext_blob
    context = {{ role = "admin" }}
  }}
}}

output "account" {{ value = data.aws_caller_identity.me.account_id }}
output "key_id" {{ value = aws_kms_key.main.key_id }}
output "read_arn" {{ value = data.aws_kms_key.main.arn }}
output "alias_target" {{ value = data.aws_kms_alias.main.target_key_id }}
output "public_key" {{ value = data.aws_kms_public_key.signing.public_key }}
output "mac_id" {{ value = aws_kms_key.mac.key_id }}
output "password" {{
  value     = data.aws_kms_secrets.password.plaintext["password"]
  sensitive = true
}}
""",
    )
    assert output["account"] == account_id
    assert output["read_arn"].endswith(output["key_id"])
    assert output["alias_target"] == output["key_id"]
    assert output["password"] == "hunter2"
    status = kms.get_key_rotation_status(KeyId=output["key_id"])
    assert (status["KeyRotationEnabled"], status["RotationPeriodInDays"]) == (True, 180)
    tags = {t["TagKey"]: t["TagValue"] for t in kms.list_resource_tags(KeyId=output["key_id"])["Tags"]}
    assert tags == {"team": "red", "empty": ""}
    assert kms.describe_key(KeyId=output["mac_id"])["KeyMetadata"]["KeyState"] == "Disabled"
    assert json.loads(kms.get_key_policy(KeyId=output["key_id"])["Policy"])["Statement"][0]["Sid"] == "root"
    terraform.destroy()
    assert kms.describe_key(KeyId=output["key_id"])["KeyMetadata"]["KeyState"] == "PendingDeletion"
    with pytest.raises(kms.exceptions.NotFoundException):
        kms.describe_key(KeyId=f"alias/{unique}")


def test_a_change_is_applied_in_place(terraform, kms):
    configuration = """
resource "aws_kms_key" "main" {
  description             = "%s"
  deletion_window_in_days = 7
}
output "key_id" { value = aws_kms_key.main.key_id }
"""
    first = run(terraform, configuration % "one")["key_id"]
    second = run(terraform, configuration % "two")["key_id"]
    assert first == second
    assert kms.describe_key(KeyId=first)["KeyMetadata"]["Description"] == "two"
    terraform.destroy()


def test_replicas_and_external_keys(terraform, client, kms):
    output = run(
        terraform,
        """
resource "aws_kms_key" "primary" {
  multi_region            = true
  deletion_window_in_days = 7
}

resource "aws_kms_replica_key" "north" {
  provider                = aws.north
  primary_key_arn         = aws_kms_key.primary.arn
  description             = "replica"
  deletion_window_in_days = 7
}

resource "aws_kms_external_key" "imported" {
  description             = "imported"
  deletion_window_in_days = 7
  key_material_base64     = "Wblj06fduthWggmsT0cLVoIMOkeLbc2kVfMud77i/JY="
  # Left out, the provider disables the key once it has imported the material.
  enabled                 = true
}

output "primary" { value = aws_kms_key.primary.key_id }
output "replica_arn" { value = aws_kms_replica_key.north.arn }
output "imported" { value = aws_kms_external_key.imported.id }
output "imported_state" { value = aws_kms_external_key.imported.key_state }
""",
        north="eu-north-1",
    )
    assert output["replica_arn"].split(":")[3] == "eu-north-1"
    assert output["imported_state"] == "Enabled"
    blob = kms.encrypt(KeyId=output["primary"], Plaintext=b"x")["CiphertextBlob"]
    north = client("kms", region="eu-north-1")
    assert north.decrypt(CiphertextBlob=blob)["Plaintext"] == b"x"
    kms.encrypt(KeyId=output["imported"], Plaintext=b"x")
    terraform.destroy()
    for service, key_id in ((kms, output["imported"]), (north, output["primary"])):
        assert service.describe_key(KeyId=key_id)["KeyMetadata"]["KeyState"] == "PendingDeletion"
