import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { Courier, Redis, sms, until } from './harness.js'
import type { StandIn } from './standIns.js'

/** What holds with every provider: the real courier with a real Redis, against a stand-in of the provider's HTTP API. */
export function everyMessageOnce(name: string, make: () => StandIn): void {
  describe(name, () => {
    let redis: Redis
    let standIn: StandIn
    /** Waits for a provider as long as it takes. */
    let patient: Courier
    /** Gives a provider up after a moment. */
    let courier: Courier

    beforeAll(async () => {
      redis = await Redis.start()
      standIn = await make().start()
      patient = await Courier.start(redis, standIn.settings())
      courier = await Courier.start(redis, { ...standIn.settings(), PROVIDER_TIMEOUT: '700ms' })
    })
    beforeEach(() => {
      standIn.taken.length = 0
      standIn.next = []
      standIn.isListing = true
    })
    afterAll(async () => {
      await patient.kill()
      await courier.kill()
      await standIn.stop()
      await redis.remove()
    })

    test('a message is sent once, however often it is asked for', async () => {
      const send = sms()

      const replies = [await patient.send(send), ...(await Promise.all([patient.send(send), patient.send(send)]))]

      expect(replies.map((reply) => reply.body)).toEqual(Array(3).fill(replies[0]!.body))
      expect(replies[0]).toMatchObject({
        status: 200,
        body: { state: 'accepted', message: standIn.taken[0]!.id, delivery: 'pending' },
      })
      expect(standIn.taken).toMatchObject([{ key: send.key, to: send.to, text: send.text }])
      expect(await patient.send({ ...send, text: 'Other' })).toMatchObject({
        status: 409,
        body: { error: 'other-content' },
      })
    })

    test('the same key at the same time is one message', async () => {
      const send = sms()

      const replies = await Promise.all([patient.send(send), patient.send(send), patient.send(send)])

      expect(replies.map((reply) => reply.body['state'])).toEqual(['accepted', 'accepted', 'accepted'])
      expect(standIn.taken).toHaveLength(1)
    })

    test('messages to one recipient arrive in the order in which they were asked for', async () => {
      const sends = Array.from({ length: 4 }, () => sms())
      const asked: Promise<unknown>[] = []
      for (const send of sends) {
        asked.push(patient.send(send))
        await new Promise((done) => setTimeout(done, 15))
      }
      await Promise.all(asked)

      expect(standIn.taken.map((taken) => taken.text)).toEqual(sends.map((send) => send.text))
    })

    test('a refusal is final and has a code', async () => {
      standIn.next = ['refuse']
      const send = sms()

      const reply = await patient.send(send)

      expect(reply).toMatchObject({ status: 200, body: { state: 'refused', message: null } })
      expect(reply.body['code']).toMatch(/^(solapi-3104|twilio-21211)$/)
      expect((await patient.send(send)).body).toEqual(reply.body)
      expect(standIn.taken).toHaveLength(0)
    })

    test.each(['be closed', 'refuse the account'] as const)(
      'told to %s, nothing is taken and the same is sent later',
      async (deed) => {
        standIn.next = [deed]
        const send = sms()

        const reply = await patient.send(send)

        expect(reply).toMatchObject({ status: 503, body: { error: 'provider-down' } })
        expect(reply.retryAfter).toBeGreaterThan(0)
        expect(await patient.ask('GET', `/sends/${send.key}`)).toMatchObject({ status: 404 })
        expect(await patient.send(send)).toMatchObject({ status: 200, body: { state: 'accepted' } })
        expect(standIn.taken).toHaveLength(1)
      },
    )

    test('a provider that is away takes nothing and gets the message when it is back', async () => {
      await standIn.stop()
      const send = sms()

      expect(await patient.send(send)).toMatchObject({ status: 503, retryAfter: 1, body: { error: 'provider-down' } })
      await standIn.start()

      await patient.accepted(send)
      expect(standIn.taken).toHaveLength(1)
    })

    test.each([
      'take and be silent',
      'take and hang up',
      'take and answer 500',
      'take behind a proxy that answers 503',
      'take and answer nonsense',
    ] as const)('told to %s, the message is unknown until the provider is found to have it', async (deed) => {
      standIn.next = [deed]
      const send = sms()

      expect((await courier.send(send)).body).toMatchObject({ state: 'unknown', message: null })

      await until(
        () => courier.state(send.key),
        (state) => state === 'accepted',
      )
      expect((await courier.send(send)).body).toMatchObject({ state: 'accepted', message: standIn.taken[0]!.id })
      expect(standIn.taken).toHaveLength(1)
    })

    test.each(['be silent', 'answer for another'] as const)(
      'told to %s, the message stays unknown, is not sent again, and holds nothing up',
      async (deed) => {
        standIn.next = [deed]
        const [lost, next] = [sms(), sms()]

        expect((await courier.send(lost)).body).toMatchObject({ state: 'unknown' })

        await courier.accepted(next)
        expect((await courier.sendUntilTaken(lost)).body).toMatchObject({ state: 'unknown' })
        await until(
          () => redis.ask(['HGET', `courier:send:${lost.key}`, 'tries']),
          (tries) => tries === '1',
        )
        expect(standIn.taken.map((taken) => taken.text)).toEqual([next.text])
      },
    )

    test('a provider that is silent gets no further message before it answers something harmless', async () => {
      standIn.next = ['take and be silent']
      await courier.send(sms())
      const before = standIn.asked
      await standIn.stop()

      expect(await courier.send(sms())).toMatchObject({ status: 503, body: { error: 'provider-down' } })

      expect(standIn.asked).toBe(before)
      await standIn.start()
      await courier.accepted(sms())
    })

    test('a listing that hides what was taken does not have it sent again', async () => {
      standIn.isListing = false
      standIn.next = ['take and be silent']
      const send = sms()
      await courier.send(send)

      await until(
        () => redis.ask(['HGET', `courier:send:${send.key}`, 'tries']),
        (tries) => tries === '1',
      )

      expect((await courier.sendUntilTaken(send)).body).toMatchObject({ state: 'unknown' })
      expect(standIn.taken).toHaveLength(1)
    })

    test('an answer that comes twice is not taken for the answer to the next message', async () => {
      standIn.next = ['take and answer twice', 'refuse']
      const [first, second] = [sms(), sms()]

      expect((await patient.send(first)).body).toMatchObject({ state: 'accepted' })
      expect((await patient.sendUntilTaken(second)).body).toMatchObject({ state: 'refused' })
    })

    test('two unknown messages with one text are two messages of the provider', async () => {
      const text = `The same ${crypto.randomUUID()}`
      standIn.next = ['take and be silent', 'take and be silent']
      const [one, other] = [sms({ text }), sms({ text })]

      await courier.sendUntilTaken(one)
      await courier.sendUntilTaken(other)

      await until(
        async () => [await courier.state(one.key), await courier.state(other.key)],
        (states) => states.every((state) => state === 'accepted'),
      )
      const found = [one, other].map(async ({ key }) => (await courier.ask('GET', `/sends/${key}`)).body['message'])
      expect((await Promise.all(found)).sort()).toEqual(standIn.taken.map((taken) => taken.id).sort())
    })
  })
}
