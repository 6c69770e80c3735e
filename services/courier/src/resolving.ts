import type { Book } from './book.js'
import type { Provider } from './providers/provider.js'
import { log } from './log.js'

/** Finds out what became of messages whose sending was not ended: asks their provider for them, a few times within an hour or so. */
export async function resolveUnknown(
  book: Book,
  providers: ReadonlyMap<string, Provider>,
  isEnding: () => boolean,
): Promise<void> {
  const lapsed = await book.lapse()
  if (lapsed > 0) log('warning', 'Messages whose sending was interrupted are unknown.', { count: lapsed })
  for (const key of await book.take('courier:unknown', 20)) {
    // The next courier process asks for the remaining messages.
    if (isEnding()) return
    const entry = await book.read(key)
    const provider = providers.get(entry?.provider ?? '')
    if (entry === null || provider === undefined) {
      await book.postpone('courier:unknown', key, 3_600_000)
      continue
    }
    const found = await provider.find({ key, to: entry.to, text: entry.text, at: entry.begun })
    if (found === null) {
      await book.postpone('courier:unknown', key, 5000)
      continue
    }
    const result = await book.resolve(entry, found)
    if (result === 'accepted')
      log('info', 'The provider has a message that was unknown.', { key, provider: provider.name })
    if (result === 'lost') log('error', 'A message stays unknown.', { key, provider: provider.name })
  }
}
