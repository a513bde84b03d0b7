"""Terraform's IAM resources, with a KMS grant for the role they make."""

import datetime

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

pytestmark = pytest.mark.terraform


def test_users_roles_policies_and_a_grant(terraform, iam, kms, unique):
    terraform.write(
        f"""
resource "aws_kms_key" "main" {{
  deletion_window_in_days = 7
}}

data "aws_iam_policy_document" "trust" {{
  statement {{
    actions = ["sts:AssumeRole"]
    principals {{
      type        = "Service"
      identifiers = ["lambda.amazonaws.com"]
    }}
  }}
}}

data "aws_iam_policy_document" "use" {{
  statement {{
    actions   = ["kms:Encrypt", "kms:Decrypt"]
    resources = [aws_kms_key.main.arn]
    condition {{
      test     = "StringEquals"
      variable = "kms:EncryptionContext:team"
      values   = ["red"]
    }}
  }}
}}

resource "aws_iam_role" "worker" {{
  name               = "{unique}-worker"
  path               = "/service/"
  assume_role_policy = data.aws_iam_policy_document.trust.json
  tags               = {{ team = "red" }}
}}

resource "aws_iam_policy" "use" {{
  name   = "{unique}-use"
  policy = data.aws_iam_policy_document.use.json
}}

resource "aws_iam_role_policy_attachment" "use" {{
  role       = aws_iam_role.worker.name
  policy_arn = aws_iam_policy.use.arn
}}

resource "aws_iam_role_policy" "inline" {{
  name   = "inline"
  role   = aws_iam_role.worker.id
  policy = data.aws_iam_policy_document.use.json
}}

resource "aws_iam_user" "alice" {{
  name = "{unique}-alice"
  tags = {{ team = "red" }}
}}

resource "aws_iam_access_key" "alice" {{
  user = aws_iam_user.alice.name
}}

resource "aws_iam_group" "team" {{
  name = "{unique}-team"
}}

resource "aws_iam_group_membership" "team" {{
  name  = "members"
  group = aws_iam_group.team.name
  users = [aws_iam_user.alice.name]
}}

resource "aws_iam_group_policy_attachment" "team" {{
  group      = aws_iam_group.team.name
  policy_arn = "arn:aws:iam::aws:policy/ReadOnlyAccess"
}}

resource "aws_iam_instance_profile" "worker" {{
  name = "{unique}-worker"
  role = aws_iam_role.worker.name
}}

resource "aws_kms_grant" "worker" {{
  name              = "worker"
  key_id            = aws_kms_key.main.key_id
  grantee_principal = aws_iam_role.worker.arn
  operations        = ["Encrypt", "Decrypt", "GenerateDataKey"]
  constraints {{
    encryption_context_equals = {{ team = "red" }}
  }}
}}

output "role" {{ value = aws_iam_role.worker.name }}
output "role_arn" {{ value = aws_iam_role.worker.arn }}
output "key_id" {{ value = aws_kms_key.main.key_id }}
output "grant_id" {{ value = aws_kms_grant.worker.grant_id }}
"""
    )
    terraform.init()
    terraform.apply()
    terraform.assert_plan_is_empty()
    output = terraform.output()
    assert iam.get_role(RoleName=output["role"])["Role"]["Arn"] == output["role_arn"]
    (grant,) = kms.list_grants(KeyId=output["key_id"])["Grants"]
    assert (grant["GrantId"], grant["GranteePrincipal"]) == (output["grant_id"], output["role_arn"])
    terraform.destroy()
    with pytest.raises(iam.exceptions.NoSuchEntityException):
        iam.get_role(RoleName=output["role"])
    assert kms.list_grants(KeyId=output["key_id"])["Grants"] == []


def test_a_users_keys_certificates_and_providers(terraform, iam, unique):
    key = rsa.generate_private_key(65537, 2048)
    own = certificate(key)
    ssh = key.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode()
    private = key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption()).decode()
    terraform.write(
        f"""
resource "aws_iam_user" "alice" {{
  name = "{unique}-alice"
}}

resource "aws_iam_group" "team" {{
  count = 2
  name  = "{unique}-${{count.index}}"
}}

resource "aws_iam_user_group_membership" "alice" {{
  user   = aws_iam_user.alice.name
  groups = aws_iam_group.team[*].name
}}

resource "aws_iam_user_ssh_key" "alice" {{
  username   = aws_iam_user.alice.name
  encoding   = "SSH"
  public_key = "{ssh}"
}}

resource "aws_iam_signing_certificate" "alice" {{
  user_name        = aws_iam_user.alice.name
  certificate_body = <<EOT
{own}EOT
}}

resource "aws_iam_service_specific_credential" "alice" {{
  user_name    = aws_iam_user.alice.name
  service_name = "codecommit.amazonaws.com"
  status       = "Inactive"
}}

resource "aws_iam_virtual_mfa_device" "alice" {{
  virtual_mfa_device_name = "{unique}"
  path                    = "/phones/"
  tags                    = {{ team = "red" }}
}}

resource "aws_iam_server_certificate" "shop" {{
  name             = "{unique}"
  path             = "/cloudfront/"
  tags             = {{ team = "red" }}
  certificate_body = <<EOT
{own}EOT
  private_key      = <<EOT
{private}EOT
}}

resource "aws_iam_openid_connect_provider" "actions" {{
  url             = "https://{unique}.example.com"
  client_id_list  = ["sts.amazonaws.com"]
  thumbprint_list = ["cf23df2207d99a74fbe169e3eba035e633b65d94"]
}}

resource "aws_iam_policy" "read" {{
  name   = "{unique}"
  policy = jsonencode({{
    Version   = "2012-10-17"
    Statement = [{{ Effect = "Allow", Action = "kms:Describe*", Resource = "*" }}]
  }})
}}

resource "aws_iam_user_policy_attachment" "alice" {{
  user       = aws_iam_user.alice.name
  policy_arn = aws_iam_policy.read.arn
}}

resource "aws_iam_user_policy_attachments_exclusive" "alice" {{
  user_name   = aws_iam_user.alice.name
  policy_arns = [aws_iam_user_policy_attachment.alice.policy_arn]
}}

resource "aws_iam_security_token_service_preferences" "main" {{
  global_endpoint_token_version = "v2Token"
}}

data "aws_iam_principal_policy_simulation" "alice" {{
  policy_source_arn = aws_iam_user.alice.arn
  action_names      = ["kms:DescribeKey", "kms:Encrypt"]
  depends_on        = [aws_iam_user_policy_attachment.alice]
}}

output "decisions" {{
  value = {{ for one in data.aws_iam_principal_policy_simulation.alice.results : one.action_name => one.decision }}
}}
"""
    )
    terraform.init()
    terraform.apply()
    terraform.assert_plan_is_empty()
    assert terraform.output()["decisions"] == {"kms:DescribeKey": "allowed", "kms:Encrypt": "implicitDeny"}
    told = iam.get_server_certificate(ServerCertificateName=unique)["ServerCertificate"]
    assert told["CertificateBody"] == own.strip()
    terraform.destroy()
    with pytest.raises(iam.exceptions.NoSuchEntityException):
        iam.get_user(UserName=f"{unique}-alice")


def certificate(key):
    """A certificate that the key has signed itself, as PEM."""
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "shop.example.com")])
    now = datetime.datetime.now(datetime.UTC)
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(x509.random_serial_number())
    builder = builder.not_valid_before(now).not_valid_after(now + datetime.timedelta(days=365))
    return builder.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM).decode()
