import { createHash, createHmac } from 'node:crypto'
import { type IncomingMessage, type Server, type ServerResponse, createServer } from 'node:http'
import { freePort } from './harness.js'

/** What a stand-in does with the next message that it is asked to send. */
export type Deed =
  | 'take'
  /** Takes it, and never answers. */
  | 'take and be silent'
  /** Does not take it, and never answers. */
  | 'be silent'
  /** Takes it and breaks the connection. */
  | 'take and hang up'
  /** Takes it and answers 500. */
  | 'take and answer 500'
  /** Takes it, and a proxy on the way answers 503. */
  | 'take behind a proxy that answers 503'
  /** Takes it, and answers twice on the connection: once more for the request that comes next. */
  | 'take and answer twice'
  /** Does not take it, and answers as if for another message. */
  | 'answer for another'
  /** Answers something that is no JSON, and has taken it. */
  | 'take and answer nonsense'
  | 'refuse'
  | 'be closed'
  | 'refuse the account'

export interface Taken {
  readonly id: string
  readonly key: string
  readonly to: string
  readonly text: string
}

/** Stands where a provider's HTTP API would be: keeps what it took, and does to a request what it is told to. */
export abstract class StandIn {
  readonly taken: Taken[] = []
  /** Requests to send, whatever became of them. */
  asked = 0
  /** What is done with the next requests; after that they are taken. */
  next: Deed[] = []
  /** Whether messages can be found by asking for them. */
  isListing = true
  /** Called between what is named and what comes after it. */
  meanwhile: { asked?: () => void | Promise<void>; taken?: () => void | Promise<void>; answered?: () => void } = {}
  private server!: Server
  private port = 0

  async start(): Promise<this> {
    this.server = createServer((request, response) => void this.serve(request, response))
    // Kept when it starts again. Were it of the ephemeral range, another test's stand-in could take it meanwhile, and be asked by this test's courier.
    this.port ||= await freePort()
    await new Promise<void>((done) => this.server.listen(this.port, '127.0.0.1', done))
    return this
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections()
    await new Promise((done) => this.server.close(done))
  }

  get address(): string {
    return `http://127.0.0.1:${this.port}`
  }

  /** What the courier is told of it. */
  abstract settings(): Record<string, string>
  /** Sends the courier a report, as the provider would; answers the status. */
  abstract report(
    courier: string,
    taken: Taken,
    status: 'pending' | 'delivered' | 'failed',
    signedBy?: string,
  ): Promise<number>

  protected abstract isSigned(request: IncomingMessage): boolean
  protected abstract read(request: IncomingMessage, body: string): Omit<Taken, 'id'> | null
  protected abstract list(query: URLSearchParams): unknown
  protected abstract success(taken: Taken): [status: number, body: unknown]
  protected abstract readonly refusals: Readonly<
    Record<'refuse' | 'be closed' | 'refuse the account', [status: number, body: unknown]>
  >
  protected abstract newId(): string

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let body = ''
    for await (const part of request) body += String(part)
    if (!this.isSigned(request)) return answer(response, 401, { code: 20003, errorCode: 'Unauthorized' })
    if (request.method === 'GET')
      return answer(response, 200, this.list(new URL(request.url!, 'http://standin').searchParams))

    const given = this.read(request, body)
    if (given === null) return answer(response, 400, { code: 1, errorCode: 'ValidationError' })
    this.asked++
    await this.meanwhile.asked?.()
    const deed = this.next.shift() ?? 'take'
    if (deed === 'be silent') return
    if (deed === 'refuse' || deed === 'be closed' || deed === 'refuse the account')
      return answer(response, ...this.refusals[deed])
    if (deed === 'answer for another')
      return answer(response, ...this.success({ ...given, id: this.newId(), key: 'another', to: '+821099999999' }))

    const taken = { ...given, id: this.newId() }
    this.taken.push(taken)
    await this.meanwhile.taken?.()
    switch (deed) {
      case 'take and be silent':
        return
      case 'take and hang up':
        request.socket.destroy()
        return
      case 'take and answer 500':
        return answer(response, 500, { error: 'oops' })
      case 'take behind a proxy that answers 503':
        response.writeHead(503, { 'content-type': 'text/html' }).end('<html>Service Unavailable</html>')
        return
      case 'take and answer nonsense':
        response.writeHead(200).end('<html>')
        return
      case 'take and answer twice': {
        const [status, body] = this.success(taken)
        const text = JSON.stringify(body)
        const whole = `HTTP/1.1 ${status} OK\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`
        request.socket.write(whole + whole)
        return
      }
      default:
        answer(response, ...this.success(taken))
        this.meanwhile.answered?.()
    }
  }
}

function answer(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}

let ids = 0

export class SolapiStandIn extends StandIn {
  /** What it was asked to send, as it came. */
  readonly bodies: unknown[] = []
  protected readonly refusals = {
    refuse: [
      200,
      {
        failedMessageList: [{ statusCode: '3104', customFields: { key: '' }, messageId: 'M' }],
        groupInfo: { count: { total: 1, registeredFailed: 1, registeredSuccess: 0 } },
      },
    ],
    'be closed': [503, { errorCode: 'ServiceUnavailable' }],
    'refuse the account': [400, { errorCode: 'NotEnoughBalance' }],
  } satisfies StandIn['refusals']

