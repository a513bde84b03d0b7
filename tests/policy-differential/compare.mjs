// Random requests and policies: our verdict beside iam-simulate's.
//
// Not generated, because AWS's documentation decides otherwise than the simulator does:
// - NotPrincipal with Deny: a caller is spared only if account, role and session are all listed, and never with a
//   permissions boundary ("JSON policy elements: NotPrincipal").
// - Session policies beside a resource policy that names the session or everyone: they don't limit it ("How AWS
//   enforcement code logic evaluates requests", IAM role session).
// - A `*` that ends a part of a Resource in the middle of an ARN runs on past the colon ("JSON policy elements: Resource").
// - Multivalued keys without a set operator, of which the documentation says only that they need one.
// - NotResource with an ARN of fewer than six parts, which in the simulator never applies.
// - NotResource with a variable that has no value: the documentation says "invalid"; we never let it widen an allow nor
//   narrow a deny, the simulator depends on the rest of the ARN.
// - Values that are not of their operator's type.
import { spawnSync } from 'node:child_process'
import { runSimulation } from '@cloud-copilot/iam-simulate'

const cases = Number(process.argv[2] ?? 2000)
let state = Number(process.argv[3] ?? 1)

function random(limit) {
  // xorshift32: a seed gives the same cases everywhere.
  state ^= state << 13
  state ^= state >>> 17
  state ^= state << 5
  return (state >>> 0) % limit
}
const pick = (list) => list[random(list.length)]
const maybe = (percent, make) => (random(100) < percent ? make() : undefined)
const some = (list) => Array.from({ length: 1 + random(2) }, () => pick(list))

const ME = '111122223333'
const OTHER = '444455556666'
const USER = `arn:aws:iam::${ME}:user/ana`
const ROLE = `arn:aws:iam::${ME}:role/app`
const SESSION = `arn:aws:sts::${ME}:assumed-role/app/s1`
const requesters = [
  { kind: 'user', account: ME, arn: USER },
  { kind: 'session', account: ME, arn: SESSION, role: ROLE },
  { kind: 'root', account: ME, arn: `arn:aws:iam::${ME}:root` },
]
const KEY = `arn:aws:kms:us-east-1:${ME}:key/1234abcd-12ab-34cd-56ef-1234567890ab`
const services = {
  s3: {
    actions: ['s3:GetObject', 's3:PutObject', 's3:DeleteObject'],
    resources: ['arn:aws:s3:::b/k', 'arn:aws:s3:::b/home/ana/x', 'arn:aws:s3:::other/k'],
    mode: 'standard',
  },
  kms: { actions: ['kms:Decrypt', 'kms:Encrypt', 'kms:DescribeKey'], resources: [KEY], mode: 'key' },
  sqs: {
    actions: ['sqs:SendMessage', 'sqs:ReceiveMessage'],
    resources: [`arn:aws:sqs:us-east-1:${ME}:jobs`, `arn:aws:sqs:us-west-2:${ME}:jobs-dead`],
    mode: 'standard',
  },
}
const actionPatterns = [
  '*', 's3:*', 's3:Get*', 'S3:getobject', 's3:*Object', 'kms:*', 'kms:De*', 'kms:?ecrypt', 'sqs:*', 'sqs:SendMessage', 'iam:*',
]
const resourcePatterns = [
  '*', 'arn:aws:s3:::b/*', 'arn:aws:s3:::b/k', 'arn:aws:s3:::*/k', 'arn:aws:s3:::b/home/${aws:username}/*',
  "arn:aws:s3:::b/home/${aws:PrincipalTag/name, 'ana'}/?", 'arn:aws:s3:::?/k', KEY, `arn:aws:kms:*:${ME}:key/*`,
  `arn:aws:kms:us-*-1:${ME}:key/*`, `arn:aws:sqs:*:${ME}:jobs*`, `arn:aws:sqs:us-east-?:${ME}:jobs`, 'arn:aws:sqs:*',
]
const notResourcePatterns = resourcePatterns.filter((text) => text.split(':').length !== 4 && !text.includes('${aws:username}'))
const conditions = [
  { StringEquals: { 'aws:username': 'ana' } },
  { StringNotEquals: { 'aws:username': ['eva', 'ana'] } },
  { StringEqualsIgnoreCase: { 'aws:username': 'ANA' } },
  { StringLike: { 'aws:userid': ['AROA*', 'AIDA*'] } },
  { StringNotLike: { 'aws:PrincipalTag/team': 'r*' } },
  { StringEqualsIfExists: { 'aws:PrincipalTag/team': 'red' } },
  { StringEquals: { 'aws:PrincipalTag/team': '${aws:PrincipalTag/other}' } },
  { StringNotEquals: { 'aws:PrincipalTag/team': '${aws:PrincipalTag/other}' } },
  { NumericLessThan: { 'aws:MultiFactorAuthAge': '300' } },
  { NumericGreaterThanEqualsIfExists: { 'aws:MultiFactorAuthAge': '300' } },
  { DateGreaterThan: { 'aws:CurrentTime': '2026-01-01T00:00:00Z' } },
  { DateLessThanEquals: { 'aws:CurrentTime': '2026-01-01' } },
  { Bool: { 'aws:SecureTransport': 'true' } },
  { BoolIfExists: { 'aws:MultiFactorAuthPresent': 'false' } },
  { IpAddress: { 'aws:SourceIp': ['192.0.2.0/24', '2001:db8::/32'] } },
  { NotIpAddress: { 'aws:SourceIp': '192.0.2.128/25' } },
  { ArnLike: { 'aws:PrincipalArn': 'arn:aws:iam::*:role/*' } },
  { ArnNotEquals: { 'aws:PrincipalArn': USER } },
  { Null: { 'aws:PrincipalTag/team': 'true' } },
  { Null: { 'aws:username': 'false' }, Bool: { 'aws:SecureTransport': 'false' } },
]
const principals = [
  '*', { AWS: '*' }, { AWS: ME }, { AWS: `arn:aws:iam::${ME}:root` }, { AWS: USER }, { AWS: ROLE }, { AWS: [OTHER, SESSION] },
  { AWS: OTHER }, { Service: 'events.amazonaws.com' },
]

