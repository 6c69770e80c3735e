import { createHmac, randomUUID } from 'node:crypto'
import { createClient } from '@redis/client'
import type { Delivery, Send, Sent, State } from './protocol.js'
import type { Outcome, Report } from './providers/provider.js'
import { log, messageOf } from './log.js'

/** Redis did not do what it was asked within the time that a caller has. */
export class BookAway extends Error {}

/** A message as the book has it. */
export interface Entry extends Sent {
  readonly digest: string
  readonly isSending: boolean
  readonly to: string
  readonly text: string
  readonly begun: number
  readonly fence: string
}

/** What became of an attempt to begin. */
export type Beginning =
  /** It is written down that the provider is asked now, and nobody else will ask. */
  | { readonly kind: 'begun'; readonly fence: string }
  /** The book has it; read it. */
  | { readonly kind: 'known' }
  /** The key was used for another message. */
  | { readonly kind: 'other' }
  /** The same key, or another message to the same recipient, is being sent. */
  | { readonly kind: 'busy'; readonly wait: number }
  /** The provider takes no more messages now. */
  | { readonly kind: 'limited'; readonly wait: number }

const answersWithin = 1000
/** After these pauses the provider is asked about an unknown message, in milliseconds. */
const asksAfter = [300, 5000, 30_000, 120_000, 600_000, 3_600_000]
/** How long an abandoned attempt is remembered, in milliseconds, in case Redis runs its begin later. */
const givenUpFor = 600_000
/** How long to wait before an outcome that Redis did not confirm is sent to it again, in milliseconds. */
const tellsAgainAfter = 250
/** What is taken from a queue is there again after so long, so that a process that dies with it loses nothing. */
const takenFor = 15_000

const functions = `
local function now() local t = redis.call('TIME') return t[1] * 1000 + math.floor(t[2] / 1000) end
local function name(kind, id) return 'courier:' .. kind .. ':' .. id end
local function unknown(key, code, at)
  local entry = name('send', key)
  redis.call('HSET', entry, 'state', 'unknown', 'code', code, 'at', at, 'tries', 0)
  redis.call('HINCRBY', entry, 'revision', 1)
  redis.call('ZREM', 'courier:open', key)
  redis.call('ZADD', 'courier:unknown', at + ${asksAfter[0]}, key)
end
local function accepted(key, message, at, keep)
  local entry = name('send', key)
  redis.call('HSET', entry, 'state', 'accepted', 'message', message, 'code', '', 'at', at)
  redis.call('HINCRBY', entry, 'revision', 1)
  redis.call('HDEL', entry, 'to', 'text')
  redis.call('SET', name('message', redis.call('HGET', entry, 'provider') .. ':' .. message), key, 'PX', keep)
  redis.call('ZREM', 'courier:open', key)
  redis.call('ZREM', 'courier:unknown', key)
  redis.call('ZREM', 'courier:lost', key)
end
local function release(recipient, fence)
  if redis.call('GET', recipient) == fence then redis.call('DEL', recipient) end
end
`

/** Writes down that a message is being sent, before its provider is asked. */
const begin = `${functions}
local key, fence, digest, provider, lease, keep, perSecond, recipient, to, text = unpack(ARGV)
local entry, at = name('send', key), now()
if redis.call('EXISTS', name('given-up', fence)) == 1 then return {'busy', 1000} end
local state = redis.call('HGET', entry, 'state')
if state then
  if redis.call('HGET', entry, 'digest') ~= digest then return {'other'} end
  redis.call('PEXPIRE', entry, keep)
  if state ~= 'sending' then return {'known'} end
  local left = tonumber(redis.call('HGET', entry, 'lease')) - at
  if left > 0 then return {'busy', left} end
  unknown(key, 'courier-died', at)
  return {'known'}
end
local lock = name('to', recipient)
local left = redis.call('PTTL', lock)
if left > 0 then return {'busy', left} end
if tonumber(perSecond) > 0 then
  local bucket = name('bucket', provider)
  local was = redis.call('HMGET', bucket, 'tokens', 'at')
  local tokens = tonumber(was[1]) or tonumber(perSecond)
  tokens = math.min(tonumber(perSecond), tokens + (at - (tonumber(was[2]) or at)) * perSecond / 1000)
  if tokens < 1 then return {'limited', math.ceil((1 - tokens) * 1000 / perSecond)} end
  redis.call('HSET', bucket, 'tokens', tostring(tokens - 1), 'at', at)
  redis.call('PEXPIRE', bucket, 60000)
end
redis.call('HSET', entry, 'state', 'sending', 'digest', digest, 'provider', provider, 'fence', fence, 'lease', at + lease, 'begun', at,
  'at', at, 'revision', 1, 'message', '', 'code', '', 'delivery', 'pending', 'to', to, 'text', text)
redis.call('PEXPIRE', entry, keep)
redis.call('SET', lock, fence, 'PX', lease)
redis.call('ZADD', 'courier:open', at + lease, key)
return {'begun'}`

