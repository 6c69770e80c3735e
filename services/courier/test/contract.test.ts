import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { Courier, Redis, type Reply, secret, until } from './harness.js'
import { SolapiStandIn, type StandIn } from './standIns.js'

interface Recorded {
  readonly name: string
  readonly given: string
  readonly request: { readonly method: string; readonly path: string; readonly body?: Record<string, unknown> }
  readonly answer: { readonly status: number; readonly retryAfter?: number; readonly body?: Record<string, unknown> }
}

interface Contract {
  readonly secret: string
  readonly sends: readonly Recorded[]
  readonly reports: readonly Recorded[]
}

const contract = JSON.parse(
  await readFile(join(import.meta.dirname, '..', 'contract', 'carrier.json'), 'utf8'),
) as Contract

/** How each recorded situation is brought about. */
const situations: Readonly<Record<string, (standIn: StandIn, courier: Courier, redis: Redis) => Promise<void> | void>> =
  {
    'the provider takes it': () => undefined,
    'the provider took it earlier under this key': async (_, courier) => void (await courier.send(accepted())),
    'the provider took another text under this key': async (_, courier) => void (await courier.send(accepted())),
    'the provider refuses the number': (standIn) => void (standIn.next = ['refuse']),
    'the provider does not answer': (standIn) => void (standIn.next = ['be silent']),
    'the provider is closed': (standIn) => void (standIn.next = ['be closed']),
    'nothing carries the channel': () => undefined,
    'the secrets differ': () => undefined,
    'nothing was sent under this key': () => undefined,
    'the rate of the provider is used up': async (_, __, redis) =>
      void (await redis.ask(['HSET', 'courier:bucket:solapi', 'tokens', '-30', 'at', String(Date.now())])),
  }

function accepted(): Record<string, unknown> {
  return contract.sends.find((one) => one.name === 'accepted')!.request.body!
}

/** What differs with every run, as the contract has it: moments, and ids of the provider. */
function asRecorded(
  body: Record<string, unknown>,
  recorded: Record<string, unknown> | undefined,
): Record<string, unknown> {
  const same = { ...body }
  if (typeof body['at'] === 'string' && new Date(body['at']).toISOString() === body['at']) same['at'] = recorded?.['at']
  if (typeof body['message'] === 'string') same['message'] = recorded?.['message']
  return same
}

test.each(contract.sends)('the courier answers as recorded: $name', async (recorded) => {
  await running(
    { SOLAPI_PER_SECOND: '2', ...(recorded.name === 'unknown' ? { PROVIDER_TIMEOUT: '500ms' } : {}) },
    async (courier, standIn, redis) => {
      await situations[recorded.given]!(standIn, courier, redis)

      const { method, path, body } = recorded.request
      const reply: Reply = await courier.ask(
        method,
        path,
        body,
        recorded.given === 'the secrets differ' ? 'another' : contract.secret,
      )

      // How long to wait depends on when it is asked.
      const retryAfter = (reply.retryAfter ?? 0) >= 1 ? recorded.answer.retryAfter : reply.retryAfter
      expect({ ...reply, retryAfter, body: asRecorded(reply.body, recorded.answer.body) }).toEqual({
        status: recorded.answer.status,
        retryAfter: recorded.answer.retryAfter ?? null,
        body: recorded.answer.body,
      })
    },
  )
})

test.each(contract.reports)('the courier reports as recorded: $name', async (recorded) => {
  const heard: unknown[] = []
  const sender = createServer((request, response) => {
    let body = ''
    request.on('data', (part) => (body += String(part)))
    request.on('end', () => {
      heard.push({
        method: request.method,
        path: request.url,
        authorization: request.headers.authorization,
        body: asRecorded(JSON.parse(body) as Record<string, unknown>, recorded.request.body),
      })
      response.writeHead(recorded.answer.status).end()
    })
  })
  await new Promise<void>((done) => sender.listen(0, '127.0.0.1', done))
  const reportsTo = `http://127.0.0.1:${(sender.address() as AddressInfo).port}/api/carrier/reports`
  await running(
    { REPORTS_TO: reportsTo, ...(recorded.name === 'found' ? { PROVIDER_TIMEOUT: '500ms' } : {}) },
    async (courier, standIn) => {
      const { key, delivery } = recorded.request.body as { key: string; delivery: 'pending' | 'delivered' | 'failed' }
      if (recorded.name === 'found') standIn.next = ['take and be silent']
      await courier.send({ key, channel: 'sms', to: '+821012345678', text: 'Hello' })
      if (recorded.name !== 'found') await standIn.report(courier.address, standIn.taken[0]!, delivery)

      await until(() => heard.length > 0)

      const { method, path, body } = recorded.request
      expect(heard).toEqual([{ method, path, authorization: `Bearer ${contract.secret}`, body }])
    },
  )
  sender.close()
})

test('a template that is approved goes to Kakao Alimtalk, with the text for whoever has no KakaoTalk', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'courier-templates-'))
  const templates = join(folder, 'templates.json')
  const approved = { 'told.water-purifier.ship.ko': { id: 'KA01', variables: { 상품: 'listing' } } }
  await writeFile(templates, JSON.stringify(approved))

  await running({ SOLAPI_KAKAO_CHANNEL: 'KA01PF', SOLAPI_TEMPLATES: templates }, async (courier, standIn) => {
    await courier.send(accepted())
    await courier.send({ ...accepted(), key: 'plain', template: undefined })

    expect(standIn.bodies.map((body) => (body as { messages: unknown[] }).messages[0])).toMatchObject([
      {
        type: 'ATA',
        text: accepted()['text'],
        kakaoOptions: { pfId: 'KA01PF', templateId: 'KA01', variables: { '#{상품}': '정수기' }, disableSms: false },
      },
      { type: 'SMS' },
    ])
  })
  await rm(folder, { recursive: true })
})

test('the file provider writes a line for each message and finds it again', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'courier-file-'))
  const file = join(folder, 'messages.jsonl')
  await running({ ROUTES: 'sms=file, email=file', FILE: file }, async (courier) => {
    const mail = { key: 'mail', channel: 'email', to: 'minji@gaon.example', text: 'Hello', subject: 'Purifier' }

    for (const send of [accepted(), mail, mail]) await courier.send(send)

    const lines = (await readFile(file, 'utf8'))
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as object)
    expect(lines).toMatchObject([accepted(), mail])
  })
  await rm(folder, { recursive: true })
})

async function running(
  settings: Record<string, string>,
  act: (courier: Courier, standIn: SolapiStandIn, redis: Redis) => Promise<void>,
): Promise<void> {
  expect(contract.secret).toBe(secret)
  const [redis, standIn] = [await Redis.start(), await new SolapiStandIn().start()]
  const courier = await Courier.start(redis, { ...standIn.settings(), ...settings })
  try {
    await act(courier, standIn, redis)
  } finally {
    await courier.kill()
    await standIn.stop()
    await redis.remove()
  }
}
