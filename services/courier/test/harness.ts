import { type ChildProcess, spawn } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { type Server, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createClient } from '@redis/client'

export const secret = 'a secret of both sides'

/** Polls until a condition holds; fails after a minute. */
export async function until<T>(look: () => T | Promise<T>, isRight: (value: T) => boolean = Boolean): Promise<T> {
  const end = Date.now() + 60_000
  for (;;) {
    const value = await look()
    if (isRight(value)) return value
    if (Date.now() > end) throw new Error(`It did not come about within a minute; at the end: ${JSON.stringify(value)}`)
    await new Promise((done) => setTimeout(done, 20))
  }
}

const given = new Set<number>()

/**
 * A port that no process uses. It lies below the ephemeral range: otherwise an outgoing connection could take the port
 * before the server starts, or while it restarts.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(10_240, 32_768)
    if (given.has(port)) continue
    given.add(port)
    if (await isFree(port)) return port
  }
}

function isFree(port: number): Promise<boolean> {
  const server: Server = createServer()
  return new Promise((tell) => {
    server.once('error', () => tell(false))
    server.listen(port, '127.0.0.1', () => server.close(() => tell(true)))
  })
}

/** A program that ends with the tests, however these end. */
function start(program: string, words: string[], environment: NodeJS.ProcessEnv): ChildProcess {
  return spawn('setpriv', ['--pdeathsig', 'KILL', program, ...words], {
    env: environment,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
}

async function ended(child: ChildProcess): Promise<number | null> {
  if (child.exitCode === null && child.signalCode === null) await new Promise((done) => child.once('exit', done))
  return child.exitCode
}

/** A Redis of one test, with files of its own; it forgets nothing that it has confirmed. */
export class Redis {
  private child: ChildProcess | undefined

  private constructor(
    readonly port: number,
    private readonly folder: string,
    private readonly settings: readonly string[],
  ) {}

  static async start(...settings: string[]): Promise<Redis> {
    const redis = new Redis(await freePort(), await mkdtemp(join(tmpdir(), 'courier-redis-')), settings)
    await redis.startAgain()
    return redis
  }

  get address(): string {
    return `redis://127.0.0.1:${this.port}/0`
  }

  async startAgain(): Promise<void> {
    const durable = ['--save', '', '--appendonly', 'yes', '--appendfsync', 'always']
    const words = [
      '--port',
      String(this.port),
      '--bind',
      '127.0.0.1',
      '--dir',
      this.folder,
      ...durable,
      ...this.settings,
    ]
    this.child = start('redis-server', words, process.env)
    this.child.stdout!.resume()
    await until(() => this.ask(['PING']).catch(() => null))
  }

  async ask(words: string[]): Promise<unknown> {
    const client = createClient({ url: this.address, disableOfflineQueue: true, socket: { reconnectStrategy: false } })
    client.on('error', () => undefined)
    try {
      await client.connect()
      return await client.sendCommand(words)
    } finally {
      if (client.isOpen) client.destroy()
    }
  }

  state(key: string): Promise<unknown> {
    return this.ask(['HGET', `courier:send:${key}`, 'state'])
  }

  /** For so many milliseconds it does nothing that writes, and then all of it. */
  async holdWrites(milliseconds: number): Promise<void> {
    await this.ask(['CLIENT', 'PAUSE', String(milliseconds), 'WRITE'])
  }

  signal(name: NodeJS.Signals): void {
    this.child!.kill(name)
  }

  async kill(): Promise<void> {
    this.child!.kill('SIGKILL')
    await ended(this.child!)
  }

  async remove(): Promise<void> {
    await this.kill()
    await rm(this.folder, { recursive: true, force: true })
  }
}

export interface Reply {
  readonly status: number
  readonly retryAfter: number | null
  readonly body: Record<string, unknown>
}

/** The real courier as it was built, in a process of its own. */
export class Courier {
  private child: ChildProcess | undefined
  /** Everything that it logged. */
  log = ''

  private constructor(
    readonly port: number,
    private readonly settings: Readonly<Record<string, string>>,
  ) {}

  static async start(redis: Redis, settings: Readonly<Record<string, string>> = {}): Promise<Courier> {
    const courier = await Courier.launched(redis, settings)
    await courier.becomesReady()
    return courier
  }

  /** Starts one without waiting for anything. */
  static async launched(redis: Redis, settings: Readonly<Record<string, string>> = {}): Promise<Courier> {
    const courier = new Courier(await freePort(), { REDIS: redis.address, ...settings })
    courier.launch()
    return courier
  }

  get address(): string {
    return `http://127.0.0.1:${this.port}`
  }

  async startAgain(): Promise<void> {
    this.launch()
    await this.becomesReady()
  }

  async becomesReady(): Promise<void> {
    await until(async () => this.child!.exitCode !== null || (await this.isReady()))
    if (this.child!.exitCode !== null) throw new Error(`The courier ended with ${this.child!.exitCode}: ${this.log}`)
  }

  private launch(): void {
    const environment: NodeJS.ProcessEnv = Object.fromEntries(
      Object.entries({
        SECRET: secret,
        PORT: String(this.port),
        LISTEN: '127.0.0.1',
        ROUTES: 'sms=file, alimtalk=file, email=file',
        PROVIDER_TIMEOUT: '10s',
        DRAIN_NOTICE: '100ms',
        ...this.settings,
      }).map(([name, value]) => [`COURIER_${name}`, value]),
    )
    const program = join(import.meta.dirname, '..', 'dist', 'main.js')
    this.child = start(process.execPath, [program], { PATH: process.env['PATH'], ...environment })
    for (const stream of [this.child.stdout!, this.child.stderr!])
      stream.on('data', (text: Buffer) => (this.log += text.toString()))
  }

  async isReady(): Promise<boolean> {
    return fetch(`${this.address}/health/ready`).then(
      (answer) => answer.ok,
      () => false,
    )
  }

  async ask(method: string, path: string, body?: unknown, as = secret): Promise<Reply> {
    const answer = await fetch(this.address + path, {
      method,
      headers: { authorization: `Bearer ${as}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const after = answer.headers.get('retry-after')
    return {
      status: answer.status,
      retryAfter: after === null ? null : Number(after),
      body: (await answer.json()) as Record<string, unknown>,
    }
  }

  send(send: object): Promise<Reply> {
    return this.ask('POST', '/send', send)
  }

  /** Asks the same again until it is not told to come back, as callers do. */
  sendUntilTaken(send: object): Promise<Reply> {
    return until(
      () => this.send(send),
      (reply) => reply.status !== 503 && reply.status !== 429,
    )
  }

  /** Asks the same again until the provider is known to have it; on a busy machine its answer may be found by asking for it. */
  accepted(send: object): Promise<Reply> {
    return until(
      () => this.send(send),
      (reply) => reply.body['state'] === 'accepted',
    )
  }

  async state(key: string): Promise<unknown> {
    return (await this.ask('GET', `/sends/${key}`)).body['state']
  }

  signal(name: NodeJS.Signals): void {
    this.child!.kill(name)
  }

  /** As by the system, or a loss of power: nothing of it runs any more. */
  async kill(): Promise<void> {
    this.child!.kill('SIGKILL')
    await ended(this.child!)
  }

  ended(): Promise<number | null> {
    return ended(this.child!)
  }
}

/** How the courier fails to start, with what it says. */
export async function refusal(redis: Redis, settings: Readonly<Record<string, string>>): Promise<string> {
  try {
    const courier = await Courier.start(redis, settings)
    await courier.kill()
    return ''
  } catch (fault) {
    return String(fault)
  }
}

let keys = 0

/** A message with a key and a text of its own. */
export function sms(more: object = {}): { key: string; channel: string; to: string; text: string } {
  return { key: `key-${++keys}`, channel: 'sms', to: '+821012345678', text: `Text ${keys}`, ...more }
}
