/** By which the views know what one did last to one's own things: what is read after it shows it. */
let last: string | undefined

export function remember(token: string | null | undefined) {
  last = token ?? last
}

/** Passes an answer on, and remembers its token. */
export async function remembering<T extends { response: Response }>(asked: Promise<T>): Promise<T> {
  const answer = await asked
  remember(answer.response.headers.get('Jangteo-Token'))
  return answer
}

/** For the query of what is read. */
export function after(): { after?: string } {
  return last ? { after: last } : {}
}
