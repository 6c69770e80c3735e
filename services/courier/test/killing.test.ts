import { type Server, createServer } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Courier, Redis, sms, until } from './harness.js'
import { SolapiStandIn, type StandIn, TwilioStandIn } from './standIns.js'

/** Where the courier is when it is killed, seen from outside. */
const steps = [
  'before it has written anything',
  'when it is written that the message is sent, before the provider is reached',
  'when the provider has read the request and not taken it',
  'when the provider has taken it and not answered',
  'when the provider has answered',
  'when the provider has answered and Redis does not',
] as const

describe.each([
  ['Solapi', () => new SolapiStandIn(), steps],
  // What differs is how it is asked for a message afterwards.
  ['Twilio', () => new TwilioStandIn(), steps.slice(2, 5)],
] as const)('with %s', (_, make, steps) => {
  describe.concurrent('killed', () => {
    test.each(steps)('%s, the message is sent once or known to be unknown', async (step) => {
      const redis = await Redis.start()
      const standIn = await make().start()
      const courier = await Courier.start(redis, { ...standIn.settings(), PROVIDER_TIMEOUT: '2s' })
      const send = sms()
      try {
        await killAt(step, courier, redis, standIn, send)
        await courier.startAgain()

        const reply = await courier.sendUntilTaken(send)

        const { state } = reply.body
        expect(['accepted', 'unknown']).toContain(state)
        if (standIn.taken.length > 0)
          await until(
            () => courier.state(send.key),
            (now) => now === 'accepted',
          )
        else expect(state).toBe('unknown')
        // Whoever asks once more hears the same, and nothing more is sent.
        await courier.send(send)
        expect(standIn.taken.length).toBeLessThanOrEqual(1)
        if (step === 'before it has written anything') expect(standIn.taken).toHaveLength(1)
        // The next message to the same recipient goes out.
        await courier.accepted(sms())
      } finally {
        await courier.kill()
        await standIn.stop()
        await redis.remove()
      }
    })
  })
})

async function killAt(
  step: (typeof steps)[number],
  courier: Courier,
  redis: Redis,
  standIn: StandIn,
  send: { key: string },
) {
  const request = (): Promise<unknown> => courier.send(send).catch(() => undefined)
  const kill = (): Promise<void> => courier.kill()
  switch (step) {
    case 'before it has written anything': {
      // A Redis that stands still: the courier waits for its first answer.
      redis.signal('SIGSTOP')
      const asking = request()
      await new Promise((done) => setTimeout(done, 100))
      await kill()
      redis.signal('SIGCONT')
      await asking
      return
    }
    case 'when it is written that the message is sent, before the provider is reached': {
      // In the place of the provider something takes connections and reads nothing.
      const address = new URL(standIn.address)
      await standIn.stop()
      const wall: Server = createServer((socket) => socket.pause())
      await new Promise<void>((done) => wall.listen(Number(address.port), '127.0.0.1', done))
      const asking = request()
      await until(
        () => redis.state(send.key),
        (state) => state === 'sending',
      )
      await kill()
      await asking
      await new Promise((done) => wall.close(done))
      await standIn.start()
      return
    }
    case 'when the provider has read the request and not taken it':
      standIn.next = ['be silent']
      standIn.meanwhile.asked = kill
      break
    case 'when the provider has taken it and not answered':
      standIn.meanwhile.taken = kill
      break
    case 'when the provider has answered':
      standIn.meanwhile.answered = () => courier.signal('SIGKILL')
      break
    case 'when the provider has answered and Redis does not':
      standIn.meanwhile.taken = () => redis.signal('SIGSTOP')
      standIn.meanwhile.answered = () =>
        void setTimeout(() => {
          courier.signal('SIGKILL')
          redis.signal('SIGCONT')
        }, 100)
      break
  }
  await request()
  await courier.ended()
  standIn.meanwhile = {}
}

describe('two couriers on one Redis', () => {
  let redis: Redis
  let standIn: StandIn
  let couriers: Courier[]

  beforeAll(async () => {
    redis = await Redis.start()
    standIn = await new SolapiStandIn().start()
    couriers = await Promise.all(
      [1, 2].map(() => Courier.start(redis, { ...standIn.settings(), PROVIDER_TIMEOUT: '2s' })),
    )
  })
  afterAll(async () => {
    await Promise.all(couriers.map((courier) => courier.kill()))
    await standIn.stop()
    await redis.remove()
  })

  test('send a message once when both are asked for it', async () => {
    const send = sms()

    await Promise.all(couriers.map((courier) => courier.accepted(send)))

    expect(standIn.taken).toHaveLength(1)
  })

  test('one that stands still and goes on later sends nothing that the other one was asked for meanwhile', async () => {
    const [slow, other] = couriers as [Courier, Courier]
    const before = standIn.taken.length
    const send = sms()
    standIn.meanwhile.asked = () => slow.signal('SIGSTOP')
    const asking = slow.send(send).catch(() => undefined)
    await until(
      () => redis.state(send.key),
      (state) => state === 'sending',
    )

    const reply = await other.sendUntilTaken(send)
    standIn.meanwhile = {}
    slow.signal('SIGCONT')
    await asking

    expect(['unknown', 'accepted']).toContain(reply.body['state'])
    await until(
      () => other.state(send.key),
      (state) => state === 'accepted',
    )
    expect(standIn.taken).toHaveLength(before + 1)
  })

  test('what Redis had confirmed is there after it was killed', async () => {
    const [courier] = couriers as [Courier, Courier]
    const send = sms()
    const reply = await courier.accepted(send)

    await redis.kill()
    await redis.startAgain()

    expect((await courier.sendUntilTaken(send)).body).toEqual(reply.body)
  })
})
