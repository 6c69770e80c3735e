import { createHmac, timingSafeEqual } from 'node:crypto'
import type { Asked, Incoming, Outcome, Provider, Report } from './provider.js'
import type { Delivery, Send } from '../protocol.js'
import type { Settings } from '../settings.js'
import { type Answer, call, member } from './calling.js'

/** Codes of 400 that are about the account or the sender, and not about the message. 21612 is about the number it goes to. */
const ofTheAccount = new Set([20003, 20005, 20429, 21212, 21603, 21606, 21611, 30002])

const deliveries: Readonly<Record<string, Delivery>> = {
  accepted: 'pending',
  scheduled: 'pending',
  queued: 'pending',
  sending: 'pending',
  sent: 'pending',
  delivered: 'delivered',
  read: 'delivered',
  undelivered: 'failed',
  failed: 'failed',
  canceled: 'failed',
}

/** The clocks of this machine and of Twilio may differ by so many milliseconds. */
const skew = 60_000

/** Twilio's Messages resource (https://www.twilio.com/docs/messaging/api/message-resource). */
export class Twilio implements Provider {
  readonly name = 'twilio'
  readonly perSecond: number

  constructor(private readonly settings: Settings) {
    this.perSecond = settings.twilio.perSecond
  }

  async send(send: Send): Promise<Outcome> {
    const { from } = this.settings.twilio
    const form = new URLSearchParams({ To: send.to, Body: send.text })
    form.set(from.startsWith('MG') ? 'MessagingServiceSid' : 'From', from)
    // Twilio has no field for a key of ours; the address of the report carries it, under Twilio's signature.
    if (this.settings.publicAddress !== '')
      form.set('StatusCallback', `${this.settings.publicAddress}/reports/twilio?key=${send.key}`)
    return outcomeOf(await this.ask('POST', '', form), send)
  }

  async answers(): Promise<boolean> {
    const answer = await this.ask('GET', '?PageSize=1')
    return answer.kind === 'answered' && answer.status === 200 && Array.isArray(member(answer.body, 'messages'))
  }

  /** Messages to the same number with the same text since then. */
  async find(asked: Asked): Promise<readonly string[] | null> {
    const since = new Date(asked.at - skew).toISOString().slice(0, 10)
    const query = new URLSearchParams({ To: asked.to, 'DateSent>': since, PageSize: '100' })
    const answer = await this.ask('GET', `?${query}`)
    const messages = answer.kind === 'answered' && answer.status === 200 ? member(answer.body, 'messages') : undefined
    if (!Array.isArray(messages)) return null
    return messages
      .filter((message) => member(message, 'to') === asked.to && member(message, 'body') === asked.text)
      .filter((message) => Date.parse(String(member(message, 'date_created'))) >= asked.at - skew)
      .map((message) => member(message, 'sid'))
      .filter((sid) => typeof sid === 'string')
  }

  read(incoming: Incoming): readonly Report[] | null {
    const form = new URLSearchParams(incoming.body)
    const given = Buffer.from(String(incoming.headers['x-twilio-signature'] ?? ''))
    const expected = Buffer.from(this.signature(this.settings.publicAddress + incoming.url, form))
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) return null
    const key = new URL(incoming.url, 'http://courier').searchParams.get('key')
    const message = form.get('MessageSid')
    const delivery = deliveries[form.get('MessageStatus') ?? '']
    if (key === null || message === null || delivery === undefined) return []
    const code = form.get('ErrorCode')
    return [{ key, message, delivery, code: code === null ? null : `twilio-${code}` }]
  }

  /** HMAC-SHA1 over the address and the sorted fields (https://www.twilio.com/docs/usage/security). */
  private signature(url: string, form: URLSearchParams): string {
    const fields = [...form.entries()].sort(([one], [other]) => (one < other ? -1 : one > other ? 1 : 0))
    return createHmac('sha1', this.settings.twilio.token)
      .update(url + fields.map(([name, value]) => name + value).join(''))
      .digest('base64')
  }

  private ask(method: string, query: string, form?: URLSearchParams): Promise<Answer> {
    const { address, account, token } = this.settings.twilio
    return call(`${address}/2010-04-01/Accounts/${account}/Messages.json${query}`, this.settings.providerTimeout, {
      method,
      headers: { authorization: `Basic ${Buffer.from(`${account}:${token}`).toString('base64')}` },
      ...(form ? { body: form } : {}),
    })
  }
}

function outcomeOf(answer: Answer, send: Send): Outcome {
  if (answer.kind === 'unreached') return { kind: 'not-taken', code: answer.code, retryAfter: 1 }
  if (answer.kind === 'unheard') return { kind: 'unknown', code: answer.code }
  const { status, body, retryAfter } = answer
  if (status === 201 || status === 200) {
    const sid = member(body, 'sid')
    // An answer about another message says nothing about this one.
    return typeof sid === 'string' && sid.length > 0 && member(body, 'to') === send.to
      ? { kind: 'accepted', message: sid }
      : { kind: 'unknown', code: 'unreadable-answer' }
  }
  const code = member(body, 'code')
  // Without a code it is not certain that Twilio itself answered: a proxy may, after Twilio has taken the message.
  if (typeof code !== 'number') return { kind: 'unknown', code: `unreadable-answer-${status}` }
  if (status === 429 || status === 503) return { kind: 'not-taken', code: `twilio-${code}`, retryAfter }
  if (status < 400 || status >= 500) return { kind: 'unknown', code: `unreadable-answer-${status}` }
  return status !== 400 || ofTheAccount.has(code)
    ? { kind: 'not-taken', code: `twilio-${code}`, retryAfter: 30 }
    : { kind: 'refused', code: `twilio-${code}` }
}