function statement(withPrincipal) {
  return {
    Effect: pick(['Allow', 'Allow', 'Allow', 'Deny']),
    ...(withPrincipal ? { Principal: pick(principals) } : {}),
    [pick(['Action', 'Action', 'Action', 'NotAction'])]: some(actionPatterns),
    ...(random(4) ? { Resource: some(resourcePatterns) } : { NotResource: some(notResourcePatterns) }),
    ...maybe(40, () => ({ Condition: pick(conditions) })),
  }
}
const policy = (withPrincipal) => ({
  Version: '2012-10-17',
  Statement: Array.from({ length: 1 + random(3) }, () => statement(withPrincipal)),
})

const everything = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] }

function context(requester) {
  const keys = {
    'aws:PrincipalArn': requester.role ?? requester.arn,
    'aws:PrincipalAccount': requester.account,
    'aws:SecureTransport': pick(['true', 'false']),
    'aws:CurrentTime': pick(['2025-12-31T23:59:59Z', '2026-06-01T00:00:00Z']),
    'aws:SourceIp': pick(['192.0.2.9', '192.0.2.200', '198.51.100.1', '2001:db8::1']),
    'aws:userid': requester.kind === 'session' ? 'AROAEXAMPLE:s1' : requester.kind === 'user' ? 'AIDAEXAMPLE' : ME,
  }
  if (requester.kind === 'user') keys['aws:username'] = 'ana'
  if (random(2)) keys['aws:PrincipalTag/team'] = pick(['red', 'blue'])
  if (random(3) === 0) Object.assign(keys, { 'aws:MultiFactorAuthAge': pick(['10', '300', '3000']), 'aws:MultiFactorAuthPresent': 'true' })
  return keys
}

function generate() {
  const requester = pick(requesters)
  const isRoot = requester.kind === 'root'
  const service = pick(Object.values(services))
  const resourcePolicy = service.mode === 'key' ? policy(true) : maybe(60, () => policy(true))
  return {
    ...requester,
    action: pick(service.actions),
    resource: pick(service.resources),
    owner: pick([ME, ME, OTHER]),
    context: context(requester),
    // The simulator knows no implicit permission of root; it takes this in its place.
    identity: isRoot ? [everything] : Array.from({ length: random(3) }, () => policy(false)),
    boundary: isRoot ? undefined : maybe(25, () => policy(false)),
    session: resourcePolicy || requester.kind !== 'session' ? undefined : maybe(25, () => policy(false)),
    scp: maybe(25, () => policy(false)),
    resource_policy: resourcePolicy,
    mode: service.mode,
  }
}

async function theirs(c) {
  const named = (policies) => policies.map((policy, index) => ({ name: `p${index}`, policy }))
  const answer = await runSimulation(
    {
      request: {
        principal: c.arn,
        action: c.action,
        resource: { resource: c.resource, accountId: c.owner },
        contextVariables: c.context,
      },
      identityPolicies: named(c.identity),
      sessionPolicy: c.session,
      serviceControlPolicies: c.scp ? [{ orgIdentifier: 'o-1', policies: named([c.scp]) }] : [],
      resourceControlPolicies: [],
      resourcePolicy: c.resource_policy,
      permissionBoundaryPolicies: c.boundary ? named([c.boundary]) : undefined,
    },
    {},
  )
  return answer.overallResult ?? answer.analysis?.result ?? `error ${JSON.stringify(answer.errors)}`
}

const all = Array.from({ length: cases }, generate)
const input = all.map((c) => JSON.stringify(c)).join('\n') + '\n'
const cargo = process.env.CARGO ?? 'cargo'
const run = spawnSync(cargo, ['run', '-q', '-p', 'haechi-policy', '--example', 'judge'], { input, encoding: 'utf8', maxBuffer: 1 << 28 })
if (run.status !== 0) throw new Error(run.stderr)
const ours = run.stdout.trim().split('\n')
const counts = {}
let differing = 0
for (const [index, c] of all.entries()) {
  const expected = await theirs(c)
  counts[ours[index]] = (counts[ours[index]] ?? 0) + 1
  if (expected !== ours[index]) {
    differing += 1
    if (differing <= 5) console.log(`case ${index}: ours ${ours[index]}, theirs ${expected}\n${JSON.stringify(c, null, 1)}`)
  }
}
console.log(`${cases} cases, ${differing} differ; our verdicts:`, counts)
process.exit(differing ? 1 : 0)