/**
 * Records what the provider said, or that it was never asked. The fence names the attempt; its lease may have expired.
 * If the message was recorded as unknown and turns out not to be sent, it becomes refused: the caller may have been told
 * "unknown", and does not send such a message again.
 */
const settle = `${functions}
local key, fence, kind, message, code, keep, recipient = unpack(ARGV)
local entry, at = name('send', key), now()
release(name('to', recipient), fence)
local state = redis.call('HGET', entry, 'state')
if redis.call('HGET', entry, 'fence') ~= fence then
  -- Redis may still run the begin of this attempt later.
  if kind == 'not-taken' then redis.call('SET', name('given-up', fence), 1, 'PX', ${givenUpFor}) end
  return 0
end
if state ~= 'sending' and state ~= 'unknown' then return 0 end
if kind == 'accepted' then
  accepted(key, message, at, keep)
elseif kind == 'refused' or (kind == 'not-taken' and state == 'unknown') then
  redis.call('HSET', entry, 'state', 'refused', 'code', code, 'at', at)
  redis.call('HINCRBY', entry, 'revision', 1)
  redis.call('HDEL', entry, 'to', 'text')
  redis.call('ZREM', 'courier:open', key)
  redis.call('ZREM', 'courier:unknown', key)
elseif kind == 'unknown' then
  if state == 'sending' then unknown(key, code, at) end
else
  redis.call('DEL', entry)
  redis.call('ZREM', 'courier:open', key)
  return 1
end
redis.call('PEXPIRE', entry, keep)
if state == 'unknown' and kind ~= 'unknown' then redis.call('ZADD', 'courier:reports', at, key) end
return 1`

/** Marks unknown what somebody began to send and did not end. */
const lapse = `${functions}
local at, found = now(), 0
for _, key in ipairs(redis.call('ZRANGEBYSCORE', 'courier:open', '-inf', at, 'LIMIT', 0, 100)) do
  if redis.call('HGET', name('send', key), 'state') == 'sending' then
    unknown(key, 'courier-died', at)
    found = found + 1
  end
  redis.call('ZREM', 'courier:open', key)
end
return found`

/** Takes what is due from a queue, so that no other process takes it for a while. */
const take = `${functions}
local queue, most, takenFor = unpack(ARGV)
local at = now()
local due = redis.call('ZRANGEBYSCORE', queue, '-inf', at, 'LIMIT', 0, most)
for _, key in ipairs(due) do redis.call('ZADD', queue, at + takenFor, key) end
return due`

/**
 * Records which message of the provider an unknown one is, or when to ask again. Takes the first candidate that is not
 * assigned to another message.
 */
const resolve = `${functions}
local key, fence, keep, pauses = ARGV[1], ARGV[2], ARGV[3], cjson.decode(ARGV[4])
local entry, at = name('send', key), now()
if redis.call('HGET', entry, 'state') ~= 'unknown' or redis.call('HGET', entry, 'fence') ~= fence then
  redis.call('ZREM', 'courier:unknown', key)
  return 'gone'
end
for i = 5, #ARGV do
  local owner = redis.call('GET', name('message', redis.call('HGET', entry, 'provider') .. ':' .. ARGV[i]))
  if not owner or owner == key then
    accepted(key, ARGV[i], at, keep)
    redis.call('ZADD', 'courier:reports', at, key)
    return 'accepted'
  end
end
local tries = redis.call('HINCRBY', entry, 'tries', 1)
if pauses[tries + 1] then
  redis.call('ZADD', 'courier:unknown', at + pauses[tries + 1], key)
  return 'later'
end
redis.call('ZREM', 'courier:unknown', key)
redis.call('ZADD', 'courier:lost', at, key)
redis.call('HDEL', entry, 'to', 'text')
redis.call('ZREMRANGEBYSCORE', 'courier:lost', '-inf', at - keep)
return 'lost'`

