import { useState } from 'react'
import { forget, keyOf, read, write } from '../api/kept'
import { useMe } from '../api/session'

/**
 * State of a form that is still there after a look at another page, and after a refresh where it can be written as JSON. It is of this tab and of the person who
 * is signed in, and is kept until it is forgotten. Nothing secret belongs in it. Where another person or another thing takes the place, the component needs a key.
 */
export function useKept<T>(name: string, initial: T, { asJson = true } = {}) {
  const me = useMe()
  const [key] = useState(() => keyOf(me?.id, name))
  const [value, setValue] = useState<T>(() => read(key, initial))
  /** @param change makes the new value of the newest one: fields may change one after the other before the form is drawn again */
  const set = (change: (before: T) => T) => {
    const next = change(read(key, initial))
    write(key, next, asJson)
    setValue(next)
  }
  return [value, set, () => forget(key)] as const
}
