"""Terraform's IAM resources, with a KMS grant for the role they make."""

import pytest

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
