import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import type { Asked, Incoming, Outcome, Provider, Report } from './provider.js'
import type { Delivery, Send } from '../protocol.js'
import type { Settings } from '../settings.js'
import { type Answer, call, member, parse } from './calling.js'

/** An approved Alimtalk template: its id at Solapi, and which of our values fills which of its variables. */
export interface AlimtalkTemplate {
  readonly id: string
  readonly variables: Readonly<Record<string, string>>
}

/** Codes of an answer that are about the account or the sender, and not about the message. */
const ofTheAccount =
  /apikey|signature|unauthorized|forbidden|notenough|balance|toomany|timetooskewed|ratelimit|notregistered/i

/** The clocks of this machine and of Solapi may differ by so many milliseconds. */
const skew = 60_000

/**
 * Solapi's messages API (https://developers.solapi.dev): SMS, and Alimtalk where a template is approved. Its SDK is not used: it repeats
 * a request that got no answer up to three times by itself, which can send a message more than once, and it reaches one address only.
 */
export class Solapi implements Provider {
  readonly name = 'solapi'
  readonly perSecond: number

  constructor(
    private readonly settings: Settings,
    private readonly templates: Readonly<Record<string, AlimtalkTemplate>>,
  ) {
    this.perSecond = settings.solapi.perSecond
  }

  async send(send: Send): Promise<Outcome> {
    if (!send.to.startsWith('+82')) return { kind: 'refused', code: 'number-not-served' }
    const alimtalk = this.alimtalk(send)
    if (send.channel === 'alimtalk' && alimtalk === undefined) return { kind: 'refused', code: 'no-template' }
    const message = {
      to: national(send.to),
      from: this.settings.solapi.from,
      text: send.text,
      type: alimtalk ? 'ATA' : 'SMS',
      country: '82',
      customFields: { key: send.key },
      ...(alimtalk ? { kakaoOptions: alimtalk } : {}),
    }
    const answer = await this.ask('POST', 'send-many/detail', { messages: [message], showMessageList: true })
    return outcomeOf(answer, send.key)
  }

  async answers(): Promise<boolean> {
    const answer = await this.ask('GET', 'list?limit=1')
    return answer.kind === 'answered' && answer.status === 200 && typeof member(answer.body, 'messageList') === 'object'
  }

  /** Solapi keeps our key with the message. */
  async find(asked: Asked): Promise<readonly string[] | null> {
    const query = new URLSearchParams({
      to: national(asked.to),
      dateType: 'CREATED',
      startDate: new Date(asked.at - skew).toISOString(),
      limit: '100',
    })
    const answer = await this.ask('GET', `list?${query}`)
    const list = answer.kind === 'answered' && answer.status === 200 ? member(answer.body, 'messageList') : undefined
    if (typeof list !== 'object' || list === null) return null
    return Object.entries(list)
      .filter(([, message]) => member(message, 'customFields', 'key') === asked.key)
      .map(([id]) => id)
  }

  /** `X-Solapi-Secret` is the SHA-1 of the secret that the webhook was registered with. */
  read(incoming: Incoming): readonly Report[] | null {
    const { webhookSecret } = this.settings.solapi
    const given = Buffer.from(String(incoming.headers['x-solapi-secret'] ?? ''))
    const expected = Buffer.from(createHash('sha1').update(webhookSecret).digest('hex'))
    if (webhookSecret === '' || given.length !== expected.length || !timingSafeEqual(given, expected)) return null
    const reports = parse(incoming.body)
    if (!Array.isArray(reports)) return []
    return reports.flatMap((report): Report[] => {
      const [key, message, status] = [
        member(report, 'customFields', 'key'),
        member(report, 'messageId'),
        member(report, 'statusCode'),
      ]
      if (typeof key !== 'string' || typeof message !== 'string' || typeof status !== 'string') return []
      const delivery = deliveryOf(status)
      return [{ key, message, delivery, code: delivery === 'failed' ? `solapi-${status}` : null }]
    })
  }

  private alimtalk(send: Send): object | undefined {
    const { template } = send
    const approved = template && this.templates[`${template.name}.${template.language}`]
    if (!approved || this.settings.solapi.kakaoChannel === '') return undefined
    return {
      pfId: this.settings.solapi.kakaoChannel,
      templateId: approved.id,
      variables: Object.fromEntries(
        Object.entries(approved.variables).map(([name, value]) => [`#{${name}}`, template.values[value] ?? '']),
      ),
      // Whoever has no KakaoTalk gets the text as an SMS, which Solapi sends in its place.
      disableSms: send.channel === 'alimtalk',
    }
  }

  private ask(method: string, path: string, body?: object): Promise<Answer> {
    const { address, key, secret } = this.settings.solapi
    const [date, salt] = [new Date().toISOString(), randomBytes(16).toString('hex')]
    const signature = createHmac('sha256', secret)
      .update(date + salt)
      .digest('hex')
    return call(`${address}/messages/v4/${path}`, this.settings.providerTimeout, {
      method,
      headers: {
        authorization: `HMAC-SHA256 apiKey=${key}, date=${date}, salt=${salt}, signature=${signature}`,
        'content-type': 'application/json',
      },
      ...(body ? { body: JSON.stringify(body) } : {}),
    })
  }
}

/** A Korean number as Solapi writes it: +821012345678 is 01012345678. */
function national(to: string): string {
  return `0${to.slice('+82'.length)}`
}

/** 4000 has arrived; 2xxx and 3000 are on their way; everything else has failed. */
function deliveryOf(status: string): Delivery {
  return status === '4000' ? 'delivered' : status.startsWith('2') || status === '3000' ? 'pending' : 'failed'
}

function outcomeOf(answer: Answer, key: string): Outcome {
  if (answer.kind === 'unreached') return { kind: 'not-taken', code: answer.code, retryAfter: 1 }
  if (answer.kind === 'unheard') return { kind: 'unknown', code: answer.code }
  const { status, body, retryAfter } = answer
  if (status === 200) {
    const failed = member(body, 'failedMessageList', 0)
    if (failed !== undefined) {
      const code = member(failed, 'statusCode')
      return member(failed, 'customFields', 'key') === key && typeof code === 'string'
        ? { kind: 'refused', code: `solapi-${code}` }
        : { kind: 'unknown', code: 'unreadable-answer' }
    }
    const message = member(body, 'messageList', 0)
    const id = member(message, 'messageId')
    // An answer about another message says nothing about this one.
    return typeof id === 'string' && id.length > 0 && member(message, 'customFields', 'key') === key
      ? { kind: 'accepted', message: id }
      : { kind: 'unknown', code: 'unreadable-answer' }
  }
  const code = member(body, 'errorCode')
  // Without a code it is not certain that Solapi itself answered: a proxy may, after Solapi has taken the message.
  if (typeof code !== 'string') return { kind: 'unknown', code: `unreadable-answer-${status}` }
  if (status === 429 || status === 503) return { kind: 'not-taken', code: `solapi-${code}`, retryAfter }
  if (status < 400 || status >= 500) return { kind: 'unknown', code: `unreadable-answer-${status}` }
  return status !== 400 || ofTheAccount.test(code)
    ? { kind: 'not-taken', code: `solapi-${code}`, retryAfter: 30 }
    : { kind: 'refused', code: `solapi-${code}` }
}
