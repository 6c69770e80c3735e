import { type Server, createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { Courier, Redis, secret, sms, until } from './harness.js'
import { SolapiStandIn, type StandIn, TwilioStandIn } from './standIns.js'

type Heard = Record<string, unknown> & { key: string; revision: number; authorization: string }

describe.each([
  ['Solapi', () => new SolapiStandIn(), 'solapi-3104'],
  ['Twilio', () => new TwilioStandIn(), 'twilio-30003'],
] as const)('reports of %s', (_, make, code) => {
  const heard: Heard[] = []
  let answers: number[] = []
  let sender: Server
  let redis: Redis
  let standIn: StandIn
  let courier: Courier

  beforeAll(async () => {
    sender = createServer((request, response) => {
      let body = ''
      request.on('data', (part) => (body += String(part)))
      request.on('end', () => {
        const status = answers.shift() ?? 204
        if (status === 204) heard.push({ ...JSON.parse(body), authorization: request.headers.authorization })
        response.writeHead(status).end()
      })
    })
    await new Promise<void>((done) => sender.listen(0, '127.0.0.1', done))
    redis = await Redis.start()
    standIn = await make().start()
    const reportsTo = `http://127.0.0.1:${(sender.address() as AddressInfo).port}/api/carrier/reports`
    courier = await Courier.start(redis, { ...standIn.settings(), REPORTS_TO: reportsTo, PROVIDER_TIMEOUT: '2s' })
  })
  beforeEach(() => {
    standIn.taken.length = 0
    answers = []
  })
  afterAll(async () => {
    await courier.kill()
    await standIn.stop()
    sender.close()
    await redis.remove()
  })

  const of = (key: string): Heard[] => heard.filter((report) => report.key === key)

  test('are pushed with the secret until they are taken, and no more', async () => {
    const send = sms()
    await courier.accepted(send)
    answers = [503, 500]

    expect(await standIn.report(courier.address, standIn.taken[0]!, 'delivered')).toBe(200)

    await until(() => of(send.key).length === 1)
    expect(of(send.key)[0]).toMatchObject({
      state: 'accepted',
      delivery: 'delivered',
      authorization: `Bearer ${secret}`,
    })
    expect(await standIn.report(courier.address, standIn.taken[0]!, 'delivered')).toBe(200)
    await until(
      () => redis.ask(['ZCARD', 'courier:reports']),
      (count) => count === 0,
    )
    expect(of(send.key)).toHaveLength(1)
  })

  test('that come in the wrong order do not undo what is certain', async () => {
    const send = sms()
    await courier.accepted(send)
    const [taken] = standIn.taken

    for (const status of ['failed', 'pending', 'delivered', 'failed'] as const)
      await standIn.report(courier.address, taken!, status)

    await until(() => of(send.key).at(-1)?.['delivery'] === 'delivered')
    expect((await courier.ask('GET', `/sends/${send.key}`)).body).toMatchObject({ delivery: 'delivered', code: null })
  })

  test('of a failure have its code', async () => {
    const send = sms()
    await courier.accepted(send)

    await standIn.report(courier.address, standIn.taken[0]!, 'failed')

    await until(() => of(send.key).length === 1)
    expect(of(send.key)[0]).toMatchObject({ state: 'accepted', delivery: 'failed', code })
  })

  test('prove that an unknown message was taken', async () => {
    const send = sms()
    standIn.isListing = false
    standIn.next = ['take and be silent']
    expect((await courier.send(send)).body).toMatchObject({ state: 'unknown' })

    await standIn.report(courier.address, standIn.taken[0]!, 'pending')

    expect(await courier.state(send.key)).toBe('accepted')
    await until(() => of(send.key).some((report) => report['state'] === 'accepted'))
    standIn.isListing = true
  })

  test('are refused from anybody else, and change nothing', async () => {
    const send = sms()
    await courier.accepted(send)

    expect(await standIn.report(courier.address, standIn.taken[0]!, 'failed', 'somebody else')).toBe(403)

    expect((await courier.ask('GET', `/sends/${send.key}`)).body).toMatchObject({ delivery: 'pending' })
  })

  test('of a second message under one key are told to the operators', async () => {
    const send = sms()
    await courier.accepted(send)

    await standIn.report(courier.address, { ...standIn.taken[0]!, id: 'a second one' }, 'delivered')

    await until(() => courier.log.includes('A provider reports a second message under one key.'))
    expect((await courier.ask('GET', `/sends/${send.key}`)).body).toMatchObject({ delivery: 'pending' })
  })
})
