"""Writes services.tsv and hosts.tsv from the public service models of botocore.

services.tsv: name, protocol, version, target prefix, JSON version, signing
name, and the part of AWS_ENDPOINT_URL_{...} that names the service.
hosts.tsv: what differs from {name}.{region}.{suffix of the partition}: name,
partition, host, signing region ("" is the region of the URI).
"""

import sys

import botocore
import botocore.session
from botocore.endpoint_provider import EndpointProvider

# Where several services share a name, the one that an action can mean. A name
# whose services need different versions or targets is left without one, so that
# the definition has to say it.
PREFERRED = {
    "rds": "RDS",
    "email": "SES",
    "apigateway": "API Gateway",
    "es": "OpenSearch",
    "greengrass": "GreengrassV2",
    "kinesisvideo": "Kinesis Video",
    "wisdom": "QConnect",
    "connect-campaigns": "ConnectCampaignsV2",
}
UNVERSIONED = {"elasticloadbalancing", "kinesisanalytics"}
# Names that integration URIs use and no model has.
MORE = [
    ["appsync-api", "rest-json", "", "", "", "appsync", "APPSYNC_API"],
    ["iotdata", "rest-json", "", "", "", "iotdata", "IOT_DATA_PLANE"],
]
REGIONS = {
    "aws": ("us-west-2", "eu-west-1"),
    "aws-cn": ("cn-north-1", "cn-northwest-1"),
    "aws-us-gov": ("us-gov-west-1", "us-gov-east-1"),
    "aws-iso": ("us-iso-east-1", "us-iso-west-1"),
    "aws-iso-b": ("us-isob-east-1", "us-isob-west-1"),
    "aws-eusc": ("eusc-de-east-1", "eusc-de-east-1"),
}
SUFFIX = {
    "aws": "amazonaws.com",
    "aws-cn": "amazonaws.com.cn",
    "aws-us-gov": "amazonaws.com",
    "aws-iso": "c2s.ic.gov",
    "aws-iso-b": "sc2s.sgov.gov",
    "aws-eusc": "amazonaws.eu",
}


def protocol(meta):
    """The oldest of the protocols: the one that actions in URIs were made for."""
    if "awsQueryCompatible" in meta:
        return "query"
    known = meta.get("protocols") or [meta["protocol"]]
    for p in ("query", "ec2", "json", "rest-json", "rest-xml"):
        if p in known:
            return "query" if p == "ec2" else p
    return None


def host(provider, region):
    e = provider.resolve_endpoint(Region=region, UseFIPS=False, UseDualStack=False)
    schemes = e.properties.get("authSchemes") or [{}]
    return e.url.removeprefix("https://"), schemes[0].get("signingRegion", "")


def main(directory):
    loader = botocore.session.get_session().get_component("data_loader")
    partitions = loader.load_data("partitions")
    services, hosts = {}, []
    for s in loader.list_available_services("service-2"):
        m = loader.load_service_model(s, "service-2")["metadata"]
        name, p = m["endpointPrefix"], protocol(m)
        if p is None or m.get("signatureVersion") not in ("v4", "s3", "s3v4"):
            continue
        if name in PREFERRED and PREFERRED[name] != m["serviceId"]:
            continue
        row = [
            name,
            p,
            m["apiVersion"] if p == "query" else "",
            m.get("targetPrefix", "") if p == "json" else "",
            m.get("jsonVersion", "") if p == "json" else "",
            m.get("signingName", name),
            m["serviceId"].upper().replace(" ", "_"),
        ]
        if name in UNVERSIONED:
            row[2] = row[3] = ""
        if services.get(name, row) != row and name not in UNVERSIONED:
            sys.exit(f"{name} is taken by {services[name]} and {row}")
        services.setdefault(name, row)
        provider = EndpointProvider(loader.load_service_model(s, "endpoint-rule-set-1"), partitions)
        for partition, (first, second) in REGIONS.items():
            try:
                h, region = host(provider, first)
                other, _ = host(provider, second)
            except Exception:  # needs parameters of a request, or is not there
                continue
            if h != other or first == second:
                region = ""
                h = h.replace(first, "{region}")
            if h != f"{name}.{{region}}.{SUFFIX[partition]}":
                hosts.append([name, partition, h, region])
    for row in MORE:
        services[row[0]] = row
    for partition, suffix in SUFFIX.items():
        hosts.append(["iotdata", partition, "iot.{region}." + suffix, ""])
    header = f"# botocore {botocore.__version__}\n"
    with open(directory + "/services.tsv", "w") as f:
        f.write(header)
        for name in sorted(services):
            f.write("\t".join(services[name]) + "\n")
    with open(directory + "/hosts.tsv", "w") as f:
        f.write(header)
        for row in sorted(hosts):
            f.write("\t".join(row) + "\n")


main(sys.argv[1])
