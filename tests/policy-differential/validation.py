"""Random policy documents: our refusal beside that of moto's validator, recorded from AWS."""

import json
import os
import random
import subprocess
import sys

from moto.iam.exceptions import MalformedPolicyDocument
from moto.iam.policy_validation import IAMPolicyDocumentValidator

ACTIONS = ["s3:GetObject", "*", "s3:*", "x", "", "a:b:c", "a a:b", [], ["s3:x", "y"], [[]], {}, 7, None]
RESOURCES = [
    "*",
    "",
    "x",
    "arn:aws:s3:::b",
    "arn:aws:s3::b",
    "arn:aws",
    "a:b",
    "a:b:c",
    "arn:x:s3:::b",
    "arn:aws:s3:r::b",
    "arn:aws:s3:r::accesspoint/x",
    "arn:aws:iam::1:user/x",
    "arn:aws:iam::1:x",
    "arn:aws:iam:r:1:user/x",
    "arn:aws::::b",
    "arn:aws:x",
    "arn:aws-cn:ec2:*:*:*",
    [],
    ["*"],
    ["*", "x"],
    ["arn:x:s3:::b", "arn:x:s3::b"],
    {},
    [{}],
    None,
]
DATES = [
    "2026-11-23",
    "2026-11-23T10:00:00Z",
    "x",
    "0",
    "-1",
    "2026-13-01",
    "9223372036854775808",
    "01T",
    "2026-1-1T1:1:1.5+01:00",
]
CONDITIONS = [
    {},
    [],
    "x",
    {"StringLike": {"a:b": "c"}},
    {"StringLike": {"a:b": ["c", "d"]}},
    {"StringLike": "x"},
    {"Unknown": {}},
    {"Unknown": {"a": "b"}},
    {"ForAnyValue:StringEqualsIfExists": {"a": "b"}},
    {"ForAnyValue::StringEquals": {"a": "b"}},
    {"Bool": {"a": True}},
    {"StringLike": {"a": {}}},
] + [{operator: {"a": date}} for operator in ("DateLessThan", "ForAllValues:DateEqualsIfExists") for date in DATES]

# Where we differ on purpose, and the generator stays away: the message itself says that "*" is a path of IAM, and a Sid
# must be alphanumeric. Trust policies are left out, because services' own older templates are of version 2008-10-17,
# which AWS takes. Of several malformed resources we name the first, moto the last: the same refusal.
MALFORMED_RESOURCE = ("Resource ", "Partition ", "IAM resource ")


def statement(rng):
    if rng.random() < 0.03:
        return rng.choice(["x", [], None, 7])
    made = {"Effect": rng.choices(["Allow", "Deny", "allow", "No", 7], [10, 10, 1, 1, 1])[0]}
    made[rng.choices(["Action", "NotAction"], [4, 1])[0]] = pick(rng, ACTIONS)
    made[rng.choices(["Resource", "NotResource"], [4, 1])[0]] = pick(rng, RESOURCES)
    if rng.random() < 0.3:
        made["Condition"] = rng.choice(CONDITIONS)
    if rng.random() < 0.3:
        made["Sid"] = rng.choices(["a", "b", "", [], 7], [5, 5, 3, 1, 1])[0]
    for name in ("Effect", "Action", "Resource"):
        if rng.random() < 0.05:
            made.pop(name, None)
    if rng.random() < 0.03:
        made[rng.choice(["Extra", "NotAction", "NotResource"])] = rng.choice(["x", [], "*"])
    return made


def pick(rng, values):
    """The usual value half of the time."""
    return values[0] if rng.random() < 0.5 else rng.choice(values)


def document(rng):
    made = {}
    version = rng.choices(["2012-10-17", "2008-10-17", "2020-01-01", None, 7], [20, 1, 1, 1, 1])[0]
    if version is not None:
        made["Version"] = version
    if rng.random() < 0.1:
        made["Id"] = rng.choice(["x", [], {}])
    statements = [statement(rng) for _ in range(rng.choices([0, 1, 2, 3], [1, 10, 5, 3])[0])]
    made["Statement"] = statements[0] if len(statements) == 1 and rng.random() < 0.5 else statements
    if rng.random() < 0.02:
        made["Extra"] = 1
    return json.dumps(made)


def theirs(text):
    try:
        IAMPolicyDocumentValidator(text).validate()
        return "ok"
    except MalformedPolicyDocument as error:
        return error.message


def main():
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 5000
    rng = random.Random(int(sys.argv[2]) if len(sys.argv) > 2 else 1)
    texts = [document(rng) for _ in range(count)]
    lines = "".join(json.dumps({"parse": text, "kind": "Identity"}) + "\n" for text in texts)
    command = [os.environ.get("CARGO", "cargo"), "run", "-q", "-p", "haechi-policy", "--example", "judge"]
    ours = subprocess.run(command, input=lines, capture_output=True, text=True, check=True).stdout.splitlines()
    differing = 0
    kinds = {}
    for text, answer in zip(texts, ours, strict=True):
        kinds[answer.split(" ")[0]] = kinds.get(answer.split(" ")[0], 0) + 1
        expected = theirs(text)
        same = answer.startswith(MALFORMED_RESOURCE) and expected.startswith(MALFORMED_RESOURCE)
        if answer != expected and not (same and len(json.loads(text)["Statement"]) > 1):
            differing += 1
            if differing <= 8:
                print(f"ours:   {answer}\ntheirs: {expected}\n{text}\n")
    print(f"{count} documents, {differing} differ; first words of our answers: {kinds}")
    sys.exit(1 if differing else 0)


if __name__ == "__main__":
    main()
