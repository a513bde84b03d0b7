"""Short ways to write policy documents."""

import json


def allow(action, resource="*", **more):
    """One Allow statement; `principal=` and `condition=` as needed."""
    return _statement("Allow", action, resource, **more)


def deny(action, resource="*", **more):
    """One Deny statement."""
    return _statement("Deny", action, resource, **more)


def _statement(effect, action, resource, principal=None, condition=None, sid=None):
    statement = {"Effect": effect, "Action": action, "Resource": resource}
    if principal is not None:
        statement["Principal"] = {"AWS": principal} if principal != "*" else "*"
    if condition is not None:
        statement["Condition"] = condition
    if sid is not None:
        statement["Sid"] = sid
    return statement


def document(*statements):
    """A policy of these statements, as a dictionary."""
    return {"Version": "2012-10-17", "Statement": list(statements)}


def text(*statements):
    """A policy of these statements, as the API takes it."""
    return json.dumps(document(*statements))


def root_of(account):
    return f"arn:aws:iam::{account}:root"


def delegates_to_iam(account):
    """The statement by which a key policy leaves the decision to the account's IAM policies."""
    return allow("kms:*", principal=root_of(account), sid="Enable IAM User Permissions")
