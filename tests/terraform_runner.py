"""Terraform with an offline copy of the AWS provider."""

import json
import os
import pathlib
import shutil
import subprocess

PROVIDER = "registry.terraform.io/hashicorp/aws"
SERVICES = (
    "kms", "iam", "sts", "cloudtrail", "wafv2", "logs", "ec2", "elbv2",
    "apigateway", "appsync", "cloudfront", "cognitoidp", "globalaccelerator",
)  # fmt: skip


def provider_mirror():
    """A folder that holds the AWS provider in Terraform's mirror layout, or None."""
    named = os.environ.get("HAECHI_TF_PLUGIN_DIR")
    candidates = [named] if named else [
        pathlib.Path.home() / ".terraform.d/plugins",
        "/usr/share/terraform/plugins",
        "/usr/local/share/terraform/plugins",
        "/opt/tf-plugins",
        "/opt/terraform/plugins",
    ]  # fmt: skip
    for folder in map(pathlib.Path, candidates):
        if any((folder / PROVIDER).glob("*")):
            return folder
    return None


def absence():
    """Why Terraform can't be run here, or None when it can."""
    if not shutil.which("terraform"):
        return "the terraform program is not installed"
    if provider_mirror() is None:
        return "no offline copy of the AWS provider (set HAECHI_TF_PLUGIN_DIR)"
    return None


class Terraform:
    """One working folder: write, apply, plan, destroy."""

    def __init__(self, server, credentials, folder, region="ap-northeast-2"):
        self.server = server
        self.credentials = credentials
        self.folder = pathlib.Path(folder)
        self.region = region
        mirror = provider_mirror()
        self.version = sorted(p.name for p in (mirror / PROVIDER).iterdir())[-1]
        rc = self.folder / "terraform.rc"
        rc.write_text(f'provider_installation {{\n  filesystem_mirror {{\n    path = "{mirror}"\n  }}\n}}\n')
        self.environment = {k: v for k, v in os.environ.items() if not k.startswith(("AWS_", "TF_"))}
        self.environment |= credentials.environment() | {
            "TF_CLI_CONFIG_FILE": str(rc),
            "TF_IN_AUTOMATION": "1",
            "TF_INPUT": "0",
            "CHECKPOINT_DISABLE": "1",
            "HOME": str(self.folder),
        }

    def _provider(self, region, alias=None):
        endpoints = "\n".join(f'    {service} = "{self.server.endpoint}"' for service in SERVICES)
        name = f'  alias = "{alias}"\n' if alias else ""
        return (
            f'provider "aws" {{\n{name}  region = "{region}"\n  max_retries = 1\n'
            "  skip_metadata_api_check = true\n"
            f"  endpoints {{\n{endpoints}\n  }}\n}}\n"
        )

    def write(self, configuration, **aliases):
        """Writes the configuration; each keyword is a further provider alias with its Region."""
        head = (
            "terraform {\n  required_providers {\n    aws = {\n"
            f'      source = "hashicorp/aws"\n      version = "{self.version}"\n    }}\n  }}\n}}\n'
        )
        providers = self._provider(self.region) + "".join(
            self._provider(region, alias) for alias, region in aliases.items()
        )
        (self.folder / "main.tf").write_text(head + providers + configuration)

    def run(self, *arguments, allowed=(0,)):
        done = subprocess.run(
            ["terraform", *arguments],
            cwd=self.folder, env=self.environment, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=800,
        )  # fmt: skip
        assert done.returncode in allowed, f"terraform {' '.join(arguments)}:\n{done.stdout}"
        return done

    def init(self):
        self.run("init", "-no-color")

    def apply(self):
        return self.run("apply", "-no-color", "-auto-approve")

    def assert_plan_is_empty(self):
        """A second plan finds nothing to do: what was read back is what was asked for."""
        done = self.run("plan", "-no-color", "-detailed-exitcode", allowed=(0, 1, 2))
        assert done.returncode == 0, f"the second plan is not empty:\n{done.stdout}"

    def output(self):
        values = json.loads(self.run("output", "-no-color", "-json").stdout)
        return {name: value["value"] for name, value in values.items()}

    def destroy(self):
        return self.run("destroy", "-no-color", "-auto-approve")
