import type { Book, Entry } from './book.js'
import type { Outcome, Provider } from './providers/provider.js'
import { log, masked, messageOf } from './log.js'
import { type Send, digestOf } from './protocol.js'
import type { Metrics } from './metrics.js'
import { type Route, providerOf } from './settings.js'

/** What a caller is told. */
export type Told =
  | { readonly kind: 'sent'; readonly entry: Entry }
  /** Nothing was taken; the same may be asked again after so many seconds. */
  | { readonly kind: 'later'; readonly status: 429 | 503; readonly error: string; readonly retryAfter: number }
  | { readonly kind: 'wrong'; readonly status: 409 | 422; readonly error: string }

/** Sends messages, each once: what is to be sent is written down before the provider is asked, and what is written down is not asked again. */
export class Sending {
  /** What is being sent by this process, by key: whoever asks the same meanwhile waits for the same answer. */
  private readonly running = new Map<string, { readonly digest: string; readonly told: Promise<Told> }>()
  /** The last message to each recipient, so that the next one waits for it. */
  private readonly queues = new Map<string, Promise<unknown>>()
  /** Providers that did not answer: none is sent another message before it answers something harmless. */
  private readonly silent = new Map<string, Promise<boolean> | null>()

  constructor(
    private readonly book: Book,
    private readonly providers: ReadonlyMap<string, Provider>,
    private readonly routes: readonly Route[],
    private readonly atOnce: number,
    private readonly patience: number,
    private readonly metrics: Metrics,
  ) {}

  get count(): number {
    return this.running.size
  }

  send(send: Send): Promise<Told> {
    const digest = digestOf(send)
    const same = this.running.get(send.key)
    if (same !== undefined)
      return same.digest === digest
        ? same.told
        : Promise.resolve({ kind: 'wrong', status: 409, error: 'other-content' })
    if (this.running.size >= this.atOnce) return Promise.resolve(later('busy', 1))
    const told = this.inTurn(send.to, () => this.sendNow(send, digest)).finally(() => this.running.delete(send.key))
    this.running.set(send.key, { digest, told })
    return told
  }

  /** One message to a recipient at a time, in the order in which they were asked for. */
  private async inTurn(to: string, act: () => Promise<Told>): Promise<Told> {
    const before = this.queues.get(to)
    const turn = (async () => {
      if (before !== undefined && !(await settledWithin(before, this.patience))) return later('busy', 1)
      return act()
    })()
    const settled = turn.catch(() => undefined)
    this.queues.set(to, settled)
    try {
      return await turn
    } finally {
      if (this.queues.get(to) === settled) this.queues.delete(to)
    }
  }

  private async sendNow(send: Send, digest: string): Promise<Told> {
    const known = await this.book.read(send.key)
    if (known !== null && !known.isSending)
      return known.digest === digest
        ? { kind: 'sent', entry: known }
        : { kind: 'wrong', status: 409, error: 'other-content' }
    const provider = this.providers.get(providerOf(this.routes, send.channel, send.to) ?? '')
    if (provider === undefined) return { kind: 'wrong', status: 422, error: 'channel-not-carried' }
    if (known === null && !(await this.isHeard(provider))) return later('provider-down', 2)

    const beginning = await this.book.begin(send, digest, provider.name, provider.perSecond)
    switch (beginning.kind) {
      case 'begun':
        return this.ask(provider, send, beginning.fence)
      case 'known':
        return this.told(send.key)
      case 'other':
        return { kind: 'wrong', status: 409, error: 'other-content' }
      case 'busy':
        return later('busy', seconds(beginning.wait))
      case 'limited':
        return { kind: 'later', status: 429, error: 'rate-limited', retryAfter: seconds(beginning.wait) }
    }
  }

  private async ask(provider: Provider, send: Send, fence: string): Promise<Told> {
    const begun = process.hrtime.bigint()
    // An exception of an adapter does not tell what the provider did.
    const outcome = await provider
      .send(send)
      .catch((fault: unknown): Outcome => ({ kind: 'unknown', code: messageOf(fault) }))
    const code = outcome.kind === 'accepted' ? undefined : outcome.code
    this.metrics.asked(provider.name, outcome.kind, Number(process.hrtime.bigint() - begun) / 1e9)
    log(outcome.kind === 'accepted' ? 'info' : 'warning', `A message is ${outcome.kind}.`, {
      key: send.key,
      channel: send.channel,
      to: masked(send.to),
      provider: provider.name,
      code,
    })
    if (outcome.kind === 'unknown') this.silent.set(provider.name, null)
    await this.book.settle(send, fence, outcome)
    return outcome.kind === 'not-taken' ? later('provider-down', outcome.retryAfter) : this.told(send.key)
  }

  private async told(key: string): Promise<Told> {
    const entry = await this.book.read(key)
    return entry === null || entry.isSending ? later('busy', 1) : { kind: 'sent', entry }
  }

  /** Whether a provider answers. One that left a message without an answer is asked something that changes nothing first. */
  private async isHeard(provider: Provider): Promise<boolean> {
    const asking = this.silent.get(provider.name)
    if (asking === undefined) return true
    if (asking !== null) return asking
    const answer = provider.answers().catch(() => false)
    this.silent.set(provider.name, answer)
    const isHeard = await answer
    if (isHeard) this.silent.delete(provider.name)
    else setTimeout(() => this.silent.set(provider.name, null), 1000).unref()
    return isHeard
  }
}

function later(error: string, retryAfter: number): Told {
  return { kind: 'later', status: 503, error, retryAfter }
}

function seconds(milliseconds: number): number {
  return Math.max(1, Math.ceil(milliseconds / 1000))
}

async function settledWithin(promise: Promise<unknown>, milliseconds: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<boolean>((done) => (timer = setTimeout(() => done(false), milliseconds)))
  const isSettled = await Promise.race([promise.then(() => true), late])
  clearTimeout(timer)
  return isSettled
}