/** Writes down what a provider reported. A report proves that the provider took the message, whatever it said before. */
const report = `${functions}
local key, provider, message, delivery, code, keep = unpack(ARGV)
local entry, at = name('send', key), now()
local known = redis.call('HMGET', entry, 'state', 'provider', 'message', 'delivery')
if not known[1] or known[2] ~= provider then return 'not-ours' end
if known[3] ~= '' and known[3] ~= message then return 'other-message' end
local isNews = false
if known[1] ~= 'accepted' then
  accepted(key, message, at, keep)
  isNews = true
end
local rank = { pending = 1, failed = 2, delivered = 3 }
if rank[delivery] > rank[known[4]] then
  redis.call('HSET', entry, 'delivery', delivery, 'code', code, 'at', at)
  redis.call('HINCRBY', entry, 'revision', 1)
  isNews = true
end
if isNews then redis.call('ZADD', 'courier:reports', at, key) end
return isNews and 'news' or 'old'`

/** A report was taken: it need not be pushed again, unless there is more to report. */
const reported = `${functions}
local key, revision = unpack(ARGV)
if not redis.call('HGET', name('send', key), 'revision') or redis.call('HGET', name('send', key), 'revision') == revision then
  redis.call('ZREM', 'courier:reports', key)
end
return 1`

const postpone = `${functions}
local queue, key, pause = unpack(ARGV)
return redis.call('ZADD', queue, 'XX', now() + pause, key)`

export type Queue = 'courier:unknown' | 'courier:reports'

/** The book of what is sent, in Redis. Every step is one script, so that it is done whole or not at all. */
export class Book {
  private readonly redis

  constructor(
    address: string,
    private readonly secret: string,
    private readonly keep: number,
    private readonly lease: number,
  ) {
    this.redis = createClient({
      url: address,
      disableOfflineQueue: true,
      socket: { connectTimeout: answersWithin, reconnectStrategy: (tries) => Math.min(50 * 2 ** tries, 1000) },
    })
    let isAway = false
    this.redis.on('error', (fault: unknown) => {
      // One line for each time that it goes away, and not for each attempt to reach it.
      if (!isAway) log('error', 'Redis cannot be reached.', { fault: messageOf(fault) })
      isAway = true
    })
    this.redis.on('ready', () => {
      if (isAway) log('info', 'Redis is back.')
      isAway = false
    })
  }

  /** Goes on trying until Redis answers. */
  async connect(): Promise<void> {
    await this.redis.connect()
  }

  close(): void {
    if (this.redis.isOpen) this.redis.destroy()
  }

  async answers(): Promise<boolean> {
    return this.within(this.redis.ping()).then(
      () => true,
      () => false,
    )
  }

  /** What is wrong with the settings of Redis: it must not forget what it has confirmed. */
  async weakness(): Promise<string | null> {
    const given: Record<string, string> = {}
    try {
      for (const name of ['appendonly', 'appendfsync', 'maxmemory-policy'])
        Object.assign(given, await this.within(this.redis.configGet(name)))
    } catch (fault) {
      if (fault instanceof BookAway) throw fault
      log('warning', 'Redis does not tell its settings; it must have appendonly yes and appendfsync always.')
      return null
    }
    if (given['appendonly'] !== 'yes') return 'appendonly is not yes: a restart of Redis would forget what was sent'
    if (given['maxmemory-policy'] !== 'noeviction') return 'maxmemory-policy is not noeviction'
    if (given['appendfsync'] !== 'always')
      log('warning', 'Redis can lose its last second with its machine; set appendfsync always.')
    return null
  }

  async read(key: string): Promise<Entry | null> {
    const given = await this.within(this.redis.hGetAll(`courier:send:${key}`))
    const state = given['state']
    if (state === undefined) return null
    return {
      key,
      // What is being sent is not known yet; whoever asks meanwhile is told that.
      state: (state === 'sending' ? 'unknown' : state) as State,
      isSending: state === 'sending',
      revision: Number(given['revision']),
      provider: given['provider'] ?? '',
      message: given['message'] || null,
      code: given['code'] || null,
      delivery: (given['delivery'] ?? 'pending') as Delivery,
      at: new Date(Number(given['at'])).toISOString(),
      digest: given['digest'] ?? '',
      to: given['to'] ?? '',
      text: given['text'] ?? '',
      begun: Number(given['begun']),
      fence: given['fence'] ?? '',
    }
  }

