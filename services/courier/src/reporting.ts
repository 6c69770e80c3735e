import type { Book, Entry } from './book.js'
import type { Sent } from './protocol.js'
import { log, messageOf } from './log.js'

const timeout = 5000
const longestPause = 60_000

/** Pushes what is newly known of messages to whoever sent them, again and again until it is taken. */
export class Reporting {
  private readonly failures = new Map<string, number>()

  /** The courier ends: what is left is pushed by the next one. */
  isEnding = false

  constructor(
    private readonly book: Book,
    private readonly address: string,
    private readonly secret: string,
  ) {}

  async turn(): Promise<void> {
    for (const key of await this.book.take('courier:reports', 50)) {
      if (this.isEnding) return
      const entry = await this.book.read(key)
      if (entry === null) {
        await this.book.reported(key, 0)
        continue
      }
      const problem = await this.push(entry)
      if (problem === null) {
        this.failures.delete(key)
        await this.book.reported(key, entry.revision)
        continue
      }
      const failures = (this.failures.get(key) ?? 0) + 1
      this.failures.set(key, failures)
      log('warning', 'A report was not taken.', { key, problem })
      await this.book.postpone('courier:reports', key, Math.min(500 * 2 ** failures, longestPause))
    }
  }

  private async push(entry: Entry): Promise<string | null> {
    try {
      const answer = await fetch(this.address, {
        method: 'POST',
        headers: { authorization: `Bearer ${this.secret}`, 'content-type': 'application/json' },
        body: JSON.stringify(shown(entry)),
        signal: AbortSignal.timeout(timeout),
      })
      await answer.text()
      if (answer.ok) return null
      // The sender does not know this message, and never will.
      if (answer.status === 404 || answer.status === 410) {
        log('warning', 'A report is about a message that its sender does not know.', { key: entry.key })
        return null
      }
      return `status ${answer.status}`
    } catch (fault) {
      return messageOf(fault)
    }
  }
}

/** A message as callers see it. */
export function shown(entry: Entry): Sent {
  const { key, state, revision, provider, message, code, delivery, at } = entry
  return { key, state, revision, provider, message, code, delivery, at }
}
