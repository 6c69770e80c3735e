import { askAgain } from './asking'

/** What the stream speaks of, as the keys of what is asked begin. */
const topics = ['trade', 'notice', 'listing', 'clock']

let stream: EventSource | undefined

/**
 * Keeps what is shown as it is: the market says what changed, and that is asked for anew. Nothing is asked while nothing happens. One stream for the whole
 * page, as whoever is signed in when it is opened.
 * @param since the event after which everything that is shown was asked for, if that is known
 */
export function listen(since?: string) {
  stream?.close()
  stream = new EventSource(since ? `/api/live?since=${encodeURIComponent(since)}` : '/api/live')
  const changed = new Set<string>()
  let waiting: ReturnType<typeof setTimeout> | undefined
  let last = 0
  const hear = (topic: string) => {
    // What happens at once is asked for once. An operator hears of every trade there is, and reads no more often than once a second.
    changed.add(topic)
    const rest = Math.max(100, last + 1000 - performance.now())
    waiting ??= setTimeout(() => {
      waiting = undefined
      last = performance.now()
      const now = [...changed]
      changed.clear()
      void askAgain(...now)
    }, rest)
  }

  topics.forEach((topic) => stream!.addEventListener(topic, () => hear(topic)))
  stream.addEventListener('reset', () => topics.forEach(hear))
  // What was asked before the stream had begun may have changed unheard, unless the stream begins before that.
  // A stream of an earlier release, or of another start, does not know that event.
  let known = false
  stream.addEventListener('hello', ({ lastEventId }) => {
    if (!known && !(since && lastEventId.split('-')[0] === since.split('-')[0])) {
      known = true
      void askAgain(...topics)
    }
  })
}
