"""Records the ordinary traffic of `bench/waf/browser.jsonl`.

A headless Chromium visits Debian's web applications through Haechi's gateway, whose web ACL counts with all managed
groups that look for attacks and refuses nothing:

    HAECHI_BIN=target/release/haechi VENV/bin/python bench/waf/record bench/waf/browser.jsonl

VENV is what `scripts/install-test-deps` names. Sessions, dates and tokens differ from one recording to the next.
"""

import os
import pathlib
import shutil
import sys
import tempfile

REPOSITORY = pathlib.Path(__file__).resolve().parents[3]
sys.path[:0] = [str(REPOSITORY / "tests"), str(pathlib.Path(__file__).parent)]

import aws_clients  # noqa: E402
import visits  # noqa: E402
from applications import Applications  # noqa: E402
from chromium import Chromium  # noqa: E402
from haechi_server import free_port  # noqa: E402
from recorder import Recorder, written  # noqa: E402
from waf_rules import rule  # noqa: E402
from waiting import until  # noqa: E402
from web_traffic import Guarded  # noqa: E402

NAMES = ["dokuwiki", "mediawiki", "wordpress", "phpmyadmin", "adminer", "gitweb"]
GROUPS = ["CommonRuleSet", "KnownBadInputsRuleSet", "SQLiRuleSet", "LinuxRuleSet", "UnixRuleSet", "WindowsRuleSet",
          "PHPRuleSet", "WordPressRuleSet"]  # fmt: skip


class Fronts:
    """A load balancer for each application, before all of them one web ACL that counts."""

    def __init__(self, server):
        def client(service):
            return aws_clients.client(server.endpoint, service, server.credentials(), "ap-northeast-2")

        self.server, self.elbv2, self.waf = server, client("elbv2"), client("wafv2")
        ec2 = client("ec2")
        self.vpc = ec2.create_vpc(CidrBlock="10.40.0.0/16")["Vpc"]["VpcId"]
        way_out = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
        ec2.attach_internet_gateway(InternetGatewayId=way_out, VpcId=self.vpc)
        zones = [zone["ZoneName"] for zone in ec2.describe_availability_zones()["AvailabilityZones"]][:2]
        self.subnets = [
            ec2.create_subnet(VpcId=self.vpc, CidrBlock=f"10.40.{n}.0/24", AvailabilityZone=zone)["Subnet"]["SubnetId"]
            for n, zone in enumerate(zones)
        ]
        groups = [
            rule({"ManagedRuleGroupStatement": {"VendorName": "AWS", "Name": f"AWSManagedRules{name}"}}, name, n,
                 OverrideAction={"Count": {}})
            for n, name in enumerate(GROUPS)
        ]  # fmt: skip
        self.acl = self.waf.create_web_acl(
            Name="recording", Scope="REGIONAL", DefaultAction={"Allow": {}}, Rules=groups,
            VisibilityConfig=rule({})["VisibilityConfig"],
        )["Summary"]["ARN"]  # fmt: skip

    def add(self, name):
        """Its host; where it leads is said later, for applications want to know their host first."""
        made = self.elbv2.create_load_balancer(Name=name, Subnets=self.subnets)["LoadBalancers"][0]
        self.waf.associate_web_acl(WebACLArn=self.acl, ResourceArn=made["LoadBalancerArn"])
        return made["LoadBalancerArn"], made["DNSName"]

    def lead(self, name, arn, host, port):
        group = self.elbv2.create_target_group(
            Name=name, Protocol="HTTP", Port=80, VpcId=self.vpc, TargetType="ip", Matcher={"HttpCode": "200-499"}
        )["TargetGroups"][0]["TargetGroupArn"]
        target = {"Id": "127.0.0.1", "Port": port, "AvailabilityZone": "all"}
        self.elbv2.register_targets(TargetGroupArn=group, Targets=[target])
        forward = [{"Type": "forward", "TargetGroupArn": group}]
        self.elbv2.create_listener(LoadBalancerArn=arn, Protocol="HTTP", Port=80, DefaultActions=forward)
        until(lambda: self.server.ask(host, "/").status, lambda status: status < 500, 60)


def main():
    (result,) = sys.argv[1:]
    names = os.environ.get("ONLY", " ".join(NAMES)).split()
    folder = pathlib.Path(tempfile.mkdtemp(prefix="recording-"))
    server = Guarded(os.environ["HAECHI_BIN"], flags=["--gateway-listen", "127.0.0.1:0"]).start()
    applications = Applications(folder, free_port)
    try:
        fronts = Fronts(server)
        balancers = {name: fronts.add(name) for name in names}
        hosts = {name: host for name, (_, host) in balancers.items()}
        applications.start(hosts)
        for name, (arn, host) in balancers.items():
            fronts.lead(name, arn, host, applications.ports[name])
        shown = {host: f"{name}.example.com" for name, host in hosts.items()}
        recorder = Recorder(server.web, shown, {str(folder): "/var/lib"})
        browser = Chromium(shutil.which("chromium"), folder / "profile", recorder.server_port)
        try:
            for name, host in hosts.items():
                getattr(visits, name)(browser, f"http://{host}", folder)
                print(f"{name}: {len(recorder.records)} requests so far", file=sys.stderr)
        finally:
            browser.stop()
        pathlib.Path(result).write_text(written(recorder.records))
    finally:
        applications.stop()
        server.remove()
        if "KEEP" not in os.environ:
            shutil.rmtree(folder, ignore_errors=True)


main()