  settings(): Record<string, string> {
    return {
      ROUTES: 'sms=solapi',
      SOLAPI_ADDRESS: this.address,
      SOLAPI_KEY: 'NCSKEY',
      SOLAPI_SECRET: 'solapi secret',
      SOLAPI_FROM: '025555555',
      SOLAPI_WEBHOOK_SECRET: 'hook',
      SOLAPI_PER_SECOND: '1000',
    }
  }

  async report(
    courier: string,
    taken: Taken,
    status: 'pending' | 'delivered' | 'failed',
    signedBy = 'hook',
  ): Promise<number> {
    const statusCode = { pending: '3000', delivered: '4000', failed: '3104' }[status]
    const answer = await fetch(`${courier}/reports/solapi`, {
      method: 'POST',
      headers: {
        'x-solapi-secret': createHash('sha1').update(signedBy).digest('hex'),
        'x-solapi-event-name': 'SINGLE-REPORT',
      },
      body: JSON.stringify([{ messageId: taken.id, statusCode, customFields: { key: taken.key } }]),
    })
    return answer.status
  }

  protected isSigned(request: IncomingMessage): boolean {
    const [, date, salt, signature] =
      /^HMAC-SHA256 apiKey=NCSKEY, date=([^,]+), salt=([^,]+), signature=(\w+)$/.exec(
        request.headers.authorization ?? '',
      ) ?? []
    return signature === createHmac('sha256', 'solapi secret').update(`${date}${salt}`).digest('hex')
  }

  protected read(_: IncomingMessage, body: string): Omit<Taken, 'id'> | null {
    const { messages } = JSON.parse(body) as {
      messages: { to: string; from: string; text: string; country: string; customFields: { key: string } }[]
    }
    this.bodies.push({ messages })
    const [message] = messages
    if (messages.length !== 1 || !message || message.from !== '025555555' || message.country !== '82') return null
    this.refusals.refuse[1].failedMessageList[0]!.customFields.key = message.customFields.key
    return { key: message.customFields.key, to: message.to.replace(/^0/, '+82'), text: message.text }
  }

  protected list(query: URLSearchParams): unknown {
    const found = this.isListing ? this.taken.filter((taken) => taken.to.replace('+82', '0') === query.get('to')) : []
    return {
      limit: 100,
      messageList: Object.fromEntries(found.map(({ id, key }) => [id, { messageId: id, customFields: { key } }])),
    }
  }

  protected success(taken: Taken): [number, unknown] {
    return [
      200,
      {
        failedMessageList: [],
        groupInfo: { count: { total: 1, registeredFailed: 0, registeredSuccess: 1 } },
        messageList: [{ messageId: taken.id, statusCode: '2000', customFields: { key: taken.key } }],
      },
    ]
  }

  protected newId(): string {
    return `M4V${++ids}`
  }
}

export class TwilioStandIn extends StandIn {
  protected readonly refusals = {
    refuse: [400, { code: 21211, message: 'Invalid To' }],
    'be closed': [503, { code: 20503 }],
    'refuse the account': [401, { code: 20003, message: 'Authenticate' }],
  } satisfies StandIn['refusals']
  private callback = ''

  settings(): Record<string, string> {
    return {
      ROUTES: 'sms=twilio',
      TWILIO_ADDRESS: this.address,
      TWILIO_ACCOUNT: 'AC1',
      TWILIO_TOKEN: 'twilio token',
      TWILIO_FROM: '+15005550006',
      TWILIO_PER_SECOND: '1000',
      PUBLIC_ADDRESS: 'https://courier.example',
    }
  }

  async report(
    courier: string,
    taken: Taken,
    status: 'pending' | 'delivered' | 'failed',
    signedBy = 'twilio token',
  ): Promise<number> {
    const form: Record<string, string> = {
      MessageSid: taken.id,
      MessageStatus: { pending: 'sent', delivered: 'delivered', failed: 'undelivered' }[status],
      To: taken.to,
      ...(status === 'failed' ? { ErrorCode: '30003' } : {}),
    }
    const url = this.callback.replace(/key=.*/, `key=${taken.key}`)
    const signed =
      url +
      Object.keys(form)
        .sort()
        .map((name) => name + form[name])
        .join('')
    const answer = await fetch(url.replace('https://courier.example', courier), {
      method: 'POST',
      headers: { 'x-twilio-signature': createHmac('sha1', signedBy).update(signed).digest('base64') },
      body: new URLSearchParams(form),
    })
    return answer.status
  }

  protected isSigned(request: IncomingMessage): boolean {
    return (
      request.headers.authorization === `Basic ${Buffer.from('AC1:twilio token').toString('base64')}` &&
      request.url!.startsWith('/2010-04-01/Accounts/AC1/Messages.json')
    )
  }

  protected read(_: IncomingMessage, body: string): Omit<Taken, 'id'> | null {
    const form = new URLSearchParams(body)
    this.callback = form.get('StatusCallback') ?? ''
    if (form.get('From') !== '+15005550006') return null
    return { key: new URL(this.callback).searchParams.get('key')!, to: form.get('To')!, text: form.get('Body')! }
  }

  protected list(query: URLSearchParams): unknown {
    const found = this.isListing ? this.taken.filter((taken) => taken.to === query.get('To')) : []
    const date_created = new Date().toUTCString()
    return { messages: found.map(({ id, to, text }) => ({ sid: id, to, body: text, date_created })) }
  }

  protected success(taken: Taken): [number, unknown] {
    return [201, { sid: taken.id, to: taken.to, body: taken.text, status: 'queued' }]
  }

  protected newId(): string {
    return `SM${++ids}`
  }
}