  async begin(send: Send, digest: string, provider: string, perSecond: number | null): Promise<Beginning> {
    // Made here, so that an attempt whose answer is lost can be given up.
    const fence = randomUUID()
    try {
      const [kind, wait] = (await this.run(begin, [
        send.key,
        fence,
        digest,
        provider,
        this.lease,
        this.keep,
        perSecond ?? 0,
        this.recipient(send.to),
        send.to,
        send.text,
      ])) as [Beginning['kind'], string | number | undefined]
      switch (kind) {
        case 'begun':
          return { kind, fence }
        case 'busy':
        case 'limited':
          return { kind, wait: Number(wait) }
        default:
          return { kind }
      }
    } catch (fault) {
      // Whether it was written is not known. The provider is not asked, and that is known.
      if (fault instanceof BookAway)
        this.settleLater(send, fence, { kind: 'not-taken', code: 'without-store', retryAfter: 1 })
      throw fault
    }
  }

  /** Writes down what became of an attempt. While Redis does not answer, it is told again and again. */
  async settle(send: Send, fence: string, outcome: Outcome): Promise<void> {
    const message = outcome.kind === 'accepted' ? outcome.message : ''
    const code = outcome.kind === 'accepted' ? '' : outcome.code
    try {
      await this.run(settle, [send.key, fence, outcome.kind, message, code, this.keep, this.recipient(send.to)])
    } catch (fault) {
      if (fault instanceof BookAway) this.settleLater(send, fence, outcome)
      throw fault
    }
  }

  private settleLater(send: Send, fence: string, outcome: Outcome): void {
    const again = (): void => void this.settle(send, fence, outcome).catch(() => undefined)
    setTimeout(again, tellsAgainAfter).unref()
  }

  async lapse(): Promise<number> {
    return Number(await this.run(lapse, []))
  }

  async take(queue: Queue, most: number): Promise<string[]> {
    return (await this.run(take, [queue, most, takenFor])) as string[]
  }

  async resolve(entry: Entry, candidates: readonly string[]): Promise<string> {
    const pauses = JSON.stringify(asksAfter)
    return String(await this.run(resolve, [entry.key, entry.fence, this.keep, pauses, ...candidates]))
  }

  async report(provider: string, given: Report): Promise<string> {
    const { key, message, delivery, code } = given
    return String(await this.run(report, [key, provider, message, delivery, code ?? '', this.keep]))
  }

  async reported(key: string, revision: number): Promise<void> {
    await this.run(reported, [key, revision])
  }

  async postpone(queue: Queue, key: string, pause: number): Promise<void> {
    await this.run(postpone, [queue, key, pause])
  }

  async lengths(): Promise<{ open: number; unknown: number; reports: number }> {
    const [open, unknown, lost, reports] = await this.within(
      Promise.all([
        this.redis.zCard('courier:open'),
        this.redis.zCard('courier:unknown'),
        this.redis.zCard('courier:lost'),
        this.redis.zCard('courier:reports'),
      ]),
    )
    return { open, unknown: unknown + lost, reports }
  }

  /** Names a recipient without telling who it is. */
  private recipient(to: string): string {
    return createHmac('sha256', this.secret).update(to).digest('base64url')
  }

  private run(script: string, values: readonly (string | number)[]): Promise<unknown> {
    return this.within(this.redis.eval(script, { arguments: values.map(String) }))
  }

  private async within<T>(asked: Promise<T>): Promise<T> {
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<never>((_, refuse) => {
      timer = setTimeout(() => refuse(new BookAway(`Redis did not answer within ${answersWithin} ms`)), answersWithin)
    })
    try {
      return await Promise.race([asked, late])
    } catch (fault) {
      // An error that Redis answers is a fault of ours or of its settings; everything else is a connection.
      if (fault instanceof Error && fault.constructor.name === 'SimpleError') throw fault
      throw fault instanceof BookAway ? fault : new BookAway(messageOf(fault))
    } finally {
      clearTimeout(timer)
      asked.catch(() => undefined)
    }
  }
}
