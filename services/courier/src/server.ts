import { createHash, timingSafeEqual } from 'node:crypto'
import { type IncomingMessage, type Server, type ServerResponse, createServer } from 'node:http'
import { type Book, BookAway } from './book.js'
import { log, messageOf } from './log.js'
import type { Metrics } from './metrics.js'
import { Malformed, readSend } from './protocol.js'
import type { Provider } from './providers/provider.js'
import { shown } from './reporting.js'
import type { Sending } from './sending.js'

const largestBody = 64 * 1024

interface Reply {
  readonly status: number
  readonly body: unknown
  readonly retryAfter?: number
}

/** What the service answers over HTTP. */
export class Door {
  /** Set when the service is told to stop: it is not ready any more, and still answers. */
  isLeaving = false

  /** Set when Redis was reached and keeps what it confirms: before, nothing but the health is answered. */
  isOpen = false

  constructor(
    private readonly secret: string,
    private readonly book: Book,
    private readonly sending: Sending,
    private readonly providers: ReadonlyMap<string, Provider>,
    private readonly metrics: Metrics,
  ) {}

  listen(port: number, host: string): Promise<Server> {
    const server = createServer((request, response) => void this.serve(request, response))
    server.requestTimeout = 10_000
    server.headersTimeout = 10_000
    return new Promise((done, failed) => {
      server.once('error', failed)
      server.listen(port, host, () => done(server))
    })
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const reply = await this.answer(request).catch((fault: unknown): Reply => this.fault(fault))
    const isText = typeof reply.body === 'string'
    response.writeHead(reply.status, {
      'content-type': isText ? 'text/plain; version=0.0.4; charset=utf-8' : 'application/json',
      'cache-control': 'no-store',
      ...(reply.retryAfter === undefined ? {} : { 'retry-after': String(reply.retryAfter) }),
    })
    response.end(isText ? reply.body : JSON.stringify(reply.body))
  }

  private fault(fault: unknown): Reply {
    if (fault instanceof Malformed)
      return { status: 400, body: { error: 'malformed', field: fault.field, detail: fault.message } }
    // Redis may have done what it was asked; the same key finds that out.
    if (fault instanceof BookAway) return { status: 503, body: { error: 'without-store' }, retryAfter: 1 }
    log('error', 'A request failed.', { fault: fault instanceof Error ? fault.stack : messageOf(fault) })
    return { status: 500, body: { error: 'failed' } }
  }

  private async answer(request: IncomingMessage): Promise<Reply> {
    const path = (request.url ?? '/').split('?')[0]!
    const method = request.method ?? 'GET'
    if (method === 'GET' && path === '/health/live') return { status: 200, body: { status: 'live' } }
    if (method === 'GET' && path === '/health/ready') return this.ready()
    if (!this.isOpen) throw new BookAway('Redis was not reached yet')
    if (method === 'GET' && path === '/metrics')
      return { status: 200, body: this.metrics.text(await this.book.lengths()) }
    const [, provider] = /^\/reports\/([a-z]+)$/.exec(path) ?? []
    if (method === 'POST' && provider !== undefined) return this.report(provider, request)

    const [, key] = /^\/sends\/([A-Za-z0-9_-]{1,64})$/.exec(path) ?? []
    const isSend = method === 'POST' && path === '/send'
    if (!isSend && !(method === 'GET' && key !== undefined)) return { status: 404, body: { error: 'not-found' } }
    if (!this.isCaller(request)) return { status: 401, body: { error: 'not-signed-in' } }
    return isSend ? this.send(request) : this.find(key!)
  }

  private async ready(): Promise<Reply> {
    if (this.isLeaving) return { status: 503, body: { status: 'stopping' } }
    return this.isOpen && (await this.book.answers())
      ? { status: 200, body: { status: 'ready' } }
      : { status: 503, body: { status: 'without Redis' } }
  }

  private async send(request: IncomingMessage): Promise<Reply> {
    const told = await this.sending.send(readSend(parse(await read(request))))
    switch (told.kind) {
      case 'sent':
        return { status: 200, body: shown(told.entry) }
      case 'later':
        return { status: told.status, body: { error: told.error }, retryAfter: told.retryAfter }
      case 'wrong':
        return { status: told.status, body: { error: told.error } }
    }
  }

  private async find(key: string): Promise<Reply> {
    const entry = await this.book.read(key)
    return entry === null ? { status: 404, body: { error: 'not-found' } } : { status: 200, body: shown(entry) }
  }

  private async report(name: string, request: IncomingMessage): Promise<Reply> {
    const provider = this.providers.get(name)
    if (provider?.read === undefined) return { status: 404, body: { error: 'not-found' } }
    const reports = provider.read({ url: request.url ?? '/', headers: request.headers, body: await read(request) })
    if (reports === null) {
      log('warning', 'A report was refused: its signature is wrong.', { provider: name })
      return { status: 403, body: { error: 'wrong-signature' } }
    }
    for (const report of reports) {
      const result = await this.book.report(name, report)
      this.metrics.reported(name, result)
      // Two messages under one key: the provider has sent one that was not asked for.
      if (result === 'other-message')
        log('error', 'A provider reports a second message under one key.', { key: report.key, second: report.message })
    }
    return { status: 200, body: { taken: reports.length } }
  }

  private isCaller(request: IncomingMessage): boolean {
    const given = createHash('sha256')
      .update(request.headers.authorization ?? '')
      .digest()
    return timingSafeEqual(given, createHash('sha256').update(`Bearer ${this.secret}`).digest())
  }
}

async function read(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = []
  let size = 0
  for await (const part of request as AsyncIterable<Buffer>) {
    size += part.length
    if (size > largestBody) throw new Malformed('body', `must be at most ${largestBody} bytes`)
    parts.push(part)
  }
  return Buffer.concat(parts).toString('utf8')
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new Malformed('body', 'must be JSON')
  }
}
