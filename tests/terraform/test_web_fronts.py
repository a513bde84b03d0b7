"""Terraform's resources of what web ACLs guard: apply, an empty second plan, and a clean destroy."""

import pytest

# The provider waits half a minute before it first asks whether a distribution is deployed.
pytestmark = [pytest.mark.terraform, pytest.mark.slow, pytest.mark.timeout(900)]


def run(terraform, configuration, **aliases):
    terraform.write(configuration, **aliases)
    terraform.init()
    terraform.apply()
    terraform.assert_plan_is_empty()
    return terraform.output()


def test_a_rest_api_with_its_stage(terraform, client, unique):
    output = run(
        terraform,
        f"""
resource "aws_api_gateway_rest_api" "main" {{
  name               = "{unique}"
  description        = "by terraform"
  binary_media_types = ["image/png"]
  endpoint_configuration {{
    types = ["REGIONAL"]
  }}
  tags = {{ team = "red" }}
}}

resource "aws_api_gateway_resource" "pets" {{
  rest_api_id = aws_api_gateway_rest_api.main.id
  parent_id   = aws_api_gateway_rest_api.main.root_resource_id
  path_part   = "pets"
}}

resource "aws_api_gateway_method" "list" {{
  rest_api_id        = aws_api_gateway_rest_api.main.id
  resource_id        = aws_api_gateway_resource.pets.id
  http_method        = "GET"
  authorization      = "NONE"
  request_parameters = {{ "method.request.querystring.kind" = false }}
}}

resource "aws_api_gateway_integration" "list" {{
  rest_api_id             = aws_api_gateway_rest_api.main.id
  resource_id             = aws_api_gateway_resource.pets.id
  http_method             = aws_api_gateway_method.list.http_method
  type                    = "HTTP_PROXY"
  integration_http_method = "GET"
  uri                     = "http://backend.example.com/pets"
  timeout_milliseconds    = 5000
}}

resource "aws_api_gateway_method" "cors" {{
  rest_api_id   = aws_api_gateway_rest_api.main.id
  resource_id   = aws_api_gateway_resource.pets.id
  http_method   = "OPTIONS"
  authorization = "NONE"
}}

resource "aws_api_gateway_integration" "cors" {{
  rest_api_id       = aws_api_gateway_rest_api.main.id
  resource_id       = aws_api_gateway_resource.pets.id
  http_method       = aws_api_gateway_method.cors.http_method
  type              = "MOCK"
  request_templates = {{ "application/json" = "{{\\"statusCode\\": 200}}" }}
}}

resource "aws_api_gateway_method_response" "cors" {{
  rest_api_id         = aws_api_gateway_rest_api.main.id
  resource_id         = aws_api_gateway_resource.pets.id
  http_method         = aws_api_gateway_method.cors.http_method
  status_code         = "200"
  response_parameters = {{ "method.response.header.Access-Control-Allow-Origin" = true }}
}}

resource "aws_api_gateway_integration_response" "cors" {{
  rest_api_id         = aws_api_gateway_rest_api.main.id
  resource_id         = aws_api_gateway_resource.pets.id
  http_method         = aws_api_gateway_method.cors.http_method
  status_code         = aws_api_gateway_method_response.cors.status_code
  response_parameters = {{ "method.response.header.Access-Control-Allow-Origin" = "'*'" }}
  depends_on          = [aws_api_gateway_integration.cors]
}}

resource "aws_api_gateway_deployment" "main" {{
  rest_api_id = aws_api_gateway_rest_api.main.id
  depends_on = [
    aws_api_gateway_integration.list,
    aws_api_gateway_integration_response.cors,
  ]
}}

resource "aws_api_gateway_stage" "prod" {{
  rest_api_id   = aws_api_gateway_rest_api.main.id
  deployment_id = aws_api_gateway_deployment.main.id
  stage_name    = "prod"
  variables     = {{ color = "blue" }}
  tags          = {{ team = "red" }}
}}

resource "aws_api_gateway_method_settings" "all" {{
  rest_api_id = aws_api_gateway_rest_api.main.id
  stage_name  = aws_api_gateway_stage.prod.stage_name
  method_path = "*/*"
  settings {{
    metrics_enabled = true
    logging_level   = "OFF"
  }}
}}

resource "aws_wafv2_web_acl" "main" {{
  name  = "{unique}"
  scope = "REGIONAL"
  default_action {{
    allow {{}}
  }}
  visibility_config {{
    cloudwatch_metrics_enabled = true
    metric_name                = "{unique}"
    sampled_requests_enabled   = true
  }}
}}

resource "aws_wafv2_web_acl_association" "main" {{
  resource_arn = aws_api_gateway_stage.prod.arn
  web_acl_arn  = aws_wafv2_web_acl.main.arn
}}

output "api" {{ value = aws_api_gateway_rest_api.main.id }}
output "web_acl" {{ value = aws_wafv2_web_acl.main.arn }}
""",
    )
    apigateway = client("apigateway")
    stage = apigateway.get_stage(restApiId=output["api"], stageName="prod")
    assert stage["webAclArn"] == output["web_acl"]
    terraform.destroy()
    assert output["api"] not in [api["id"] for api in apigateway.get_rest_apis(limit=500)["items"]]


