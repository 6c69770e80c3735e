import { askAgain } from './asking'

/** What the stream speaks of, as the keys of what is asked begin. */
const topics = ['trade', 'notice', 'listing', 'clock']

let stream: EventSource | undefined

/**
 * Keeps what is shown as it is: the market says what changed, and that is asked for anew. Nothing is asked while nothing happens. One stream for the whole
 * page, as whoever is signed in when it is opened.
 */
export function listen() {
  stream?.close()
  stream = new EventSource('/api/live')
  const changed = new Set<string>()
  let waiting: ReturnType<typeof setTimeout> | undefined
  const hear = (topic: string) => {
    // What happens at once is asked for once.
    changed.add(topic)
    waiting ??= setTimeout(() => {
      waiting = undefined
      const now = [...changed]
      changed.clear()
      void askAgain(...now)
    }, 100)
  }

  topics.forEach((topic) => stream!.addEventListener(topic, () => hear(topic)))
  stream.addEventListener('reset', () => topics.forEach(hear))
  // What was asked before the stream had begun may have changed unheard.
  let known = false
  stream.addEventListener('hello', () => {
    if (!known) {
      known = true
      void askAgain(...topics)
    }
  })
}
