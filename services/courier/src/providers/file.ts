import { open, readFile } from 'node:fs/promises'
import { randomUUID } from 'node:crypto'
import type { Asked, Outcome, Provider } from './provider.js'
import type { Send } from '../protocol.js'
import { messageOf } from '../log.js'

/** Writes every message as a line of JSON to a file: for trying out, and for channels that another program picks up. */
export class FileProvider implements Provider {
  readonly name = 'file'
  readonly perSecond = null

  constructor(private readonly path: string) {}

  async send(send: Send): Promise<Outcome> {
    const message = randomUUID()
    try {
      const file = await open(this.path, 'a', 0o600)
      try {
        // One write, so that a line is whole or not there.
        await file.write(JSON.stringify({ message, at: new Date().toISOString(), ...send }) + '\n')
        await file.sync()
      } finally {
        await file.close()
      }
      return { kind: 'accepted', message }
    } catch (fault) {
      return { kind: 'unknown', code: messageOf(fault) }
    }
  }

  async answers(): Promise<boolean> {
    try {
      await (await open(this.path, 'a', 0o600)).close()
      return true
    } catch {
      return false
    }
  }

  async find(asked: Asked): Promise<readonly string[]> {
    const lines = (await readFile(this.path, 'utf8').catch(() => '')).split('\n')
    return lines
      .filter((line) => line.includes(asked.key) && line.endsWith('}'))
      .map((line) => JSON.parse(line) as Send & { message: string })
      .filter((written) => written.key === asked.key)
      .map((written) => written.message)
  }
}
