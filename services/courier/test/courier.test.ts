import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { Courier, Redis, refusal, sms, until } from './harness.js'
import { SolapiStandIn } from './standIns.js'

describe('the courier', () => {
  let redis: Redis
  let standIn: SolapiStandIn
  let courier: Courier | undefined

  beforeAll(async () => {
    redis = await Redis.start()
    standIn = await new SolapiStandIn().start()
  })
  afterEach(async () => {
    await courier?.kill()
    courier = undefined
  })
  afterAll(async () => {
    await standIn.stop()
    await redis.remove()
  })

  test('the rate of a provider is kept, and what is more is told when to come back', async () => {
    courier = await Courier.start(redis, { ...standIn.settings(), SOLAPI_PER_SECOND: '1' })
    const sends = Array.from({ length: 4 }, (_, at) => sms({ to: `+82101234567${at}` }))
    const before = standIn.taken.length

    const replies = await Promise.all(sends.map((send) => courier!.send(send)))

    const later = replies.filter((reply) => reply.status !== 200)
    expect(later.length).toBeGreaterThan(0)
    for (const reply of later)
      expect(reply).toMatchObject({ status: 429, body: { error: 'rate-limited' }, retryAfter: 1 })
    for (const send of sends) expect((await courier.sendUntilTaken(send)).body).toMatchObject({ state: 'accepted' })
    expect(standIn.taken).toHaveLength(before + 4)
  })

  test('more messages at once than it takes are told to come back', async () => {
    courier = await Courier.start(redis, { ...standIn.settings(), CONCURRENCY: '1', PROVIDER_TIMEOUT: '1s' })
    standIn.next = ['take and be silent']
    const first = courier.sendUntilTaken(sms())
    await until(() => standIn.next.length === 0)

    expect(await courier.send(sms())).toMatchObject({ status: 503, retryAfter: 1, body: { error: 'busy' } })
    await first
  })

  test('numbers are carried by the provider of the longest prefix, and other channels by none', async () => {
    courier = await Courier.start(redis, { ...standIn.settings(), ROUTES: 'sms:+82=solapi, sms=file' })

    expect((await courier.send(sms())).body).toMatchObject({ provider: 'solapi' })
    expect(await courier.send(sms({ channel: 'email', to: 'minji@gaon.example' }))).toMatchObject({ status: 422 })
  })

  test('nobody sends without the secret, and nothing malformed is taken', async () => {
    courier = await Courier.start(redis, standIn.settings())

    expect(await courier.ask('POST', '/send', sms(), 'another secret of 16')).toMatchObject({ status: 401 })
    expect(await courier.ask('GET', '/sends/key-1', undefined, 'another secret of 16')).toMatchObject({ status: 401 })
    for (const [wrong, field] of [
      [{ to: '01012345678' }, 'to'],
      [{ key: 'a b' }, 'key'],
      [{ text: '' }, 'text'],
      [{ text: 'x'.repeat(2001) }, 'text'],
      [{ more: 1 }, 'more'],
      [{ template: { name: 'x', language: 'ko', values: { a: 1 } } }, 'template.values.a'],
    ] as const)
      expect(await courier.send(sms(wrong))).toMatchObject({ status: 400, body: { error: 'malformed', field } })
  })

  test('while Redis is away nothing is sent, and what was sent is known when it is back', async () => {
    courier = await Courier.start(redis, standIn.settings())
    const send = sms()
    await courier.send(send)
    const before = standIn.asked
    await redis.kill()

    expect(await courier.send(sms())).toMatchObject({ status: 503, retryAfter: 1, body: { error: 'without-store' } })
    expect(await courier.isReady()).toBe(false)
    await redis.startAgain()

    expect((await courier.sendUntilTaken(send)).body).toMatchObject({ state: 'accepted' })
    expect(standIn.asked).toBe(before)
  })

  test('what Redis does only after its time is no message that is unknown', async () => {
    courier = await Courier.start(redis, { ...standIn.settings(), PROVIDER_TIMEOUT: '1s' })
    const [begun, settled] = [sms({ to: '+821011110001' }), sms({ to: '+821011110002' })]
    const before = standIn.taken.length

    await redis.holdWrites(1500)
    expect(await courier.send(begun)).toMatchObject({ status: 503, body: { error: 'without-store' } })
    expect((await courier.sendUntilTaken(begun)).body).toMatchObject({ state: 'accepted' })

    standIn.meanwhile.taken = () => redis.holdWrites(1500)
    expect(await courier.send(settled)).toMatchObject({ status: 503, body: { error: 'without-store' } })
    standIn.meanwhile = {}
    expect((await courier.sendUntilTaken(settled)).body).toMatchObject({ state: 'accepted' })
    expect(standIn.taken).toHaveLength(before + 2)
  })

  test('while Redis hangs it lives, and it is ready when Redis goes on', async () => {
    const hung = await Redis.start()
    hung.signal('SIGSTOP')
    courier = await Courier.launched(hung, standIn.settings())
    await until(() =>
      fetch(`${courier!.address}/health/live`).then(
        (answer) => answer.ok,
        () => false,
      ),
    )

    expect(await courier.isReady()).toBe(false)

    hung.signal('SIGCONT')
    await courier.becomesReady()
    await courier.accepted(sms())
    await courier.kill()
    await hung.remove()
  })

  test('without Redis it lives, is not ready, and ends when it is told to', async () => {
    const away = await Redis.start()
    await away.kill()
    courier = await Courier.launched(away, standIn.settings())
    await until(() => courier!.log.includes('Redis cannot be reached.'))

    expect(await (await fetch(`${courier.address}/health/live`)).json()).toEqual({ status: 'live' })
    expect(await courier.isReady()).toBe(false)
    expect(await courier.send(sms())).toMatchObject({ status: 503, body: { error: 'without-store' } })

    await away.startAgain()
    await courier.becomesReady()
    await courier.accepted(sms())

    await away.kill()
    await courier.kill()
    courier = await Courier.launched(away, standIn.settings())
    await until(() => courier!.log.includes('Redis cannot be reached.'))
    courier.signal('SIGTERM')
    expect(await courier.ended()).toBe(0)
    await away.remove()
  })

  test('told to stop, it is not ready, ends what runs, and ends well', async () => {
    courier = await Courier.start(redis, standIn.settings())
    const send = sms()
    const stopping = courier
    let asRunning: Promise<boolean> | undefined
    standIn.meanwhile.taken = async () => {
      stopping.signal('SIGTERM')
      await until(() => stopping.log.includes('Stopping.'))
      asRunning = stopping.isReady()
      await asRunning
    }

    const reply = await courier.send(send)

    standIn.meanwhile = {}
    expect(await asRunning).toBe(false)
    expect(reply.body).toMatchObject({ state: 'accepted' })
    expect(await courier.ended()).toBe(0)
  })

  test('its log tells no text and no whole number', async () => {
    courier = await Courier.start(redis, standIn.settings())
    standIn.next = ['refuse']
    const send = sms({ text: 'A very private text' })
    await courier.send(send)

    await until(() => courier!.log.includes(send.key))

    expect(courier.log).not.toMatch(/private text|12345678/)
  })

  test('it counts what it asks, what is open and what is unknown', async () => {
    courier = await Courier.start(redis, standIn.settings())
    await courier.send(sms())

    const text = await (await fetch(`${courier.address}/metrics`)).text()

    expect(text).toContain('courier_provider_requests_total{provider="solapi",outcome="accepted"} 1')
    expect(text).toMatch(/^courier_unknown \d+$/m)
  })

  test('it does not start with settings that cannot be meant, nor with a Redis that forgets', async () => {
    const forgetful = await Redis.start('--appendonly', 'no')

    expect(await refusal(redis, { SECRET: 'short' })).toContain('COURIER_SECRET')
    expect(await refusal(redis, { ROUTES: 'sms=pigeon', SOLAPI_TYPO: '1' })).toMatch(/COURIER_ROUTES.*SOLAPI_TYPO/s)
    expect(await refusal(redis, { ROUTES: '' })).toContain('COURIER_ROUTES is missing')
    expect(await refusal(redis, { ROUTES: 'sms=twilio' })).toContain('COURIER_TWILIO_ACCOUNT is missing')
    expect(await refusal(forgetful, {})).toContain('appendonly is not yes')
    await forgetful.remove()
  })
})