def test_a_distribution(terraform, client, unique):
    output = run(
        terraform,
        f"""
resource "aws_wafv2_web_acl" "edge" {{
  provider = aws.virginia
  name     = "{unique}"
  scope    = "CLOUDFRONT"
  default_action {{
    allow {{}}
  }}
  visibility_config {{
    cloudwatch_metrics_enabled = true
    metric_name                = "{unique}"
    sampled_requests_enabled   = true
  }}
}}

resource "aws_cloudfront_distribution" "main" {{
  enabled             = true
  comment             = "by terraform"
  default_root_object = "index.html"
  price_class         = "PriceClass_100"
  web_acl_id          = aws_wafv2_web_acl.edge.arn
  tags                = {{ team = "red" }}

  origin {{
    domain_name = "origin.example.com"
    origin_id   = "app"
    custom_origin_config {{
      http_port              = 80
      https_port             = 443
      origin_protocol_policy = "http-only"
      origin_ssl_protocols   = ["TLSv1.2"]
    }}
    custom_header {{
      name  = "X-Origin"
      value = "cloudfront"
    }}
  }}

  default_cache_behavior {{
    target_origin_id       = "app"
    viewer_protocol_policy = "redirect-to-https"
    allowed_methods        = ["GET", "HEAD", "OPTIONS"]
    cached_methods         = ["GET", "HEAD"]
    forwarded_values {{
      query_string = true
      cookies {{
        forward = "none"
      }}
    }}
  }}

  ordered_cache_behavior {{
    path_pattern           = "/api/*"
    target_origin_id       = "app"
    viewer_protocol_policy = "https-only"
    allowed_methods        = ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"]
    cached_methods         = ["GET", "HEAD"]
    cache_policy_id        = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
  }}

  restrictions {{
    geo_restriction {{
      restriction_type = "none"
    }}
  }}

  viewer_certificate {{
    cloudfront_default_certificate = true
  }}
}}

output "id" {{ value = aws_cloudfront_distribution.main.id }}
""",
        virginia="us-east-1",
    )
    cloudfront = client("cloudfront")
    assert cloudfront.get_distribution(Id=output["id"])["Distribution"]["Status"] == "Deployed"
    terraform.destroy()
    with pytest.raises(cloudfront.exceptions.NoSuchDistribution):
        cloudfront.get_distribution(Id=output["id"])


def test_a_user_pool_with_a_client_and_a_domain(terraform, client, unique):
    output = run(
        terraform,
        f"""
resource "aws_cognito_user_pool" "main" {{
  name                     = "{unique}"
  auto_verified_attributes = ["email"]
  mfa_configuration        = "OPTIONAL"
  software_token_mfa_configuration {{
    enabled = true
  }}
  password_policy {{
    minimum_length    = 12
    require_lowercase = true
    require_numbers   = true
    require_symbols   = false
    require_uppercase = true
  }}
  schema {{
    name                = "team"
    attribute_data_type = "String"
    mutable             = true
    string_attribute_constraints {{
      min_length = 1
      max_length = 32
    }}
  }}
  tags = {{ team = "red" }}
}}

resource "aws_cognito_user_pool_client" "app" {{
  name            = "app"
  user_pool_id    = aws_cognito_user_pool.main.id
  generate_secret = true
}}

resource "aws_cognito_user_pool_domain" "main" {{
  domain       = "{unique}"
  user_pool_id = aws_cognito_user_pool.main.id
}}

output "id" {{ value = aws_cognito_user_pool.main.id }}
""",
    )
    cognito = client("cognito-idp")
    assert cognito.describe_user_pool(UserPoolId=output["id"])["UserPool"]["Domain"] == unique
    terraform.destroy()
    with pytest.raises(cognito.exceptions.ResourceNotFoundException):
        cognito.describe_user_pool(UserPoolId=output["id"])


def test_a_graphql_api_with_a_key_and_a_data_source(terraform, client, unique):
    output = run(
        terraform,
        f"""
resource "aws_appsync_graphql_api" "main" {{
  name                = "{unique}"
  authentication_type = "API_KEY"
  xray_enabled        = true
  tags                = {{ team = "red" }}
}}

resource "aws_appsync_api_key" "main" {{
  api_id = aws_appsync_graphql_api.main.id
}}

resource "aws_appsync_datasource" "http" {{
  api_id = aws_appsync_graphql_api.main.id
  name   = "backend"
  type   = "HTTP"
  http_config {{
    endpoint = "http://backend.example.com"
  }}
}}

output "id" {{ value = aws_appsync_graphql_api.main.id }}
""",
    )
    appsync = client("appsync")
    assert len(appsync.list_data_sources(apiId=output["id"])["dataSources"]) == 1
    terraform.destroy()
    with pytest.raises(appsync.exceptions.NotFoundException):
        appsync.get_graphql_api(apiId=output["id"])


def test_an_accelerator_with_a_listener_and_an_endpoint_group(terraform, client, unique):
    output = run(
        terraform,
        f"""
resource "aws_globalaccelerator_accelerator" "main" {{
  name            = "{unique}"
  ip_address_type = "IPV4"
  enabled         = true
  tags            = {{ team = "red" }}
}}

resource "aws_globalaccelerator_listener" "main" {{
  accelerator_arn = aws_globalaccelerator_accelerator.main.id
  protocol        = "TCP"
  port_range {{
    from_port = 80
    to_port   = 80
  }}
}}

resource "aws_globalaccelerator_endpoint_group" "main" {{
  listener_arn = aws_globalaccelerator_listener.main.id
  endpoint_configuration {{
    endpoint_id = "arn:aws:elasticloadbalancing:ap-northeast-2:000000000000:loadbalancer/app/a/0123456789abcdef"
    weight      = 100
  }}
}}

output "arn" {{ value = aws_globalaccelerator_accelerator.main.id }}
""",
    )
    accelerators = client("globalaccelerator", region="us-west-2")
    shown = accelerators.describe_accelerator(AcceleratorArn=output["arn"])["Accelerator"]
    assert len(shown["IpSets"][0]["IpAddresses"]) == 2
    terraform.destroy()
    with pytest.raises(accelerators.exceptions.AcceleratorNotFoundException):
        accelerators.describe_accelerator(AcceleratorArn=output["arn"])
